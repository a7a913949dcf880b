import { dayKey } from '../../src/core/reports/period.ts'
import type { RecentDeployment } from '../../src/store/overview/overview-queries.ts'
import { dayPath } from '../calendar/words.ts'
import { Icon, type IconName } from '../components/icon.tsx'
import { CsvLink, Empty, Panel, ReleaseLink } from '../components/page-parts.tsx'
import { Age } from '../components/time.tsx'
import { useZone } from '../components/zone.tsx'
import { clockTime, formatDayAndTime, formatLongDay, middleCut } from '../format.ts'
import { servicePath } from '../paths.ts'

export type ChangeRow = RecentDeployment

interface ChangesFeedProps {
  /** Newest first. */
  readonly changes: readonly ChangeRow[]
  readonly place: string | undefined
  readonly now: number
  /** They are those before this instant of the past; undefined: now. */
  readonly endedAt: number | undefined
  readonly lastDeploymentAt: number | undefined
  /** All of that time: as a list, and as a file. */
  readonly all: { readonly list: string; readonly csv: string } | undefined
}

/** Deployments of the last 48 hours, or of those before an instant, in sentences. */
export function ChangesFeed({ changes, place, now, endedAt, lastDeploymentAt, all }: ChangesFeedProps) {
  const zone = useZone()
  const hours = endedAt === undefined ? 'last 48 h' : `48 h before ${formatDayAndTime(endedAt, now, zone)}`
  return (
    <Panel
      id="changes"
      title="What changed"
      hint={place ? `${place}, ${hours}` : hours}
      foot={
        <>
          <a href="/releases">All releases</a>
          {all ? <a href={all.list}>Deployments of these 48 h</a> : null}
        </>
      }
      end={all ? <CsvLink href={all.csv} of="What changed" /> : undefined}
    >
      {changes.length === 0 ? (
        <Empty icon="clock">
          No deployments in the {hours}.
          {lastDeploymentAt === undefined ? null : (
            <>
              {' '}
              The <a href={dayPath(dayKey(lastDeploymentAt, zone))}>last one</a> was{' '}
              <Age at={lastDeploymentAt} now={now} />.
            </>
          )}
        </Empty>
      ) : (
        <ol class="feed">
          {changes.map((change, i) => {
            const day = formatLongDay(change.at, zone)
            const previous = formatLongDay(changes[i - 1]?.at ?? now, zone)
            return (
              <>
                {day === previous ? null : <li class="day">{day}</li>}
                <ChangeLine change={change} />
              </>
            )
          })}
        </ol>
      )}
    </Panel>
  )
}

function ChangeLine({ change }: { change: ChangeRow }) {
  const { icon, tone } = look(change)
  return (
    <li>
      <time datetime={new Date(change.at).toISOString()} title={new Date(change.at).toISOString()}>
        {clockTime(change.at, useZone())}
      </time>
      <Icon name={icon} class={tone} />
      <span>
        <a href={servicePath(change.service)}>{change.service}</a>{' '}
        <ReleaseLink service={change.service} version={change.version} /> {verb(change)}
        {change.actor ? <span class="t3"> by {change.actor}</span> : null}
        {change.replaced && change.effect === 'rollback' ? (
          <span class="sub2 wrap">
            <br />
            from {middleCut(change.replaced)}
          </span>
        ) : null}
      </span>
    </li>
  )
}

function look({ status, effect }: ChangeRow): { icon: IconName; tone: string } {
  if (status === 'failed') return { icon: 'cross-ring', tone: 'fail' }
  if (status !== 'succeeded') return { icon: status === 'cancelled' ? 'ring-slash' : 'ring-half', tone: '' }
  if (effect === 'rollback') return { icon: 'rollback', tone: 'roll' }
  return { icon: effect === 'removal' ? 'remove' : effect === 'redeploy' ? 'redo' : 'deploy', tone: '' }
}

function verb({ status, effect }: ChangeRow): string {
  if (status === 'failed') return 'failed to deploy'
  if (status === 'cancelled') return 'was cancelled'
  if (status === 'in-progress') return 'is being deployed'
  if (status === 'pending') return 'waits to be deployed'
  if (effect === 'rollback') return 'put back (rollback)'
  if (effect === 'removal') return 'removed'
  return effect === 'redeploy' ? 'deployed again' : 'deployed'
}
