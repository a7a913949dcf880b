import { CsrfField } from '../components/form-parts.tsx'
import { Empty, Panel, TableBox } from '../components/page-parts.tsx'
import { Age, Time } from '../components/time.tsx'
import { browserName } from './browser-name.ts'

export interface SessionShown {
  /** Under what a form speaks of it. */
  readonly handle: string
  readonly userAgent: string | undefined
  readonly address: string | undefined
  readonly createdAt: number
  readonly lastSeenAt: number
  /** The one in which this page is read. */
  readonly isThis: boolean
}

export interface SessionsPanelProps {
  readonly sessions: readonly SessionShown[]
  /** Where the forms go: `/account/sessions`. */
  readonly path: string
  readonly csrfToken: string
  readonly now: number
}

/** Where somebody is signed in, and how to end it. */
export function SessionsPanel({ sessions, path, csrfToken, now }: SessionsPanelProps) {
  const others = sessions.filter(({ isThis }) => !isThis).length
  const hasThis = others < sessions.length
  return (
    <Panel
      id="sessions"
      title="Sessions"
      hint="Where somebody is signed in with this account"
      end={
        others > 0 ? (
          <form method="post" action={`${path}/end`} hx-boost="false">
            <CsrfField token={csrfToken} />
            <button type="submit" class="btn sm">
              {hasThis ? 'End all others' : 'End all'}
            </button>
          </form>
        ) : undefined
      }
    >
      {sessions.length === 0 ? (
        <Empty icon="person">Not signed in anywhere.</Empty>
      ) : (
        <TableBox label="Sessions">
          <table class="t">
            <caption class="vh">Sessions, the one used last first</caption>
            <thead>
              <tr>
                <th scope="col">Browser</th>
                <th scope="col">Address</th>
                <th scope="col">Signed in</th>
                <th scope="col">Last used</th>
                <th scope="col">
                  <span class="vh">Action</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {sessions.map((session) => (
                <tr>
                  <td class="ttl m-full">
                    <span title={session.userAgent}>{browserName(session.userAgent)}</span>{' '}
                    {session.isThis ? <span class="tag">this one</span> : null}
                  </td>
                  <td class="m-2">
                    <code>{session.address ?? 'unknown'}</code>
                  </td>
                  <td class="m-2 nw">
                    <span class="m-only t3 fs12">Signed in</span>
                    <Time at={session.createdAt} now={now} />
                  </td>
                  <td class="m-2">
                    <span class="m-only t3 fs12">Last used</span>
                    <Age at={session.lastSeenAt} now={now} />
                  </td>
                  <td class="m-2">
                    {session.isThis ? null : (
                      <form method="post" action={`${path}/${session.handle}/end`} hx-boost="false">
                        <CsrfField token={csrfToken} />
                        <button type="submit" class="btn sm">
                          End<span class="vh"> the session of {browserName(session.userAgent)}</span>
                        </button>
                      </form>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </TableBox>
      )}
    </Panel>
  )
}
