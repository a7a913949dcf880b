import { type Child, createContext, useContext } from 'hono/jsx'
import { Icon } from './icon.tsx'

/** What is wrong with a form: by field name, and a sentence for the whole when it is not one field's fault. */
export interface FormProblems {
  readonly fields: Readonly<Record<string, string>>
  readonly form?: string | undefined
}

export const noProblems: FormProblems = { fields: {} }

/** Bound to the session; every form that changes something carries it. */
export const CsrfField = ({ token }: { token: string }) => <input type="hidden" name="_csrf" value={token} />

/** The summary on top of a refused form; takes the focus, links to the fields. */
export function FormErrors({ problems }: { problems: FormProblems }) {
  const entries = Object.entries(problems.fields)
  if (entries.length === 0 && !problems.form) return null
  return (
    <div class="errs" role="alert" tabindex={-1} autofocus>
      <b>{problems.form ?? 'Not saved. Check these fields:'}</b>
      {entries.length > 0 ? (
        <ul>
          {entries.map(([name, message]) => (
            <li>
              <a href={`#f-${name}`}>{message}</a>
            </li>
          ))}
        </ul>
      ) : null}
    </div>
  )
}

interface FieldProps {
  readonly name: string
  readonly label: string
  readonly hint?: string
  readonly optional?: boolean
  readonly problems?: FormProblems
  readonly value?: string | undefined
  readonly type?: 'text' | 'email' | 'password' | 'search' | 'url' | 'datetime-local' | 'date' | 'number'
  /** Further attributes of the input: required, autocomplete, list, maxlength, … */
  readonly input?: Readonly<Record<string, string | number | boolean>>
}

/** What the ids of fields begin with, where a form stands over another one that may have fields of the same name. */
export const FieldIdContext = createContext('')

const useFieldId = (kind: 'f' | 'h' | 'e', name: string): string => `${useContext(FieldIdContext)}${kind}-${name}`

/** Attributes that tie a control to its label, hint and error. */
export function fieldAttributes(name: string, hint: boolean, problems: FormProblems | undefined) {
  const wrong = problems?.fields[name] !== undefined
  const [id, hintId, errorId] = [useFieldId('f', name), useFieldId('h', name), useFieldId('e', name)]
  const described = [hint ? hintId : '', wrong ? errorId : ''].filter(Boolean).join(' ')
  return {
    id,
    name,
    ...(described ? { 'aria-describedby': described } : {}),
    ...(wrong ? { 'aria-invalid': 'true' } : {}),
  }
}

interface FieldFrameProps {
  readonly name: string
  readonly label: string
  readonly hint?: string | undefined
  readonly optional?: boolean | undefined
  readonly problems?: FormProblems | undefined
  readonly children?: Child
}

/** Label, control, hint and error in their places; the control spreads `fieldAttributes`. */
export function FieldFrame({ name, label, hint, optional, problems, children }: FieldFrameProps) {
  const message = problems?.fields[name]
  const [id, hintId, errorId] = [useFieldId('f', name), useFieldId('h', name), useFieldId('e', name)]
  return (
    <div class="fld">
      <label for={id}>
        {label}
        {optional ? <span class="opt"> (optional)</span> : null}
      </label>
      {children}
      {hint ? (
        <p class="hint" id={hintId}>
          {hint}
        </p>
      ) : null}
      {message ? (
        <p class="err" id={errorId}>
          <Icon name="warning" small />
          {message}
        </p>
      ) : null}
    </div>
  )
}

export function Field({ name, label, hint, optional, problems, value, type = 'text', input }: FieldProps) {
  return (
    <FieldFrame name={name} label={label} hint={hint} optional={optional} problems={problems}>
      <input
        type={type}
        {...fieldAttributes(name, hint !== undefined, problems)}
        {...(value === undefined ? {} : { value })}
        {...input}
      />
    </FieldFrame>
  )
}

/** Shows the passwords of the form it stands in as they are typed; a script does it, and takes it back when they are sent. */
export const ShowPassword = () => (
  <div class="fld needs-js">
    <label class="check">
      <input type="checkbox" data-show-password autocomplete="off" />
      Show password
    </label>
  </div>
)

interface TextAreaProps extends Omit<FieldProps, 'type'> {
  readonly rows?: number
}

export function TextArea({ name, label, hint, optional, problems, value, rows = 4, input }: TextAreaProps) {
  return (
    <FieldFrame name={name} label={label} hint={hint} optional={optional} problems={problems}>
      <textarea rows={rows} {...fieldAttributes(name, hint !== undefined, problems)} {...input}>
        {value ?? ''}
      </textarea>
    </FieldFrame>
  )
}

export interface Choice {
  readonly value: string
  readonly text: string
}

interface SelectProps extends Omit<FieldProps, 'type'> {
  readonly choices: readonly Choice[]
}

export function Select({ name, label, hint, optional, problems, value, choices, input }: SelectProps) {
  return (
    <FieldFrame name={name} label={label} hint={hint} optional={optional} problems={problems}>
      <select {...fieldAttributes(name, hint !== undefined, problems)} {...input}>
        {choices.map((choice) => (
          <option value={choice.value} selected={choice.value === value}>
            {choice.text}
          </option>
        ))}
      </select>
    </FieldFrame>
  )
}

interface PickProps {
  readonly name: string
  readonly label: string
  readonly value: string
  readonly choices: readonly Choice[]
}

/**
 * A select of a filter or scope form, its label inside the frame. The form submits by itself on change where scripts
 * run (`data-submit-on-change` on the form); without them its `no-js` button does.
 */
export function Pick({ name, label, value, choices }: PickProps) {
  return (
    <label class="pick">
      <span>{label}</span>
      <select name={name}>
        {choices.map((choice) => (
          <option value={choice.value} selected={choice.value === value}>
            {choice.text}
          </option>
        ))}
      </select>
      <Icon name="chevron-down" small />
    </label>
  )
}

/** A form of Picks (and search fields) that lives in the URL. Hidden inputs keep what is not picked here. */
export function ScopeForm({ action, label, children }: { action: string; label: string; children?: Child }) {
  return (
    <search aria-label={label}>
      <form class="scope" method="get" action={action} data-submit-on-change>
        {children}
        <button type="submit" class="btn no-js">
          Apply
        </button>
      </form>
    </search>
  )
}
