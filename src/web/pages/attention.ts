import { actSentence } from '../../../views/emergency/parts.tsx'
import { counted, formatCapped, formatDuration, middleCut } from '../../../views/format.ts'
import type { AttentionItem } from '../../../views/overview/attention-list.tsx'
import { defectPath, emergencyPath, releasePath, withQuery } from '../../../views/paths.ts'
import { silenceReason } from '../../../views/setup/source-state.tsx'
import { stateWord } from '../../core/emergency/words.ts'
import type { Verdict } from '../../core/verdict/verdict.ts'
import type { ClockJump } from '../../operations/clock-watch.ts'
import type { SilentSource } from '../../operations/sources/silent-sources.ts'
import type { DefectListRow } from '../../store/defects/defect-list.ts'
import type { Emergency } from '../../store/emergency/emergencies.ts'
import type { CameBack } from '../../store/overview/came-back.ts'
import type { FailedDeliveries, RecentDeployment } from '../../store/overview/overview-queries.ts'

const HOUR = 3_600_000
/** How long a failed deployment or a rollback is news. */
export const NEWS_MS = 48 * HOUR
/** The newest deployments of an environment that are looked at. */
export const RECENT_DEPLOYMENTS = 60
/** More came back at once than anybody counts. */
export const MOST_BACK = 99
/** How long it is said of a source that it fell silent; Set up says so for as long as it is. */
const SILENCE_NEWS_MS = 14 * 24 * HOUR

export interface AttentionFacts {
  readonly now: number
  readonly environment: string | undefined
  /** Open S1 and S2 that nobody owns; counted up to `cap` + 1. */
  readonly unowned: {
    readonly worst: DefectListRow | undefined
    readonly count: number
    readonly cap: number
    /** Where they are listed. */
    readonly rows?: string
  }
  /** Seen again in the time that is news, the gravest first; at most `cap` + 1. */
  readonly cameBack?: { readonly list: readonly CameBack[]; readonly cap: number; readonly rows: string }
  /** The newest of the environment, newest first. */
  readonly deployments: readonly RecentDeployment[]
  readonly failedDeliveries: {
    readonly count: number
    readonly cap: number
    readonly newest: FailedDeliveries | undefined
  }
  /** The longest silent first. */
  readonly silent: readonly Omit<SilentSource, 'id'>[]
  /** Those that are open, the oldest first. */
  readonly emergencies?: readonly Emergency[]
  /** What runs in the environment, the gravest verdict first. */
  readonly running?: readonly {
    readonly service: string
    readonly version: string
    readonly since: number
    readonly verdict?: Pick<Verdict, 'word' | 'sentence' | 'numbers'> | undefined
  }[]
  /** The last since this server started. */
  readonly clockJump: ClockJump | undefined
}

/** What somebody must look at, worst first. Empty when nothing is. */
export function attentionItems(facts: AttentionFacts): AttentionItem[] {
  const items = [
    ...openEmergencies(facts),
    ...suspectReleases(facts),
    ...regressions(facts),
    ...unownedDefects(facts),
    ...failedDeployments(facts),
    ...silentSources(facts),
    ...clockJumps(facts),
    ...rollbacks(facts),
    ...failedDeliveries(facts),
  ]
  const rank = { bad: 0, watch: 1, info: 2 }
  return items.sort((a, b) => rank[a.tone] - rank[b.tone])
}

/** Always first: somebody is on it, or should be. */
const openEmergencies = ({ emergencies = [] }: AttentionFacts): AttentionItem[] =>
  emergencies.map((one) => ({
    tone: 'bad',
    icon: 'emergency',
    title: `ER-${one.id} ${actSentence(one)}`,
    detail: `${one.service}, ${stateWord[one.state].toLowerCase()}${one.trouble ? `: ${one.trouble}` : ''}. Opened by ${one.openedName}`,
    at: one.openedAt,
    link: { text: `Join ER-${one.id}`, href: emergencyPath(one.id) },
    tell: `ER-${one.id} ${actSentence(one)}: ${stateWord[one.state]}`,
  }))

/** Those on which nobody has acted yet: what an emergency release is about stands there. */
const suspectReleases = ({ running = [], emergencies = [], environment }: AttentionFacts): AttentionItem[] =>
  running.flatMap(({ service, version, since, verdict }) => {
    if (verdict?.word !== 'suspect') return []
    const isUnderWay = emergencies.some((one) => one.service === service && one.environment === environment)
    if (isUnderWay) return []
    const title = `${service} ${middleCut(version)} is suspect in ${environment}`
    return [
      {
        tone: 'bad',
        icon: 'warning-solid',
        title,
        tell: title,
        // How sure the comparison is stands on its page.
        detail: `${(verdict.numbers ?? verdict.sentence).replace(/ \([^()]*\)$/, '').replace(/\.$/, '')}. Deployed`,
        at: since,
        link: { text: 'Review release', href: releasePath(service, version) },
        also: {
          text: 'Roll back or fix…',
          href: withQuery('/emergency/new', { release: `${service}@${version}`, environment }),
        },
      } as const,
    ]
  })

/** Until somebody acts on it; whoever imports a history has no news. */
function regressions({
  cameBack: { list, cap, rows } = { list: [], cap: 0, rows: '' },
}: AttentionFacts): AttentionItem[] {
  const [worst] = list
  if (!worst) return []
  const { id, title, severity, service, environment, at, sentence } = worst
  const place = [service, environment].filter(Boolean).join(', ')
  const isGrave = severity === 'S1' || severity === 'S2'
  const one: Omit<AttentionItem, 'title' | 'detail'> = {
    ...{ tone: isGrave ? 'bad' : 'watch', icon: isGrave ? 'warning-solid' : 'warning', severity, at },
    link: { text: 'Review defect', href: defectPath(id) },
  }
  if (list.length === 1)
    return [
      {
        ...one,
        title: `PF-${id} ${title} is back`,
        detail: `${sentence ?? 'It had been fixed.'} Seen again${place ? ` (${place})` : ''}`,
      },
    ]
  return [
    {
      ...one,
      title: `${formatCapped(list.length, cap)} defects that had been fixed are back`,
      detail: `Worst: PF-${id} ${title}${place ? ` (${place})` : ''}, seen again`,
      rows,
    },
  ]
}

function unownedDefects({ unowned: { worst, count, cap, rows } }: AttentionFacts): AttentionItem[] {
  if (!worst) return []
  const tone = worst.severity === 'S1' ? 'bad' : 'watch'
  const icon = worst.severity === 'S1' ? 'warning-solid' : 'warning'
  const place = [worst.service, worst.environment].filter(Boolean).join(', ')
  if (count === 1)
    return [
      {
        tone,
        icon,
        title: `PF-${worst.id} ${worst.title}`,
        severity: worst.severity,
        detail: `Nobody owns it${place ? ` (${place})` : ''}. First seen`,
        at: worst.firstSeenAt,
        link: { text: 'Review defect', href: defectPath(worst.id) },
      },
    ]
  return [
    {
      tone,
      icon,
      title: `${formatCapped(count, cap)} open S1 and S2 defects have no owner`,
      severity: worst.severity,
      detail: `Worst: PF-${worst.id} ${worst.title}${place ? ` (${place})` : ''}, first seen`,
      at: worst.firstSeenAt,
      link: { text: 'Review defect', href: defectPath(worst.id) },
      ...(rows === undefined ? {} : { rows }),
    },
  ]
}

/** Failed and not made good since: a later success of the same service settles it. */
function failedDeployments({ deployments, environment, now }: AttentionFacts): AttentionItem[] {
  const settled = new Set<number>()
  const items: AttentionItem[] = []
  for (const deployment of deployments) {
    if (deployment.at < now - NEWS_MS) break
    if (settled.has(deployment.serviceId)) continue
    if (deployment.status === 'succeeded') settled.add(deployment.serviceId)
    if (deployment.status !== 'failed') continue
    settled.add(deployment.serviceId)
    items.push({
      tone: 'watch',
      icon: 'cross-ring',
      title: `${deployment.service} ${middleCut(deployment.version)} failed to deploy to ${environment}`,
      detail: 'No later deployment of it succeeded. Failed',
      at: deployment.at,
      link: { text: 'See release', href: releasePath(deployment.service, deployment.version) },
    })
  }
  return items
}

/** A rollback is news until something else is deployed over it. */
function rollbacks({ deployments, environment, now }: AttentionFacts): AttentionItem[] {
  const seen = new Set<number>()
  const items: AttentionItem[] = []
  for (const deployment of deployments) {
    if (deployment.at < now - NEWS_MS) break
    if (deployment.status !== 'succeeded' || seen.has(deployment.serviceId)) continue
    seen.add(deployment.serviceId)
    if (deployment.effect !== 'rollback') continue
    const left = deployment.replaced ? ` from ${middleCut(deployment.replaced)}` : ''
    items.push({
      tone: 'info',
      icon: 'rollback',
      title: `${deployment.service} was rolled back to ${middleCut(deployment.version)}`,
      detail: `In ${environment}${left},`,
      at: deployment.at,
      link: {
        text: 'See release',
        href: releasePath(deployment.service, deployment.replaced ?? deployment.version),
      },
    })
  }
  return items
}

/** Whatever else the page says, it does not know what these would have said. */
function silentSources({ silent, now }: AttentionFacts): AttentionItem[] {
  return silent
    .filter(({ silence }) => now - silence.noticedAt < SILENCE_NEWS_MS)
    .map(({ name, slug, silence }) => ({
      tone: 'watch',
      icon: 'inbox',
      title: `${name} has stopped delivering`,
      detail: `${silenceReason(silence)} Its last delivery (${slug}) came`,
      at: silence.since,
      link: { text: 'See sources', href: '/setup#sources' },
    }))
}

function failedDeliveries({ failedDeliveries: { count, cap, newest } }: AttentionFacts): AttentionItem[] {
  if (count === 0 || !newest) return []
  const reason = newest.reason ? `: ${newest.reason.replace(/\.$/, '')}` : ''
  return [
    {
      tone: 'info',
      icon: 'inbox',
      title:
        count > cap
          ? `${formatCapped(count, cap)} deliveries failed`
          : `${counted(count, 'delivery', 'deliveries')} failed`,
      detail: `What they said is missing here. Newest from ${newest.source}${reason},`,
      at: newest.receivedAt,
      link: { text: 'See deliveries', href: '/deliveries?state=failed' },
    },
  ]
}

/** Whether it was set or the machine slept cannot be told apart; what was dated meanwhile is off or missing. */
function clockJumps({ clockJump: jump, now }: AttentionFacts): AttentionItem[] {
  if (!jump || jump.at < now - NEWS_MS) return []
  return [
    {
      tone: 'watch',
      icon: 'clock',
      title: `This server's clock jumped ${jump.by > 0 ? 'ahead' : 'back'} by ${formatDuration(Math.abs(jump.by))}`,
      detail: 'It was set, or the machine slept. Times noted around then may be wrong. Noticed',
      at: jump.at,
      link: { text: 'See deliveries', href: '/deliveries' },
    },
  ]
}
