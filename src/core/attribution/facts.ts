import type { AttributionDecision } from '../defect/defect.ts'
import type { EnvironmentTier } from '../event.ts'
import type { ServiceProfile } from './profile.ts'

/**
 * What the attribution of one defect needs to know, and nothing else: bounded, so that an online caller can load it with
 * a handful of index look-ups. Instants are epoch milliseconds, shares and probabilities lie in [0, 1].
 */

/** How fast a defect is noticed depends on who notices: a monitor, an error tracker, or a person who writes an issue. */
export type SourceKind = 'alert' | 'error' | 'issue'
export const SOURCE_KINDS: readonly SourceKind[] = ['alert', 'error', 'issue']

/** Candidates per service and environment: the last so many releases by first deployment there. */
export const MOST_CANDIDATES = 40
/** A deployment may carry a time up to so much after the sighting it caused: clocks differ. */
export const CLOCK_TOLERANCE_MS = 5 * 60_000

export interface AttributionFacts {
  readonly defect: DefectFacts
  /** The defect's own service, then those it depends on; when it names none, those that it may be of. */
  readonly services: readonly ServiceHistory[]
}

export interface DefectFacts {
  readonly firstSeenAt: number
  readonly sourceKind: SourceKind
  /** As stated, known to us or not. */
  readonly service: string | undefined
  readonly environment: string | undefined
  /** What the report says was running when it was seen. */
  readonly seenIn: {
    readonly version?: StatedRelease | undefined
    readonly commit?: StatedRelease | undefined
  }
  /** What the report, or whoever answered it, says brought the defect. */
  readonly blamed: {
    readonly deployment?: StatedRelease | undefined
    /** A release named as the one that introduced it. */
    readonly release?: StatedRelease | undefined
    /** Commits named as the culprit: by a revert, by blame, by a `Fixes:` line. */
    readonly commits?: readonly StatedRelease[] | undefined
  }
  /** Files of its stack frames, in the application's own code, outermost last. */
  readonly files: readonly string[]
  /** Directories or modules it is filed under. */
  readonly components: readonly string[]
  /** Title and description; searched for versions of the service. */
  readonly text: string | undefined
  /** Addresses and keys of issues, pull requests and deployments that it is linked with. */
  readonly links: readonly string[]
  /** Other environments in which it could have been seen. */
  readonly elsewhere: readonly Elsewhere[]
  /** Sightings before `firstSeenAt` that are known to be the same, in whatever environment. */
  readonly earlierSightings: readonly { readonly at: number; readonly environment: string | undefined }[]
  /** Roll-backs and reverts after the first sighting. */
  readonly undone: readonly Undone[]
  readonly decision: AttributionDecision | undefined
  /**
   * How much of this defect the profiles already count towards each release, from the night they were learned; left out,
   * so that a defect is no evidence for itself. Absent for a defect that came after.
   */
  readonly counted?: Readonly<Record<string, number>> | undefined
}

/** Something a report names, and the release it stands for when we know one. */
export interface StatedRelease {
  readonly text: string
  readonly releaseId: number | undefined
  /** Its place in the service's order, when the text can be compared though no such release is known. */
  readonly order?: string | undefined
}

export interface Elsewhere {
  readonly environment: string
  /** Undefined: not seen there. */
  readonly firstSeenAt: number | undefined
  /** Until when it would have been noticed there. */
  readonly watchedUntil: number
}

export interface Undone {
  readonly releaseId: number
  readonly at: number
  readonly by: 'rollback' | 'revert'
  readonly environment: string | undefined
  /** Whether the defect was seen after it, undefined while too little time has passed to say. */
  readonly seenAfter: boolean | undefined
  /** The revert, or the roll-back's own words, name this defect as the reason. */
  readonly namesDefect: boolean
}

/** One service's releases and where they ran, up to the defect's first sighting and the clock tolerance. */
export interface ServiceHistory {
  readonly service: string
  /** `any`: the report names no service, so all that were deployed lately to where it was seen come into question. */
  readonly relation: 'own' | 'dependency' | 'any'
  /** Every release that is a candidate in one of the places, and those that the report names, however old. */
  readonly releases: readonly CandidateRelease[]
  readonly places: readonly PlaceHistory[]
  /** Text a version is written as → release; all that is known, not the candidates alone. Keys in lower case, without `v`. */
  readonly dictionary?: ReadonlyMap<string, number> | undefined
  readonly profile: ServiceProfile
}

export interface CandidateRelease {
  readonly id: number
  readonly version: string
  /** Its place in the service's order (`orderKey`): a release contains the changes of those below it. */
  readonly order: string
  /** In any environment. */
  readonly firstDeployedAt: number
  /** How many commits it brought; undefined when nobody said. */
  readonly commitCount: number | undefined
  /** Those of them that were named. */
  readonly commits: readonly string[]
  /** Paths it changed; empty when nobody said. */
  readonly files: readonly string[]
  /** Issues, pull requests and addresses that its commits, notes or deployments name. */
  readonly references: readonly string[]
}

/** What ran of one service in one environment. */
export interface PlaceHistory {
  readonly environment: string
  readonly tier: EnvironmentTier
  /**
   * The last `MOST_CANDIDATES` releases by first deployment here, any order; `at` is the start of the first roll-out
   * when that is known, else its end.
   */
  readonly candidates: readonly { readonly releaseId: number; readonly at: number }[]
  /** Ascending; each holds until the next begins. The first is what ran when the oldest candidate arrived, or before it. */
  readonly segments: readonly Segment[]
  /** How many releases were first deployed here before the oldest candidate. */
  readonly earlierReleases: number
  /** The first deployment that is recorded here. */
  readonly historyFrom: number
}

export interface Segment {
  readonly from: number
  /** Empty after a removal; several during a canary or a gradual roll-out. */
  readonly running: readonly Running[]
}

export interface Running {
  readonly releaseId: number
  readonly order: string
  /** Share of the traffic or the instances, in (0, 1]. */
  readonly share: number
}
