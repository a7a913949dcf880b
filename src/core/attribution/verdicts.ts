import { isPointedAt, weigh } from './attribute.ts'
import type { ServiceProfile } from './profile.ts'
import type { Hypothesis, Scene } from './scene.ts'
import { NAMED } from './state.ts'

/** What people's verdicts teach about the method itself: whether its probabilities mean what they say. */

/** A defect that a person decided, as the method sees it without that. */
export interface Judged {
  /** Log of the weights of the hypotheses, no change, and older. */
  readonly logWeights: readonly number[]
  /** Places that the verdict makes right: one release, older for one that was no candidate, or no change and older. */
  readonly right: readonly number[]
  /** The first suspect. */
  readonly top: { readonly probability: number; readonly right: boolean; readonly pointedAt: boolean } | undefined
}

/**
 * A release that was no candidate counts as what it is: the first suspect was wrong, and of all that was weighed only "an
 * older release" left room for it.
 *
 * @returns undefined for a defect that nobody decided
 */
export function judged(scene: Scene, profiles: ReadonlyMap<string, ServiceProfile>): Judged | undefined {
  const { decision } = scene.defect
  if (!decision) return undefined
  const { hypotheses } = scene
  const [noChangeAt, olderAt] = [hypotheses.length, hypotheses.length + 1]
  const chosen =
    decision.kind === 'not-a-change'
      ? [noChangeAt, olderAt]
      : hypotheses.flatMap(({ release, index }) => (release.id === decision.releaseId ? index : []))
  const right = chosen.length > 0 ? chosen : [olderAt]
  const { context, probabilities, noChange, older } = weigh(scene, (history) => ({
    ...(profiles.get(history.service) ?? history.profile),
    temperature: 1,
  }))
  const top = probabilities.reduce((best, p, i) => (p > (probabilities[best] ?? 0) ? i : best), 0)
  const hypothesis: Hypothesis | undefined = hypotheses[top]
  return {
    logWeights: [...probabilities, noChange, older].map((p) => Math.log(Math.max(p, Number.MIN_VALUE))),
    right,
    top: hypothesis && {
      probability: probabilities[top] as number,
      right: right.includes(top),
      pointedAt: isPointedAt(context, hypothesis),
    },
  }
}

/** Fewer verdicts than this say nothing about the temperature. */
export const VERDICTS_FOR_TEMPERATURE = 50
const TEMPERATURES = Array.from({ length: 20 }, (_, i) => 0.6 + i / 10)

/**
 * The temperature that the verdicts ask for: by what all log-odds are to be divided. Two halves of the verdicts each
 * choose one, and it stays 1 unless their choices make the other half more likely, too.
 */
export function learnTemperature(verdicts: readonly Judged[]): number {
  if (verdicts.length < VERDICTS_FOR_TEMPERATURE) return 1
  const halves = [0, 1].map((half) => verdicts.filter((_, i) => i % 2 === half)) as [Judged[], Judged[]]
  const [first, second] = halves
  const heldOut = logLoss(second, best(first)) + logLoss(first, best(second))
  return heldOut < logLoss(second, 1) + logLoss(first, 1) ? best(verdicts) : 1
}

const best = (verdicts: readonly Judged[]): number =>
  TEMPERATURES.reduce((a, b) => (logLoss(verdicts, b) < logLoss(verdicts, a) ? b : a), 1)

const LEAST = 1e-4

export function logLoss(verdicts: readonly Judged[], temperature: number): number {
  let loss = 0
  for (const { logWeights, right } of verdicts) {
    const most = Math.max(...logWeights)
    const weights = logWeights.map((log) => Math.exp((log - most) / temperature))
    const total = weights.reduce((a, b) => a + b, 0)
    const probability = right.reduce((sum, place) => sum + (weights[place] as number), 0) / total
    loss -= Math.log(Math.max(LEAST, probability))
  }
  return loss
}

/** Whether time alone was right where it was sure enough to name a release; undefined where it was not, or was not alone. */
export const timeAloneRight = ({ top }: Judged): boolean | undefined =>
  top && top.probability >= NAMED && !top.pointedAt ? top.right : undefined
