import type { DeliveryListRow } from '../../src/store/inbox/delivery-list.ts'
import { CsrfField } from '../components/form-parts.tsx'
import { Icon } from '../components/icon.tsx'
import { Empty, Note, PageHead, Panel } from '../components/page-parts.tsx'
import { counted } from '../format.ts'
import type { DeliveryQuery } from './delivery-query.ts'
import { DeliveryTable } from './delivery-table.tsx'

export interface ReplaySelectionProps {
  readonly count: number
  /** There are more; so many go at once. */
  readonly isCut: boolean
  /** The newest of them. */
  readonly upTo: number | undefined
  /** The first of them. */
  readonly rows: readonly DeliveryListRow[]
  readonly asked: DeliveryQuery
  readonly sources: readonly { readonly slug: string; readonly name: string }[]
  readonly remarks: readonly string[]
  readonly csrfToken: string
  readonly now: number
}

/** How many failed deliveries would be processed again, and which. */
export function ReplaySelectionPage(props: ReplaySelectionProps) {
  const { count, isCut, upTo, rows, asked, sources, remarks, csrfToken, now } = props
  const many = counted(count, 'failed delivery', 'failed deliveries')
  return (
    <>
      <PageHead title={count === 0 ? 'Nothing to replay' : `Replay ${many}?`} sub={<span>{wordsOf(props)}</span>} />
      {remarks.length > 0 ? (
        <div class="gap">
          <Note tone="watch" role="status">
            {remarks.join(' ')}
          </Note>
        </div>
      ) : null}
      {count === 0 || upTo === undefined ? (
        <Panel id="selection" title="Selected">
          <Empty icon="check-ring" action={<a href="/deliveries">All deliveries</a>}>
            No failed delivery that still has its body matches.
          </Empty>
        </Panel>
      ) : (
        <>
          <div class="gap">
            <Note>
              Each is processed again from the bytes as they came. What it did before is not done twice, and one that
              still cannot be read fails again.
              {isCut ? ' There are more; these are the newest, and the rest can follow.' : ''}
            </Note>
          </div>
          <Panel id="selection" title="Selected" hint={rows.length < count ? `The newest ${rows.length}` : many}>
            <DeliveryTable label="Selected deliveries" rows={rows} sources={sources} sameBodyAs={new Map()} now={now} />
          </Panel>
          <div class="row row-w mt16">
            <form method="post" action="/deliveries/replay" hx-sync="this:drop">
              <CsrfField token={csrfToken} />
              {Object.entries(asked).map(([name, value]) =>
                value === '' ? null : <input type="hidden" name={name} value={value} />,
              )}
              <input type="hidden" name="upTo" value={String(upTo)} />
              <button type="submit" class="btn pri">
                <Icon name="redo" />
                Replay {many}
              </button>
            </form>
            <a class="btn" href="/deliveries?state=failed">
              Back to the list
            </a>
          </div>
        </>
      )}
    </>
  )
}

function wordsOf({ asked, sources }: ReplaySelectionProps): string {
  const name = sources.find(({ slug }) => slug === asked.source)?.name
  const parts = [
    name ? `from ${name}` : '',
    asked.event ? `of kind ${asked.event}` : '',
    asked.service ? `about ${asked.service}` : '',
    asked.q ? `with ‘${asked.q}’` : '',
    asked.from ? `received since ${asked.from}` : '',
    asked.to ? `received before ${asked.to}` : '',
  ].filter(Boolean)
  return parts.length === 0 ? 'All that failed.' : `Those that failed, ${parts.join(', ')}.`
}
