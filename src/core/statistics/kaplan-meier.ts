import type { Interval } from './interval.ts'
import { normalWithin } from './normal.ts'

/** How long something lasted; `ended` false: it had not ended yet when we last looked. */
export interface Duration {
  readonly duration: number
  readonly ended: boolean
}

/** Just after `time`: the share that lasts longer. */
export interface SurvivalStep {
  readonly time: number
  readonly survival: number
  /** Greenwood's; 0 once nothing survives. */
  readonly standardError: number
  readonly interval: Interval
  readonly atRisk: number
}

export interface SurvivalCurve {
  /** One per time at which something ended, in order. */
  readonly steps: readonly SurvivalStep[]
  /** The first time by which half had ended; undefined while more than half last. */
  readonly median: number | undefined
  /** Ends may be missing: `high` Infinity, `low` Infinity while not even the lower curve passes one half. */
  readonly medianInterval: Interval
}

/**
 * The survival curve of durations of which some are not over (Kaplan and Meier, J. Amer. Statist. Assoc. 53, 1958,
 * 457-481), with Greenwood's variance. The intervals are made on the scale of log(−log S), which keeps them inside
 * [0, 1] and honest for small samples (Kalbfleisch and Prentice; R: survfit(conf.type = "log-log")); the median's is
 * where they cross one half (Brookmeyer and Crowley, Biometrics 38, 1982, 29-41). O(n log n).
 */
export function kaplanMeier(durations: readonly Duration[], confidence = 0.95): SurvivalCurve {
  const z = normalWithin(confidence)
  const steps = survivalSteps(durations).map(({ greenwood, ...step }) => ({
    ...step,
    standardError: step.survival === 0 ? 0 : step.survival * Math.sqrt(greenwood),
    interval: logLogInterval(step.survival, greenwood, z),
  }))
  return {
    steps,
    median: steps.find((step) => step.survival <= HALF)?.time,
    medianInterval: {
      low: steps.find(({ interval }) => interval.low <= HALF)?.time ?? Number.POSITIVE_INFINITY,
      high: steps.find(({ interval }) => interval.high <= HALF)?.time ?? Number.POSITIVE_INFINITY,
    },
  }
}

/** The time by which so large a share had ended; undefined while more than the rest last. Without intervals, so for thousands. */
export function survivalQuantiles(durations: readonly Duration[], shares: readonly number[]): (number | undefined)[] {
  const steps = survivalSteps(durations)
  return shares.map((share) => steps.find(({ survival }) => survival <= 1 - share + HAIR)?.time)
}

/** `greenwood`: the sum in his formula; infinite once nothing survives. */
function survivalSteps(durations: readonly Duration[]) {
  const ordered = [...durations].sort((a, b) => a.duration - b.duration)
  const steps: { time: number; survival: number; greenwood: number; atRisk: number }[] = []
  let survival = 1
  let greenwood = 0
  for (let first = 0; first < ordered.length; ) {
    const time = (ordered[first] as Duration).duration
    const atRisk = ordered.length - first
    let ended = 0
    for (; ordered[first]?.duration === time; first++) if (ordered[first]?.ended) ended++
    if (ended === 0) continue
    survival *= 1 - ended / atRisk
    greenwood += ended / (atRisk * (atRisk - ended))
    steps.push({ time, survival, greenwood, atRisk })
  }
  return steps
}

/** 0.8 × 0.75 × (5/6) is a half as well, whatever its last digit. */
const HAIR = 1e-12
const HALF = 0.5 + HAIR

function logLogInterval(survival: number, greenwood: number, z: number): Interval {
  if (survival === 0) return { low: 0, high: 0 }
  const spread = (z * Math.sqrt(greenwood)) / Math.abs(Math.log(survival))
  return { low: survival ** Math.exp(spread), high: survival ** Math.exp(-spread) }
}
