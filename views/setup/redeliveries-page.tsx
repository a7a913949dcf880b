import type { Redelivery } from '../../src/store/inbox/redeliveries.ts'
import { Empty, PageHead, Pager, Segments, TableBox } from '../components/page-parts.tsx'
import { TimeAndAge } from '../components/time.tsx'
import { formatCount } from '../format.ts'
import { deliveryPath, redeliveriesPath } from '../paths.ts'

export interface RedeliveriesProps {
  readonly source: { readonly slug: string; readonly name: string }
  readonly onlyArrived: boolean
  readonly counts: { readonly asked: number; readonly arrived: number }
  /** The last asked first. */
  readonly rows: readonly Redelivery[]
  readonly summary: string
  readonly first: string | undefined
  readonly next: string | undefined
  readonly now: number
}

const BECAUSE: Readonly<Record<Redelivery['because'], string>> = {
  failed: 'The sender says that it failed',
  lost: 'The sender says that it came, and it is not here',
}

/** The deliveries that a source was asked for again, and which of them came. */
export function RedeliveriesPage({ source, onlyArrived, counts, rows, summary, first, next, now }: RedeliveriesProps) {
  return (
    <>
      <PageHead
        title={`Asked ${source.name} for again`}
        sub="Deliveries of the last days that failed or were lost on the way here."
        actions={
          <Segments
            label="Which of them"
            tabs={[
              {
                ...{ text: 'All', href: redeliveriesPath(source.slug), current: !onlyArrived },
                count: formatCount(counts.asked),
              },
              {
                ...{ text: 'Arrived', href: redeliveriesPath(source.slug, true), current: onlyArrived },
                count: formatCount(counts.arrived),
              },
            ]}
          />
        }
      />
      <section class="panel" aria-label="Deliveries asked for again">
        {rows.length > 0 ? <Rows rows={rows} now={now} /> : <Empty icon="inbox">None.</Empty>}
        <Pager newer={first} older={next} newerText="Newest" summary={summary} />
      </section>
    </>
  )
}

const Rows = ({ rows, now }: Pick<RedeliveriesProps, 'rows' | 'now'>) => (
  <TableBox label="Deliveries asked for again">
    <table class="t">
      <caption>Deliveries asked for again, the last asked first</caption>
      <thead>
        <tr>
          <th scope="col">Its id</th>
          <th scope="col">Asked</th>
          <th scope="col" class="num">
            Times
          </th>
          <th scope="col">Why</th>
          <th scope="col">Arrived as</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ guid, askedAt, times, because, deliveryId }) => (
          <tr>
            <td class="ttl">
              <code>{guid}</code>
            </td>
            <td class="m-2">
              <TimeAndAge at={askedAt} now={now} />
            </td>
            <td class="num m-hide">{formatCount(times)}</td>
            <td class="m-2">{BECAUSE[because]}</td>
            <td class="m-2">
              {deliveryId === undefined ? (
                <span class="t3">Not yet</span>
              ) : (
                <a href={deliveryPath(deliveryId)}>Delivery {deliveryId}</a>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  </TableBox>
)
