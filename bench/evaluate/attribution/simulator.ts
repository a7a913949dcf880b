import type { SourceKind } from '../../../src/core/attribution/facts.ts'
import { Random } from '../../../src/simulation/random.ts'
import { gamma, normal, poisson } from './draws.ts'
import type { World } from './worlds.ts'

/**
 * A history whose truth is known: services release at their own pace, releases bring defects that show after time in
 * use, some releases are rolled back, some go through a canary, and what is reported is blurred. Days from the start.
 */
export interface SimulatedWorld {
  readonly deployments: readonly SimulatedDeployment[]
  readonly defects: readonly SimulatedDefect[]
  /** Service → services that it depends on. */
  readonly dependencies: ReadonlyMap<string, readonly string[]>
}

export interface SimulatedDeployment {
  readonly service: string
  readonly environment: 'production' | 'staging'
  readonly version: string
  readonly at: number
  /** `rolled-back`: this version is taken out and what ran before is put back. */
  readonly effect: 'deployed' | 'rolled-back'
  readonly percent: number
  readonly commits: number
  readonly files: readonly string[]
}

export interface SimulatedDefect {
  readonly firstSeen: number
  readonly sourceKind: SourceKind
  readonly service: string | undefined
  readonly environment: 'production' | undefined
  readonly version: string | undefined
  readonly files: readonly string[]
  readonly text: string | undefined
  /** Undefined: no release brought it. */
  readonly truth: { readonly service: string; readonly version: string } | undefined
}

interface Release {
  readonly version: string
  readonly order: number
  readonly faults: readonly Fault[]
}

interface Fault {
  readonly lag: number
  readonly file: string
  readonly severe: boolean
}

/** From `at` on, what ran in production: place in the order of releases, and share. */
interface Content {
  readonly at: number
  readonly running: readonly (readonly [order: number, share: number])[]
}

const FILES = 200
const COMMITS_OF_AVERAGE = 4.5

export function simulateWorld(world: World, seed: number): SimulatedWorld {
  const random = new Random(seed)
  const services = Array.from({ length: world.services }, (_, i) => `service-${i}`)
  const dependencies = new Map(
    services.map((service) => [service, services.filter((other) => other !== service && random.chance(0.15))]),
  )
  const deployments: SimulatedDeployment[] = []
  const defects: SimulatedDefect[] = []
  for (const service of services) {
    const own = random.fork(service)
    const { releases, contents, events } = runReleases(world, service, own)
    deployments.push(...events)
    const dependents = services.filter((other) => dependencies.get(other)?.includes(service))
    for (const found of findFaults(world, service, releases, contents, own))
      defects.push(reported(world, { ...found, service }, releases, dependents, own))
  }
  return {
    deployments: deployments.filter(() => !random.chance(world.noise.deploymentsLost)),
    defects: defects.sort((a, b) => a.firstSeen - b.firstSeen),
    dependencies,
  }
}

/** Few files change often: the place of a file is 200 u^2.2. */
const popularFile = (service: string, random: Random): string =>
  `${service}/file-${Math.floor(FILES * random.uniform() ** 2.2)}.ts`

function runReleases(world: World, service: string, random: Random) {
  const events: SimulatedDeployment[] = []
  const releases: (Release & { commits: number; files: string[] })[] = []
  const contents: Content[] = []
  const versions = versionNames(world.versions, random)
  const pause = 1 / (world.cadence * Math.exp(0.6 * normal(random)))
  let stable = -1
  let at = random.exponential(1 / world.cadence)
  while (at < world.days) {
    const hotfix = random.chance(0.12)
    const commits = hotfix ? 1 + poisson(random, 1) : 1 + Math.floor(Math.exp(1.2 + 0.9 * normal(random)))
    const files = [...new Set(Array.from({ length: 1 + commits * 2 }, () => popularFile(service, random)))]
    const size = ((1 + commits) / (1 + COMMITS_OF_AVERAGE)) ** world.sizeExponent
    const quality = gamma(random, world.qualityShape) / world.qualityShape
    const faults = Array.from({ length: poisson(random, world.defectsPerRelease * size * quality) }, () =>
      drawFault(world, service, files, random),
    )
    const release = { version: versions(hotfix), order: releases.length, faults, commits, files }
    releases.push(release)
    const deploy = (
      one: typeof release,
      when: number,
      environment: SimulatedDeployment['environment'],
      percent = 100,
    ) =>
      events.push({
        service,
        environment,
        version: one.version,
        at: when,
        effect: 'deployed',
        percent,
        commits: one.commits,
        files: one.files,
      })

    deploy(release, at - 0.02 - random.exponential(0.25) * (hotfix ? 0.05 : 1), 'staging')
    let full = at
    if (random.chance(world.canary) && stable >= 0 && !hotfix) {
      deploy(release, at, 'production', 10)
      contents.push({
        at,
        running: [
          [stable, 0.9],
          [release.order, 0.1],
        ],
      })
      full = at + 0.1 + random.exponential(0.2)
    }
    deploy(release, full, 'production')
    contents.push({ at: full, running: [[release.order, 1]] })

    const before = stable
    stable = release.order
    let next = full + 0.01 + random.exponential(pause)
    const acute = faults.filter(({ severe }) => severe).sort((a, b) => a.lag - b.lag)[0]
    if (acute && random.chance(world.rollback) && before >= 0) {
      const when = full + acute.lag + 0.02 + random.exponential(1 / 12)
      if (when < next) {
        contents.push({ at: when, running: [[before, 1]] })
        if (random.chance(0.5)) {
          deploy(release, when, 'production')
          events.push({ ...(events.pop() as SimulatedDeployment), effect: 'rolled-back' })
        } else deploy(releases[before] as typeof release, when, 'production')
        stable = before
        next = Math.max(next, when + 0.05)
      }
    }
    at = next
  }
  return { events, releases, contents }
}

function versionNames(kind: World['versions'], random: Random): (hotfix: boolean) => string {
  let [major, minor, patch] = [1, 0, 0]
  return (hotfix) => {
    if (kind === 'commit') return `a${random.hex(7)}`
    if (!hotfix && random.chance(0.05)) [major, minor, patch] = [major + 1, 0, 0]
    else if (!hotfix && random.chance(0.5)) [minor, patch] = [minor + 1, 0]
    else patch++
    return `${major}.${minor}.${patch}`
  }
}

function drawFault({ lag }: World, service: string, files: readonly string[], random: Random): Fault {
  let mean: number
  let days: number
  if ('mixture' in lag) {
    mean = drawMean(lag.mixture, random)
    days = random.exponential(mean)
  } else {
    days = lag.median * Math.exp(lag.sigma * normal(random))
    mean = days
  }
  return {
    lag: days,
    file: random.chance(0.75) ? random.pick(files) : popularFile(service, random),
    severe: mean < 1 && random.chance(0.5),
  }
}

function drawMean(mixture: readonly (readonly [share: number, mean: number])[], random: Random): number {
  let left = random.uniform()
  for (const [share, mean] of mixture) {
    if (left < share) return mean
    left -= share
  }
  return mixture[0]?.[1] ?? 1
}

interface Found {
  readonly at: number
  readonly release: Release | undefined
  /** What ran where it was seen. */
  readonly active: Release
  readonly fault: Pick<Fault, 'file' | 'severe'>
}

/** Lets the lags run out on the clock of true exposure, and adds what no release brought. */
function findFaults(
  world: World,
  service: string,
  releases: readonly Release[],
  contents: readonly Content[],
  random: Random,
): Found[] {
  const found: Found[] = []
  for (const release of releases)
    for (const fault of release.faults) {
      const shown = showsAt(fault.lag, release.order, contents, world.days, random)
      if (shown) found.push({ at: shown.at, release, active: releases[shown.order] as Release, fault })
    }
  const faults = releases.reduce((sum, release) => sum + release.faults.length, 0)
  const count = poisson(random, (world.background / (1 - world.background)) * faults)
  for (let i = 0; i < count; i++) {
    const at = random.between(0, world.days)
    const running = contents.findLast((content) => content.at <= at)?.running.at(-1)
    if (running)
      found.push({
        at,
        release: undefined,
        active: releases[running[0]] as Release,
        fault: { file: popularFile(service, random), severe: false },
      })
  }
  return found
}

function showsAt(
  lag: number,
  order: number,
  contents: readonly Content[],
  end: number,
  random: Random,
): { at: number; order: number } | undefined {
  let left = lag
  for (const [i, { at, running }] of contents.entries()) {
    const until = contents[i + 1]?.at ?? end
    const carrying = running.filter(([running]) => running >= order)
    const share = carrying.reduce((sum, [, one]) => sum + one, 0)
    if (share <= 0) continue
    if (share * (until - at) >= left) {
      const when = at + left / share
      return when < end ? { at: when, order: random.pick(carrying)[0] } : undefined
    }
    left -= share * (until - at)
  }
  return undefined
}

/** What is known of it in the end: late, incomplete, and at times wrong. */
function reported(
  world: World,
  { at, release, active, fault, service }: Found & { service: string },
  releases: readonly Release[],
  dependents: readonly string[],
  random: Random,
): SimulatedDefect {
  const { noise } = world
  const sourceKind: SourceKind = fault.severe ? 'alert' : random.chance(0.6) ? 'error' : 'issue'
  const delay = random.exponential(noise.reportDelay * (sourceKind === 'issue' ? 3 : 0.1))
  const seen = at + delay
  const named = random.chance(noise.serviceMissing)
    ? undefined
    : random.chance(noise.serviceWrong) && dependents.length > 0
      ? random.pick(dependents)
      : service
  const states = named === service && random.chance(noise.versionStated)
  return {
    firstSeen: world.officeHours && sourceKind === 'issue' ? inOfficeHours(seen, random) : seen,
    sourceKind,
    service: named,
    environment: random.chance(noise.environmentMissing) ? undefined : 'production',
    version: states ? (random.chance(noise.versionWrong) ? random.pick(releases) : active).version : undefined,
    files: random.chance(noise.fileNamed) ? [fault.file] : [],
    text: random.chance(noise.textNamesVersion) ? textOf(world, release, active, releases, random) : undefined,
    truth: release && { service, version: release.version },
  }
}

function textOf(
  { noise }: World,
  release: Release | undefined,
  active: Release,
  releases: readonly Release[],
  random: Random,
): string {
  const named = random.chance(noise.textWrong)
    ? random.pick(releases)
    : release && random.chance(0.5)
      ? release
      : active
  return release && named === release && random.chance(0.5)
    ? `broken since upgrading to ${named.version}`
    : `seen in version ${named.version}`
}

/** From eight to six; what comes up at night is written down in the morning. */
function inOfficeHours(at: number, random: Random): number {
  const hour = (at % 1) * 24
  if (hour < 8) return Math.floor(at) + 8 / 24 + random.uniform() / 24
  return hour > 18 ? Math.floor(at) + 1 + 8 / 24 + random.uniform() / 24 : at
}
