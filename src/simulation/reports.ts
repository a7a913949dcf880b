import type { Detection } from '../core/event.ts'
import { componentOf, filesOf, stackFiles } from './code-base.ts'
import type { FoundDefect } from './fault-discovery.ts'
import { type DefectItem, type DeploymentItem, instantText, type SimulatedPost } from './native-items.ts'
import { SERVICES, type ServiceProfile } from './portfolio.ts'
import type { Random } from './random.ts'
import { DAY, HOUR, MINUTE, type Rollout, type SimulatedRelease } from './release-train.ts'

/** Monitoring, an error tracker, an issue tracker: each says other things, at other times. */
type Reporter = 'alerts' | 'errors' | 'tickets'

export interface ReportedDefect {
  /** All the ids under which it was reported. */
  readonly ids: readonly string[]
  readonly posts: readonly SimulatedPost[]
}

export function deploymentPost(rollout: Rollout, key: string): SimulatedPost {
  const { release, environment, status, action, startedAt, finishedAt, actor } = rollout
  const head = release.commits.at(-1)
  const item: DeploymentItem = {
    id: key,
    service: release.service,
    version: release.version,
    environment,
    tier: tierOf(environment),
    status,
    action,
    ...(release.kind === 'unknown' ? {} : { kind: release.kind }),
    ...(head ? { commit: head.sha } : {}),
    // Told once, with the first stage, as build servers do.
    ...(environment === 'testing'
      ? { commits: release.commits.map((commit) => ({ ...commit, at: instantText(commit.at) })) }
      : {}),
    ...(environment === 'canary' ? { percent: CANARY_PERCENT } : {}),
    startedAt: instantText(startedAt),
    finishedAt: instantText(finishedAt),
    actor,
  }
  return { at: finishedAt, kind: 'deployments', item }
}

/** What the canary gets of the traffic. */
const CANARY_PERCENT = 10

export const tierOf = (environment: string): 'production' | 'staging' | 'testing' =>
  environment === 'canary' || environment === 'production'
    ? 'production'
    : environment === 'staging'
      ? 'staging'
      : 'testing'

/** Everything said about one defect until `to`: first reports, later occurrences, how it ended. */
export function reportDefect(defect: FoundDefect, name: string, random: Random, to: number): ReportedDefect {
  const reporter = reporterOf(defect, random)
  const fingerprint = reporter === 'tickets' ? undefined : random.hex(16)
  const first = firstReport(defect, reporter, `${prefix[reporter]}-${name}`, fingerprint, random)
  const posts = [first, ...furtherOccurrences(defect, reporter, first, random)]
  const ids = [first.item.id]
  // Monitoring and the error tracker notice the same fault now and then; the fingerprint tells that it is one.
  if (reporter === 'errors' && defect.environment === 'production' && random.chance(0.22)) {
    const alert = firstReport(defect, 'alerts', `${prefix.alerts}-${name}`, fingerprint, random)
    posts.push(alert)
    ids.push(alert.item.id)
  }
  return { ids, posts: [...posts, ...ending(defect, first, random)].filter((post) => post.at <= to) }
}

const prefix: Record<Reporter, string> = { alerts: 'alert', errors: 'error', tickets: 'ticket' }

function reporterOf(defect: FoundDefect, random: Random): Reporter {
  if (defect.environment !== 'production') return random.weighted({ alerts: 1, errors: 4, tickets: 5 })
  if (defect.introducedBy === undefined) return random.weighted({ alerts: 6, errors: 2, tickets: 2 })
  return defect.severity === 'S1' || defect.severity === 'S2'
    ? random.weighted({ alerts: 4, errors: 4, tickets: 2 })
    : random.weighted({ alerts: 1, errors: 5, tickets: 4 })
}

function firstReport(
  defect: FoundDefect,
  reporter: Reporter,
  id: string,
  fingerprint: string | undefined,
  random: Random,
): SimulatedPost & { item: DefectItem } {
  const { foundAt, environment, service, title, severity } = defect
  const noticedAt = foundAt + noticedAfter(reporter, random)
  const versionStated = { alerts: 0.3, errors: 0.85, tickets: 0.3 }[reporter]
  const item: DefectItem = {
    id,
    title,
    service,
    severity,
    ...(fingerprint === undefined ? {} : { fingerprint }),
    ...(reporter === 'tickets' && random.chance(0.35) ? {} : { environment }),
    ...(random.chance(versionStated) ? { version: defect.seenIn.version } : {}),
    detection: DETECTION[reporter],
    ...hints(defect, reporter, random.fork(`hints ${id}`)),
    occurredAt: instantText(foundAt),
    detectedAt: instantText(noticedAt),
    ...(reporter === 'errors' ? { count: random.whole(1, 12) } : {}),
  }
  return { at: noticedAt, kind: 'defects', item }
}

const DETECTION: Record<Reporter, Detection> = { alerts: 'alert', errors: 'error', tickets: 'issue' }

/** An error tracker has a stack most of the time; people file what they find under a part of the product. */
function hints(defect: FoundDefect, reporter: Reporter, random: Random): Pick<DefectItem, 'files' | 'components'> {
  const profile = SERVICES.find(({ name }) => name === defect.service) as ServiceProfile
  const changed = filesOf(defect.introducedBy?.commits ?? [])
  if (reporter === 'errors' && random.chance(0.85)) return { files: stackFiles(profile, changed, random) }
  if (reporter === 'tickets' && random.chance(0.4)) return { components: [componentOf(profile, changed, random)] }
  return {}
}

function noticedAfter(reporter: Reporter, random: Random): number {
  if (reporter === 'alerts') return Math.round(random.between(1, 5) * MINUTE)
  return Math.round(reporter === 'errors' ? random.between(0, 60_000) : random.exponential(4 * HOUR))
}

function furtherOccurrences(
  defect: FoundDefect,
  reporter: Reporter,
  report: SimulatedPost & { item: DefectItem },
  random: Random,
): SimulatedPost[] {
  if (reporter === 'tickets') return []
  const { id, title, service, fingerprint, environment } = report.item
  const posts: SimulatedPost[] = []
  const over = defect.fix?.at ?? defect.droppedAt ?? Infinity
  let at = report.at
  for (let left = random.poisson(1.1); left > 0; left--) {
    at += Math.round(random.exponential(0.8 * DAY))
    if (at >= over) break
    const item: DefectItem = {
      id,
      title,
      service,
      ...(fingerprint === undefined ? {} : { fingerprint }),
      ...(environment === undefined ? {} : { environment }),
      occurredAt: instantText(at),
      count: random.whole(1, 30),
    }
    posts.push({ at, kind: 'defects', item })
  }
  return posts
}

/** Some fixes do not hold: one release in twenty-five, told by its first commit, so that no chance is drawn for it. */
function returnOf(fix: SimulatedRelease, fixedAt: number): number | undefined {
  const digits = Number.parseInt(fix.commits[0]?.sha.slice(0, 4) ?? 'ffff', 16)
  return digits < 0x10000 / 25 ? fixedAt + 6 * HOUR + Math.round((digits / 0x10000) * 50 * DAY) : undefined
}

function ending(defect: FoundDefect, first: SimulatedPost & { item: DefectItem }, random: Random): SimulatedPost[] {
  const { id, title, service } = first.item
  const say = (at: number, item: Partial<DefectItem>): SimulatedPost => ({
    at,
    kind: 'defects',
    item: { id, title, service, ...item },
  })
  const posts: SimulatedPost[] = []
  if (random.chance(0.6)) {
    const takenUpAt = first.at + Math.round(random.between(10, 300) * MINUTE)
    const status = random.chance(0.5) ? 'triaged' : 'in-progress'
    posts.push(say(takenUpAt, { status, updatedAt: instantText(takenUpAt) }))
  }
  const { fix, droppedAt } = defect
  if (fix) {
    const fixedAt = Math.max(Math.round(fix.at), first.at + 1)
    const { version } = fix.release
    posts.push(say(fixedAt, { status: 'fixed', fixedIn: [version], resolvedAt: instantText(fixedAt) }))
    const verifiedAt = fixedAt + Math.round(random.between(1, 40) * HOUR)
    const seenAgainAt = defect.environment === 'production' ? returnOf(fix.release, fixedAt) : undefined
    if (seenAgainAt !== undefined) {
      const occurredAt = instantText(seenAgainAt)
      posts.push(say(seenAgainAt, { environment: 'production', version, occurredAt }))
    }
    if (random.chance(0.6) && verifiedAt < (seenAgainAt ?? Infinity))
      posts.push(say(verifiedAt, { status: 'verified', resolvedAt: instantText(verifiedAt) }))
  } else if (droppedAt !== undefined) {
    const endedAt = Math.max(droppedAt, first.at + 1)
    const status = defect.introducedBy ? 'wont-fix' : 'fixed'
    posts.push(say(endedAt, { status, resolvedAt: instantText(endedAt) }))
  }
  // Taken up after it was over is not said at all.
  const over = posts.find((post) => post.kind === 'defects' && post.item.resolvedAt !== undefined)?.at ?? Infinity
  return posts.filter((post) => post.at <= over || (post.kind === 'defects' && post.item.resolvedAt !== undefined))
}
