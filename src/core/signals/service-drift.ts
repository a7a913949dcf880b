import { type UChart, uChart } from '../statistics/u-chart.ts'
import { estimate } from '../text/wording.ts'
import { formatInstant } from '../time/instant.ts'

/** A week of one service in one environment; exposure in what its defects are counted against. */
export interface Week {
  readonly from: number
  readonly defects: number
  readonly exposure: number
}

/** What the exposure of a week is; rates are told per so many of these. */
export type ExposureUnit = 'deployments' | 'live days'

export interface ServiceDrift {
  readonly word: 'not enough data' | 'steady' | 'more defects' | 'fewer defects'
  readonly sentence: string
  /** The weeks of `chart.points`: those with any exposure, in order. */
  readonly weeks: readonly Week[]
  readonly chart: UChart | undefined
}

const LEAST_BASE_WEEKS = 20
/** The weeks to be judged do not tell what is normal. */
const RECENT_WEEKS = 4
const PER: Record<ExposureUnit, { readonly amount: number; readonly name: string }> = {
  deployments: { amount: 100, name: 'per 100 deployments' },
  'live days': { amount: 1, name: 'per live day' },
}

/**
 * Whether one of the last four weeks lies outside what the weeks before them vary by: a u-chart with Laney's correction
 * (`uChart`). Needs twenty weeks before those; weeks without exposure are left out.
 *
 * @param weeks in order of time
 */
export function serviceDrift(weeks: readonly Week[], unit: ExposureUnit): ServiceDrift {
  const exposed = weeks.filter(({ exposure }) => exposure > 0)
  const base = exposed.length - RECENT_WEEKS
  if (base < LEAST_BASE_WEEKS) {
    const sentence = `Drift needs ${LEAST_BASE_WEEKS} weeks to compare with; there are ${Math.max(0, base)}.`
    return { word: 'not enough data', sentence, weeks: exposed, chart: undefined }
  }
  const points = exposed.map(({ defects, exposure }) => ({ count: defects, exposure }))
  const chart = uChart(points, base)
  const last = chart.points.findLastIndex(({ signal }, i) => i >= base && signal !== undefined)
  const { amount, name } = PER[unit]
  const usual = `${estimate(chart.mean * amount)} ${name} are usual, from ${base} weeks`
  const point = chart.points[last]
  if (!point) {
    const sentence = `The last ${RECENT_WEEKS} weeks are within what weeks vary by: ${usual}.`
    return { word: 'steady', sentence, weeks: exposed, chart }
  }
  const limit =
    point.signal === 'high'
      ? `above the limit of ${estimate(point.high * amount)}`
      : `below the limit of ${estimate(point.low * amount)}`
  const week = formatInstant((exposed[last] as Week).from).slice(0, 10)
  return {
    word: point.signal === 'high' ? 'more defects' : 'fewer defects',
    sentence: `The week of ${week} had ${estimate(point.rate * amount)} defects ${name}, ${limit}; ${usual}.`,
    weeks: exposed,
    chart,
  }
}
