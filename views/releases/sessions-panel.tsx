import { Panel } from '../components/page-parts.tsx'
import { formatCount, formatDay, formatShare } from '../format.ts'

export interface SessionsRow {
  readonly environment: string
  readonly total: number
  readonly crashed: number
  readonly firstDay: number
  readonly lastDay: number
}

/** How many of the sessions that ran a release ended without a crash; nothing when none were reported. */
export function CrashFreeSessions({ sessions, now }: { sessions: readonly SessionsRow[]; now: number }) {
  if (sessions.length === 0) return null
  const total = sessions.reduce((sum, row) => sum + row.total, 0)
  const crashed = sessions.reduce((sum, row) => sum + row.crashed, 0)
  const firstDay = Math.min(...sessions.map((row) => row.firstDay))
  const lastDay = Math.max(...sessions.map((row) => row.lastDay))
  return (
    <Panel
      id="sessions"
      title="Crash-free sessions"
      hint={sharePhrase({ total, crashed })}
      foot={`Sessions that began from ${formatDay(firstDay, now, 'UTC')} to ${formatDay(lastDay, now, 'UTC')}, days in UTC, as SDKs of Sentry report them.`}
      pad
    >
      <dl class="facts">
        {sessions.map((row) => (
          <>
            <dt>{row.environment}</dt>
            <dd>{sessions.length === 1 ? `${formatCount(row.crashed)} crashed` : sharePhrase(row)}</dd>
          </>
        ))}
      </dl>
    </Panel>
  )
}

/** `99.2 % (12,034 of 12,131)` */
const sharePhrase = ({ total, crashed }: Pick<SessionsRow, 'total' | 'crashed'>): string =>
  `${formatShare(total - crashed, total)} (${formatCount(total - crashed)} of ${formatCount(total)})`
