import type { Severity } from '../core/event.ts'
import { backgroundTitle, faultTitles, type ServiceProfile } from './portfolio.ts'
import type { Random } from './random.ts'
import {
  DAY,
  HOUR,
  type LatentFault,
  MINUTE,
  type Rollout,
  type SimulatedRelease,
  type Train,
} from './release-train.ts'

/** A fault somebody met, and what became of it. */
export interface FoundDefect {
  readonly title: string
  readonly service: string
  readonly severity: Severity
  readonly environment: string
  readonly foundAt: number
  /** What ran there when it was found; often a later release than the one that brought it. */
  readonly seenIn: SimulatedRelease
  /** The truth: who brought it; undefined: no release did. */
  readonly introducedBy: SimulatedRelease | undefined
  readonly fix: { readonly release: SimulatedRelease; readonly at: number } | undefined
  /** Dropped by the team without a fix. */
  readonly droppedAt: number | undefined
}

interface LiveSpan {
  readonly release: SimulatedRelease
  readonly from: number
  readonly to: number
}

const FIX_DAYS: Record<Severity, number> = { S1: 0.15, S2: 1.5, S3: 7, S4: 22 }

/** Which of the train's faults were met by `to`, with faults of the surroundings mixed in. */
export function discoverDefects(
  profile: ServiceProfile,
  train: Train,
  random: Random,
  from: number,
  to: number,
): FoundDefect[] {
  const nextTitle = faultTitles(profile, random)
  const spans = new Map(
    ['testing', 'staging', 'production'].map((environment) => [
      environment,
      liveSpans(train.rollouts, environment, to),
    ]),
  )
  const found: FoundDefect[] = []
  for (const release of train.releases)
    for (const fault of release.faults) {
      const meeting = meet(release, fault, spans.get(fault.foundIn) ?? [])
      if (!meeting) continue
      const { at, seenIn } = meeting
      const ending = endOf(fault.severity, at, train, random, to)
      found.push({
        title: nextTitle(),
        service: profile.name,
        severity: fault.severity,
        environment: fault.foundIn,
        foundAt: at,
        seenIn,
        introducedBy: release,
        ...ending,
      })
    }
  return [...found, ...surroundings(profile, spans.get('production') ?? [], random, from, to, found.length)]
}

/** What ran in one environment when: from each success to the next. */
export function liveSpans(rollouts: readonly Rollout[], environment: string, to: number): LiveSpan[] {
  const successes = rollouts
    .filter((rollout) => rollout.environment === environment && rollout.status === 'succeeded')
    .sort((a, b) => a.finishedAt - b.finishedAt)
  return successes.map((rollout, i) => ({
    release: rollout.release,
    from: rollout.finishedAt,
    to: successes[i + 1]?.finishedAt ?? to,
  }))
}

/** The fault's clock runs only while a version that contains it is live: it stands still after a roll-back. */
function meet(release: SimulatedRelease, fault: LatentFault, spans: readonly LiveSpan[]) {
  let left = fault.lag
  for (const span of spans) {
    if (span.release.order < release.order) continue
    if (span.from + left < span.to) return { at: Math.round(span.from + left), seenIn: span.release }
    left -= span.to - span.from
  }
  return undefined
}

/** Fixed in the first release built late enough that reached production, dropped, or still open. */
function endOf(
  severity: Severity,
  foundAt: number,
  train: Train,
  random: Random,
  to: number,
): Pick<FoundDefect, 'fix' | 'droppedAt'> {
  const readyAt = foundAt + random.exponential(FIX_DAYS[severity] * DAY)
  const droppedAt = foundAt + random.between(1, 20) * DAY
  if (severity === 'S4' && random.chance(0.2))
    return { fix: undefined, droppedAt: droppedAt < to ? Math.round(droppedAt) : undefined }
  const arrival = train.rollouts.find(
    (rollout) =>
      rollout.environment === 'production' &&
      rollout.status === 'succeeded' &&
      rollout.action === 'deploy' &&
      rollout.release.builtAt >= readyAt,
  )
  return { fix: arrival && { release: arrival.release, at: arrival.finishedAt }, droppedAt: undefined }
}

/** About one in eight has no release to blame. */
function surroundings(
  profile: ServiceProfile,
  spans: readonly LiveSpan[],
  random: Random,
  from: number,
  to: number,
  releaseBorne: number,
): FoundDefect[] {
  return Array.from({ length: random.poisson(releaseBorne * 0.14) }, () => {
    const foundAt = Math.round(random.between(from + HOUR, to - HOUR))
    const title = `${backgroundTitle(profile, random)}`
    const severity = random.weighted<Severity>({ S1: 3, S2: 22, S3: 50, S4: 25 })
    const over = foundAt + random.between(20, 600) * MINUTE
    return { title, severity, foundAt, over: Math.round(over), span: spans.findLast((span) => span.from <= foundAt) }
  }).flatMap(({ title, severity, foundAt, over, span }) =>
    span
      ? [
          {
            title,
            service: profile.name,
            severity,
            environment: 'production',
            foundAt,
            seenIn: span.release,
            introducedBy: undefined,
            fix: undefined,
            droppedAt: over < to ? over : undefined,
          },
        ]
      : [],
  )
}
