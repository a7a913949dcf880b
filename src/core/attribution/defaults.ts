import type { SourceKind } from './facts.ts'
import type { NamingRole } from './namings.ts'
import type { NamingReliability, ServiceProfile } from './profile.ts'
import { USUAL_PER_DAY } from './release-pace.ts'

/**
 * What a service is taken for before anything was learned about it.
 *
 * The lag weights of hosted services follow one continuously deployed service (median lag 2.3 hours), those of shipped
 * software the issue histories of DPDK, Kafka and ActiveMQ (medians of 210 to 647 days).
 */
export function defaultProfile(
  detection: ServiceProfile['detection'],
  known: Partial<ServiceProfile> = {},
): ServiceProfile {
  const shipped = detection === 'shipped'
  const sizeExponent = known.sizeExponent ?? (shipped ? 1.2 : 0.7)
  const meanSize = known.meanSize ?? (1 + USUAL_COMMITS) ** sizeExponent
  const releasesPerDay = known.releasesPerDay ?? USUAL_PER_DAY[detection]
  const defectsPerSize = known.defectsPerSize ?? 1 / meanSize
  return {
    version: `default-${detection}`,
    detection,
    releasesPerDay,
    defectsPerSize,
    sizeExponent,
    meanSize,
    defectsOfRelease: {},
    backgroundPerDay: everyKind(BACKGROUND_RATIO * releasesPerDay * defectsPerSize * meanSize),
    lagWeights: shipped ? everyKind(SHIPPED_LAG_WEIGHTS) : LAG_WEIGHTS,
    delayWeights: DELAY_WEIGHTS,
    environmentWeights: {},
    files: { releases: 0, changes: 0, ofFile: {}, ofComponent: {} },
    reliability: { namings: shipped ? SHIPPED_NAMINGS : HOSTED_NAMINGS, ownFile: 0.7, dependency: 0.1 },
    temperature: shipped ? 1.5 : 1,
    calibration: { verdicts: 0, right: 0 },
    ...known,
  }
}

const USUAL_COMMITS = 4.5
/** Defects that no release brought, for each that one did; until verdicts say otherwise. */
export const BACKGROUND_SHARE = 0.15
const BACKGROUND_RATIO = BACKGROUND_SHARE / (1 - BACKGROUND_SHARE)

const everyKind = <T>(value: T): Record<SourceKind, T> => ({ alert: value, error: value, issue: value })

/** Judgement for hosted services, to be learned. */
const HOSTED_NAMINGS: Record<NamingRole, NamingReliability> = {
  stated: { blames: 0, old: 0.05, wrong: 0.03 },
  observed: { blames: 0.2, old: 0.1, wrong: 0.15 },
  plain: { blames: 0.3, old: 0.1, wrong: 0.2 },
  culprit: { blames: 0.7, old: 0.05, wrong: 0.15 },
}

/** Most users run something older than the latest; shares of blame follow the weights learned in four Apache trackers. */
const SHIPPED_NAMINGS: Record<NamingRole, NamingReliability> = {
  stated: { blames: 0, old: 0.75, wrong: 0.05 },
  observed: { blames: 0.1, old: 0.6, wrong: 0.2 },
  plain: { blames: 0.2, old: 0.5, wrong: 0.2 },
  culprit: { blames: 0.5, old: 0.25, wrong: 0.15 },
}

const LAG_WEIGHTS: Record<SourceKind, readonly number[]> = {
  alert: [0.3, 0.25, 0.17, 0.12, 0.08, 0.05, 0.02, 0.01],
  error: [0.2, 0.2, 0.18, 0.15, 0.12, 0.1, 0.04, 0.01],
  issue: [0.05, 0.08, 0.14, 0.18, 0.18, 0.17, 0.12, 0.08],
}

/** Half within 190 days, whoever notices. */
const SHIPPED_LAG_WEIGHTS: readonly number[] = [0.005, 0.01, 0.015, 0.02, 0.04, 0.09, 0.22, 0.6]

const DELAY_WEIGHTS: Record<SourceKind, readonly number[]> = {
  alert: [0.85, 0.12, 0.02, 0.01],
  error: [0.75, 0.17, 0.06, 0.02],
  issue: [0.4, 0.25, 0.2, 0.15],
}
