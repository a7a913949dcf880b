import type { DefectEvent, DefectStatus, Detection, Phase, Severity } from '../event.ts'
import { earlier, type Facts, later, mergeEarliest, mergeLatest, said, statedAt, withWeighed } from '../facts.ts'
import type { StatusStatement } from './defect-course.ts'
import { type DefectEvidence, evidenceOf, type GatheredFacts, gatheredFacts, mergeGathered } from './defect-evidence.ts'
import { type DecidedTimes, TIME_NAMES, type TimeName } from './defect-times.ts'

/** Fields in which the last word counts. */
interface LatestFields {
  readonly title: string | undefined
  readonly description: string | undefined
  readonly service: string | undefined
  readonly severity: Severity | undefined
  readonly phase: Phase | undefined
  readonly url: string | undefined
  readonly introducedIn: string | undefined
  readonly reportedAt: number | undefined
  readonly acknowledgedAt: number | undefined
  readonly mitigatedAt: number | undefined
}

/** Fields that say where it was seen first; a later sighting in a newer version does not move the blame. */
interface EarliestFields {
  readonly environment: string | undefined
  readonly version: string | undefined
  readonly commit: string | undefined
  readonly deployment: string | undefined
  readonly detectedAt: number | undefined
  readonly detection: Detection | undefined
}

/** All that one source said about one thing it calls a defect, merged. */
export interface ReportFacts {
  readonly latest: Facts<LatestFields>
  readonly earliest: Facts<EarliestFields>
  /** Absent when it names nothing of the kind. */
  readonly gathered?: GatheredFacts
}

export function reportFacts(event: DefectEvent): ReportFacts {
  const { title, description, service, severity, phase, url, introducedIn } = event
  const { reportedAt, acknowledgedAt, mitigatedAt } = event
  const { environment, version, commit, deployment, detectedAt, detection } = event
  const seenAt = event.occurredAt ?? event.at
  return {
    latest: weighed(
      statedAt(
        {
          ...{ title, description, service, severity, phase, url, introducedIn },
          ...{ reportedAt, acknowledgedAt, mitigatedAt },
        },
        event.at,
      ),
      event,
    ),
    earliest: statedAt({ environment, version, commit, deployment, detectedAt, detection }, seenAt),
    ...withGathered(gatheredFacts(event)),
  }
}

/** What the operator's rules had a say in, as heavy as they make it. */
function weighed(latest: Facts<LatestFields>, event: DefectEvent): Facts<LatestFields> {
  const { applied, service, severity, at } = event
  if (!applied) return latest
  const weigh = <Name extends 'service' | 'severity'>(
    facts: Facts<LatestFields>,
    name: Name,
    value: LatestFields[Name],
    weight: number | undefined,
  ) =>
    weight === undefined || (value === undefined && !applied.isReading)
      ? facts
      : withWeighed(facts, name, { value, at, weight })
  return weigh(weigh(latest, 'service', service, applied.serviceWeight), 'severity', severity, applied.severityWeight)
}

const withGathered = (gathered: GatheredFacts) => (Object.keys(gathered).length > 0 ? { gathered } : {})

/** Order and repetition of the merges do not matter. */
export const mergeReportFacts = (a: ReportFacts, b: ReportFacts): ReportFacts => ({
  latest: mergeLatest(a.latest, b.latest),
  earliest: mergeEarliest(a.earliest, b.earliest),
  ...withGathered(mergeGathered(a.gathered ?? {}, b.gathered ?? {})),
})

/** What an event says of the state of its defect, without who says it; undefined when it says nothing of it. */
export function statusStatement(event: DefectEvent): Omit<StatusStatement, 'by'> | undefined {
  const { at, status, fixedIn, occurredAt } = event
  if (status === undefined && fixedIn === undefined) return undefined
  const sighted = (status === 'open' || status === 'regressed') && occurredAt === at
  return { at, status, fixedIn, sighted }
}

export interface Report {
  /** Source and identity: stands in for order of arrival, which must not matter. */
  readonly key: string
  readonly facts: ReportFacts
  readonly firstSeenAt: number | undefined
  readonly lastSeenAt: number | undefined
  readonly firstSaidAt: number
  readonly occurrences: number
}

/** What people decided; each stays until a person decides otherwise, whatever arrives. */
export interface Decisions {
  readonly severity?: Decision<Severity>
  readonly attribution?: Decision<AttributionDecision>
  readonly times?: DecidedTimes
  /** What they said about its state, in the order in which they did. */
  readonly statements?: readonly PersonStatement[]
}

export interface PersonStatement {
  readonly at: number
  readonly by: string
  readonly status?: DefectStatus | undefined
  readonly fixedIn?: readonly string[] | undefined
  readonly reason?: string | undefined
}

export const statementsOf = ({ statements = [] }: Decisions): StatusStatement[] =>
  statements.map(({ at, by, status, fixedIn }) => ({ at, status, fixedIn, by: { kind: 'person', name: by } }))

export interface Decision<T> {
  readonly value: T
  readonly at: number
  readonly by: string
  readonly reason?: string | undefined
}

export type AttributionDecision =
  | { readonly kind: 'confirmed' | 'chosen'; readonly releaseId: number }
  | { readonly kind: 'not-a-change' }

export interface Defect {
  readonly title: string
  readonly description: string | undefined
  readonly service: string | undefined
  readonly environment: string | undefined
  readonly version: string | undefined
  readonly commit: string | undefined
  readonly deployment: string | undefined
  readonly severity: Severity
  readonly phase: Phase | undefined
  readonly url: string | undefined
  readonly firstSeenAt: number
  readonly lastSeenAt: number
  readonly detectedAt: number
  readonly reportedAt: number
  /** As it was said; undefined: nobody did. */
  readonly acknowledgedAt: number | undefined
  readonly mitigatedAt: number | undefined
  readonly occurrences: number
  /** Who noticed it first. */
  readonly detection: Detection
  /** What the reports say that may point at a release. */
  readonly evidence: DefectEvidence
}

const DEFAULT_SEVERITY: Severity = 'S3'
/** The slowest way of noticing claims least. */
const DEFAULT_DETECTION: Detection = 'issue'

/**
 * One defect from all reports of it and what people decided, its status left aside (core/defect/defect-course.ts).
 *
 * The earliest report names it; severity is the worst any source gives. Never throws; needs at least one report.
 */
export function deriveDefect(reports: readonly Report[], decisions: Decisions): Defect {
  const ordered = [...reports].sort((a, b) => since(a) - since(b) || (a.key < b.key ? -1 : 1))
  const firstSaid = <T>(pick: (facts: ReportFacts) => T | undefined): T | undefined => {
    for (const report of ordered) {
      const value = pick(report.facts)
      if (value !== undefined) return value
    }
    return undefined
  }
  const decided = (name: TimeName): number | undefined => decisions.times?.[name]?.value
  const firstOf = (pick: (facts: ReportFacts) => number | undefined): number | undefined =>
    ordered.reduce<number | undefined>((first, { facts }) => earlier(first, pick(facts)), undefined)
  const firstSeenAt = decided('occurred') ?? Math.min(...ordered.map(since))
  const lastSeenAt = ordered.reduce<number | undefined>((last, report) => later(last, report.lastSeenAt), undefined)
  const detectedAt = decided('detected') ?? firstOf((facts) => said(facts.earliest, 'detectedAt')) ?? firstSeenAt
  const firstSaidAt = Math.min(...ordered.map((report) => report.firstSaidAt))
  return {
    title: firstSaid((facts) => said(facts.latest, 'title')) ?? 'Untitled defect',
    description: firstSaid((facts) => said(facts.latest, 'description')),
    service: firstSaid((facts) => said(facts.latest, 'service')),
    environment: firstSaid((facts) => said(facts.earliest, 'environment')),
    version: firstSaid((facts) => said(facts.earliest, 'version')),
    commit: firstSaid((facts) => said(facts.earliest, 'commit')),
    deployment: firstSaid((facts) => said(facts.earliest, 'deployment')),
    severity: decisions.severity?.value ?? worstSeverity(ordered) ?? DEFAULT_SEVERITY,
    phase: firstSaid((facts) => said(facts.latest, 'phase')),
    url: firstSaid((facts) => said(facts.latest, 'url')),
    firstSeenAt,
    lastSeenAt: Math.max(lastSeenAt ?? firstSeenAt, firstSeenAt),
    detectedAt,
    // Nobody reports what nobody noticed; senders that name no time of the report date it by the sighting.
    reportedAt:
      decided('reported') ?? firstOf((facts) => said(facts.latest, 'reportedAt')) ?? Math.max(firstSaidAt, detectedAt),
    acknowledgedAt: decided('acknowledged') ?? firstOf((facts) => said(facts.latest, 'acknowledgedAt')),
    mitigatedAt: decided('mitigated') ?? firstOf((facts) => said(facts.latest, 'mitigatedAt')),
    occurrences: ordered.reduce((sum, report) => sum + report.occurrences, 0),
    detection: firstSaid((facts) => said(facts.earliest, 'detection')) ?? DEFAULT_DETECTION,
    evidence: evidenceOf(
      ordered.map(({ facts }) => facts.gathered ?? {}),
      firstSaid((facts) => said(facts.latest, 'introducedIn')),
    ),
  }
}

const since = (report: Report): number => report.firstSeenAt ?? report.firstSaidAt

function worstSeverity(reports: readonly Report[]): Severity | undefined {
  const severities = reports.flatMap(({ facts }) => said(facts.latest, 'severity') ?? [])
  return severities.sort()[0]
}

/** What people decided under several numbers that are one defect: of each kind the latest, and all statements. */
export const mergeAllDecisions = (all: readonly Decisions[]): Decisions => all.reduce(mergeDecisions, {})

/** Two defects turn out to be one: decision by decision the later one holds, and all statements are kept. */
export function mergeDecisions(a: Decisions, b: Decisions): Decisions {
  const statements = [...(a.statements ?? []), ...(b.statements ?? [])].sort((x, y) => x.at - y.at)
  return {
    ...laterOf('severity', a, b),
    ...laterOf('attribution', a, b),
    ...laterTimes(a, b),
    ...(statements.length > 0 && { statements }),
  }
}

function laterOf<Name extends 'severity' | 'attribution'>(
  name: Name,
  a: Decisions,
  b: Decisions,
): Pick<Decisions, Name> {
  const [x, y] = [a[name], b[name]]
  const decision = !x || (y && y.at > x.at) ? y : x
  return (decision ? { [name]: decision } : {}) as Pick<Decisions, Name>
}

function laterTimes({ times: a = {} }: Decisions, { times: b = {} }: Decisions): Pick<Decisions, 'times'> {
  const times = Object.fromEntries(
    TIME_NAMES.flatMap((name) => {
      const [x, y] = [a[name], b[name]]
      const decision = !x || (y && y.at > x.at) ? y : x
      return decision ? [[name, decision]] : []
    }),
  )
  return Object.keys(times).length > 0 ? { times } : {}
}

/**
 * The thing a source calls a defect; reports with the same identity from one source are about the same. The service in
 * it is the sender's own name, which no rule changes.
 */
export function reportIdentity(event: DefectEvent, delivery: string): string {
  if (event.key !== undefined) return JSON.stringify(['key', event.key])
  const service = event.applied ? event.applied.ownService : event.service
  if (event.fingerprint !== undefined) return JSON.stringify(['fingerprint', service ?? null, event.fingerprint])
  return JSON.stringify(['delivery', delivery])
}

/** The key that a report has to itself. */
export const reportKey = (sourceId: number, identity: string): string => JSON.stringify(['source', sourceId, identity])

/** The keys that it shares with others; those who do are the same defect, unless a person says otherwise. */
export const sharedKeys = ({ fingerprint, service, identity }: DefectEvent): string[] => [
  ...(fingerprint === undefined ? [] : [JSON.stringify(['fingerprint', service ?? null, fingerprint])]),
  ...(identity?.own ?? []),
]

const HOUR_MS = 3_600_000
/** Occurrences are counted by the hour. */
export const bucketOf = (at: number): number => Math.floor(at / HOUR_MS) * HOUR_MS
