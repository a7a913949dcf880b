import { type CountedLife, totalExposureAt } from './discovery-curve.ts'
import { exposureAt } from './release-life.ts'

/** Evidence against "no worse" after a defect of the new release. */
export interface EvidenceStep {
  readonly age: number
  /** An e-value: 1 says nothing, 100 is as rare as 1 in 100 when the release is no worse, however often one looks. */
  readonly evidence: number
  /** Defects of the new release so far. */
  readonly found: number
}

/** How many times worse the release may be; the evidence is the mean over them, so none has to be guessed. */
const RATIOS = [1.5, 2, 3, 5, 8, 12]

/**
 * Is this more than the earlier releases together had shown? An e-process for "its defects come no more often than
 * theirs, at any age".
 *
 * The defects of all releases are put in order of age. If the new one is like the others, the next defect is its own
 * with probability p = e₁ / (e₁ + E₀): its exposure at that age over everybody's who had become that old. Were it r
 * times worse, with q = r·e₁ / (r·e₁ + E₀). Betting on r multiplies the wealth by q/p at each own defect and by
 * (1 − q)/(1 − p) at each other. Exact for any common age profile, for unequal lives and exposures, and at any number of
 * looks: by Ville's inequality the wealth of a release no worse ever reaches 100 with probability at most 1 in 100
 * (Lindon and Malek, "Anytime-valid inference for multinomial count data", NeurIPS 2022, arXiv 2011.03567).
 *
 * @returns a step per defect of the new release, in order, and the evidence at the end of its life so far, which defects
 * that others had shown by that age may have lowered; O(defects × releases)
 */
export function moreThanBefore(
  release: CountedLife,
  earlier: readonly CountedLife[],
): { readonly steps: EvidenceStep[]; readonly current: number } {
  const logWealth = RATIOS.map(() => 0)
  const steps: EvidenceStep[] = []
  for (const { age, own } of inOrderOfAge(release, earlier)) {
    const theirs = totalExposureAt(earlier, age)
    if (theirs > 0) {
      const its = exposureAt(release, age)
      for (const [i, ratio] of RATIOS.entries())
        logWealth[i] = (logWealth[i] as number) + logFactor(ratio, its, theirs, own)
    }
    if (own) steps.push({ age, evidence: meanOfExp(logWealth), found: steps.length + 1 })
  }
  return { steps, current: meanOfExp(logWealth) }
}

/** At the same age the others come first. */
function inOrderOfAge(release: CountedLife, earlier: readonly CountedLife[]) {
  const others = earlier.flatMap(({ ages }) => ages.filter((age) => age <= release.life))
  return [...others.map((age) => ({ age, own: false })), ...release.ages.map((age) => ({ age, own: true }))].sort(
    (a, b) => a.age - b.age || Number(a.own) - Number(b.own),
  )
}

/** ln(q/p) for an own defect, ln((1 − q)/(1 − p)) for another. */
const logFactor = (ratio: number, its: number, theirs: number, own: boolean): number =>
  (own ? Math.log(ratio) : 0) + Math.log(its + theirs) - Math.log(ratio * its + theirs)

const meanOfExp = (logs: readonly number[]): number => logs.reduce((sum, log) => sum + Math.exp(log), 0) / logs.length

/**
 * The evidence that `found` defects by now would be, if they had come at the ages at which earlier releases show
 * theirs. What it takes to be noticed is read from this.
 */
export function evidenceOfCount(release: CountedLife, earlier: readonly CountedLife[]): (found: number) => number {
  const others = earlier
    .flatMap(({ ages }) => ages.filter((age) => age <= release.life))
    .map((age) => ({ its: exposureAt(release, age), theirs: totalExposureAt(earlier, age) }))
  // Without any earlier defect all of them count as one at the end.
  const places =
    others.length > 0
      ? others
      : [{ its: exposureAt(release, release.life), theirs: totalExposureAt(earlier, release.life) }]
  const weight = places.reduce((sum, { its, theirs }) => sum + its / theirs, 0)
  const logs = RATIOS.map((ratio) => ({
    others: others.reduce((sum, { its, theirs }) => sum + logFactor(ratio, its, theirs, false), 0),
    own: places.reduce(
      (sum, { its, theirs }) => sum + (its / theirs / weight) * logFactor(ratio, its, theirs, true),
      0,
    ),
  }))
  return (found) => meanOfExp(logs.map(({ others, own }) => others + found * own))
}
