import { DAY_MS, isWithin, type Period } from '../delivery/facts.ts'
import { finiteInterval, type Metric } from '../delivery/metric.ts'
import type { Severity } from '../event.ts'
import { type TimeToFix, timeToFix } from '../signals/time-to-fix.ts'
import { wilsonInterval } from '../statistics/binomial.ts'
import { defectEscape, type ReleasedDefects } from './defect-escape.ts'
import { defectFlow, type FlowingDefect, type FlowStep } from './defect-flow.ts'

/** A defect of the place. Instants are epoch ms. */
export interface QualityDefect extends FlowingDefect {
  readonly severity: Severity
  /** Closed by a fix; else it was given up. Without meaning while it is open. */
  readonly fixed: boolean
}

export interface QualityFacts {
  readonly service: string
  readonly environment: string
  /** When the first deployment or defect there became known; nothing can have come before. */
  readonly knownSince: number
  /** First seen in the period, or open at some time in it. */
  readonly defects: readonly QualityDefect[]
  /** The releases of the service that first reached production in the period. */
  readonly releases: readonly ReleasedDefects[]
}

/** A number with what it is made of; as `Metric`, for defects. */
export interface QualityNumber
  extends Pick<Metric, 'value' | 'numerator' | 'denominator' | 'rule' | 'enough' | 'interval'> {
  readonly unit: 'share' | 'per week' | 'defects' | 'days'
  /** The defects that the numerator counts. */
  readonly numeratorIds: readonly number[]
}

export interface QualityMetrics {
  readonly escapeRate: QualityNumber
  readonly removalEfficiency: QualityNumber
  /** Of the period: long enough in production, and not yet. */
  readonly releases: { readonly observed: number; readonly tooYoung: number }
  /** Defects of observed releases that were found in a phase nobody named. */
  readonly unknownPhaseIds: readonly number[]
  readonly inflow: QualityNumber
  readonly outflow: QualityNumber
  readonly backlog: QualityNumber
  readonly medianAge: QualityNumber
  readonly highAge: QualityNumber
  readonly severityMix: Readonly<Record<Severity, QualityNumber>>
  readonly timeToFix: QualityNumber
  readonly fixing: TimeToFix
  readonly weeks: readonly FlowStep[]
}

const SEVERITIES: readonly Severity[] = ['S1', 'S2', 'S3', 'S4']
const WEEK_MS = 7 * DAY_MS
/** Below this a share or an age says more of chance than of the service. */
const LEAST_DEFECTS = 10

/**
 * What the defects of one service in one environment say over a period: how many reach production, how they come and go,
 * how long they take, how grave they are. O(defects × weeks).
 *
 * @param observedDays how long a release must have been in production before its defects count
 */
export function qualityMetrics(
  { service, environment, knownSince, defects, releases }: QualityFacts,
  period: Period,
  observedDays: number,
  now: number,
): QualityMetrics {
  const place = `of ${service} in ${environment}`
  const escaped = defectEscape(releases, observedDays, now)
  const flow = defectFlow(defects, weeksOf(period), now)
  const came = defects.filter(({ openedAt }) => isWithin(openedAt, period))
  const wentIds = flow.steps.flatMap(({ outflowIds }) => outflowIds)
  const weeks = (Math.min(period.to, now) - Math.max(period.from, knownSince)) / WEEK_MS
  const fixing = timeToFix(
    came.map(({ id, openedAt, closedAt, fixed }) => ({
      defectId: id,
      openedAt,
      fixedAt: fixed ? closedAt : undefined,
      droppedAt: fixed ? undefined : closedAt,
    })),
    now,
  )
  const perWeek = (ids: readonly number[], rule: string): QualityNumber => ({
    ...{
      value: weeks > 0 ? ids.length / weeks : null,
      unit: 'per week',
      numerator: ids.length,
      denominator: Math.max(0, weeks),
    },
    ...{ rule, enough: weeks >= 1, interval: null, numeratorIds: ids },
  })
  const ofOpen = (
    value: number | null,
    unit: 'days' | 'defects',
    denominator: number,
    rule: string,
  ): QualityNumber => ({
    ...{ value, unit, numerator: flow.openIds.length, denominator, rule, interval: null, numeratorIds: flow.openIds },
    enough: unit === 'defects' || flow.openIds.length >= LEAST_DEFECTS,
  })
  const open = flow.openIds.length
  return {
    escapeRate: ofReleases(escaped.escapeRate),
    removalEfficiency: ofReleases(escaped.removalEfficiency),
    releases: { observed: escaped.escapeRate.ripe, tooYoung: escaped.escapeRate.unripe },
    unknownPhaseIds: escaped.unknownPhaseIds,
    inflow: perWeek(
      came.map(({ id }) => id),
      `Defects ${place} first seen in the period / its weeks since anything is known of the place, those to come left out.`,
    ),
    outflow: perWeek(
      wentIds,
      `Defects ${place} fixed or given up in the period, and not opened again since / its weeks since anything is known of the place, those to come left out.`,
    ),
    backlog: ofOpen(
      open,
      'defects',
      flow.backlogBefore + came.length,
      `Defects ${place} open at the end of the period, of all that were open at some time in it.`,
    ),
    medianAge: ofOpen(
      flow.medianAgeDays,
      'days',
      open,
      `Median age at the end of the period of the defects ${place} open then, since they were first seen.`,
    ),
    highAge: ofOpen(
      flow.highAgeDays,
      'days',
      open,
      `Age that 15 % of the defects ${place} open at the end of the period exceed.`,
    ),
    severityMix: Object.fromEntries(SEVERITIES.map((severity) => [severity, shareOf(severity, came, place)])) as Record<
      Severity,
      QualityNumber
    >,
    timeToFix: {
      ...{ value: fixing.curve.median ?? null, unit: 'days', numerator: fixing.fixed, denominator: came.length },
      rule: `Median time from first seen to fixed of the defects ${place} first seen in the period. Those still open count with the time so far, those given up until then (Kaplan-Meier).`,
      enough: fixing.word === 'known',
      interval: fixing.curve.median === undefined ? null : finiteInterval(fixing.curve.medianInterval),
      numeratorIds: came.flatMap(({ id, closedAt, fixed }) =>
        fixed && closedAt !== undefined && closedAt <= now ? id : [],
      ),
    },
    fixing,
    weeks: flow.steps,
  }
}

/** From the beginning of the period; the last may be shorter. */
const weeksOf = ({ from, to }: Period): Period[] =>
  Array.from({ length: Math.ceil((to - from) / WEEK_MS) }, (_, i) => ({
    from: from + i * WEEK_MS,
    to: Math.min(from + (i + 1) * WEEK_MS, to),
  }))

const ofReleases = ({
  value,
  numerator,
  denominator,
  rule,
  enough,
  interval,
  numeratorIds,
}: Metric): QualityNumber => ({
  ...{ value, unit: 'share', numerator, denominator, enough, interval, numeratorIds },
  rule: `${rule} A defect belongs to the release to which it is attributed, by the method or by a person.`,
})

function shareOf(severity: Severity, came: readonly QualityDefect[], place: string): QualityNumber {
  const own = came.filter((defect) => defect.severity === severity)
  return {
    value: came.length === 0 ? null : own.length / came.length,
    unit: 'share',
    numerator: own.length,
    denominator: came.length,
    rule: `Defects ${place} of severity ${severity} / all first seen in the period; by the severity they have now.`,
    enough: came.length >= LEAST_DEFECTS,
    interval: came.length === 0 ? null : finiteInterval(wilsonInterval(own.length, came.length)),
    numeratorIds: own.map(({ id }) => id),
  }
}
