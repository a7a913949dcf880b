import {
  type Context,
  type EvidenceSource,
  noChangePlace,
  olderPlace,
  profileOf,
  serviceOf,
  type Told,
} from '../context.ts'
import type { Exposure } from '../exposure.ts'
import { placeWeight } from '../exposure-density.ts'
import type { SourceKind } from '../facts.ts'
import { foundAfter, mix } from '../lag.ts'
import type { ServiceProfile } from '../profile.ts'
import { releasesPerDay } from '../release-pace.ts'
import { environmentShare, type Hypothesis, type PlaceScene, type ServiceScene } from '../scene.ts'
import { duration, percent, told } from '../words.ts'

/**
 * When it was seen, against when and where each release was in use.
 *
 * Each release drops defects at random: a Poisson number, each found after a lag and reported after a delay. What is seen
 * in a service is the sum of these streams, of those of older releases, and of a steady background, so a defect seen at
 * t is due to release r with probability s_r / (Σ s + background + older), with s_r the density of r's stream at t
 * (superposition of Poisson processes).
 */
export const time: EvidenceSource = {
  kind: 'time',
  weigh: (context, before) => {
    const { scene, profiles, serviceShares } = context
    const { sourceKind } = scene.defect
    const after = Float64Array.from(before)
    for (const { index, service } of scene.hypotheses)
      after[index] =
        (serviceShares[service] as number) * (context.turnedOut[index] as number) * (context.densities[index] as number)
    let background = 0
    let older = 0
    scene.services.forEach((service, i) => {
      const profile = profiles[i] as ServiceProfile
      // A dependency's own background does not show up here.
      if (service.history.relation !== 'dependency')
        background += (serviceShares[i] as number) * profile.backgroundPerDay[sourceKind]
      older += (serviceShares[i] as number) * olderDensity(service, profile, sourceKind)
    })
    after[noChangePlace(context)] = Math.max(LEAST_BACKGROUND, background)
    after[olderPlace(context)] = older
    return after
  },
  tell: (context, suspect) => timeTold(context, suspect),
}

/** One in a million days, so that certainty stays finite. */
const LEAST_BACKGROUND = 1e-6
/** That a service was there before its recorded history, in the same way. Unknown, so even. */
const BEFORE_HISTORY = 0.5

/**
 * What releases before the candidates still bring: with n a day, each of mean size, those of an age between that of the
 * oldest candidate and the beginning of history give n θ̄ (S(oldest) − S(beginning)), S being the share not found yet;
 * what may have been there before history gives half of n θ̄ S(beginning). n is the place's own pace, not taken for fast
 * on the first day.
 */
export function olderDensity({ places }: ServiceScene, profile: ServiceProfile, sourceKind: SourceKind): number {
  const defectsOfOne = profile.defectsPerSize * profile.meanSize
  const found = (days: number) => foundAfter(days, profile.lagWeights[sourceKind])
  return places.reduce(
    (sum, place) =>
      sum + environmentShare(place, places, profile.environmentWeights) * olderIn(place, profile, found) * defectsOfOne,
    0,
  )
}

function olderIn(place: PlaceScene, profile: ServiceProfile, found: (days: number) => number): number {
  const { oldestDays, historyDays, place: history } = place
  const perDay = releasesPerDay(history.candidates.length + history.earlierReleases, historyDays, profile.detection)
  const inHistory = history.earlierReleases > 0 ? Math.max(0, found(historyDays) - found(oldestDays)) : 0
  const beforeIt = BEFORE_HISTORY * (1 - found(Math.max(historyDays, oldestDays)))
  return perDay * (inHistory + beforeIt)
}

/** The place through which it is most likely to have been seen. */
export function mainExposure(context: Context, hypothesis: Hypothesis): Exposure | undefined {
  const { sourceKind } = context.scene.defect
  const { lagWeights, delayWeights } = profileOf(context, hypothesis)
  const weighed = hypothesis.exposures.map((placed) => ({
    exposure: placed.exposure,
    weight:
      placeWeight(placed, serviceOf(context, hypothesis), profileOf(context, hypothesis)) *
      mix(placed.exposure.found, lagWeights[sourceKind], delayWeights[sourceKind]),
  }))
  return weighed.sort((a, b) => b.weight - a.weight)[0]?.exposure
}

const DAY_MS = 86_400_000
const MINUTE_MS = 60_000

function timeTold(context: Context, suspect: Hypothesis): Told {
  const exposure = mainExposure(context, suspect)
  const version = told(suspect.release.version)
  if (!exposure) return { title: 'Never seen running', sentence: `${version} is not known to have run anywhere.` }
  const { environment, live, idleDays, since, days } = exposure
  const where = environment === '' ? '' : ` in ${environment}`
  const age = context.scene.defect.firstSeenAt - since
  const values = { environment, live, exposureDays: days, sinceMs: age }
  if (exposure.late)
    return {
      title: 'Deployed just after it was first seen',
      sentence: `${version} went live${where} ${-age < MINUTE_MS ? 'at the moment of' : `${duration(-age)} after`} the first sighting; clocks may differ by that much.`,
      values,
    }
  if (live === 0)
    return {
      title: 'Not running any more when it was first seen',
      sentence: `${version} had been taken back${where} ${duration(idleDays * DAY_MS)} before the first sighting.`,
      values,
    }
  const through = live < 0.995 ? ` on ${percent(live)} of it` : ''
  if (exposure.carriedBy !== suspect.release.id) {
    const carrier = serviceOf(context, suspect).versionOf.get(exposure.carriedBy)
    return {
      title: 'Its changes were live when it was first seen',
      sentence: `${version} went live${where} ${duration(age)} before the first sighting; its changes were still running${through}${carrier === undefined ? '' : `, as part of ${told(carrier)}`}.`,
      values,
    }
  }
  return {
    title: 'It was live when the defect was first seen',
    sentence: `${version} had been live${where} for ${duration(age)}${through} when it was first seen.`,
    values,
  }
}
