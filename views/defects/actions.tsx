import type { Child } from 'hono/jsx'
import { FIX_PROMISES, promiseWords } from '../../src/core/defect/fix.ts'
import type { DefectStatus, Severity } from '../../src/core/event.ts'
import { SeverityBadge, StatusBadge, statusWord } from '../components/badges.tsx'
import { CsrfField } from '../components/form-parts.tsx'
import { Icon } from '../components/icon.tsx'
import { defectPath } from '../paths.ts'

/** Buttons that open a small form each: status, severity and owner of a defect. They work without scripts. */

/** The form whose change was refused, why, and what was filled in. */
export interface RefusedChange {
  readonly action: string
  readonly reason: string
  readonly given: (field: string) => string
}

export interface ActionProps {
  readonly id: number
  readonly severity: Severity
  readonly status: DefectStatus
  readonly assigneeId: number | undefined
  readonly assignee: string | undefined
  readonly fixedIn: readonly string[]
  readonly people: readonly { readonly id: number; readonly name: string }[]
  /** Versions of its service, newest first. */
  readonly versions: readonly string[]
  readonly csrfToken: string
  /** False for people who may only read: they see the values without the forms. */
  readonly mayChange: boolean
  readonly refused: RefusedChange | undefined
}

export function DefectActions(props: ActionProps) {
  if (!props.mayChange)
    return (
      <>
        <StatusBadge status={props.status} />
        <span class="st">
          <Icon name="person" />
          {props.assignee ?? 'Nobody'}
        </span>
      </>
    )
  return (
    <>
      <StatusMenu {...props} />
      <FixedInMenu {...props} />
      <SeverityMenu {...props} />
      <OwnerMenu {...props} />
    </>
  )
}

interface ActionFormProps {
  readonly id: number
  readonly action: string
  readonly csrfToken: string
  readonly children?: Child
}

/** A form that changes the defect; sent once however often its button is pressed. */
export function ActionForm({ id, action, csrfToken, children }: ActionFormProps) {
  return (
    <form method="post" action={`${defectPath(id)}/${action}`} hx-sync="this:drop">
      <CsrfField token={csrfToken} />
      {children}
    </form>
  )
}

/** Why nothing was changed, in the place of the button that was pressed. */
export function Refused({ refused, action }: { refused: ActionProps['refused']; action: string }) {
  if (refused?.action !== action) return null
  return (
    <p class="refused" role="alert">
      <Icon name="warning" small />
      <span>Nothing was changed. {refused.reason}</span>
    </p>
  )
}

const MOVES: readonly DefectStatus[] = ['open', 'triaged', 'in-progress', 'fixed', 'verified', 'wont-fix']

function StatusMenu({ id, status, versions, fixedIn, csrfToken, refused }: ActionProps) {
  // Verified means seen to be gone, so there is a fix first. Regressed is seen by the system, never set by hand.
  const moves = MOVES.filter((move) => move !== status && (move !== 'verified' || status === 'fixed'))
  const given = refused?.action === 'status' ? refused.given : undefined
  const chosen = moves.find((move) => move === given?.('status')) ?? moves[0]
  return (
    <details class="drop" open={given !== undefined}>
      <summary class="btn">
        <span class="vh">Status: </span>
        <StatusBadge status={status} />
        <Icon name="chevron-down" small />
      </summary>
      <div class="pop pad">
        <ActionForm id={id} action="status" csrfToken={csrfToken}>
          <Refused refused={refused} action="status" />
          <fieldset class="fs">
            <legend>New status</legend>
            {moves.map((move) => (
              <label class="check">
                <input type="radio" name="status" value={move} required checked={move === chosen} />
                {statusWord(move)}
              </label>
            ))}
          </fieldset>
          <div class="fld">
            <label for="status-fixed-in">
              Fixed in<span class="opt"> (when fixed)</span>
            </label>
            <input
              id="status-fixed-in"
              name="fixedIn"
              list="status-versions"
              maxlength={1000}
              autocomplete="off"
              value={given ? given('fixedIn') : fixedIn.join(', ')}
            />
            <FixChoices id="status-versions" versions={versions} />
          </div>
          <div class="fld">
            <label for="status-reason">
              Reason<span class="opt"> (needed when it won’t be fixed)</span>
            </label>
            <input
              id="status-reason"
              name="reason"
              maxlength={2000}
              autocomplete="off"
              value={given?.('reason') ?? ''}
            />
          </div>
          <button type="submit" class="btn pri full">
            Set status
          </button>
        </ActionForm>
      </div>
    </details>
  )
}

/** What may stand in a field "Fixed in": the promises first, then the releases there are. */
const FixChoices = ({ id, versions }: { id: string; versions: readonly string[] }) => (
  <datalist id={id}>
    {FIX_PROMISES.map((promise) => (
      <option value={promise} label={promiseWords(promise)} />
    ))}
    {versions.map((version) => (
      <option value={version} />
    ))}
  </datalist>
)

function FixedInMenu({ id, versions, fixedIn, csrfToken, refused }: ActionProps) {
  return (
    <details class="drop" open={refused?.action === 'fixed-in'}>
      <summary class="btn">
        <Icon name="release" />
        Fixed in
        <Icon name="chevron-down" small />
      </summary>
      <div class="pop pad">
        <ActionForm id={id} action="fixed-in" csrfToken={csrfToken}>
          <Refused refused={refused} action="fixed-in" />
          <div class="fld">
            <label for="fixed-in">Releases that fix it</label>
            <input
              id="fixed-in"
              name="fixedIn"
              list="fixed-in-versions"
              maxlength={1000}
              autocomplete="off"
              aria-describedby="fixed-in-hint"
              value={fixedIn.join(', ')}
            />
            <FixChoices id="fixed-in-versions" versions={versions} />
            <p class="hint" id="fixed-in-hint">
              Versions with commas between them, one for each release line; or next-release, next-production-release.
              Empty: the sources’ word holds.
            </p>
          </div>
          <button type="submit" class="btn pri full">
            Set releases
          </button>
        </ActionForm>
      </div>
    </details>
  )
}

const SEVERITIES: readonly { severity: Severity; meaning: string }[] = [
  { severity: 'S1', meaning: 'Main function down or data lost' },
  { severity: 'S2', meaning: 'Major function broken' },
  { severity: 'S3', meaning: 'Minor, or there is a way round' },
  { severity: 'S4', meaning: 'Cosmetic' },
]

function SeverityMenu({ id, severity, csrfToken, refused }: ActionProps) {
  return (
    <details class="drop" open={refused?.action === 'severity'}>
      <summary class="btn">
        <span class="vh">Severity: </span>
        <SeverityBadge severity={severity} />
        <Icon name="chevron-down" small />
      </summary>
      <div class="pop pad">
        <ActionForm id={id} action="severity" csrfToken={csrfToken}>
          <Refused refused={refused} action="severity" />
          <fieldset class="fs">
            <legend>Severity</legend>
            {SEVERITIES.map((choice) => (
              <label class="check">
                <input type="radio" name="severity" value={choice.severity} checked={choice.severity === severity} />
                <span>
                  <b>{choice.severity}</b> {choice.meaning}
                </span>
              </label>
            ))}
          </fieldset>
          <button type="submit" class="btn pri full">
            Set severity
          </button>
        </ActionForm>
      </div>
    </details>
  )
}

function OwnerMenu({ id, assignee, assigneeId, people, csrfToken, refused }: ActionProps) {
  return (
    <details class="drop" open={refused?.action === 'assignee'}>
      <summary class="btn">
        <Icon name="person" />
        <span class="vh">Owner: </span>
        {assignee ?? 'Nobody'}
        <Icon name="chevron-down" small />
      </summary>
      <div class="pop pad">
        <ActionForm id={id} action="assignee" csrfToken={csrfToken}>
          <Refused refused={refused} action="assignee" />
          <div class="fld">
            <label for="owner">Owner</label>
            <select id="owner" name="userId">
              <option value="">Nobody</option>
              {people.map((person) => (
                <option value={person.id} selected={person.id === assigneeId}>
                  {person.name}
                </option>
              ))}
            </select>
          </div>
          <button type="submit" class="btn pri full">
            Set owner
          </button>
        </ActionForm>
      </div>
    </details>
  )
}
