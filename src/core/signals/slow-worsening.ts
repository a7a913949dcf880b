import { type CusumPlan, type CusumPoint, cusum, cusumReference, planCusum } from '../statistics/cusum.ts'
import { sum } from '../statistics/sum.ts'
import { estimate } from '../text/wording.ts'
import { formatInstant } from '../time/instant.ts'
import type { Week } from './service-drift.ts'
import { WEEK_MS } from './weeks.ts'

/** Weeks put together; those without exposure may lie between them, and are not in it. */
export interface Period extends Week {
  readonly to: number
  readonly weeks: number
}

export interface SlowWorsening {
  readonly word: 'not enough data' | 'steady' | 'rising'
  readonly sentence: string
  /** The periods of `points`, each some weeks long; `to` is the end of its last week. */
  readonly periods: readonly Period[]
  readonly points: readonly CusumPoint[]
  readonly plan: CusumPlan | undefined
  /** When the rise probably began: start of the period after the sum was last zero. */
  readonly since: number | undefined
}

const LEAST_BASE_WEEKS = 20
/** With fewer expected per period the sum would take years; weeks are put together until there are so many. */
const LEAST_EXPECTED = 0.5
const WEEKS_PER_PERIOD = [1, 2, 4] as const
/** What it is meant to notice. */
const RISE = 2

/**
 * Whether defects have come more often for a while without any week being remarkable: a one-sided CUSUM meant for a
 * doubling, with 370 periods between false alarms on average (`planCusum`). The first `baseWeeks` tell what is usual;
 * those after them are watched. Periods weigh by their exposure.
 *
 * @param weeks     in order of time, exposures above 0
 * @param baseWeeks at least 20
 */
export function slowWorsening(weeks: readonly Week[], baseWeeks: number): SlowWorsening {
  const base = weeks.slice(0, baseWeeks)
  const rate = sum(base.map(({ defects }) => defects)) / sum(base.map(({ exposure }) => exposure))
  const perWeek = (rate * sum(weeks.map(({ exposure }) => exposure))) / weeks.length
  const length = WEEKS_PER_PERIOD.find((count) => perWeek * count >= LEAST_EXPECTED)
  if (base.length < LEAST_BASE_WEEKS)
    return tooLittle(`A slow rise needs ${LEAST_BASE_WEEKS} weeks to compare with; there are ${base.length}.`)
  if (length === undefined) return tooLittle('There are too few defects here to notice a slow rise.')

  const periods = inPeriods(weeks.slice(baseWeeks), length)
  const plan = planCusum(perWeek * length, RISE)
  const references = periods.map(({ exposure }) => cusumReference(rate * exposure, RISE * rate * exposure))
  const points = cusum(
    periods.map(({ defects }) => defects),
    references,
    plan.decision,
  )
  if (!points.at(-1)?.alarm) {
    const sentence = `No rise: ${estimate(perWeek * length)} defects in ${weeksLong(length)} are usual, and lasting twice as many would show within about ${estimate(plan.runLengthRisen * length)} weeks.`
    return { word: 'steady', sentence, periods, points, plan, since: undefined }
  }
  const since = (periods[points.findLastIndex((point) => point.sum === 0) + 1] as Period).from
  const lately = periods.filter(({ from }) => from >= since)
  const found = sum(lately.map(({ defects }) => defects))
  const expected = rate * sum(lately.map(({ exposure }) => exposure))
  const sentence = `Defects have come more often since about ${formatInstant(since).slice(0, 10)}: ${found} where ${estimate(expected)} were usual.`
  return { word: 'rising', sentence, periods, points, plan, since }
}

const tooLittle = (sentence: string): SlowWorsening => ({
  word: 'not enough data',
  sentence,
  periods: [],
  points: [],
  plan: undefined,
  since: undefined,
})

/** Whole periods only: the last one is left out until it is over. */
function inPeriods(weeks: readonly Week[], length: number): Period[] {
  return Array.from({ length: Math.floor(weeks.length / length) }, (_, i) => {
    const own = weeks.slice(i * length, (i + 1) * length) as [Week, ...Week[]]
    return {
      ...{ from: own[0].from, to: (own.at(-1) as Week).from + WEEK_MS, weeks: length },
      defects: sum(own.map(({ defects }) => defects)),
      exposure: sum(own.map(({ exposure }) => exposure)),
    }
  })
}

const weeksLong = (count: number): string => (count === 1 ? 'a week' : `${count} weeks`)
