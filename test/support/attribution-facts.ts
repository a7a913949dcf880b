import { attribute } from '../../src/core/attribution/attribute.ts'
import { defaultProfile } from '../../src/core/attribution/defaults.ts'
import type {
  AttributionFacts,
  CandidateRelease,
  DefectFacts,
  PlaceHistory,
  Segment,
  ServiceHistory,
} from '../../src/core/attribution/facts.ts'
import type { ServiceProfile } from '../../src/core/attribution/profile.ts'
import type { Evidence, EvidenceKind } from '../../src/core/attribution/result.ts'
import { day } from './factories.ts'

/** Facts for attribution: releases 1, 2, 3 … named `1.0`, `2.0`, `3.0` … went live in production on days of their own. */

export const aCandidate = (id: number, at: number, over: Partial<CandidateRelease> = {}): CandidateRelease => ({
  id,
  version: `${id}.0`,
  order: String(id).padStart(4, '0'),
  firstDeployedAt: at,
  commitCount: undefined,
  commits: [],
  files: [],
  references: [],
  ...over,
})

/** One release after the other, each in full. */
export const runningOneByOne = (releases: readonly CandidateRelease[]): Segment[] =>
  releases.map(({ id, order, firstDeployedAt }) => ({
    from: firstDeployedAt,
    running: [{ releaseId: id, order, share: 1 }],
  }))

export const aPlace = (releases: readonly CandidateRelease[], over: Partial<PlaceHistory> = {}): PlaceHistory => ({
  environment: 'production',
  tier: 'production',
  candidates: releases.map(({ id, firstDeployedAt }) => ({ releaseId: id, at: firstDeployedAt })),
  segments: runningOneByOne(releases),
  earlierReleases: 0,
  historyFrom: releases[0]?.firstDeployedAt ?? day(0),
  ...over,
})

export const aService = (
  releases: readonly CandidateRelease[],
  over: Partial<ServiceHistory> = {},
  profile: Partial<ServiceProfile> = {},
): ServiceHistory => ({
  service: 'checkout-api',
  relation: 'own',
  releases,
  places: [aPlace(releases)],
  profile: defaultProfile('hosted', profile),
  ...over,
})

/** First seen in production on day 30, by an error tracker. */
export const aSighting = (over: Partial<DefectFacts> = {}): DefectFacts => ({
  firstSeenAt: day(30),
  sourceKind: 'error',
  service: 'checkout-api',
  environment: 'production',
  seenIn: {},
  blamed: {},
  files: [],
  components: [],
  text: undefined,
  links: [],
  elsewhere: [],
  earlierSightings: [],
  undone: [],
  decision: undefined,
  ...over,
})

export const someFacts = (
  services: readonly ServiceHistory[],
  defect: Partial<DefectFacts> = {},
): AttributionFacts => ({
  defect: aSighting(defect),
  services,
})

/** Ids of the suspects, most likely first. */
export const ranked = (facts: AttributionFacts): number[] => attribute(facts).suspects.map(({ releaseId }) => releaseId)

/** 0 when it is not among the suspects. */
export const probabilityOf = (releaseId: number, facts: AttributionFacts): number =>
  attribute(facts).suspects.find((one) => one.releaseId === releaseId)?.probability ?? 0

/** What one kind of evidence says about one suspect. */
export const evidenceOf = (kind: EvidenceKind, releaseId: number, facts: AttributionFacts): Evidence | undefined =>
  attribute(facts)
    .suspects.find((one) => one.releaseId === releaseId)
    ?.evidence.find((one) => one.kind === kind)
