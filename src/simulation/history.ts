import { filesOf, stackFiles } from './code-base.ts'
import { discoverDefects, type FoundDefect, liveSpans } from './fault-discovery.ts'
import type { DefectItem, SimulatedPost } from './native-items.ts'
import { SERVICES } from './portfolio.ts'
import { Random } from './random.ts'
import {
  buildRelease,
  DAY,
  MINUTE,
  type Rollout,
  runTrain,
  type SimulatedRelease,
  type Train,
} from './release-train.ts'
import { deploymentPost, reportDefect } from './reports.ts'

export interface SimulationOptions {
  /** The same seed, end and length give the same history, to the byte. */
  readonly seed: number
  /** The instant up to which the history reaches, epoch milliseconds. */
  readonly now: number
  readonly days: number
}

export interface SimulatedHistory {
  /** What the tools said, in the order in which they said it; nothing after `now`. */
  readonly posts: readonly SimulatedPost[]
  /** Id of each reported defect → the release that brought it, null when none did. The receiver never sees it. */
  readonly truth: ReadonlyMap<string, { readonly service: string; readonly version: string } | null>
  /** The release that is going wrong at `now`, with the defects that show it. */
  readonly badRelease: {
    readonly release: SimulatedRelease
    readonly replaced: SimulatedRelease
    readonly defects: readonly DefectItem[]
  }
  /** What ran in production at `now`, a release per service. */
  readonly live: readonly SimulatedRelease[]
}

/** A release team's last weeks, invented: six services, a few hundred deployments, and what went wrong. */
export function simulateHistory({ seed, now, days }: SimulationOptions): SimulatedHistory {
  const random = new Random(seed)
  const from = now - days * DAY
  const posts: SimulatedPost[] = []
  const truth = new Map<string, { service: string; version: string } | null>()
  const live: SimulatedRelease[] = []
  let badRelease: SimulatedHistory['badRelease'] | undefined

  for (const profile of SERVICES) {
    const isGoingWrong = profile.name === 'checkout-api'
    // Quiet before the storm: the bad release is the only one of its service in its last days.
    const train = runTrain(profile, random.fork(profile.name), from, isGoingWrong ? now - 2 * DAY : now)
    const found = discoverDefects(profile, train, random.fork(`${profile.name} faults`), from, now)
    const rollouts = [...train.rollouts]
    if (isGoingWrong) {
      const replaced = liveAt(train, now)
      const bad = badRolloutOf(profile, train, random.fork('bad release'), now)
      rollouts.push(...bad.rollouts)
      badRelease = {
        release: bad.release,
        replaced,
        defects: badDefectsOf(profile, bad.release, random.fork('bad stacks'), now),
      }
      live.push(bad.release)
      for (const item of badRelease.defects) {
        posts.push({ at: Date.parse(item.detectedAt ?? ''), kind: 'defects', item })
        truth.set(item.id, { service: bad.release.service, version: bad.release.version })
      }
    } else {
      live.push(liveAt(train, now))
    }
    rollouts.forEach((rollout, i) => {
      posts.push(deploymentPost(rollout, `${profile.name}-run-${1000 + i}`))
    })
    const says = random.fork(`${profile.name} reports`)
    found.forEach((defect, i) => {
      const reported = reportDefect(defect, `${profile.name}-${100 + i}`, says, now)
      posts.push(...reported.posts)
      for (const id of reported.ids) truth.set(id, truthOf(defect))
    })
  }
  if (!badRelease) throw new Error('no service of the portfolio goes wrong')
  return { posts: posts.sort(byTime), truth, badRelease, live }
}

const truthOf = ({ introducedBy }: FoundDefect) =>
  introducedBy ? { service: introducedBy.service, version: introducedBy.version } : null

const byTime = (a: SimulatedPost, b: SimulatedPost): number =>
  a.at - b.at || (a.item.id < b.item.id ? -1 : a.item.id > b.item.id ? 1 : 0)

const liveAt = (train: Train, at: number): SimulatedRelease =>
  (liveSpans(train.rollouts, 'production', at).at(-1) as { release: SimulatedRelease }).release

/** A minor release that reached production 43 minutes ago and brought trouble. */
function badRolloutOf(
  profile: (typeof SERVICES)[number],
  train: Train,
  random: Random,
  now: number,
): { release: SimulatedRelease; rollouts: Rollout[] } {
  const newest = train.releases.at(-1) as SimulatedRelease
  const release = buildRelease(profile, random, newest, 'minor', now - 14 * 60 * MINUTE)
  const stages: readonly [environment: string, minutesAgo: number][] = [
    ['testing', 13 * 60],
    ['staging', 11 * 60],
    ['canary', 130],
    ['production', 43],
  ]
  const rollouts = stages.map(([environment, minutesAgo]): Rollout => {
    const finishedAt = now - minutesAgo * MINUTE
    const startedAt = finishedAt - Math.round(random.between(2, 4) * MINUTE)
    return { release, environment, startedAt, finishedAt, status: 'succeeded', action: 'deploy', actor: 'deploy-bot' }
  })
  return { release, rollouts }
}

/** What is known of the bad release at `now`, minutes ago: an S1 after eleven minutes and six more. */
function badDefectsOf(
  profile: (typeof SERVICES)[number],
  release: SimulatedRelease,
  random: Random,
  now: number,
): DefectItem[] {
  const ago = (minutes: number): string => new Date(now - minutes * MINUTE).toISOString()
  const { service, version } = release
  const shared = { service, environment: 'production' } as const
  const fromTracker = () => ({
    detection: 'error' as const,
    files: stackFiles(profile, filesOf(release.commits), random),
  })
  return [
    {
      ...shared,
      ...fromTracker(),
      id: 'error-checkout-api-capture-409',
      title: 'Capture fails with 409 on retried payment intents',
      description:
        'PaymentConflictError: the intent already has a pending capture. Customers are told that the payment failed; some pay twice.',
      severity: 'S1',
      version,
      fingerprint: 'capture-409-pending',
      occurredAt: ago(32),
      detectedAt: ago(31),
      count: 38,
    },
    {
      ...shared,
      detection: 'alert',
      id: 'alert-checkout-api-idempotency',
      title: 'Timeout writing idempotency record',
      severity: 'S2',
      fingerprint: 'idempotency-timeout',
      occurredAt: ago(27),
      detectedAt: ago(25),
      count: 9,
    },
    {
      ...shared,
      detection: 'issue',
      id: 'ticket-checkout-api-stale-total',
      title: 'Order confirmation shows stale total after voucher',
      severity: 'S2',
      version,
      occurredAt: ago(25),
      detectedAt: ago(19),
    },
    {
      ...shared,
      ...fromTracker(),
      id: 'error-checkout-api-double-mail',
      title: 'Duplicate “payment received” e-mail',
      severity: 'S3',
      version,
      fingerprint: 'double-mail',
      occurredAt: ago(22),
      detectedAt: ago(21),
      count: 14,
    },
    {
      ...shared,
      ...fromTracker(),
      id: 'error-checkout-api-refund-preview',
      title: 'Unhandled TypeError in refund preview',
      severity: 'S3',
      version,
      fingerprint: 'refund-preview-typeerror',
      occurredAt: ago(14),
      detectedAt: ago(13),
      count: 6,
    },
    {
      ...shared,
      ...fromTracker(),
      id: 'error-checkout-api-log-currency',
      title: 'Currency missing from capture log line',
      severity: 'S3',
      version,
      fingerprint: 'log-currency',
      occurredAt: ago(9),
      detectedAt: ago(8),
      count: 7,
    },
    {
      ...shared,
      ...fromTracker(),
      id: 'error-checkout-api-deprecation',
      title: 'Deprecation warning: intent.charges',
      severity: 'S4',
      version,
      fingerprint: 'intent-charges-deprecated',
      occurredAt: ago(5),
      detectedAt: ago(4),
      count: 4,
    },
  ]
}
