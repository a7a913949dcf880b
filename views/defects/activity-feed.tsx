import type { Child } from 'hono/jsx'
import { TIME_NAMES } from '../../src/core/defect/defect-times.ts'
import type { DefectStatus } from '../../src/core/event.ts'
import { statusWord } from '../components/badges.tsx'
import { Icon, type IconName } from '../components/icon.tsx'
import { DefectLink, ReleaseLink } from '../components/page-parts.tsx'
import { Time } from '../components/time.tsx'
import { TIME_WORDS } from './life-times.tsx'

export interface ActivityItem {
  readonly at: number
  /** Absent: the system. */
  readonly actor: string | undefined
  readonly kind: string
  readonly detail: Readonly<Record<string, unknown>>
}

interface FeedProps {
  /** Newest first. */
  readonly activities: readonly ActivityItem[]
  readonly firstSeenAt: number
  /** The source that reported it first. */
  readonly firstSource: string | undefined
  /** Names of people by their number. */
  readonly people: ReadonlyMap<number, string>
  readonly now: number
}

/** What happened to a defect, newest first, down to its first sighting. */
export function ActivityFeed({ activities, firstSeenAt, firstSource, people, now }: FeedProps) {
  return (
    <div role="log" aria-label="Activity">
      <ol class="feed wide">
        {activities.map((activity) => (
          <li>
            <Time at={activity.at} now={now} />
            <Icon name={iconOf(activity.kind)} />
            <div>{sentence(activity, people, now)}</div>
          </li>
        ))}
        <li>
          <Time at={firstSeenAt} now={now} />
          <Icon name="defect" />
          <div>First seen{firstSource ? `, reported by ${firstSource}` : ''}</div>
        </li>
      </ol>
    </div>
  )
}

const ICONS: Readonly<Record<string, IconName>> = {
  comment: 'comment',
  status: 'ring-half',
  regressed: 'redo',
  'fixed-in': 'release',
  severity: 'warning',
  assignee: 'person',
  attribution: 'scales',
  time: 'clock',
  merged: 'branch',
  'merged-into': 'branch',
  split: 'branch',
  'split-off': 'branch',
  'identity-undone': 'branch',
  'rule-gone': 'branch',
}

const iconOf = (kind: string): IconName => ICONS[kind] ?? 'info'

function sentence({ actor, kind, detail }: ActivityItem, people: ReadonlyMap<number, string>, now: number): Child {
  const who = <b>{actor ?? 'Postflight'}</b>
  const reason = typeof detail.reason === 'string' ? <p class="said">{detail.reason}</p> : null
  switch (kind) {
    case 'comment':
      return (
        <>
          {who} commented
          <p class="said">{text(detail.text)}</p>
        </>
      )
    case 'status':
      return (
        <>
          {who} set the status from {statusText(detail.from)} to {statusText(detail.to)}
          {Array.isArray(detail.fixedIn) && detail.fixedIn.length > 0 ? `, in ${detail.fixedIn.join(', ')}` : ''}
          {reason}
        </>
      )
    case 'fixed-in':
      return Array.isArray(detail.fixedIn) && detail.fixedIn.length > 0 ? (
        <>
          {who} said that it is fixed in {detail.fixedIn.join(', ')}
        </>
      ) : (
        <>{who} took back which releases fix it</>
      )
    case 'regressed':
      return <>Seen again in {text(detail.version)}, which contains the fix</>
    case 'severity':
      return (
        <>
          {who} set the severity from {text(detail.from)} to {text(detail.to)}
        </>
      )
    case 'assignee':
      return typeof detail.to === 'number' ? (
        <>
          {who} gave it to {people.get(detail.to) ?? 'somebody who has left'}
        </>
      ) : (
        <>{who} left it without an owner</>
      )
    case 'time':
      return <TimeSet who={who} detail={detail} now={now} />
    case 'attribution':
      return (
        <>
          {who} {attributionWords(detail)}
          {reason}
        </>
      )
    case 'merged':
      if (actor !== undefined)
        return (
          <>
            {who} merged <OtherDefect detail={detail} /> into this one
            {reason}
          </>
        )
      return typeof detail.defectId === 'number' ? (
        <>
          <DefectLink id={detail.defectId} /> turned out to be the same and was merged into this one
        </>
      ) : (
        'Another defect was merged into this one'
      )
    case 'merged-into':
      return (
        <>
          {who} merged this into <OtherDefect detail={detail} />
          {reason}
        </>
      )
    case 'split':
      return (
        <>
          {who} split <OtherDefect detail={detail} /> off
          {reason}
        </>
      )
    case 'rule-gone':
      return <>A rule that made this one with another was taken back</>
    case 'split-off':
      return (
        <>
          {who} split this off <OtherDefect detail={detail} />
          {reason}
        </>
      )
    case 'identity-undone':
      return (
        <>
          {who} took back that {text(detail.of)} {detail.was === 'same' ? 'merged' : 'split'} this and{' '}
          <OtherDefect detail={detail} />
        </>
      )
    default:
      return (
        <>
          {who}: {kind}
        </>
      )
  }
}

const OtherDefect = ({ detail }: { detail: ActivityItem['detail'] }) =>
  typeof detail.defectId === 'number' ? <DefectLink id={detail.defectId} /> : <>another defect</>

/** Which time of its life a person set, or took back. */
function TimeSet({ who, detail, now }: { who: Child; detail: ActivityItem['detail']; now: number }) {
  const name = TIME_NAMES.find((one) => one === detail.time)
  const words = name ? TIME_WORDS[name].toLowerCase() : 'a time'
  const to = typeof detail.to === 'number' ? <Time at={detail.to} now={now} /> : 'not known'
  if (detail.undone === true)
    return (
      <>
        {who} took back when it was {words}; now {to}
      </>
    )
  return (
    <>
      {who} set when it was {words}: {to}
    </>
  )
}

function attributionWords({ decision, release }: Readonly<Record<string, unknown>>): Child {
  const { service, version } = (release ?? {}) as { service?: unknown; version?: unknown }
  const named =
    typeof service === 'string' && typeof version === 'string' ? (
      <>
        {service} <ReleaseLink service={service} version={version} />
      </>
    ) : (
      'a release'
    )
  if (decision === 'confirmed') return <>confirmed that {named} introduced it</>
  if (decision === 'chosen') return <>said that {named} introduced it</>
  if (decision === 'not-a-change') return 'said that no change caused it'
  return 'took back what was decided about the cause'
}

const text = (value: unknown): string => (typeof value === 'string' ? value : 'nothing')

const STATUSES: readonly string[] = ['open', 'triaged', 'in-progress', 'fixed', 'verified', 'wont-fix', 'regressed']
const statusText = (value: unknown): string =>
  typeof value === 'string' && STATUSES.includes(value) ? statusWord(value as DefectStatus) : text(value)
