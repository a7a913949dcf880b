import type { AttributionState } from '../../../src/core/attribution/result.ts'

/** What a method said about one defect, against the truth. */
export interface Answer {
  /** Whether some release is the right answer. */
  readonly hasCause: boolean
  /** Probability given to the first suspect; undefined for rules that give none. */
  readonly probability: number | undefined
  readonly right: boolean
  readonly inFirstThree: boolean
  readonly state: AttributionState
}

export interface Score {
  readonly answers: number
  /** Rules name a release and do not say how sure they are. */
  readonly givesProbabilities: boolean
  /** Of those with a cause. */
  readonly top1: number
  readonly top3: number
  /** Share with p ≥ 0.8, and how many of them were right. */
  readonly sure: number
  readonly sureRight: number
  readonly attributed: number
  readonly attributedRight: number
  readonly unattributed: number
  /** Of those without a cause: how many are attributed to some release nevertheless. */
  readonly falselyNamed: number
  readonly backgroundUnattributed: number
  /** Expected calibration error of the first suspect's probability, ten bins. */
  readonly calibrationError: number
  /** Mean squared error of the same. */
  readonly brier: number
}

export function scoreOf(answers: readonly Answer[]): Score {
  const caused = answers.filter(({ hasCause }) => hasCause)
  const background = answers.filter(({ hasCause }) => !hasCause)
  const sure = answers.filter(({ probability }) => (probability ?? 0) >= 0.8)
  const attributed = answers.filter(({ state }) => state === 'attributed')
  const right = ({ right }: Answer) => right
  return {
    answers: answers.length,
    givesProbabilities: answers.some(({ probability }) => probability !== undefined),
    top1: share(caused, right),
    top3: share(caused, ({ inFirstThree }) => inFirstThree),
    sure: sure.length / answers.length,
    sureRight: share(sure, right),
    attributed: attributed.length / answers.length,
    attributedRight: share(attributed, right),
    unattributed: share(answers, ({ state }) => state === 'unattributed'),
    falselyNamed: share(background, ({ state }) => state === 'attributed'),
    backgroundUnattributed: share(background, ({ state }) => state === 'unattributed'),
    calibrationError: calibrationError(answers),
    brier:
      answers.reduce((sum, { probability = 0, right }) => sum + (probability - Number(right)) ** 2, 0) / answers.length,
  }
}

function share<T>(all: readonly T[], is: (one: T) => boolean): number {
  return all.length === 0 ? Number.NaN : all.filter(is).length / all.length
}

function calibrationError(answers: readonly Answer[]): number {
  const bins = Array.from({ length: 10 }, () => ({ said: 0, right: 0 }))
  for (const { probability = 0, right } of answers) {
    const bin = bins[Math.min(9, Math.floor(probability * 10))] as { said: number; right: number }
    bin.said += probability
    bin.right += Number(right)
  }
  return bins.reduce((sum, { said, right }) => sum + Math.abs(said - right), 0) / answers.length
}
