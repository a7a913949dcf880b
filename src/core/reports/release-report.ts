import { counted, estimate } from '../text/wording.ts'
import { releaseDiscovery } from '../verdict/release-discovery.ts'
import { endedAs, signOf, stayOf } from '../verdict/release-sign.ts'
import type { Verdict, VerdictFacts } from '../verdict/verdict.ts'
import { RELEASE_DEFINITIONS } from './definitions.ts'
import {
  type Listing,
  type ReportedDefect,
  type ReportedDeployment,
  type ReportedDiscovery,
  type ReportedEmergency,
  type ReportNumber,
  type ReportSnapshot,
  SNAPSHOT_FORMAT,
} from './snapshot.ts'

/** When a report was made, by whom, and from what. */
export interface Making {
  readonly zone: string
  readonly madeAt: number
  readonly madeBy: string
  readonly dataUntil: number | undefined
}

/** How many; `atLeast` when counting stopped there. */
export interface Counted {
  readonly count: number
  readonly atLeast: boolean
}

export interface ReleaseReportFacts {
  readonly service: string
  readonly version: string
  /** Where it matters most; undefined: it was never live. */
  readonly judged: { readonly environment: string; readonly verdict: Verdict; readonly facts: VerdictFacts } | undefined
  /** Of which it is the first suspect. */
  readonly introduced: Counted
  /** S1 and S2 among them. */
  readonly severe: Counted
  /** They had been fixed, and came back in it. */
  readonly regressed: Counted
  readonly all: Listing<ReportedDefect>
  readonly deployments: Listing<ReportedDeployment>
  readonly emergencies: Listing<ReportedEmergency>
}

/** The report on one release. */
export function releaseReport(facts: ReleaseReportFacts, making: Making): ReportSnapshot {
  const { service, version, judged, all, deployments, emergencies } = facts
  const { zone, madeAt, madeBy, dataUntil = null } = making
  const environment = judged?.environment ?? null
  const stay = judged && stayOf(judged.facts)
  return {
    format: SNAPSHOT_FORMAT,
    subject: { kind: 'release', service, version, environment },
    title: `${service} ${version}`,
    ...{ zone, madeAt, madeBy, dataUntil },
    verdict: judged?.verdict.word ?? null,
    sign: (stay && signOf(stay, judged?.verdict)) ?? null,
    ended: (stay && endedAs(stay, judged?.verdict)) ?? null,
    sentence: judged?.verdict.sentence ?? 'It has not been live in any environment.',
    numbers: numbersOf(facts, madeAt),
    discovery: judged ? discoveryOf(judged, madeAt) : null,
    flow: null,
    ...{ defects: all, emergencies, deployments },
    definitions: RELEASE_DEFINITIONS,
  }
}

function discoveryOf(judged: NonNullable<ReleaseReportFacts['judged']>, now: number): ReportedDiscovery | null {
  const found = releaseDiscovery(judged, { onlySevere: false }, now)
  if (!found) return null
  const { discoveries, windowDays, comparedDays = null, rolledBack, numbers = null } = found
  return { version: judged.facts.release.version, discoveries, windowDays, comparedDays, rolledBack, numbers }
}

function numbersOf(facts: ReleaseReportFacts, now: number): ReportNumber[] {
  const { introduced, severe, regressed, all, deployments } = facts
  const failed = deployments.rows.filter(({ status }) => status === 'failed').length
  const ended = deployments.rows.filter(({ status }) => status === 'failed' || status === 'succeeded').length
  return [
    foundNumber(facts, now),
    {
      name: 'S1 and S2 among the new',
      numerator: severe.count,
      denominator: introduced.count,
      text: `${counts(severe)} of ${counted(introduced.count, 'new defect')}`,
      rule: 'Defects of severity S1 or S2 / all defects of which this release is the first suspect, or was confirmed to have introduced them.',
    },
    {
      name: 'Came back',
      numerator: regressed.count,
      denominator: all.count,
      text: `${counts(regressed)} of ${counted(all.count, 'defect')} it has to do with`,
      rule: 'Defects that had been fixed and were seen again in this release / all defects it is suspected of, that came back in it, that it is said to fix, or whose first report names it.',
    },
    {
      name: 'Failed deployments',
      numerator: failed,
      denominator: ended,
      text: `${failed} of ${counted(ended, 'deployment')}`,
      rule: 'Deployments of this release that failed / those that failed or succeeded, in every environment; the newest hundred.',
    },
  ]
}

function foundNumber({ judged }: ReleaseReportFacts, now: number): ReportNumber {
  const name = 'Defects found'
  const comparison = judged?.verdict.comparison
  if (comparison)
    return {
      name,
      numerator: comparison.found,
      denominator: comparison.expected,
      text: `${comparison.found} found, ${estimate(comparison.expected)} expected at that age`,
      rule: `Distinct defects first seen in ${judged.environment} while the release was live there, duplicates folded, up to the age at which it is compared / what the releases before it had shown by that age, for the same traffic.`,
    }
  const found = (judged && releaseDiscovery(judged, { onlySevere: false }, now)?.discoveries.ages.length) ?? 0
  return {
    name,
    numerator: found,
    denominator: null,
    text: `${found} found, with too few earlier releases to compare`,
    rule: 'Distinct defects first seen while the release was live, duplicates folded. There is nothing to hold them against yet.',
  }
}

const counts = ({ count, atLeast }: Counted): string => (atLeast ? `at least ${count}` : String(count))
