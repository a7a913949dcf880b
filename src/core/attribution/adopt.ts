import { type Learned, learnProfiles, type ServicePast } from './learn.ts'
import type { ServiceProfile } from './profile.ts'
import type { Scene } from './scene.ts'
import { judged, logLoss } from './verdicts.ts'

/** So many verdicts, that what they say about the learned profiles is no accident. */
export const VERDICTS_TO_COMPARE = 50
/** Fewer defects teach nothing that the defaults do not say better. */
export const DEFECTS_TO_LEARN = 30

/** What became of a night's learning. */
export interface LearningResult {
  /** Undefined: the profiles stay as they are. */
  readonly learned: Learned | undefined
  readonly outcome: 'adopted' | 'no-better' | 'too-few-defects'
  readonly defects: number
  readonly verdicts: number
  /**
   * Mean surprise (log loss, natural logarithm) at verdicts that were held back, under the profiles of before and the
   * learned ones; undefined while there are too few.
   */
  readonly heldOut: { readonly before: number; readonly after: number } | undefined
}

/**
 * Learns, and takes the result only where it helps. With enough verdicts of people each half of them is held back once,
 * profiles are learned without it, and they must find the held-back verdicts more likely than the present ones do. With
 * fewer, times and sizes of the service's own history are believed, as in the measurements of docs/attribution.md.
 *
 * Deterministic; three times the work of `learnProfiles`.
 */
export function learnCarefully(
  pasts: readonly ServicePast[],
  scenes: readonly Scene[],
  version: string,
): LearningResult {
  const decided = scenes.flatMap(({ defect }, i) => (defect.decision ? i : []))
  const said = { defects: scenes.length, verdicts: decided.length }
  if (scenes.length < DEFECTS_TO_LEARN)
    return { ...said, learned: undefined, outcome: 'too-few-defects', heldOut: undefined }
  const heldOut = decided.length < VERDICTS_TO_COMPARE ? undefined : compare(pasts, scenes, decided, version)
  if (heldOut && heldOut.after >= heldOut.before) return { ...said, learned: undefined, outcome: 'no-better', heldOut }
  return { ...said, learned: learnProfiles(pasts, scenes, version), outcome: 'adopted', heldOut }
}

function compare(
  pasts: readonly ServicePast[],
  scenes: readonly Scene[],
  decided: readonly number[],
  version: string,
): NonNullable<LearningResult['heldOut']> {
  const present = new Map(pasts.map(({ service, profile }) => [service, profile]))
  let before = 0
  let after = 0
  let compared = 0
  for (const half of [0, 1]) {
    const back = new Set(decided.filter((_, i) => i % 2 === half))
    const { profiles } = learnProfiles(
      pasts,
      scenes.map((scene, i) => (back.has(i) ? withoutDecision(scene) : scene)),
      version,
    )
    for (const i of back) {
      const scene = scenes[i] as Scene
      const then = lossOf(scene, present)
      const now = lossOf(scene, profiles)
      if (then === undefined || now === undefined) continue
      before += then
      after += now
      compared++
    }
  }
  return { before: before / Math.max(1, compared), after: after / Math.max(1, compared) }
}

const withoutDecision = (scene: Scene): Scene => ({ ...scene, defect: { ...scene.defect, decision: undefined } })

function lossOf(scene: Scene, profiles: ReadonlyMap<string, ServiceProfile>): number | undefined {
  const one = judged(scene, profiles)
  return one && logLoss([one], 1)
}
