import type { DeliveryCounts } from '../../src/store/deliveries-queries.ts'
import type { DeliveryListRow } from '../../src/store/delivery-list.ts'
import { type DeliveryState, DeliveryStateBadge, deliveryStateWord } from '../components/badges.tsx'
import { CsrfField, Pick as PickOne, ScopeForm } from '../components/form-parts.tsx'
import { Icon } from '../components/icon.tsx'
import { Empty, Note, PageHead, Pager, Segments, TableBox } from '../components/page-parts.tsx'
import { Time } from '../components/time.tsx'
import { formatCapped, formatDuration } from '../format.ts'
import { deliveryPath, withQuery } from '../paths.ts'
import { ResultInShort, subjectOf } from './conclusion-words.tsx'

export const STATES: readonly DeliveryState[] = ['accepted', 'processed', 'ignored', 'failed']

export interface DeliveriesPageProps {
  readonly now: number
  readonly csrfToken: string
  readonly rows: readonly DeliveryListRow[]
  readonly counts: DeliveryCounts
  readonly cap: number
  readonly state: DeliveryState | undefined
  /** Slug of the source shown; undefined: all. */
  readonly source: string | undefined
  readonly sources: readonly { readonly slug: string; readonly name: string }[]
  /** Addresses of the first and the next page. */
  readonly newest: string | undefined
  /** All of it as a file. */
  readonly csv: string
  readonly older: string | undefined
  /** How many were just put in the queue again. */
  readonly replayed: number | undefined
  readonly remarks: readonly string[]
}

export function DeliveriesPage(props: DeliveriesPageProps) {
  const { now, csrfToken, rows, counts, cap, state, source, sources, replayed, remarks } = props
  const total = STATES.reduce((sum, one) => sum + counts[one], 0)
  return (
    <>
      <PageHead
        title="Deliveries"
        sub={<span>Every webhook and API call that was taken in, and what was concluded from it.</span>}
        actions={
          counts.failed > 0 ? (
            <ReplayFailed count={formatCapped(counts.failed, cap)} csrfToken={csrfToken} />
          ) : undefined
        }
      />
      {replayed === undefined ? null : (
        <div class="gap">
          <Note tone="ok" role="status">
            {replayed === 1 ? '1 delivery is' : `${replayed} deliveries are`} being processed again. What they did
            before is not done twice.
          </Note>
        </div>
      )}
      {remarks.length > 0 ? (
        <div class="gap">
          <Note tone="watch" role="status">
            {remarks.join(' ')}
          </Note>
        </div>
      ) : null}
      <div class="row row-w gap">
        <Segments
          label="State"
          tabs={[
            {
              text: 'All',
              href: withQuery('/deliveries', { source }),
              current: state === undefined,
              count: formatCapped(total, cap),
            },
            ...STATES.map((one) => ({
              text: deliveryStateWord(one),
              href: withQuery('/deliveries', { state: one, source }),
              current: state === one,
              count: formatCapped(counts[one], cap),
            })),
          ]}
        />
        <span class="grow" />
        <ScopeForm action="/deliveries" label="Filter">
          {state ? <input type="hidden" name="state" value={state} /> : null}
          <PickOne
            name="source"
            label="Source"
            value={source ?? ''}
            choices={[{ value: '', text: 'All' }, ...sources.map(({ slug, name }) => ({ value: slug, text: name }))]}
          />
        </ScopeForm>
      </div>
      <section class="panel" aria-label="Deliveries">
        {rows.length === 0 ? (
          <Nothing {...props} total={total} />
        ) : (
          <DeliveryTable rows={rows} sources={sources} now={now} />
        )}
        <Pager
          newer={props.newest}
          older={props.older}
          newerText="Newest"
          csv={props.rows.length > 0 ? props.csv : undefined}
        />
      </section>
    </>
  )
}

function ReplayFailed({ count, csrfToken }: { count: string; csrfToken: string }) {
  return (
    <form method="post" action="/deliveries/replay-failed" hx-sync="this:drop">
      <CsrfField token={csrfToken} />
      <button type="submit" class="btn">
        <Icon name="redo" />
        Replay {count} failed
      </button>
    </form>
  )
}

function Nothing({ state, source, total }: DeliveriesPageProps & { total: number }) {
  if (total === 0 && !source)
    return (
      <Empty icon="inbox" action={<a href="/setup">Set up a source</a>}>
        Nothing was received yet.
      </Empty>
    )
  const what = state ? `${deliveryStateWord(state).toLowerCase()} ` : ''
  return (
    <Empty icon="check-ring" action={<a href="/deliveries">Show all</a>}>
      No {what}deliveries{source ? ` from ${source}` : ''} here.
    </Empty>
  )
}

function DeliveryTable({ rows, sources, now }: Pick<DeliveriesPageProps, 'rows' | 'sources' | 'now'>) {
  const nameOf = new Map(sources.map(({ slug, name }) => [slug, name]))
  return (
    <TableBox label="Deliveries">
      <table class="t">
        <caption>Deliveries, last received first</caption>
        <thead>
          <tr>
            <th scope="col">State</th>
            <th scope="col">Received</th>
            <th scope="col">Source</th>
            <th scope="col">What it said</th>
            <th scope="col">Result</th>
            <th scope="col" class="num">
              Took
            </th>
            <th scope="col" class="num">
              Delivery
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <DeliveryRow row={row} source={nameOf.get(row.source) ?? row.source} now={now} />
          ))}
        </tbody>
      </table>
    </TableBox>
  )
}

function DeliveryRow({ row, source, now }: { row: DeliveryListRow; source: string; now: number }) {
  const said = subjectOf(row.conclusions) ?? row.event ?? 'Not known yet'
  return (
    <tr>
      <td class="nw">
        <DeliveryStateBadge state={row.state} />
      </td>
      <td class="nw">
        <Time at={row.receivedAt} now={now} />
      </td>
      <td class="nw m-hide">{source}</td>
      <td class="clip m-full">
        <a class="ttl" href={deliveryPath(row.id)} title={said}>
          {said}
        </a>
      </td>
      <td class="clip m-full t2">
        <Result row={row} />
      </td>
      <td class="num nw m-hide">{row.tookMs === undefined ? '' : formatDuration(row.tookMs)}</td>
      <td class="num m-hide">
        <a href={deliveryPath(row.id)}>{row.id}</a>
      </td>
    </tr>
  )
}

function Result({ row }: { row: DeliveryListRow }) {
  if (row.state === 'failed' || row.state === 'ignored')
    return <span title={row.reason}>{row.reason ?? 'No reason was kept'}</span>
  if (row.state === 'accepted')
    return row.attempts === 0 ? (
      <span class="t3">Waits to be processed</span>
    ) : (
      <span title={row.reason}>
        Tried {row.attempts} times: {row.reason}
      </span>
    )
  return <ResultInShort conclusions={row.conclusions} />
}
