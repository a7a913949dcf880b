import { type KnownFile, knownFile } from './evidence/known-files.ts'
import { densityOf } from './exposure-density.ts'
import type { ServiceHistory } from './facts.ts'
import type { FilePopularity, ServiceProfile } from './profile.ts'
import type { Evidence, EvidenceKind } from './result.ts'
import type { Hypothesis, Scene, ServiceScene } from './scene.ts'
import { defectsOf, expectedDefects } from './size.ts'
import { filePopularity } from './snapshot.ts'

/** A scene together with what was learned about its services: all that evidence is weighed from. */
export interface Context {
  readonly scene: Scene
  readonly profiles: readonly ServiceProfile[]
  /** How much each service counts beside the others. */
  readonly serviceShares: readonly number[]
  /** Per hypothesis: defects that a release of its size brings, and that it brings by what else is known of it. */
  readonly expected: Float64Array
  readonly turnedOut: Float64Array
  /** Per hypothesis and defect of it, per day: found where the report was made, and reported when it was. */
  readonly densities: Float64Array
  /** Per service: which files change how often; by the candidates alone where the profile does not know yet. */
  readonly popularity: readonly FilePopularity[]
  /** The defect's files as each service knows them. */
  readonly files: readonly (readonly KnownFile[])[]
}

/** Weights of the hypotheses in the order of the scene, then of "no change", then of "an older release". */
export type Weights = Float64Array

/** One kind of evidence: how it moves the weights, and what it says about one suspect. */
export interface EvidenceSource {
  readonly kind: EvidenceKind
  /** @returns undefined when the report has nothing of this kind */
  weigh(context: Context, before: Weights): Weights | undefined
  /** Whether it is about this very release, as time and size never are; without any such evidence none is named. */
  pointsAt?(context: Context, suspect: Hypothesis): boolean
  /** @returns undefined when it is not worth a line */
  tell(context: Context, suspect: Hypothesis, present: boolean): Told | undefined
}

export interface Told {
  readonly title: string
  readonly sentence: string
  readonly values?: Evidence['values']
  /** Nothing was said that could tell. */
  readonly silent?: boolean
}

export function contextOf(scene: Scene, profileOf: (history: ServiceHistory) => ServiceProfile): Context {
  const { defect, services, hypotheses } = scene
  const profiles = services.map(({ history }) => profileOf(history))
  const asksForFiles = defect.files.length > 0 || defect.components.length > 0
  const popularity = services.map(({ history }, i) => {
    const { files } = profiles[i] as ServiceProfile
    return files.changes === 0 && asksForFiles ? filePopularity(history.releases) : files
  })
  const profileFor = (hypothesis: Hypothesis) => profiles[hypothesis.service] as ServiceProfile
  return {
    scene,
    profiles,
    serviceShares: services.map(({ history }, i) => {
      if (history.relation === 'own') return 1
      return history.relation === 'any' ? 1 / services.length : (profiles[i] as ServiceProfile).reliability.dependency
    }),
    expected: each(hypotheses, (one) => expectedDefects(one, profileFor(one))),
    turnedOut: each(hypotheses, (one) => defectsOf(one, profileFor(one), defect.counted)),
    densities: each(hypotheses, (one) =>
      densityOf(one, services[one.service] as ServiceScene, profileFor(one), defect.sourceKind),
    ),
    popularity,
    files: services.map(({ history, endings }, i) =>
      defect.files.map((file, j) => knownFile(file, popularity[i] as FilePopularity, history.releases, endings[j])),
    ),
  }
}

function each(hypotheses: readonly Hypothesis[], of: (hypothesis: Hypothesis) => number): Float64Array {
  const values = new Float64Array(hypotheses.length)
  for (const hypothesis of hypotheses) values[hypothesis.index] = of(hypothesis)
  return values
}

export const noChangePlace = ({ scene }: Context): number => scene.hypotheses.length
export const olderPlace = ({ scene }: Context): number => scene.hypotheses.length + 1

export const profileOf = ({ profiles }: Context, { service }: Hypothesis): ServiceProfile =>
  profiles[service] as ServiceProfile
export const popularityFor = ({ popularity }: Context, { service }: Hypothesis): FilePopularity =>
  popularity[service] as FilePopularity
export const serviceOf = ({ scene }: Context, { service }: Hypothesis): ServiceScene =>
  scene.services[service] as ServiceScene

/** Weights times a likelihood ratio each. */
export function multiplied(
  { scene }: Context,
  before: Weights,
  ratioOf: (hypothesis: Hypothesis) => number,
  rest: { readonly noChange?: number; readonly older?: number } = {},
): Weights {
  const { hypotheses } = scene
  const after = Float64Array.from(before)
  hypotheses.forEach((hypothesis, i) => {
    after[i] = (before[i] as number) * ratioOf(hypothesis)
  })
  const noChange = hypotheses.length
  after[noChange] = (before[noChange] as number) * (rest.noChange ?? 1)
  after[noChange + 1] = (before[noChange + 1] as number) * (rest.older ?? 1)
  return after
}

/** Less than one in a million is not told apart. */
const LEAST_LIKELY = 1e-6

/**
 * Likelihood ratio of releases that someone names as the culprit and who is wrong in a share `wrong` of cases. Whoever
 * errs names what looked likely, so P(r named | another) = wrong · P(r) and the ratio is (1 − wrong) / (wrong · P(r)): the
 * less it was to be expected, the more it tells, and in the end r is the culprit with about 1 − wrong.
 *
 * @returns undefined when none is named
 */
export function namingRatio(before: Weights, named: readonly Hypothesis[], wrong: number): number | undefined {
  if (named.length === 0) return undefined
  const total = before.reduce((sum, weight) => sum + weight, 0)
  const expected = named.reduce((sum, { index }) => sum + (before[index] as number), 0) / total
  return (1 - wrong) / (wrong * Math.max(LEAST_LIKELY, expected))
}

/** Multiplied, for what is known before the time is looked at: the hypotheses keep what they have together. */
export function redistributed(context: Context, before: Weights, ratioOf: (hypothesis: Hypothesis) => number): Weights {
  const after = multiplied(context, before, ratioOf)
  const count = context.scene.hypotheses.length
  let had = 0
  let have = 0
  for (let i = 0; i < count; i++) {
    had += before[i] as number
    have += after[i] as number
  }
  for (let i = 0; i < count && have > 0; i++) after[i] = ((after[i] as number) * had) / have
  return after
}
