import type { ReleaseKind, Severity } from '../core/event.ts'
import { changedFiles } from './code-base.ts'
import { COMMIT_WORDS, type ServiceProfile } from './portfolio.ts'
import type { Random } from './random.ts'

export const MINUTE = 60_000
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR

/** A version built by the simulated team. `order` is its place in the lineage: it contains all lower ones. */
export interface SimulatedRelease {
  readonly service: string
  readonly version: string
  readonly kind: ReleaseKind
  readonly order: number
  readonly commits: readonly {
    readonly sha: string
    readonly message: string
    readonly author: string
    readonly at: number
    readonly files: readonly string[]
  }[]
  readonly builtAt: number
  /** Faults it brought; known to the simulator only. */
  readonly faults: readonly LatentFault[]
}

/** A fault in the code that nobody has met yet. */
export interface LatentFault {
  readonly foundIn: 'testing' | 'staging' | 'production'
  /** How long it runs in that environment before somebody meets it. */
  readonly lag: number
  readonly severity: Severity
}

export interface Rollout {
  readonly release: SimulatedRelease
  readonly environment: string
  readonly startedAt: number
  readonly finishedAt: number
  readonly status: 'succeeded' | 'failed' | 'cancelled'
  readonly action: 'deploy' | 'rollback'
  readonly actor: string
}

export interface Train {
  readonly releases: readonly SimulatedRelease[]
  /** In order of start. */
  readonly rollouts: readonly Rollout[]
}

/** Mean days until a fault is met: alerts within hours, errors within days, complaints within weeks. */
const LAGS: readonly { readonly share: number; readonly days: number }[] = [
  { share: 0.4, days: 0.15 },
  { share: 0.35, days: 2 },
  { share: 0.25, days: 25 },
]

const SOON: Record<Severity, number> = { S1: 7, S2: 25, S3: 46, S4: 22 }
const LATE: Record<Severity, number> = { S1: 1, S2: 12, S3: 50, S4: 37 }

/**
 * Plays one service's releases from `from` to `to`: cadence, stages, failed and cancelled deployments, roll-backs and
 * hotfixes after a grave early fault, versions that stop in staging. Nothing in it happens after `to`.
 */
export function runTrain(profile: ServiceProfile, random: Random, from: number, to: number): Train {
  const track = new Track(profile, random)
  track.start(from)
  let at = from + random.exponential(profile.daysBetweenReleases * DAY)
  while (at < to) {
    const builtAt = workingHour(at, random)
    const freeAgainAt = track.release(builtAt)
    at = Math.max(freeAgainAt, builtAt) + random.exponential(profile.daysBetweenReleases * DAY)
  }
  return {
    releases: track.releases.filter((release) => release.builtAt <= to),
    rollouts: track.rollouts.filter((rollout) => rollout.finishedAt <= to).sort((a, b) => a.startedAt - b.startedAt),
  }
}

/** The release after `previous` with its commits and faults; `kind` decides which part of the version moves. */
export function buildRelease(
  profile: ServiceProfile,
  random: Random,
  previous: Pick<SimulatedRelease, 'version' | 'order'>,
  kind: ReleaseKind,
  builtAt: number,
): SimulatedRelease {
  const commitCount = kind === 'emergency' ? random.whole(1, 2) : 1 + random.poisson(kind === 'patch' ? 3 : 8)
  const version = nextVersion(profile, previous.version, kind, builtAt)
  const choice = random.fork(`files ${version}`)
  return {
    service: profile.name,
    version,
    // A calendar version says when, not how much.
    kind: profile.versions === 'calendar' && kind !== 'emergency' ? 'unknown' : kind,
    order: previous.order + 1,
    builtAt,
    commits: Array.from({ length: commitCount }, (_, i) => {
      const sha = random.hex(40)
      const [verb, subject] = [random.pick(COMMIT_WORDS.verbs), random.pick(profile.subjects)]
      return {
        sha,
        message: `${verb} ${subject.toLowerCase()} in ${random.pick(profile.endpoints)}`,
        author: random.pick(COMMIT_WORDS.authors),
        at: builtAt - Math.round((commitCount - i) * random.between(1, 6) * HOUR),
        files: changedFiles(profile, subject, choice),
      }
    }),
    faults: drawFaults(profile, random, kind),
  }
}

class Track {
  readonly releases: SimulatedRelease[] = []
  readonly rollouts: Rollout[] = []
  readonly #profile: ServiceProfile
  readonly #random: Random
  #live: SimulatedRelease | undefined

  constructor(profile: ServiceProfile, random: Random) {
    this.#profile = profile
    this.#random = random
  }

  /** The version that already ran when the history begins; its faults were found before. */
  start(at: number): void {
    const version = this.#profile.startVersion.join('.')
    const base = { version, order: -1 }
    const first = { ...buildRelease(this.#profile, this.#random, base, 'patch', at), version, faults: [] }
    this.releases.push(first)
    for (const environment of stagesOf(this.#profile, 'patch')) this.#deploy(first, environment, at)
    this.#live = first
  }

  /** Builds and deploys one planned release and answers what follows; returns when the team is free for the next. */
  release(builtAt: number): number {
    const random = this.#random
    const kind = random.weighted({ major: 2, minor: 46, patch: 52 })
    const release = buildRelease(this.#profile, random, this.releases.at(-1) as SimulatedRelease, kind, builtAt)
    this.releases.push(release)
    const stopsInStaging = random.chance(0.07)
    let at = builtAt + random.between(5, 20) * MINUTE
    for (const environment of stagesOf(this.#profile, kind)) {
      if (environment !== 'testing' && environment !== 'staging' && stopsInStaging) return at
      at = this.#deployWithTrouble(release, environment, at)
      if (environment !== 'production') at = workingHour(at + waitAfter(environment, random), random)
    }
    const replaced = this.#live as SimulatedRelease
    this.#live = release
    return this.#answerGraveFault(release, replaced, at)
  }

  /** A grave fault met early is answered by a roll-back or a hotfix, day or night. */
  #answerGraveFault(release: SimulatedRelease, replaced: SimulatedRelease, liveAt: number): number {
    const random = this.#random
    const lag = Math.min(...release.faults.filter(isGraveAndEarly).map((fault) => fault.lag))
    if (lag === Infinity || random.chance(0.25)) return liveAt
    const answeredAt = liveAt + lag + random.between(15, 90) * MINUTE
    if (random.chance(0.6)) {
      this.#live = replaced
      return this.#deploy(replaced, 'production', answeredAt, 'rollback')
    }
    const newest = this.releases.at(-1) as SimulatedRelease
    const hotfix = mending(release, buildRelease(this.#profile, random, newest, 'emergency', answeredAt))
    this.releases.push(hotfix)
    this.#live = hotfix
    const tested = this.#deploy(hotfix, 'testing', answeredAt + random.between(3, 10) * MINUTE)
    return this.#deploy(hotfix, 'production', tested + random.between(5, 25) * MINUTE)
  }

  /** Some first attempts fail or are called off and are repeated the same day. */
  #deployWithTrouble(release: SimulatedRelease, environment: string, at: number): number {
    const outcome = this.#random.weighted({ succeeded: 93, failed: 5, cancelled: 2 })
    if (outcome === 'succeeded') return this.#deploy(release, environment, at)
    const ended = this.#deploy(release, environment, at, 'deploy', outcome)
    return this.#deploy(release, environment, ended + this.#random.between(10, 80) * MINUTE)
  }

  #deploy(
    release: SimulatedRelease,
    environment: string,
    startedAt: number,
    action: Rollout['action'] = 'deploy',
    status: Rollout['status'] = 'succeeded',
  ): number {
    const finishedAt = startedAt + this.#random.between(1.5, 9) * MINUTE
    this.rollouts.push({
      release,
      environment,
      startedAt: Math.round(startedAt),
      finishedAt: Math.round(finishedAt),
      status,
      action,
      actor: action === 'rollback' ? this.#random.pick(COMMIT_WORDS.authors) : 'deploy-bot',
    })
    return finishedAt
  }
}

/** The hotfix with the commit that it mends named in its first message. */
function mending(guilty: SimulatedRelease, hotfix: SimulatedRelease): SimulatedRelease {
  const [first, ...others] = hotfix.commits
  const [mended] = guilty.commits
  if (!first || !mended) return hotfix
  const message = `${first.message}\n\nFixes: ${mended.sha.slice(0, 12)} ("${mended.message}")`
  return { ...hotfix, commits: [{ ...first, message }, ...others] }
}

const isGraveAndEarly = (fault: LatentFault): boolean =>
  fault.foundIn === 'production' && fault.lag < 10 * HOUR && (fault.severity === 'S1' || fault.severity === 'S2')

const stagesOf = (profile: ServiceProfile, kind: ReleaseKind): readonly string[] =>
  profile.canary && kind !== 'emergency'
    ? ['testing', 'staging', 'canary', 'production']
    : ['testing', 'staging', 'production']

const waitAfter = (environment: string, random: Random): number =>
  environment === 'canary' ? random.between(0.7, 3) * HOUR : random.between(1, 16) * HOUR

function drawFaults(profile: ServiceProfile, random: Random, kind: ReleaseKind): LatentFault[] {
  const size = { major: 1.9, minor: 1.3, patch: 0.75, emergency: 0.25 }[kind as string] ?? 1
  // An exponential factor gives releases of very different quality, as histories of real projects show.
  const count = random.poisson(profile.defectsPerRelease * size * (0.35 + random.exponential(0.65)))
  return Array.from({ length: count }, () => {
    const lag = drawLag(random)
    const foundIn = random.weighted({ testing: 17, staging: 11, production: 72 })
    return {
      foundIn,
      lag: foundIn === 'production' ? lag : Math.min(lag, random.exponential(0.3 * DAY)),
      severity: random.weighted(lag < DAY ? SOON : LATE),
    }
  })
}

function drawLag(random: Random): number {
  let left = random.uniform()
  for (const { share, days } of LAGS) {
    if (left < share) return Math.max(MINUTE, random.exponential(days * DAY))
    left -= share
  }
  return random.exponential((LAGS.at(-1) as { days: number }).days * DAY)
}

function nextVersion(profile: ServiceProfile, version: string, kind: ReleaseKind, builtAt: number): string {
  const [first, second, third] = version.split('.').map(Number) as [number, number, number]
  if (profile.versions === 'calendar') {
    const date = new Date(builtAt)
    const year = date.getUTCFullYear()
    const week = 1 + Math.floor((builtAt - Date.UTC(year, 0, 1)) / (7 * DAY))
    return first === year && second === week ? `${year}.${week}.${third + 1}` : `${year}.${week}.0`
  }
  if (kind === 'major') return `${first + 1}.0.0`
  return kind === 'minor' ? `${first}.${second + 1}.0` : `${first}.${second}.${third + 1}`
}

/** The same moment when people work then (8 to 17 UTC, some week-ends too), else a moment in the next such span. */
export function workingHour(at: number, random: Random): number {
  const hour = Math.floor((at % DAY) / HOUR)
  const dayStart = at - (at % DAY)
  let day = hour < 17 ? dayStart : dayStart + DAY
  while ([0, 6].includes(new Date(day).getUTCDay()) && !random.chance(0.4)) day += DAY
  if (day === dayStart && hour >= 8) return Math.round(at)
  return Math.round(day + random.between(8, 11) * HOUR)
}
