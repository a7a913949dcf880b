import type { Child } from 'hono/jsx'
import { CsrfField, Field, FormErrors, type FormProblems, noProblems } from './form-parts.tsx'
import { Facts, PageHead, Panel } from './page-parts.tsx'

/** The field by which a form shows that it was sent from the page that asks, and the one for a name that is typed. */
export const CONFIRMED = { name: 'confirmed', value: 'yes' } as const
export const TYPED_NAME = 'typedName'

interface ConfirmFormProps {
  readonly action: string
  /** What goes along with the answer, by name. */
  readonly fields?: readonly (readonly [name: string, value: string])[] | undefined
  /** The verb and the thing. */
  readonly button: string
  /** It takes something away. */
  readonly danger?: boolean
  /** Where nothing is changed; what the way there is called. */
  readonly back: string
  readonly cancel?: string
  readonly csrfToken: string
  readonly children?: Child
}

/** The answers to a question before something is changed: the button that does it, and the way back. */
export const ConfirmForm = ({
  action,
  fields = [],
  button,
  danger,
  back,
  cancel,
  csrfToken,
  ...rest
}: ConfirmFormProps) => (
  <form method="post" action={action} class="confirm" hx-boost="false">
    <CsrfField token={csrfToken} />
    {fields.map(([name, value]) => (
      <input type="hidden" name={name} value={value} />
    ))}
    <input type="hidden" name={CONFIRMED.name} value={CONFIRMED.value} />
    {rest.children}
    <div class="form-foot">
      <button type="submit" class={danger ? 'btn dng' : 'btn pri'}>
        {button}
      </button>
      <a class="btn ghost" href={back}>
        {cancel ?? 'Cancel'}
      </a>
    </div>
  </form>
)

export interface Question {
  /** Ends with a question mark and names the thing. */
  readonly title: string
  /** What it is, and who or what depends on it. */
  readonly facts: readonly (readonly [term: string, value: Child | null | undefined])[]
  /** What will happen, in sentences. */
  readonly happens: Child
  /** What will not. */
  readonly stays: Child
  readonly verb: string
  /** The verb and the thing. */
  readonly button: string
  /** Data goes that nobody can bring back: to be typed first. */
  readonly mustType?: string
  readonly back: string
  readonly fields?: ConfirmFormProps['fields']
}

interface ConfirmPageProps {
  readonly question: Question
  readonly action: string
  readonly problems?: FormProblems
  readonly csrfToken: string
}

/** Asks before something is taken away: what it is, what will happen and what will not. */
export function ConfirmPage({ question, action, problems = noProblems, csrfToken }: ConfirmPageProps) {
  const { title, facts, happens, stays, mustType, button, back, fields } = question
  return (
    <>
      <PageHead title={title} sub={<span>Nothing was changed yet.</span>} />
      <div class="stack">
        <FormErrors problems={problems} />
        <Panel id="question" title="What happens" pad>
          <p>{happens}</p>
          <p class="t2 mt8">{stays}</p>
          <div class="mt12">
            <Facts facts={facts} />
          </div>
          <ConfirmForm {...{ action, fields, button, back, csrfToken }} danger>
            {mustType === undefined ? null : (
              <div class="mt16">
                <Field
                  name={TYPED_NAME}
                  label={`Type ‘${mustType}’ to confirm`}
                  hint="It cannot be brought back."
                  problems={problems}
                  input={{ required: true, autocomplete: 'off', spellcheck: false }}
                />
              </div>
            )}
          </ConfirmForm>
        </Panel>
      </div>
    </>
  )
}
