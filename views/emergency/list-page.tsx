import type { DeployLock } from '../../src/store/deployments/deploy-locks.ts'
import type { Emergency } from '../../src/store/emergency/emergencies.ts'
import { CsrfField, Field, Select } from '../components/form-parts.tsx'
import { Icon } from '../components/icon.tsx'
import { Empty, PageHead, Pager, Panel, TableBox } from '../components/page-parts.tsx'
import { TimeAndAge } from '../components/time.tsx'
import { formatDuration } from '../format.ts'
import { emergencyPath } from '../paths.ts'
import { actSentence, EmergencyStateBadge } from './parts.tsx'

export interface EmergencyListProps {
  readonly open: readonly Emergency[]
  readonly past: readonly Emergency[]
  readonly older: string | undefined
  readonly newer: string | undefined
  /** Such as `1–20 of 81`. */
  readonly summary: string
  readonly locks: readonly DeployLock[]
  readonly services: readonly string[]
  readonly environments: readonly string[]
  readonly csrfToken: string
  readonly mayChange: boolean
  readonly mayFire: boolean
  readonly isAdmin: boolean
  readonly now: number
}

/** Is one running, how did the others go, and what is locked. */
export function EmergencyListPage(props: EmergencyListProps) {
  const { open, past, older, newer, mayChange, isAdmin, now } = props
  return (
    <>
      <PageHead
        title="Emergency releases"
        sub="A release outside the normal path that fixes a grave error. Opening one sends nothing."
        actions={
          <>
            {isAdmin ? (
              <a class="btn" href="/emergency/settings">
                Settings
              </a>
            ) : null}
            {mayChange ? (
              <a class="btn dng-o" href="/emergency/new">
                <Icon name="emergency" />
                Open one…
              </a>
            ) : null}
          </>
        }
      />
      <Panel id="open" title="Open now">
        {open.length === 0 ? (
          <Empty icon="check-ring">No emergency release is open.</Empty>
        ) : (
          <ul class="ers">
            {open.map((one) => (
              <li>
                <div>
                  <a class="ttl" href={emergencyPath(one.id)}>
                    {actSentence(one)}
                  </a>
                  <p class="t2 fs13">
                    ER-{one.id}, {one.service}, opened by {one.openedName} <TimeAndAge at={one.openedAt} now={now} />
                  </p>
                  {one.trouble ? <p class="bad-text fs13">{one.trouble}</p> : null}
                </div>
                <EmergencyStateBadge state={one.state} />
              </li>
            ))}
          </ul>
        )}
      </Panel>
      <Panel id="past" title="Before">
        {past.length === 0 ? (
          <Empty icon="info">None yet.</Empty>
        ) : (
          <TableBox label="Emergency releases that have ended">
            <table class="t">
              <thead>
                <tr>
                  <th scope="col">Release</th>
                  <th scope="col">Ended as</th>
                  <th scope="col">Opened</th>
                  <th scope="col" class="num">
                    To approval
                  </th>
                  <th scope="col" class="num">
                    To live
                  </th>
                  <th scope="col" class="num">
                    In all
                  </th>
                </tr>
              </thead>
              <tbody>
                {past.map((one) => (
                  <tr>
                    <td class="m-2">
                      <a class="ttl" href={emergencyPath(one.id)}>
                        ER-{one.id} {actSentence(one)}
                      </a>{' '}
                      <span class="t3 nw">{one.service}</span>
                      {one.needsReview && one.reviewedAt === undefined ? <span class="tag em">Review due</span> : null}
                    </td>
                    <td>
                      <EmergencyStateBadge state={one.state} />
                    </td>
                    <td class="nw">
                      <TimeAndAge at={one.openedAt} now={now} />
                    </td>
                    <td class="num">{spanOf(one.openedAt, one.approvedAt)}</td>
                    <td class="num">{spanOf(one.openedAt, one.deployedAt)}</td>
                    <td class="num">{spanOf(one.openedAt, one.endedAt)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </TableBox>
        )}
        <Pager older={older} newer={newer} summary={props.summary} />
      </Panel>
      <Locks {...props} />
    </>
  )
}

const spanOf = (from: number, to: number | undefined): string => (to === undefined ? '–' : formatDuration(to - from))

function Locks({ locks, services, environments, csrfToken, mayFire, now }: EmergencyListProps) {
  return (
    <Panel id="locks" title="Locks that people set" hint="An open emergency release locks its place by itself.">
      {locks.length === 0 ? (
        <Empty icon="check-ring">None.</Empty>
      ) : (
        <ul class="ers">
          {locks.map((lock) => (
            <li>
              <div>
                <b>{lock.service ?? 'Every service'}</b> in {lock.environment}: {lock.reason}
                <p class="t2 fs13">
                  By {lock.by} <TimeAndAge at={lock.since} now={now} />
                </p>
              </div>
              {mayFire ? (
                <form method="post" action={`/emergency/locks/${lock.id}/release`}>
                  <CsrfField token={csrfToken} />
                  <button
                    type="submit"
                    class="btn sm"
                    aria-label={`Release the lock of ${lock.service ?? 'every service'} in ${lock.environment}`}
                  >
                    Release
                  </button>
                </form>
              ) : null}
            </li>
          ))}
        </ul>
      )}
      {mayFire && environments.length > 0 ? (
        <form class="pn-b f3" method="post" action="/emergency/locks">
          <CsrfField token={csrfToken} />
          <Select
            name="environment"
            label="Environment"
            choices={environments.map((name) => ({ value: name, text: name }))}
          />
          <Select
            name="service"
            label="Service"
            choices={[{ value: '', text: 'Every service' }, ...services.map((name) => ({ value: name, text: name }))]}
          />
          <Field name="reason" label="Reason" input={{ required: true, maxlength: 300 }} />
          <div>
            <button type="submit" class="btn">
              Lock it
            </button>
          </div>
        </form>
      ) : null}
    </Panel>
  )
}
