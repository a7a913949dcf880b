import { isSeenField, type KeptForm } from '../../src/core/access/kept-form.ts'
import { CsrfField, Field } from '../components/form-parts.tsx'
import { Facts, Note, PageHead, Panel } from '../components/page-parts.tsx'

export interface KeptFormPageProps {
  readonly form: KeptForm
  /** What a field of it was called. */
  readonly labelOf: (name: string) => string
  readonly csrfToken: string
}

/** A form that came too late, to be sent now. */
export const KeptFormPage = ({ form, labelOf, csrfToken }: KeptFormPageProps) => {
  const shown = new Map<string, string>()
  for (const [name, value] of form.fields)
    if (value !== '' && isSeenField(name)) shown.set(name, shown.has(name) ? `${shown.get(name)}, ${value}` : value)
  return (
    <>
      <PageHead title="What you typed" sub={<span>You are signed in. Nothing was changed yet.</span>} />
      <Panel id="kept" title={`For ${form.back.split('?')[0]}`} pad>
        {shown.size === 0 ? null : (
          <Facts facts={[...shown].map(([name, value]) => [labelOf(name), <span class="kept-value">{value}</span>])} />
        )}
        <form method="post" action={form.action} hx-boost="false">
          <CsrfField token={csrfToken} />
          {form.fields.map(([name, value]) => (
            <input type="hidden" name={name} value={value} />
          ))}
          {form.secrets.map((name) => (
            <Field
              name={name}
              label={labelOf(name)}
              type="password"
              hint="Secrets are not kept. Type it again."
              input={{ required: true, autocomplete: 'off' }}
            />
          ))}
          <div class="form-foot">
            <button type="submit" class="btn pri">
              Send it now
            </button>
            <a class="btn" href={form.back}>
              Leave it
            </a>
          </div>
        </form>
      </Panel>
    </>
  )
}

/** Also for who signed in as somebody else. */
export const KeptFormEndedPage = () => (
  <>
    <PageHead title="Nothing is kept" />
    <Panel id="kept" title="What you typed" pad>
      <Note tone="watch">
        What was typed is kept for half an hour, for the person who typed it. There is nothing here for you any more.
      </Note>
    </Panel>
  </>
)
