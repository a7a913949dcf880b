import { ConfirmForm } from '../components/confirm-page.tsx'
import { DefectLink, Note, PageHead } from '../components/page-parts.tsx'
import { counted } from '../format.ts'

export interface BulkConfirmProps {
  readonly ids: readonly number[]
  /** What is to be set, as in `status to Triaged`. */
  readonly what: string
  readonly fields: Readonly<Record<string, string>>
  readonly back: string
  readonly csrfToken: string
}

/** Many at once are asked about first. */
export function BulkConfirmPage({ ids, what, fields, back, csrfToken }: BulkConfirmProps) {
  return (
    <>
      <PageHead title={`Set ${what} for ${counted(ids.length, 'defect')}?`} />
      <section class="panel" aria-label="Defects to change">
        <div class="pn-b stack">
          <p>
            {ids.map((id) => (
              <>
                <DefectLink id={id} />{' '}
              </>
            ))}
          </p>
          <p class="t2">Each change is written down under your name and can be changed again one by one.</p>
          <ConfirmForm
            action="/defects/bulk"
            fields={[...ids.map((id) => ['id', String(id)] as const), ...Object.entries(fields)]}
            button={`Change ${counted(ids.length, 'defect')}`}
            back={back}
            cancel="Change none"
            csrfToken={csrfToken}
          />
        </div>
      </section>
    </>
  )
}

export interface BulkResultProps {
  readonly what: string
  readonly changed: number
  readonly same: number
  readonly refused: readonly { readonly id: number; readonly reason: string }[]
  readonly back: string
}

/** What became of a change of many when not all of it could be done. */
export function BulkResultPage({ what, changed, same, refused, back }: BulkResultProps) {
  return (
    <>
      <PageHead title={`${counted(refused.length, 'defect')} not changed`} />
      <div class="stack">
        <Note tone="watch" role="status">
          {changed === 0 ? 'No defect was changed.' : `Set ${what} for ${counted(changed, 'defect')}.`}
          {same > 0 ? ` ${counted(same, 'defect was', 'defects were')} so already.` : ''}
        </Note>
        <section class="panel" aria-label="Not changed">
          <div class="pn-b">
            <dl class="facts">
              {refused.map(({ id, reason }) => (
                <>
                  <dt>
                    <DefectLink id={id} />
                  </dt>
                  <dd>{reason}</dd>
                </>
              ))}
            </dl>
          </div>
          <div class="pn-f">
            <a href={back}>Back to the list</a>
          </div>
        </section>
      </div>
    </>
  )
}
