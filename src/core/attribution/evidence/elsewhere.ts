import type { EnvironmentTier } from '../../event.ts'
import { type Context, type EvidenceSource, multiplied, profileOf, serviceOf } from '../context.ts'
import { CLOCK_TOLERANCE_MS } from '../facts.ts'
import { foundAfter } from '../lag.ts'
import type { Hypothesis } from '../scene.ts'
import { duration, told } from '../words.ts'

/** Evidence against: it was seen where, or when, the release was not. Weight: judgement. */
const SEEN_BEFORE_LOG_RATIO = -4

/** Sightings from before the release ran anywhere. */
export const seenBefore: EvidenceSource = {
  kind: 'seen-before',
  weigh: (context, before) =>
    sightingsElsewhere(context).length > 0 &&
    context.scene.hypotheses.some((one) => earlier(context, one) !== undefined)
      ? multiplied(context, before, (one) =>
          earlier(context, one) === undefined ? 1 : Math.exp(SEEN_BEFORE_LOG_RATIO),
        )
      : undefined,
  tell: (context, suspect, present) => {
    if (!present) return undefined
    const at = earlier(context, suspect)
    const version = told(suspect.release.version)
    return at === undefined
      ? {
          title: 'It was there at the earliest sighting',
          sentence: `${version} had been deployed before the earliest sighting that may be the same defect.`,
        }
      : {
          title: 'Seen before it was deployed anywhere',
          sentence: `The same was seen ${duration(suspect.release.firstDeployedAt - at)} before ${version} was first deployed.`,
          values: { beforeMs: suspect.release.firstDeployedAt - at },
        }
  },
}

/** The earliest sighting from before its first deployment; clocks may differ. */
function earlier(context: Context, { release }: Hypothesis): number | undefined {
  const first = Math.min(...sightingsElsewhere(context))
  return first < release.firstDeployedAt - CLOCK_TOLERANCE_MS ? first : undefined
}

const sightingsElsewhere = ({ scene: { defect } }: Context): number[] => [
  ...defect.earlierSightings.map(({ at }) => at),
  ...defect.elsewhere.flatMap(({ firstSeenAt }) => firstSeenAt ?? []),
]

/** How often a defect that is there goes unnoticed in such an environment, however long it runs. Judgement. */
const UNNOTICED: Record<EnvironmentTier, number> = {
  production: 0.2,
  staging: 0.6,
  testing: 0.8,
  development: 0.9,
  other: 0.6,
}

/** Environments in which the release ran as well, and the defect was not seen. */
export const notSeenElsewhere: EvidenceSource = {
  kind: 'elsewhere',
  weigh: (context, before) =>
    context.scene.defect.elsewhere.length > 0 &&
    context.scene.hypotheses.some((one) => silentPlaces(context, one).length > 0)
      ? multiplied(context, before, (one) =>
          silentPlaces(context, one).reduce((product, { unseen }) => product * unseen, 1),
        )
      : undefined,
  tell: (context, suspect, present) => {
    if (!present) return undefined
    const [longest] = silentPlaces(context, suspect).sort((a, b) => b.days - a.days)
    const version = told(suspect.release.version)
    if (!longest)
      return {
        title: 'It ran nowhere without being seen',
        sentence: `${version} ran in no other environment in which the defect would have been noticed.`,
      }
    const { environment, days } = longest
    return {
      title: `Not seen in ${environment}`,
      sentence: `${version} had run in ${environment} for ${duration(days * DAY_MS)} without it.`,
      values: { environment, days },
    }
  },
}

const DAY_MS = 86_400_000

/** P(not seen there | this release brought it) = 1 − noticed · F(days in use there). */
function silentPlaces(
  context: Context,
  hypothesis: Hypothesis,
): { environment: string; days: number; unseen: number }[] {
  const { defect } = context.scene
  const weights = profileOf(context, hypothesis).lagWeights[defect.sourceKind]
  return hypothesis.elsewhere.flatMap(({ environment, days }) => {
    const silent = defect.elsewhere.some((one) => one.environment === environment && one.firstSeenAt === undefined)
    if (!silent || days <= 0) return []
    const tier = serviceOf(context, hypothesis).history.places.find((place) => place.environment === environment)?.tier
    const noticed = 1 - UNNOTICED[tier ?? 'other']
    return [{ environment, days, unseen: 1 - noticed * foundAfter(days, weights) }]
  })
}
