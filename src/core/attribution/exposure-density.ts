import type { SourceKind } from './facts.ts'
import { mix } from './lag.ts'
import type { ServiceProfile } from './profile.ts'
import { environmentShare, type Hypothesis, type PlacedExposure, type ServiceScene } from './scene.ts'

/**
 * A deployment that came at or after the sighting brought it only if a clock is wrong; far more often it is the answer to
 * it. It then stands in for the release before it (`exposuresAt`), at this weight.
 */
const LATE = 0.02

/** How much a place counts for a hypothesis. */
export function placeWeight(
  { place, exposure }: PlacedExposure,
  { places }: ServiceScene,
  profile: ServiceProfile,
): number {
  const placed = places[place]
  const weight = placed ? environmentShare(placed, places, profile.environmentWeights) : 1
  return exposure.late ? weight * LATE : weight
}

/**
 * Density per day of (one of the release's defects is found where the report was made, and reported when it was).
 * @param through only what was found while this release, named in the report, was running
 */
export function densityOf(
  { exposures }: Pick<Hypothesis, 'exposures'>,
  service: ServiceScene,
  profile: ServiceProfile,
  sourceKind: SourceKind,
  through?: number,
): number {
  const lags = profile.lagWeights[sourceKind]
  const delays = profile.delayWeights[sourceKind]
  let sum = 0
  for (const placed of exposures) {
    const { found, foundThrough } = placed.exposure
    const density = through === undefined ? found : foundThrough.get(through)
    if (density) sum += placeWeight(placed, service, profile) * mix(density, lags, delays)
  }
  return sum
}
