import { CsrfField, Field, FormErrors, type FormProblems } from '../components/form-parts.tsx'
import { CopyCode, Note } from '../components/page-parts.tsx'
import { Age } from '../components/time.tsx'
import { hookAddress } from './snippets.ts'
import { RepairLine, SecretLines, type SourceState, silenceReason } from './source-state.tsx'

/** Just made: the only time its secret can be shown. */
export interface CreatedSource {
  readonly slug: string
  /** What to enter at the sender, the address first. */
  readonly settings: readonly { readonly label: string; readonly value: string }[]
  readonly isReplacement: boolean
}

export interface SourceFormsProps {
  readonly action: string
  readonly suggestedSlug: string
  readonly isAdmin: boolean
  readonly csrfToken: string
  readonly sources: readonly SourceState[]
  readonly created: CreatedSource | undefined
  readonly typedSlug: string | undefined
  readonly problems: FormProblems
  readonly publicUrl: string
  readonly now: number
}

/** The sources there are, with a new secret for each, and a form for one more. */
export function SourceForms(props: SourceFormsProps) {
  const { created, sources, isAdmin, publicUrl } = props
  return (
    <>
      {created ? (
        <div class="mb16">
          <Note tone="ok" role="status">
            {created.isReplacement
              ? `New secret for ${created.slug}. The former one works for another 24 hours. Copy it now; it cannot be shown again.`
              : `Made ${hookAddress(publicUrl, created.slug)}. Copy the secret now; it cannot be shown again.`}
          </Note>
          {settingsToCopy(created).map(({ label, value }) => (
            <div class="mt8">
              <CopyCode code={value} label={label} />
            </div>
          ))}
        </div>
      ) : null}
      {sources.length > 0 ? <Existing {...props} /> : null}
      {isAdmin ? <NewSource {...props} /> : sources.length === 0 ? <Note>Only an admin can make a source.</Note> : null}
    </>
  )
}

/** The address stands in the note already, unless it is the secret itself. */
const settingsToCopy = ({ settings }: CreatedSource) =>
  settings.length === 1 ? settings : settings.filter(({ label }) => label !== 'URL')

function Existing({ sources, publicUrl, isAdmin, csrfToken, action, now }: SourceFormsProps) {
  return (
    <ul class="chk mb8">
      {sources.map((source) => (
        <li>
          <span />
          <div class="wrap">
            <code>{hookAddress(publicUrl, source.slug)}</code>
            <span class="t3">
              {' '}
              {source.lastDeliveryAt === null ? (
                'nothing received yet'
              ) : (
                <>
                  last delivery <Age at={source.lastDeliveryAt} now={now} />
                </>
              )}
            </span>
            {source.silence ? (
              <p class="watch">It has been silent for too long. {silenceReason(source.silence)}</p>
            ) : null}
            <SecretLines secrets={source.secrets} now={now} />
            {source.repair === undefined ? null : <RepairLine repair={source.repair} slug={source.slug} now={now} />}
          </div>
          {isAdmin ? (
            <form method="post" action={`${action}/secret`} hx-sync="this:drop">
              <CsrfField token={csrfToken} />
              <input type="hidden" name="slug" value={source.slug} />
              <button type="submit" class="btn sm">
                New secret<span class="vh"> for {source.slug}</span>
              </button>
            </form>
          ) : null}
        </li>
      ))}
    </ul>
  )
}

function NewSource({ action, suggestedSlug, csrfToken, sources, typedSlug, problems }: SourceFormsProps) {
  const form = (
    <form method="post" action={action} hx-sync="this:drop">
      <CsrfField token={csrfToken} />
      <FormErrors problems={problems} />
      <Field
        name="slug"
        label="Last part of its address"
        hint="Small letters, digits and dashes. It becomes part of the webhook’s URL."
        value={typedSlug ?? (sources.length === 0 ? suggestedSlug : '')}
        problems={problems}
        input={{ required: true, maxlength: 60, pattern: '[a-z0-9\\-]+', autocomplete: 'off' }}
      />
      <div class="form-foot">
        <button type="submit" class={sources.length === 0 ? 'btn pri' : 'btn'}>
          Make source and secret
        </button>
      </div>
    </form>
  )
  if (sources.length === 0) return form
  return (
    <details class="data" open={typedSlug !== undefined}>
      <summary>Make another source</summary>
      <div class="mt8">{form}</div>
    </details>
  )
}
