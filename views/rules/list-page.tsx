import { ruleSentence } from '../../src/core/rules/rule-sentence.ts'
import type { FiringSummary } from '../../src/store/rules/rule-firings.ts'
import type { RuleRollback } from '../../src/store/rules/rule-rollbacks.ts'
import type { RuleRow } from '../../src/store/rules/rules.ts'
import { CsrfField, Field, Select } from '../components/form-parts.tsx'
import { Icon } from '../components/icon.tsx'
import { Empty, PageHead, Panel } from '../components/page-parts.tsx'
import { Age, Time } from '../components/time.tsx'
import { formatCount } from '../format.ts'
import { firingsPath } from '../paths.ts'

export interface RuleListProps {
  readonly rules: readonly RuleRow[]
  readonly summaries: ReadonlyMap<number, FiringSummary>
  /** Since when they count, epoch ms. */
  readonly since: number
  readonly days: number
  readonly rollbacks: readonly RuleRollback[]
  readonly services: readonly string[]
  readonly environments: readonly string[]
  readonly mayEdit: boolean
  readonly isAdmin: boolean
  readonly csrfToken: string
  readonly now: number
}

/** What happens by itself: every rule as a sentence, whether it is on, and what it did lately. */
export function RuleListPage(props: RuleListProps) {
  const { rules, mayEdit } = props
  return (
    <>
      <PageHead
        title="Rules"
        sub="What happens by itself. A rule can tell people and draft; what reaches CI needs a person, unless an admin says otherwise."
        actions={
          <>
            <a class="btn" href="/on-call">
              <Icon name="person" />
              On call
            </a>
            {mayEdit ? (
              <a class="btn pri" href="/rules/new">
                <Icon name="plus" />
                New rule
              </a>
            ) : null}
          </>
        }
      />
      <Panel id="rules" title="Rules">
        {rules.length === 0 ? (
          <Empty icon="info">There is no rule. Nothing happens by itself.</Empty>
        ) : (
          <ul class="rul">
            {rules.map((row) => (
              <RuleItem row={row} {...props} />
            ))}
          </ul>
        )}
      </Panel>
      <Rollbacks {...props} />
    </>
  )
}

function RuleItem({ row, summaries, days, since, mayEdit, csrfToken, now }: RuleListProps & { readonly row: RuleRow }) {
  const summary = summaries.get(row.id)
  const isMuted = row.mutedUntil !== undefined && row.mutedUntil > now
  return (
    <li>
      <div class="rul-main">
        <h3>
          <a class="ttl" href={`/rules/${row.id}`}>
            {row.name}
          </a>{' '}
          <RuleState isOn={row.isOn} isMuted={isMuted} />
        </h3>
        <p class="t2">{ruleSentence(row.rule)}</p>
        <p class="fs13 t3">
          {summary?.lastFiredAt === undefined ? (
            'Never fired.'
          ) : (
            <>
              Last fired <Time at={summary.lastFiredAt} now={now} /> <Age at={summary.lastFiredAt} now={now} />,{' '}
              <a class="lnk" href={`${firingsPath(row.id, { outcome: 'fired', since })}#firings`}>
                {formatCount(summary.times)} {summary.times === 1 ? 'time' : 'times'} in {days} days
              </a>
              .
            </>
          )}
          {summary && summary.heldBack > 0 ? (
            <>
              {' '}
              Held back{' '}
              <a class="lnk" href={`${firingsPath(row.id, { outcome: 'held', since })}#firings`}>
                {formatCount(summary.heldBack)} {summary.heldBack === 1 ? 'time' : 'times'} in {days} days
              </a>
              .
            </>
          ) : null}
          {isMuted && row.mutedUntil !== undefined ? (
            <>
              {' '}
              Muted by {row.mutedName} until <Time at={row.mutedUntil} now={now} />.
            </>
          ) : null}
        </p>
      </div>
      {mayEdit ? <RuleButtons row={row} isMuted={isMuted} csrfToken={csrfToken} /> : null}
    </li>
  )
}

export function RuleState({ isOn, isMuted }: { readonly isOn: boolean; readonly isMuted: boolean }) {
  if (!isOn)
    return (
      <span class="vd na">
        <Icon name="ring-slash" />
        Off
      </span>
    )
  return isMuted ? (
    <span class="vd na">
      <Icon name="ring-dashed" />
      Muted
    </span>
  ) : (
    <span class="vd ok">
      <Icon name="check-ring" />
      On
    </span>
  )
}

export const MUTES = [
  ['1', '1 hour'],
  ['8', '8 hours'],
  ['24', 'a day'],
  ['168', 'a week'],
] as const

function RuleButtons({ row, isMuted, csrfToken }: { row: RuleRow; isMuted: boolean; csrfToken: string }) {
  return (
    <div class="rul-act">
      <form method="post" action={`/rules/${row.id}/switch`}>
        <CsrfField token={csrfToken} />
        <input type="hidden" name="on" value={row.isOn ? '0' : '1'} />
        <button type="submit" class="btn sm" aria-label={`Switch ${row.isOn ? 'off' : 'on'}: ${row.name}`}>
          Switch {row.isOn ? 'off' : 'on'}
        </button>
      </form>
      {row.isOn ? <MuteForm row={row} isMuted={isMuted} csrfToken={csrfToken} /> : null}
    </div>
  )
}

export function MuteForm({ row, isMuted, csrfToken }: { row: RuleRow; isMuted: boolean; csrfToken: string }) {
  return (
    <form class="rul-mute" method="post" action={`/rules/${row.id}/mute`}>
      <CsrfField token={csrfToken} />
      {isMuted ? (
        <>
          <input type="hidden" name="hours" value="0" />
          <button type="submit" class="btn sm" aria-label={`Unmute: ${row.name}`}>
            Unmute
          </button>
        </>
      ) : (
        <>
          <label>
            <span class="vh">Mute {row.name} for</span>
            <select name="hours">
              {MUTES.map(([hours, text]) => (
                <option value={hours}>for {text}</option>
              ))}
            </select>
          </label>
          <button type="submit" class="btn sm" aria-label={`Mute: ${row.name}`}>
            Mute
          </button>
        </>
      )}
    </form>
  )
}

function Rollbacks({ rollbacks, services, environments, isAdmin, csrfToken, now }: RuleListProps) {
  if (!isAdmin && rollbacks.length === 0) return null
  return (
    <Panel
      id="rollbacks"
      title="Where rules may roll back by themselves"
      hint={rollbacks.length === 0 ? 'Nowhere: every rollback waits for a person.' : undefined}
      pad
    >
      {rollbacks.length > 0 ? (
        <ul class="rul-places">
          {rollbacks.map((place) => (
            <li>
              <span>
                <b>{place.service}</b> in {place.environment}, at most{' '}
                {place.mostADay === 1 ? 'once' : `${place.mostADay} times`} a day. Switched on by {place.setName}{' '}
                <Time at={place.setAt} now={now} />.
              </span>
              {isAdmin ? (
                <form method="post" action="/rules/rollbacks/removal">
                  <CsrfField token={csrfToken} />
                  <input type="hidden" name="service" value={place.service} />
                  <input type="hidden" name="environment" value={place.environment} />
                  <button
                    type="submit"
                    class="btn sm"
                    aria-label={`Switch off for ${place.service} in ${place.environment}`}
                  >
                    Switch off
                  </button>
                </form>
              ) : null}
            </li>
          ))}
        </ul>
      ) : null}
      {isAdmin && services.length > 0 && environments.length > 0 ? (
        <details class="rul-more">
          <summary>Switch it on for a place…</summary>
          <p class="t2 fs13">
            A rule that fires rollbacks then approves one here without a person: only to a release that is known to be
            good, only when every check passes, and only where the environment lets who asks approve alone (Emergency →
            Settings). It is announced each time.
          </p>
          <form method="post" action="/rules/rollbacks">
            <CsrfField token={csrfToken} />
            <div class="f3">
              <Select name="service" label="Service" choices={services.map((name) => ({ value: name, text: name }))} />
              <Select
                name="environment"
                label="Environment"
                choices={environments.map((name) => ({ value: name, text: name }))}
              />
              <Field
                name="mostADay"
                label="At most a day"
                type="number"
                value="1"
                input={{ min: 1, max: 10, required: true }}
              />
            </div>
            <button type="submit" class="btn dng-o">
              Let rules roll back there
            </button>
          </form>
        </details>
      ) : null}
    </Panel>
  )
}
