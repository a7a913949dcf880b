import type { DefectStatus, DeploymentStatus, Severity } from '../event.ts'
import type { Discoveries } from '../verdict/discovery-band.ts'
import type { VerdictWord } from '../verdict/product-word.ts'
import { type ReleaseSign, RUNS, signOf } from '../verdict/release-sign.ts'
import { nameHider } from './hidden-names.ts'

/** Raised when the shape changes; what was stored in an older one is still read. */
export const SNAPSHOT_FORMAT = 1

/** What a report is about. Instants are epoch ms, half-open. */
export type ReportSubject =
  | {
      readonly kind: 'release'
      readonly service: string
      readonly version: string
      /** Where it is judged; null: it was never live. */
      readonly environment: string | null
    }
  | {
      readonly kind: 'period'
      /** null: all of them. */
      readonly service: string | null
      readonly environment: string
      readonly from: number
      readonly to: number
    }

/** A report as it was when it was made. Plain data that JSON keeps whole: null stands for what is not known. */
export interface ReportSnapshot {
  readonly format: typeof SNAPSHOT_FORMAT
  readonly subject: ReportSubject
  readonly title: string
  /** In which days are counted and times are written. */
  readonly zone: string
  readonly madeAt: number
  /** When the last of what it rests on had come in; null: nothing ever had. */
  readonly dataUntil: number | null
  /** null where people are left out. */
  readonly madeBy: string | null
  /** Of a release that was live. */
  readonly verdict: VerdictWord | null
  /** What was said of it in a word, and the verdict with which it was replaced or removed; null: reports did not keep it then. */
  readonly sign: ReleaseSign | null
  readonly ended: ReleaseSign | null
  readonly sentence: string
  readonly numbers: readonly ReportNumber[]
  /** Of a release that was live. */
  readonly discovery: ReportedDiscovery | null
  /** Of a period. */
  readonly flow: ReportedFlow | null
  readonly defects: Listing<ReportedDefect>
  readonly emergencies: Listing<ReportedEmergency>
  readonly deployments: Listing<ReportedDeployment>
  readonly definitions: readonly { readonly term: string; readonly text: string }[]
}

/** What a report says of its release in a word; one from before that was kept has its verdict. */
export function signOfReport({ sign, ended, verdict }: Pick<ReportSnapshot, 'sign' | 'ended' | 'verdict'>): {
  readonly sign: ReleaseSign | undefined
  readonly ended: ReleaseSign | undefined
} {
  const said = sign ?? (verdict && signOf(RUNS, { word: verdict, comparison: undefined }))
  return { sign: said ?? undefined, ended: ended ?? undefined }
}

/** A number with what it is made of. */
export interface ReportNumber {
  readonly name: string
  readonly numerator: number
  /** null: there is nothing to hold it against. */
  readonly denominator: number | null
  /** What stands between the two: `7 of 12 releases`. */
  readonly text: string
  /** What is counted and what is not. */
  readonly rule: string
}

/** The worst or newest of a list that may be longer. */
export interface Listing<Row> {
  readonly rows: readonly Row[]
  readonly count: number
  /** Counting stopped there. */
  readonly atLeast: boolean
}

export interface ReportedDiscovery {
  readonly version: string
  readonly discoveries: Discoveries
  readonly windowDays: number
  readonly comparedDays: number | null
  readonly rolledBack: boolean
  /** The comparison at equal age in words; null: too few earlier releases. */
  readonly numbers: string | null
}

export interface ReportedFlow {
  readonly unit: 'day' | 'week'
  readonly openBefore: number
  readonly openAfter: number
  readonly steps: readonly FlowStep[]
}

export interface FlowStep {
  readonly from: number
  readonly to: number
  readonly found: number
  readonly fixed: number
  readonly givenUp: number
  /** Open at its end. */
  readonly open: number
}

export interface ReportedDefect {
  readonly id: number
  readonly title: string
  readonly severity: Severity
  readonly status: DefectStatus
  readonly service: string | null
  readonly environment: string | null
  readonly firstSeenAt: number
  readonly lastSeenAt: number
  readonly occurrences: number
  readonly owner: string | null
  readonly suspect: { readonly service: string; readonly version: string } | null
}

export interface ReportedEmergency {
  readonly id: number
  readonly strategy: 'rollback' | 'hotfix'
  readonly state: string
  readonly service: string
  readonly environment: string
  readonly version: string
  readonly openedAt: number
  readonly openedBy: string | null
  readonly approvedAt: number | null
  readonly approvedBy: string | null
  readonly deployedAt: number | null
  readonly endedAt: number | null
  readonly reason: string | null
}

export interface ReportedDeployment {
  readonly service: string
  readonly version: string | null
  readonly environment: string
  readonly status: DeploymentStatus
  readonly effect: string | null
  readonly at: number
  readonly startedAt: number | null
  readonly finishedAt: number | null
  readonly replaced: string | null
  readonly by: string | null
}

/**
 * The same without the names of people, and without the words they gave as reasons, which may name others. In the titles
 * of defects, which senders wrote, e-mail addresses and the names known are hidden.
 *
 * @param known names of people besides those that the report itself has
 */
export function withoutPeople(report: ReportSnapshot, known: readonly string[]): ReportSnapshot {
  const { defects, emergencies, deployments } = report
  const hidden = nameHider([...namesIn(report), ...known])
  return {
    ...report,
    madeBy: null,
    defects: { ...defects, rows: defects.rows.map((row) => ({ ...row, title: hidden(row.title), owner: null })) },
    emergencies: {
      ...emergencies,
      rows: emergencies.rows.map((row) => ({ ...row, openedBy: null, approvedBy: null, reason: null })),
    },
    deployments: { ...deployments, rows: deployments.rows.map((row) => ({ ...row, by: null })) },
  }
}

function namesIn({ madeBy, defects, emergencies, deployments }: ReportSnapshot): string[] {
  const named = [
    madeBy,
    ...defects.rows.map(({ owner }) => owner),
    ...emergencies.rows.flatMap(({ openedBy, approvedBy }) => [openedBy, approvedBy]),
    ...deployments.rows.map(({ by }) => by),
  ]
  return named.filter((name) => name !== null)
}

/** How many of a list are not shown. */
export const moreOf = ({ rows, count }: Listing<unknown>): number => Math.max(0, count - rows.length)
