import type { Refusal } from '../../src/core/inbound/refusal.ts'
import type { Retention } from '../../src/core/inbound/retention.ts'
import type { DeliveryCounts } from '../../src/store/inbox/deliveries-queries.ts'
import type { DeliveryListRow } from '../../src/store/inbox/delivery-list.ts'
import { type DeliveryState, deliveryStateWord } from '../components/badges.tsx'
import { type Choice, Pick as PickOne, ScopeForm } from '../components/form-parts.tsx'
import { Icon } from '../components/icon.tsx'
import { Empty, LookedOnlySoFar, Note, PageHead, Pager, Segments } from '../components/page-parts.tsx'
import { Age } from '../components/time.tsx'
import { COUNTED_AT_MOST, counted, formatCapped, formatCount } from '../format.ts'
import { deliveryPath, receivingPath } from '../paths.ts'
import { RefusedSentence } from '../setup/refusal-words.tsx'
import type { DeliveryQuery } from './delivery-query.ts'
import { DeliveryTable, type DeliveryTableProps } from './delivery-table.tsx'

const STATES: readonly DeliveryState[] = ['accepted', 'processed', 'ignored', 'failed']

const RANGE_CHOICES: readonly Choice[] = [
  { value: '', text: 'Any time' },
  { value: '1h', text: 'Last hour' },
  { value: '24h', text: 'Last 24 hours' },
  { value: '7d', text: 'Last 7 days' },
  { value: '30d', text: 'Last 30 days' },
]

export interface DeliveriesPageProps extends Pick<DeliveryTableProps, 'sources' | 'sameBodyAs'> {
  readonly now: number
  readonly rows: readonly DeliveryListRow[]
  /** By state, of the source and time that are asked for; undefined: counting those would take too long. */
  readonly counts: DeliveryCounts | undefined
  /** Those that failed, of the source and time. */
  readonly failed: number
  readonly mayReplay: boolean
  readonly asked: DeliveryQuery
  readonly events: readonly Choice[]
  readonly services: readonly Choice[]
  /** The same list with something changed. */
  readonly link: (changed: Readonly<Record<string, string | undefined>>) => string
  /** The delivery whose number is searched for. */
  readonly named: number | undefined
  /** Addresses of the first and the next page. */
  readonly newest: string | undefined
  /** All of it as a file. */
  readonly csv: string
  readonly older: string | undefined
  /** Such as `1–50 of 812`. */
  readonly summary: string
  /** So many were gone through, and the page was not filled. */
  readonly lookedAt: number | undefined
  /** How many were just put in the queue again. */
  readonly replayed: number | undefined
  readonly remarks: readonly string[]
  /** What was refused these days, by source; nothing of it is in the list. */
  readonly refused: readonly {
    readonly slug: string
    readonly name: string
    readonly last: Refusal
    readonly times: number
  }[]
  /** How long they are kept, days, and when what is older was last let go of. */
  readonly retention: Retention
  readonly prunedAt: number | undefined
}

export function DeliveriesPage(props: DeliveriesPageProps) {
  const { rows, counts, asked, link, named, replayed, remarks, lookedAt } = props
  const count = (state?: DeliveryState) =>
    counts && formatCapped(state ? counts[state] : STATES.reduce((sum, one) => sum + counts[one], 0), COUNTED_AT_MOST)
  return (
    <>
      <PageHead
        title="Deliveries"
        sub={<span>Every webhook and API call that was taken in, and what was concluded from it.</span>}
        actions={props.failed > 0 && props.mayReplay ? <ReplayLink {...props} /> : undefined}
      />
      {replayed === undefined ? null : (
        <div class="gap">
          <Note tone="ok" role="status">
            {replayed === 1 ? '1 delivery is' : `${formatCount(replayed)} deliveries are`} being processed again. What
            they did before is not done twice.
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
      {named === undefined ? null : (
        <div class="gap">
          <Note>
            <a href={deliveryPath(named)}>Delivery {named}</a> is the one with this number.
          </Note>
        </div>
      )}
      {props.refused.map(({ slug, name, ...refused }) => (
        <div class="gap">
          <Note tone="watch">
            {name}: <RefusedSentence {...refused} now={props.now} /> Refused requests are not stored.{' '}
            <a href={receivingPath(slug)}>What to do</a>
          </Note>
        </div>
      ))}
      <div class="views">
        <Segments
          label="State"
          tabs={[
            { text: 'All', href: link({ state: undefined }), current: asked.state === '', count: count() },
            ...STATES.map((one) => ({
              text: deliveryStateWord(one),
              href: link({ state: one }),
              current: asked.state === one,
              count: count(one),
            })),
          ]}
        />
      </div>
      <Filters {...props} />
      <section class="panel" aria-label="Deliveries">
        {rows.length === 0 ? <Nothing {...props} /> : <DeliveryTable label="Deliveries" {...props} />}
        <LookedOnlySoFar
          at={lookedAt === undefined ? undefined : formatCount(lookedAt)}
          what="deliveries"
          next={props.older}
        />
        <Pager
          newer={props.newest}
          older={lookedAt === undefined ? props.older : undefined}
          newerText="Newest"
          summary={props.summary}
          csv={rows.length > 0 ? props.csv : undefined}
        />
      </section>
      <p class="t3 fs12 mt8">
        Bodies are kept for {counted(props.retention.bodiesDays, 'day')}, those of failed deliveries until they are
        handled, {counted(props.retention.failedDays, 'day')} at most. What was concluded from a delivery is kept for{' '}
        {counted(props.retention.deliveriesDays, 'day')}; that long the same delivery is recognised when it comes again.
        {props.prunedAt === undefined ? null : (
          <>
            {' '}
            Older ones were last let go of <Age at={props.prunedAt} now={props.now} />.
          </>
        )}
      </p>
    </>
  )
}

/** To the page that says how many and which; only those that match what is shown. */
function ReplayLink({ failed, counts, link }: DeliveriesPageProps) {
  return (
    <a class="btn" href={link({ state: undefined }).replace('/deliveries', '/deliveries/replay')}>
      <Icon name="redo" />
      {counts ? `Replay ${formatCapped(failed, COUNTED_AT_MOST)} failed…` : 'Replay those that failed…'}
    </a>
  )
}

function Filters({ asked, sources, events, services }: DeliveriesPageProps) {
  const any = (list: readonly Choice[]): readonly Choice[] => [{ value: '', text: 'Any' }, ...list]
  const isFiltered = Object.entries(asked).some(([name, value]) => name !== 'state' && value !== '')
  return (
    <ScopeForm action="/deliveries" label="Filter deliveries">
      <input
        type="search"
        name="q"
        value={asked.q}
        placeholder="Number, id or what it said"
        aria-label="Search in ids and what was concluded"
      />
      <PickOne
        name="source"
        label="Source"
        value={asked.source}
        choices={any(sources.map(({ slug, name }) => ({ value: slug, text: name })))}
      />
      <PickOne name="event" label="Kind" value={asked.event} choices={any(events)} />
      <PickOne name="service" label="Service" value={asked.service} choices={any(services)} />
      <PickOne name="range" label="Received" value={asked.range} choices={RANGE_CHOICES} />
      {(['state', 'from', 'to'] as const).map((name) =>
        asked[name] === '' ? null : <input type="hidden" name={name} value={asked[name]} />,
      )}
      {asked.from || asked.to ? (
        <span class="t2 fs13">
          {asked.from ? `since ${asked.from}` : ''} {asked.to ? `before ${asked.to}` : ''}
        </span>
      ) : null}
      {isFiltered ? (
        <a class="btn ghost" href={asked.state ? `/deliveries?state=${asked.state}` : '/deliveries'}>
          Clear filters
        </a>
      ) : null}
    </ScopeForm>
  )
}

function Nothing({ asked, lookedAt, newest }: DeliveriesPageProps) {
  const isAsked = Object.values(asked).some((value) => value !== '')
  if (!isAsked && newest === undefined)
    return (
      <Empty icon="inbox" action={<a href="/setup">Set up a source</a>}>
        Nothing was received yet.
      </Empty>
    )
  if (lookedAt !== undefined) return <Empty icon="search">Nothing found so far.</Empty>
  const what = asked.state ? `${deliveryStateWord(asked.state as DeliveryState).toLowerCase()} ` : ''
  return (
    <Empty icon="check-ring" action={<a href="/deliveries">Show all</a>}>
      No {what}deliveries{asked.source ? ` from ${asked.source}` : ''} here.
    </Empty>
  )
}
