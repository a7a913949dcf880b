import { CsrfField, Field, FormErrors, type FormProblems } from '../components/form-parts.tsx'
import { CopyCode, Note } from '../components/page-parts.tsx'
import { Age } from '../components/time.tsx'
import { namesPath, receivingPath } from '../paths.ts'
import { RefusedSentence } from './refusal-words.tsx'
import { sourcePath } from './snippets.ts'
import { RepairLine, SecretLines, type SourceState, silenceReason } from './source-state.tsx'

/** Just made: the only time its secret can be shown. */
export interface CreatedSource {
  readonly id: number
  readonly slug: string
  readonly kind: string
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
  /** Where the secret is found at a sender that makes its own; absent: ours is pasted there. */
  readonly secretHint?: string | undefined
  readonly typedSlug: string | undefined
  /** What reports by it is said here: the sender does not. Absent: it does. */
  readonly asksService?: boolean | undefined
  readonly typedService?: string | undefined
  readonly problems: FormProblems
  readonly publicUrl: string
  readonly now: number
}

/** The sources there are, with a new secret for each, and a form for one more. */
export function SourceForms(props: SourceFormsProps) {
  const { created, sources, isAdmin } = props
  return (
    <>
      {created ? (
        <div class="mb16">
          <Note tone="ok" role="status">
            {createdWords(created, props)}
          </Note>
          {settingsToCopy(created, props).map(({ label, value }) => (
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

function createdWords(created: CreatedSource, { publicUrl, secretHint }: SourceFormsProps): string {
  const { slug, isReplacement } = created
  const copy = secretHint === undefined ? ' Copy it now; it cannot be shown again.' : ''
  if (isReplacement) return `New secret for ${slug}. The former one works for another 24 hours.${copy}`
  const made = `Made ${publicUrl}${sourcePath(created)}.`
  return secretHint === undefined ? `${made} Copy the secret now; it cannot be shown again.` : made
}

/** The address stands in the note already, unless it is the secret itself; a secret of the sender's is known there. */
function settingsToCopy({ settings }: CreatedSource, { secretHint }: SourceFormsProps) {
  if (secretHint !== undefined) return []
  return settings.length === 1 ? settings : settings.filter(({ label }) => label !== 'URL')
}

function Existing(props: SourceFormsProps) {
  const { sources, publicUrl, isAdmin, csrfToken, action, secretHint, now } = props
  return (
    <ul class="chk mb8">
      {sources.map((source) => (
        <li>
          <span />
          <div class="wrap">
            <code>{publicUrl + sourcePath(source)}</code>
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
            {source.service ? <p class="t2">Reports for the service {source.service}.</p> : null}
            <SecretLines secrets={source.secrets} now={now} />
            {source.refused ? (
              <p class="watch">
                <RefusedSentence {...source.refused} now={now} /> <a href={receivingPath(source.slug)}>What to do</a>
              </p>
            ) : null}
            <div class="row row-w mt8">
              {isAdmin ? (
                <form method="post" action={`${receivingPath(source.slug)}/test`} hx-sync="this:drop">
                  <CsrfField token={csrfToken} />
                  <button type="submit" class="btn sm">
                    Send a test<span class="vh"> to {source.slug}</span>
                  </button>
                </form>
              ) : null}
              <a class="btn sm" href={receivingPath(source.slug)}>
                What it may send{source.service ? ', its service' : ''}
                <span class="vh">, of {source.slug}</span>
              </a>
              <a class="btn sm" href={namesPath(source.slug)}>
                Its names<span class="vh">, of {source.slug}</span>
              </a>
              {source.kind === 'generic' ? (
                <a class="btn sm" href={`${namesPath(source.slug)}/mapping`}>
                  What its fields mean<span class="vh">, of {source.slug}</span>
                </a>
              ) : null}
            </div>
            {source.repair === undefined ? null : <RepairLine repair={source.repair} slug={source.slug} now={now} />}
          </div>
          {isAdmin ? (
            <form method="post" action={`${action}/secret`} hx-sync="this:drop">
              <CsrfField token={csrfToken} />
              <input type="hidden" name="slug" value={source.slug} />
              {secretHint === undefined ? null : (
                <input {...SECRET_INPUT} type="text" name="secret" aria-label={`New secret of ${source.slug}`} />
              )}
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

/** Shorter ones are refused: they could be guessed. */
const SECRET_INPUT = { required: true, minlength: 16, maxlength: 512, autocomplete: 'off', spellcheck: false }

function NewSource(props: SourceFormsProps) {
  const { action, suggestedSlug, csrfToken, sources, typedSlug, secretHint, problems, asksService } = props
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
      {asksService ? (
        <Field
          name="service"
          label="Service"
          optional
          hint="What reports by it, as your deployments call it: acme/checkout. Empty: what the address ends in."
          value={props.typedService ?? ''}
          problems={problems}
          input={{ maxlength: 200, autocomplete: 'off' }}
        />
      ) : null}
      {secretHint === undefined ? null : (
        <Field name="secret" label="Secret" hint={secretHint} problems={problems} input={SECRET_INPUT} />
      )}
      <div class="form-foot">
        <button type="submit" class={sources.length === 0 ? 'btn pri' : 'btn'}>
          {secretHint === undefined ? 'Make source and secret' : 'Make source'}
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
