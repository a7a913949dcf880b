/**
 * Which release introduced a defect: the first, simple method. It takes what the report names when it names something,
 * and otherwise the release that was live where the defect was first seen; it says in words why, and how sure it is.
 * Facts in, ranked suspects out; nothing here reads a clock or a database.
 */

/** Stored with every result, so that a better method never rewrites what people acted on. */
export const ATTRIBUTION_METHOD = 'attribution-v1'

export type AttributionState = 'manual' | 'attributed' | 'suspected' | 'unattributed' | 'not-a-change'

/** One reason for or against a suspect. The points of a suspect's evidence add up to its score out of 100. */
export interface Evidence {
  readonly kind:
    | 'explicit-deployment'
    | 'commit'
    | 'stated-version'
    | 'live-when-first-seen'
    | 'time-since-deployment'
    | 'live-before'
    | 'other-version-live'
  readonly verdict: 'for' | 'against' | 'none'
  readonly title: string
  readonly sentence: string
  readonly points: number
}

export interface Suspect {
  readonly releaseId: number
  /** That this release introduced the defect, in [0, 1]. */
  readonly probability: number
  readonly evidence: readonly Evidence[]
}

export interface Attribution {
  readonly state: Exclude<AttributionState, 'manual' | 'not-a-change'>
  /** Why, in one sentence. */
  readonly reason: string
  /** Most likely first, at most five; their probabilities sum to at most 1, the rest is "none of these". */
  readonly suspects: readonly Suspect[]
}

export interface ReleaseName {
  readonly id: number
  readonly version: string
}

/** What ran in one environment of the service when the defect was first seen. */
export interface LiveThen {
  readonly environment: string
  readonly release: ReleaseName
  readonly since: number
  /** What it replaced. */
  readonly before: ReleaseName | undefined
}

export interface AttributionFacts {
  readonly firstSeenAt: number
  readonly service: string | undefined
  /** Absent: it did not say, and the production environments count. */
  readonly environment: string | undefined
  readonly stated: {
    readonly deployment: string | undefined
    readonly version: string | undefined
    readonly commit: string | undefined
  }
  /** What the statements point at, when we know such a release. */
  readonly found: {
    readonly deployment: ReleaseName | undefined
    readonly version: ReleaseName | undefined
    readonly commit: ReleaseName | undefined
  }
  /** Newest first; empty when nothing was live there. */
  readonly live: readonly LiveThen[]
}

/**
 * How much each kind of evidence weighs, in points of 100. In the issue history of ActiveMQ the earliest stated version
 * was the introducing release in 76 % of 108 cases; on continuously deployed services (7,290 deployments, 242 reverts)
 * the latest deployment was in 45 %. The steps within those sums are judgement.
 */
const POINTS = {
  explicitDeployment: 95,
  commit: 85,
  statedVersion: 66,
  statedVersionLive: 10,
  live: 32,
  recent: 13,
  liveBefore: 12,
} as const

const RECENT_MS = 24 * 3_600_000
/** From here on a suspicion is worth a name (correlation method, states). */
const NAMED = 0.6
const SUSPECTED = 0.3
const MOST_SUSPECTS = 5

/** Ranks the releases that may have introduced a defect. O(number of environments). Never throws. */
export function attribute(facts: AttributionFacts): Attribution {
  if (facts.service === undefined)
    return {
      state: 'unattributed',
      reason: 'The report names no service, so no release can be suspected.',
      suspects: [],
    }

  const named = namedSuspect(facts)
  const suspects = ranked([...(named ? [named] : []), ...liveSuspects(facts, named)])
  const [top] = suspects
  if (!top) return { state: 'unattributed', reason: nothingFound(facts), suspects: [] }
  const [strongest] = top.evidence
  return {
    // Time alone never names a release, it only suspects: docs/correlation.md.
    state:
      named && top.probability >= NAMED ? 'attributed' : top.probability >= SUSPECTED ? 'suspected' : 'unattributed',
    reason: strongest?.sentence ?? '',
    suspects,
  }
}

/** The suspect that the report itself points at, the strongest statement first. */
function namedSuspect({ stated, found, live, firstSeenAt }: AttributionFacts): Suspect | undefined {
  if (found.deployment)
    return suspect(found.deployment, [
      {
        kind: 'explicit-deployment',
        verdict: 'for',
        title: 'The report names the deployment',
        sentence: `The report names deployment ${stated.deployment}, which put ${told(found.deployment.version)} in place.`,
        points: POINTS.explicitDeployment,
      },
    ])
  if (found.commit && !found.version)
    return suspect(found.commit, [
      {
        kind: 'commit',
        verdict: 'for',
        title: 'The report names a commit of this release',
        sentence: `Commit ${shortSha(stated.commit ?? '')} is in ${told(found.commit.version)}.`,
        points: POINTS.commit,
      },
    ])
  if (!found.version) return undefined
  const version = found.version
  const where = live.find((then) => then.release.id === version.id)
  return suspect(version, [
    {
      kind: 'stated-version',
      verdict: 'for',
      title: 'The report names this version',
      sentence: `The first report was seen in version ${told(version.version)}.`,
      points: POINTS.statedVersion,
    },
    where
      ? {
          kind: 'live-when-first-seen',
          verdict: 'for',
          title: 'It was live when the defect was first seen',
          sentence: `${told(version.version)} had been live in ${where.environment} for ${duration(firstSeenAt - where.since)}.`,
          points: POINTS.statedVersionLive,
        }
      : otherVersionLive(version, live),
  ])
}

const otherVersionLive = (version: ReleaseName, live: readonly LiveThen[]): Evidence => {
  const [newest] = live
  return newest
    ? {
        kind: 'other-version-live',
        verdict: 'against',
        title: 'Another version was live',
        sentence: `${newest.environment} was running ${told(newest.release.version)} then, not ${told(version.version)}.`,
        points: -6,
      }
    : {
        kind: 'other-version-live',
        verdict: 'none',
        title: 'Nothing is known to have been live',
        sentence: 'No deployment before the first sighting is recorded there.',
        points: 0,
      }
}

/** The releases that were live, and what the newest of them replaced; together at most what a named one leaves. */
function liveSuspects({ live, firstSeenAt }: AttributionFacts, named: Suspect | undefined): Suspect[] {
  const suspects = live.map((then) => {
    const age = firstSeenAt - then.since
    const evidence: Evidence[] = [
      {
        kind: 'live-when-first-seen',
        verdict: 'for',
        title: 'It was live when the defect was first seen',
        sentence: `${told(then.release.version)} had been live in ${then.environment} for ${duration(age)} when it was first seen.`,
        points: POINTS.live,
      },
      age <= RECENT_MS
        ? {
            kind: 'time-since-deployment',
            verdict: 'for',
            title: 'Seen within a day of the deployment',
            sentence: `First seen ${duration(age)} after ${told(then.release.version)} went live in ${then.environment}.`,
            points: POINTS.recent,
          }
        : {
            kind: 'time-since-deployment',
            verdict: 'none',
            title: 'Not seen soon after the deployment',
            sentence: `${duration(age)} passed between the deployment and the first sighting.`,
            points: 0,
          },
    ]
    return suspect(then.release, evidence)
  })
  const before = live[0]?.before
  if (before && live[0])
    suspects.push(
      suspect(before, [
        {
          kind: 'live-before',
          verdict: 'for',
          title: 'It ran just before',
          sentence: `${live[0].environment} ran ${told(before.version)} until ${told(live[0].release.version)} replaced it.`,
          points: POINTS.liveBefore,
        },
      ]),
    )
  const others = suspects.filter((other) => other.releaseId !== named?.releaseId)
  return shareOf(1 - (named?.probability ?? 0), others)
}

const suspect = (release: ReleaseName, evidence: readonly Evidence[]): Suspect => ({
  releaseId: release.id,
  probability: evidence.reduce((sum, { points }) => sum + points, 0) / 100,
  evidence,
})

/** Scales the suspects down, evidence and all, when together they would take more than `most`. */
function shareOf(most: number, suspects: readonly Suspect[]): Suspect[] {
  const unique = suspects.filter((one, i) => suspects.findIndex((other) => other.releaseId === one.releaseId) === i)
  const total = unique.reduce((sum, one) => sum + one.probability, 0)
  if (total <= most) return unique
  return unique.map((one) => ({
    ...one,
    probability: (one.probability * most) / total,
    evidence: one.evidence.map((item) => ({ ...item, points: (item.points * most) / total })),
  }))
}

const ranked = (suspects: readonly Suspect[]): Suspect[] =>
  [...suspects]
    .filter((one) => one.probability > 0)
    .sort((a, b) => b.probability - a.probability)
    .slice(0, MOST_SUSPECTS)

function nothingFound({ service, environment, stated }: AttributionFacts): string {
  if (stated.version !== undefined)
    return `The report names version ${told(stated.version)}, which ${service} has never released.`
  return `No release of ${service} is known to have been live in ${environment ?? 'production'} when it was first seen.`
}

const shortSha = (sha: string): string => sha.slice(0, 10)

/** A release named after its commit is told by the beginning of it, as people do. */
const told = (version: string): string => (/^[0-9a-f]{40}([0-9a-f]{24})?$/i.test(version) ? shortSha(version) : version)

/** `43 min`, `2 h 5 min`, `3 d 4 h`: two units at most. */
function duration(ms: number): string {
  const minutes = Math.max(0, Math.round(ms / 60_000))
  if (minutes < 60) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  if (hours < 24) return minutes % 60 ? `${hours} h ${minutes % 60} min` : `${hours} h`
  const days = Math.floor(hours / 24)
  return hours % 24 ? `${days} d ${hours % 24} h` : `${days} d`
}
