import { changedFiles, filesOf, stackFiles } from './code-base.ts'
import type { SimulatedHistory } from './history.ts'
import { type DefectItem, type DeploymentItem, instantText, type SimulatedPost } from './native-items.ts'
import { faultTitles, SERVICES, type ServiceProfile } from './portfolio.ts'
import { Random } from './random.ts'
import { MINUTE } from './release-train.ts'
import { tierOf } from './reports.ts'

/** A patch travels through the stages once in so many minutes, each time of another service. */
const CYCLE_MINUTES = 8

const STAGES: readonly {
  readonly minute: number
  readonly environment: string
  readonly status: DeploymentItem['status']
}[] = [
  { minute: 1, environment: 'testing', status: 'in-progress' },
  { minute: 2, environment: 'testing', status: 'succeeded' },
  { minute: 4, environment: 'staging', status: 'succeeded' },
  { minute: 6, environment: 'production', status: 'in-progress' },
  { minute: 7, environment: 'production', status: 'succeeded' },
]

/**
 * What is said in one minute after the end of the history, at `at`: the bad release goes on failing, small defects turn
 * up elsewhere, a patch moves on. The same minute of the same seed says the same.
 *
 * @param minute whole minutes since the history ended, from 1
 * @param now.isBadLive whether the bad release still runs; once it does not, its defects stay away
 */
export function simulateMinute(
  history: SimulatedHistory,
  seed: number,
  minute: number,
  at: number,
  { isBadLive = true }: { readonly isBadLive?: boolean } = {},
): SimulatedPost[] {
  const random = new Random(seed).fork(`minute ${minute}`)
  return [
    ...badReleaseGoesOn(history, random, at).filter(() => isBadLive),
    ...newDefect(history, random, minute, at),
    ...patchMovesOn(history, seed, minute, at),
  ]
}

function badReleaseGoesOn({ badRelease }: SimulatedHistory, random: Random, at: number): SimulatedPost[] {
  return badRelease.defects
    .filter(({ id, severity }) => !id.startsWith('ticket') && (severity === 'S1' || random.chance(0.25)))
    .map(({ id, title, service, fingerprint, environment, version, severity }) => ({
      at,
      kind: 'defects',
      item: {
        ...{ id, title, service },
        ...(fingerprint === undefined ? {} : { fingerprint }),
        ...(environment === undefined ? {} : { environment }),
        ...(version === undefined ? {} : { version }),
        occurredAt: instantText(at),
        count: severity === 'S1' ? random.whole(6, 16) : random.whole(1, 5),
      },
    }))
}

/** In about two of five minutes somebody meets something new. */
function newDefect({ live }: SimulatedHistory, random: Random, minute: number, at: number): SimulatedPost[] {
  if (!random.chance(0.4)) return []
  const profile = random.pick(SERVICES)
  const release = live.find(({ service }) => service === profile.name)
  const item: DefectItem = {
    id: `error-${profile.name}-live-${minute}`,
    title: faultTitles(profile, random)(),
    service: profile.name,
    environment: 'production',
    severity: random.weighted({ S2: 1, S3: 5, S4: 4 }),
    fingerprint: random.hex(16),
    ...(release && random.chance(0.6) ? { version: release.version } : {}),
    detection: 'error',
    files: stackFiles(profile, filesOf(release?.commits ?? []), random.fork('stack')),
    occurredAt: instantText(at),
    count: random.whole(1, 4),
  }
  return [{ at, kind: 'defects', item }]
}

function patchMovesOn(
  { live, badRelease }: SimulatedHistory,
  seed: number,
  minute: number,
  at: number,
): SimulatedPost[] {
  const cycle = Math.floor((minute - 1) / CYCLE_MINUTES)
  const stage = STAGES.find((candidate) => candidate.minute === ((minute - 1) % CYCLE_MINUTES) + 1)
  // The service in trouble deploys nothing until somebody decides.
  const calm = live.filter(({ service }) => service !== badRelease.release.service)
  const base = calm[cycle % calm.length]
  if (!stage || !base) return []
  const [major, minor, patch] = base.version.split('.').map(Number) as [number, number, number]
  const isOver = stage.status === 'succeeded'
  const commit = commitOf(base.service, new Random(seed).fork(`commit ${cycle}`), at)
  const item: DeploymentItem = {
    id: `${base.service}-live-${cycle}-${stage.environment}`,
    service: base.service,
    version: `${major}.${minor}.${patch + 1 + Math.floor(cycle / calm.length)}`,
    environment: stage.environment,
    tier: tierOf(stage.environment),
    status: stage.status,
    action: 'deploy',
    kind: 'patch',
    commit: commit.sha,
    ...(stage.environment === 'testing' ? { commits: [commit] } : {}),
    startedAt: instantText(isOver ? at - MINUTE : at),
    ...(isOver ? { finishedAt: instantText(at) } : {}),
    actor: 'deploy-bot',
  }
  return [{ at, kind: 'deployments', item }]
}

function commitOf(service: string, random: Random, at: number) {
  const profile = SERVICES.find(({ name }) => name === service) as ServiceProfile
  const sha = random.hex(40)
  const subject = random.pick(profile.subjects)
  return {
    sha,
    message: `Fix ${subject.toLowerCase()} in ${random.pick(profile.endpoints)}`,
    author: 'Ana',
    at: instantText(at),
    files: changedFiles(profile, subject, random),
  }
}
