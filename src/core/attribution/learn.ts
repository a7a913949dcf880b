import { BACKGROUND_SHARE } from './defaults.ts'
import type { SourceKind } from './facts.ts'
import { SOURCE_KINDS } from './facts.ts'
import { foundAfter, LAG_RATES_PER_DAY } from './lag.ts'
import type { NamingRole } from './namings.ts'
import type { NamingReliability, ServiceProfile } from './profile.ts'
import type { Scene } from './scene.ts'
import { sizeOf } from './size.ts'
import { emptyTally, type Tally, tallyDefect } from './tally.ts'
import { judged, learnTemperature, timeAloneRight } from './verdicts.ts'

/** What is known of a service on the night on which its profile is learned. */
export interface ServicePast {
  readonly service: string
  /** What to start from: counts and popularity of the day, the rest from the last profile or the defaults. */
  readonly profile: ServiceProfile
  /** Days over which its defects were recorded. */
  readonly days: number
  /** Releases whose defects could have been recorded. */
  readonly releases: readonly {
    readonly id: number
    readonly commitCount: number | undefined
    /** Days in use by now, weighed by share, in the environment where most is seen. */
    readonly exposureDays: number
  }[]
}

export interface Learned {
  readonly profiles: ReadonlyMap<string, ServiceProfile>
  /** Per defect, in the order given: what it counts towards each release (`DefectFacts.counted`). */
  readonly counted: readonly Readonly<Record<string, number>>[]
  /** By service, the verdicts that its calibration counts: on defects that time alone was sure to name a release for. */
  readonly timeAlone: ReadonlyMap<string, readonly VerdictOnTime[]>
}

export interface VerdictOnTime {
  /** The place of the defect in the order given. */
  readonly scene: number
  readonly right: boolean
}

/** Rounds after which nothing changes that anyone could see. */
const ROUNDS = 6

/**
 * Learns profiles from the defects of a workspace by expectation maximisation. Services share the shape of the lag and
 * the reliability of evidence; each has its own background and its own releases. Deterministic; O(rounds × defects ×
 * candidates). What people decided counts as certain.
 *
 * @param scenes the defects' facts, laid out; with more candidates than online (150) where history allows
 * @param version names the resulting profiles
 */
export function learnProfiles(
  pasts: readonly ServicePast[],
  scenes: readonly Scene[],
  version: string,
  rounds: number = ROUNDS,
): Learned {
  let profiles = new Map(pasts.map((past) => [past.service, past.profile]))
  let counted: readonly Readonly<Record<string, number>>[] = scenes.map(({ defect }) => defect.counted ?? {})
  for (let round = 0; round < rounds; round++) {
    const tally = emptyTally()
    counted = scenes.map((scene, i) => tallyDefect(tally, withCounted(scene, counted[i]), profiles))
    profiles = maximise(pasts, profiles, tally)
  }
  const verdicts = scenes.flatMap((scene, i) => {
    const verdict = judged(withCounted(scene, counted[i]), profiles)
    return verdict ? [{ scene: i, service: scene.services[0]?.history.service, verdict }] : []
  })
  const temperature = learnTemperature(verdicts.map(({ verdict }) => verdict))
  const timeAlone = new Map<string, VerdictOnTime[]>([...profiles.keys()].map((service) => [service, []]))
  for (const { scene, service, verdict } of verdicts) {
    const right = timeAloneRight(verdict)
    if (right !== undefined) timeAlone.get(service ?? '')?.push({ scene, right })
  }
  const calibrationOf = (service: string) => {
    const found = timeAlone.get(service) ?? []
    return { verdicts: found.length, right: found.filter(({ right }) => right).length }
  }
  return {
    profiles: new Map(
      [...profiles].map(([service, profile]) => [
        service,
        { ...profile, version, temperature, calibration: calibrationOf(service) },
      ]),
    ),
    counted,
    timeAlone,
  }
}

const withCounted = (scene: Scene, counted: Readonly<Record<string, number>> | undefined): Scene => ({
  ...scene,
  defect: { ...scene.defect, counted },
})

/** Priors, as numbers of defects that say what the starting profile says. */
const PRIOR = { lags: 20, delays: 20, namings: 40, files: 20, environments: 10, background: 20, service: 10 }
/** Shape of the gamma distribution of how much better or worse releases are than their size; 1.2 to 4.7 in five projects. */
const QUALITY_SHAPE = 2
const LEAST = 1e-6

function maximise(
  pasts: readonly ServicePast[],
  current: ReadonlyMap<string, ServiceProfile>,
  tally: Tally,
): Map<string, ServiceProfile> {
  const [firstPast] = pasts
  if (!firstPast) return new Map()
  const first = firstPast.profile
  const found = foundShares(pasts, current, tally)
  const before = (current.get(firstPast.service) ?? first).sizeExponent
  const sizeExponent = learnSizeExponent(pasts, before, tally)
  const sized = new Map(
    pasts.map((past) => [past, { ...past.profile, sizeExponent, meanSize: meanSizeOf(past, sizeExponent) }]),
  )
  const sizeIn = (past: ServicePast, commitCount: number | undefined) =>
    sizeOf(commitCount, sized.get(past) as ServiceProfile)

  let defectsAll = 0
  let sizesAll = 0
  const sums = pasts.map((past) => {
    let defects = 0
    let sizes = 0
    for (const { id, commitCount } of past.releases) {
      defects += tally.ofRelease.get(id) ?? 0
      sizes += sizeIn(past, commitCount) * (found.get(id) as number)
    }
    defectsAll += defects
    sizesAll += sizes
    return { defects, sizes }
  })
  const pooled = (defectsAll + LEAST) / Math.max(LEAST, sizesAll)
  const background = learnBackground(tally, pasts, current)

  const shared = {
    sizeExponent,
    lagWeights: learnLags(pasts, current, tally),
    delayWeights: byKind((kind) =>
      normalised(first.delayWeights[kind].map((w, d) => w * PRIOR.delays + (tally.delays[kind][d] as number))),
    ),
    environmentWeights: learnEnvironments(first, tally),
    reliability: learnReliability(first, tally),
  }
  return new Map(
    pasts.map((past, i) => {
      const { defects, sizes } = sums[i] as { defects: number; sizes: number }
      const defectsPerSize = (defects + PRIOR.service) / (sizes + PRIOR.service / pooled)
      const now = (current.get(past.service) as ServiceProfile).backgroundPerDay
      const backgroundPerDay = byKind((kind) => now[kind] * background[kind])
      // Where defects stay hidden for years the times of all releases overlap, and what is counted for each is little more
      // than what was expected of it.
      const telling = past.profile.detection === 'hosted' ? past.releases : []
      const defectsOfRelease = Object.fromEntries(
        telling.map(({ id, commitCount }) => [
          id,
          {
            shape: QUALITY_SHAPE + (tally.ofRelease.get(id) ?? 0),
            rate: QUALITY_SHAPE / (defectsPerSize * sizeIn(past, commitCount)) + (found.get(id) as number),
          },
        ]),
      )
      const profile: ServiceProfile = {
        ...past.profile,
        ...shared,
        meanSize: (sized.get(past) as ServiceProfile).meanSize,
        defectsPerSize,
        backgroundPerDay,
        defectsOfRelease,
      }
      return [past.service, profile]
    }),
  )
}

/** Share of each release's defects that has been found by now. */
function foundShares(
  pasts: readonly ServicePast[],
  current: ReadonlyMap<string, ServiceProfile>,
  tally: Tally,
): Map<number, number> {
  const total = SOURCE_KINDS.reduce((sum, kind) => sum + tally.ofKind[kind] + 1, 0)
  const found = new Map<number, number>()
  for (const { service, releases } of pasts) {
    const { lagWeights } = current.get(service) as ServiceProfile
    for (const { id, exposureDays } of releases) {
      let share = 0
      for (const kind of SOURCE_KINDS)
        share += ((tally.ofKind[kind] + 1) / total) * foundAfter(exposureDays, lagWeights[kind])
      found.set(id, Math.max(1e-3, share))
    }
  }
  return found
}

/**
 * Lags longer than a release has been in use could not have been seen: each count is scaled up by what is missing,
 * Σ θ / Σ θ (1 − e^{−λU}), at most tenfold.
 */
function learnLags(
  pasts: readonly ServicePast[],
  current: ReadonlyMap<string, ServiceProfile>,
  tally: Tally,
): Record<SourceKind, number[]> {
  const missing = LAG_RATES_PER_DAY.map((rate) => {
    let all = 0
    let seen = 0
    for (const { service, releases } of pasts) {
      const { defectsOfRelease, defectsPerSize } = current.get(service) as ServiceProfile
      for (const { id, exposureDays } of releases) {
        const learned = defectsOfRelease[id]
        const defects = learned ? learned.shape / learned.rate : defectsPerSize
        all += defects
        seen += defects * -Math.expm1(-rate * exposureDays)
      }
    }
    return all > 0 ? all / Math.max(seen, all * 0.1) : 1
  })
  const prior = pasts[0]?.profile.lagWeights as ServiceProfile['lagWeights']
  return byKind((kind) =>
    normalised(prior[kind].map((w, j) => w * PRIOR.lags + (tally.lags[kind][j] as number) * (missing[j] as number))),
  )
}

const EXPONENT_DEVIATION = 0.3

/**
 * γ in size = (1 + commits)^γ, by what people decided: each verdict is a choice among the releases that came into
 * question, with the weights that everything else gave them (Newton's method on that conditional likelihood, a normal
 * prior around the starting exponent). Without verdicts it stays: a fit to what the method itself expects talks itself
 * into anything.
 */
function learnSizeExponent(pasts: readonly ServicePast[], current: number, { choices }: Tally): number {
  const prior = pasts[0]?.profile.sizeExponent as number
  const precision = 1 / EXPONENT_DEVIATION ** 2
  let exponent = current
  for (let step = 0; step < 5; step++) {
    let slope = -precision * (exponent - prior)
    let curvature = precision
    for (const { chosen, among } of choices) {
      let total = 0
      let mean = 0
      let square = 0
      for (const { log, share } of among) {
        const weight = share * Math.exp((exponent - current) * log)
        total += weight
        mean += weight * log
        square += weight * log * log
      }
      mean /= total
      slope += chosen - mean
      curvature += square / total - mean * mean
    }
    exponent = Math.min(2, Math.max(0, exponent + slope / curvature))
  }
  return exponent
}

function meanSizeOf({ releases, profile }: ServicePast, sizeExponent: number): number {
  const known = releases.filter(({ commitCount }) => commitCount !== undefined)
  if (known.length === 0) return profile.meanSize
  const scaled = { ...profile, sizeExponent }
  return known.reduce((sum, { commitCount }) => sum + sizeOf(commitCount, scaled), 0) / known.length
}

function learnReliability({ reliability }: ServiceProfile, tally: Tally): ServiceProfile['reliability'] {
  const { own, all } = tally.files
  const namings = (role: NamingRole): NamingReliability => {
    const prior = reliability.namings[role]
    const { blames, ran, old, wrong } = tally.namings[role]
    const reports = blames + ran + old + wrong + PRIOR.namings
    return {
      blames: (prior.blames * PRIOR.namings + blames) / reports,
      old: (prior.old * PRIOR.namings + old) / reports,
      wrong: (prior.wrong * PRIOR.namings + wrong) / reports,
    }
  }
  return {
    namings: {
      stated: namings('stated'),
      culprit: namings('culprit'),
      observed: namings('observed'),
      plain: namings('plain'),
    },
    ownFile: (reliability.ownFile * PRIOR.files + own) / (PRIOR.files + all),
    dependency: reliability.dependency,
  }
}

/**
 * By what each background rate is multiplied. Two things pull at it: that over all defects "no change" gets the share that
 * it has among the verdicts of people, and that the rate is the one at which the method itself finds such defects. Times
 * alone can hardly tell, since a release whose defects show late looks the same as a steady background, so the second
 * counts for less, and for less with each verdict.
 */
function learnBackground(
  tally: Tally,
  pasts: readonly ServicePast[],
  current: ReadonlyMap<string, ServiceProfile>,
): Record<SourceKind, number> {
  const defects = SOURCE_KINDS.reduce((sum, kind) => sum + tally.ofKind[kind], 0)
  return byKind((kind) => {
    const { all, noChange } = tally.verdicts[kind]
    const prior = BACKGROUND_SHARE * PRIOR.background
    const share = (prior + noChange) / (PRIOR.background + all)
    const found = tally.noChangeOf[kind] + prior
    const byVerdicts = (share * (tally.ofKind[kind] + PRIOR.background)) / found
    const ofKind = tally.ofKind[kind] / Math.max(1, defects)
    const steady = pasts.reduce(
      (sum, { service, days }) => sum + (current.get(service) as ServiceProfile).backgroundPerDay[kind] * days * ofKind,
      prior,
    )
    const byItself = found / steady
    const trust = (TRUST_IN_ITSELF * PRIOR.background) / (PRIOR.background + all)
    return Math.min(MOST_STEP, Math.max(1 / MOST_STEP, byVerdicts ** (1 - trust) * byItself ** trust))
  })
}

const TRUST_IN_ITSELF = 0.4
const MOST_STEP = 3

function learnEnvironments({ environmentWeights }: ServiceProfile, tally: Tally): Record<string, number> {
  const most = Math.max(0, ...tally.environments.values())
  if (most === 0) return { ...environmentWeights }
  return Object.fromEntries(
    [...tally.environments].map(([name, count]) => [
      name,
      (count + PRIOR.environments * (tally.tierWeights.get(name) ?? 1)) / (most + PRIOR.environments),
    ]),
  )
}

const byKind = <T>(of: (kind: SourceKind) => T): Record<SourceKind, T> => ({
  alert: of('alert'),
  error: of('error'),
  issue: of('issue'),
})

function normalised(values: readonly number[]): number[] {
  const sum = values.reduce((a, b) => a + b, 0)
  return values.map((value) => value / sum)
}
