import type { SourceKind } from './facts.ts'
import type { NamingRole } from './namings.ts'

/**
 * What was learned about a service, as of some night. Part of every attribution's model: the same facts with the same
 * profile give the same result. Plain data, so that it can be stored as JSON.
 */
export interface ServiceProfile {
  /** Names these very numbers; stored with each attribution. */
  readonly version: string
  /** `shipped`: users run it themselves and for long, so that defects show late. */
  readonly detection: 'hosted' | 'shipped'
  /** Releases that reach the service's main environment, per day. */
  readonly releasesPerDay: number
  /** Defects per release of size 1: the mean over the service's releases. */
  readonly defectsPerSize: number
  /** Size of a release is (1 + commits) to this power. */
  readonly sizeExponent: number
  /** Mean size of a release, and what a release of unknown size is taken for. */
  readonly meanSize: number
  /** Releases that turned out better or worse than their size says: the posterior Gamma(shape, rate) of their defects, by id. */
  readonly defectsOfRelease: Readonly<Record<string, { readonly shape: number; readonly rate: number }>>
  /** Defects per day that no release of the service brought, were all of them noticed in this way. */
  readonly backgroundPerDay: Readonly<Record<SourceKind, number>>
  /** Weights of the detection lags `LAG_RATES_PER_DAY`, summing to 1. */
  readonly lagWeights: Readonly<Record<SourceKind, readonly number[]>>
  /** Weights of the reporting delays `DELAY_RATES_PER_DAY`, summing to 1. */
  readonly delayWeights: Readonly<Record<SourceKind, readonly number[]>>
  /** How likely a report that names no environment is about this one, by name; others by their tier. */
  readonly environmentWeights: Readonly<Record<string, number>>
  readonly files: FilePopularity
  /** How often each kind of evidence holds. */
  readonly reliability: EvidenceReliability
  /** The final log-odds are divided by this; 1 unless verdicts showed that it helps. */
  readonly temperature: number
  /** Verdicts of people on attributions that rested on time alone and had a probability of 0.6 and more. */
  readonly calibration: { readonly verdicts: number; readonly right: number }
}

/** In how many releases each file was changed; a caller may leave out all files but the defect's own. */
export interface FilePopularity {
  readonly releases: number
  /** File changes in all: the sum over all files. */
  readonly changes: number
  readonly ofFile: Readonly<Record<string, number>>
  /** File changes below each directory name, for components. */
  readonly ofComponent: Readonly<Record<string, number>>
}

export interface EvidenceReliability {
  readonly namings: Readonly<Record<NamingRole, NamingReliability>>
  /** Share of stack-frame files that the guilty release changed. */
  readonly ownFile: number
  /** How much a service depended on counts beside the one named. */
  readonly dependency: number
}

/** Why reports name a version, as shares; what is left to 1 names what ran. */
export interface NamingReliability {
  /** It is the release that brought the defect. */
  readonly blames: number
  /** It had been replaced but was still in use somewhere. */
  readonly old: number
  /** For no reason that has to do with the defect. */
  readonly wrong: number
}
