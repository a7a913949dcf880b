import type { EmergencyPolicy } from '../../src/store/emergency/emergency-settings.ts'
import { CsrfField, Field, FormErrors, type FormProblems, Select } from '../components/form-parts.tsx'
import { CopyCode, Empty, Note, PageHead, Panel, TableBox, Tabs } from '../components/page-parts.tsx'
import { Time } from '../components/time.tsx'

export interface EmergencySettingsProps {
  readonly targets: readonly {
    readonly id: number
    readonly service: string
    readonly environment: string
    readonly name: string
    readonly savedAt: number
    readonly savedName: string
  }[]
  readonly kinds: readonly {
    readonly kind: string
    readonly label: string
    readonly fields: readonly {
      readonly name: string
      readonly label: string
      readonly hint: string
      readonly required: boolean
    }[]
    readonly secret: { readonly label: string; readonly hint: string; readonly optional: boolean }
  }[]
  /** Whose form is shown; the first without it. */
  readonly kind: string | undefined
  readonly services: readonly string[]
  readonly policies: readonly { readonly environment: string; readonly policy: EmergencyPolicy }[]
  /** Made just now, shown this once. */
  readonly secret: string | undefined
  readonly typed: Readonly<Record<string, string>>
  readonly problems: FormProblems
  readonly csrfToken: string
  readonly now: number
}

/** Which CI is asked for which place, and who may approve there. */
export function EmergencySettingsPage(props: EmergencySettingsProps) {
  const { targets, kinds, services, policies, secret, typed, problems, csrfToken, now } = props
  const environments = policies.map(({ environment }) => environment)
  // One form at a time: the kinds have fields of the same name.
  const kind = kinds.find((one) => one.kind === props.kind) ?? kinds[0]
  return (
    <>
      <PageHead title="Emergency settings" sub="Which CI is asked, and who may approve." />
      <FormErrors problems={problems} />
      {secret ? (
        <Note tone="ok" role="status">
          Saved. This signing key is shown this once; give it to the receiver.
          <CopyCode code={secret} label="Signing key" />
        </Note>
      ) : null}
      <Panel id="targets" title="CI targets">
        {targets.length === 0 ? (
          <Empty icon="terminal">None yet. Without one, approved releases are deployed by hand.</Empty>
        ) : (
          <TableBox label="CI targets">
            <table class="t">
              <thead>
                <tr>
                  <th scope="col">Place</th>
                  <th scope="col">CI</th>
                  <th scope="col">Saved</th>
                  <th scope="col">
                    <span class="vh">Remove</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {targets.map((target) => (
                  <tr>
                    <td>
                      {target.service} in {target.environment}
                    </td>
                    <td class="m-2">{target.name}</td>
                    <td>
                      <Time at={target.savedAt} now={now} /> by {target.savedName}
                    </td>
                    <td>
                      <a
                        class="btn sm"
                        href={`/emergency/settings/targets/${target.id}/removal`}
                        aria-label={`Remove… the CI target of ${target.service} in ${target.environment}`}
                      >
                        Remove…
                      </a>
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </TableBox>
        )}
      </Panel>
      {kind && services.length > 0 && environments.length > 0 ? (
        <Panel id="set-target" title={`Set a target: ${kind.label}`} pad>
          <Tabs
            label="Kinds of CI"
            tabs={kinds.map((one) => ({
              text: one.label,
              href: `/emergency/settings?kind=${one.kind}#set-target`,
              current: one === kind,
            }))}
          />
          <form class="under-tabs" method="post" action="/emergency/settings/targets" hx-boost="false">
            <CsrfField token={csrfToken} />
            <input type="hidden" name="kind" value={kind.kind} />
            <div class="f2">
              <Select
                name="service"
                label="Service"
                value={typed.service}
                problems={problems}
                choices={services.map((name) => ({ value: name, text: name }))}
              />
              <Select
                name="environment"
                label="Environment"
                value={typed.environment}
                problems={problems}
                choices={environments.map((name) => ({ value: name, text: name }))}
              />
            </div>
            {kind.fields.map((field) => (
              <Field
                name={field.name}
                label={field.label}
                hint={field.hint}
                optional={!field.required}
                value={typed[field.name] ?? ''}
                problems={problems}
                input={{ maxlength: 2000, autocomplete: 'off', ...(field.required && { required: true }) }}
              />
            ))}
            <Field
              name="secret"
              label={kind.secret.label}
              hint={kind.secret.hint}
              optional={kind.secret.optional}
              type="password"
              problems={problems}
              input={{ maxlength: 1000, autocomplete: 'off' }}
            />
            <div class="form-foot">
              <button type="submit" class="btn pri">
                Save target
              </button>
            </div>
          </form>
        </Panel>
      ) : (
        <Note>Targets are set for services and environments that are known here: report a deployment first.</Note>
      )}
      {policies.map(({ environment, policy }, i) => (
        <Panel id={`policy-${i}`} title={`Policy of ${environment}`} pad>
          <form method="post" action="/emergency/settings/policies">
            <CsrfField token={csrfToken} />
            <input type="hidden" name="environment" value={environment} />
            <div class="f2">
              <div class="fld">
                <label for={`own-${i}`}>Own requests</label>
                <select id={`own-${i}`} name="ownRequests">
                  {OWN.map(([value, text]) => (
                    <option value={value} selected={policy.approval.ownRequests === value}>
                      {text}
                    </option>
                  ))}
                </select>
              </div>
              <div class="fld">
                <label for={`quiet-${i}`}>Linked defects quiet for, minutes</label>
                <input
                  id={`quiet-${i}`}
                  name="quietMinutes"
                  type="number"
                  min={1}
                  max={1440}
                  value={String(policy.quietMinutes)}
                />
              </div>
            </div>
            <div class="fld">
              <label class="check">
                <input
                  type="checkbox"
                  name="breakGlass"
                  value="1"
                  {...(policy.approval.breakGlass ? { checked: true } : {})}
                />
                <span>One alone may approve with a reason, and owes a review</span>
              </label>
            </div>
            <div class="fld">
              <label for={`human-${i}`}>
                What people tick before it is verified<span class="opt"> (one a line)</span>
              </label>
              <textarea id={`human-${i}`} name="humanChecks" rows={2}>
                {policy.humanChecks.join('\n')}
              </textarea>
            </div>
            <button type="submit" class="btn" aria-label={`Save the policy of ${environment}`}>
              Save
            </button>
          </form>
        </Panel>
      ))}
    </>
  )
}

const OWN = [
  ['refused', 'Refused: two people'],
  ['while-s1-open', 'While an S1 is open'],
  ['allowed', 'Allowed'],
] as const
