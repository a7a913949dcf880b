import { MINUTE } from '../../time/span.ts'
import { type Context, type EvidenceSource, multiplied, namingRatio } from '../context.ts'
import type { Undone } from '../facts.ts'
import type { Hypothesis } from '../scene.ts'
import { duration, told } from '../words.ts'

/** A revert that names the defect is seldom wrong. Judgement. */
const WRONG = 0.05

/**
 * A roll-back or a revert after the first sighting: a person thought it was this release, and the defect stopping with
 * it agrees. Weights are judgement, but for the sign: where taking it out changed nothing, it was something else.
 */
const ratioOf = ({ seenAfter }: Undone): number => Math.exp(seenAfter === true ? -3 : seenAfter === false ? 3 : 0.7)

const isNamed = (undone: Undone | undefined): boolean => undone?.namesDefect === true && undone.seenAfter !== true

export const undone: EvidenceSource = {
  kind: 'undone',
  weigh: (context, before) => {
    const { hypotheses } = context.scene
    const found = hypotheses.map((one) => lastOf(context, one))
    if (found.every((one) => one === undefined)) return undefined
    const named = namingRatio(
      before,
      hypotheses.filter((_, i) => isNamed(found[i])),
      WRONG,
    )
    return multiplied(context, before, ({ index }) => {
      const own = found[index]
      if (named !== undefined && isNamed(own)) return named
      return own ? ratioOf(own) : 1
    })
  },
  pointsAt: (context, suspect) => {
    const found = lastOf(context, suspect)
    return found !== undefined && found.seenAfter !== true && (found.namesDefect || found.seenAfter === false)
  },
  tell: (context, suspect, present) => {
    if (!present) return undefined
    const found = lastOf(context, suspect)
    const version = told(suspect.release.version)
    if (!found)
      return {
        title: 'It was not taken back',
        sentence: `Another release was taken back after it was seen, ${version} was not.`,
      }
    const afterMs = found.at - context.scene.defect.firstSeenAt
    const when = afterMs < MINUTE ? 'at the moment of' : `${duration(afterMs)} after`
    const done = `${version} was ${found.by === 'revert' ? 'reverted' : 'rolled back'} ${when} the first sighting`
    const values = { by: found.by, afterMs }
    if (found.seenAfter === true)
      return { title: 'Taking it back did not help', sentence: `${done}, and the defect was still seen.`, values }
    if (found.namesDefect)
      return { title: 'It was taken back because of it', sentence: `${done}, naming this defect.`, values }
    return found.seenAfter === false
      ? {
          title: 'It stopped when this was taken back',
          sentence: `${done}, and the defect was not seen again.`,
          values,
        }
      : { title: 'It was taken back', sentence: `${done}; whether that helped cannot be said yet.`, values }
  },
}

/** Of several roll-backs of one release the first that can be judged. */
function lastOf({ scene }: Context, { release }: Hypothesis): Undone | undefined {
  const own = scene.defect.undone.filter(({ releaseId }) => releaseId === release.id).sort(byTime)
  return own.find(({ seenAfter, namesDefect }) => seenAfter !== undefined || namesDefect) ?? own[0]
}

const byTime = (a: Undone, b: Undone): number =>
  a.at - b.at || Number(b.namesDefect) - Number(a.namesDefect) || ranked(a) - ranked(b) || (a.by < b.by ? -1 : 1)

/** Of two at one instant the one that helped. */
const ranked = ({ seenAfter }: Undone): number => [false, true, undefined].indexOf(seenAfter)
