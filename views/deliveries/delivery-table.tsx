import type { DeliveryListRow } from '../../src/store/inbox/delivery-list.ts'
import { DeliveryStateBadge } from '../components/badges.tsx'
import { TableBox } from '../components/page-parts.tsx'
import { Time } from '../components/time.tsx'
import { formatDuration } from '../format.ts'
import { deliveryPath } from '../paths.ts'
import { ResultInShort, subjectOf } from './conclusion-words.tsx'

export interface DeliveryTableProps {
  readonly label: string
  readonly rows: readonly DeliveryListRow[]
  readonly sources: readonly { readonly slug: string; readonly name: string }[]
  /** Of those whose body came before: the delivery that brought it first. */
  readonly sameBodyAs: ReadonlyMap<number, number>
  readonly now: number
}

export function DeliveryTable({ label, rows, sources, sameBodyAs, now }: DeliveryTableProps) {
  const nameOf = new Map(sources.map(({ slug, name }) => [slug, name]))
  return (
    <TableBox label={label}>
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
            <DeliveryRow
              row={row}
              source={nameOf.get(row.source) ?? row.source}
              sameBodyAs={sameBodyAs.get(row.id)}
              now={now}
            />
          ))}
        </tbody>
      </table>
    </TableBox>
  )
}

interface RowProps {
  readonly row: DeliveryListRow
  readonly source: string
  readonly sameBodyAs: number | undefined
  readonly now: number
}

function DeliveryRow({ row, source, sameBodyAs, now }: RowProps) {
  const said = row.isTest ? 'A test' : (subjectOf(row.conclusions) ?? row.event ?? 'Not known yet')
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
        <Result row={row} sameBodyAs={sameBodyAs} />
      </td>
      <td class="num nw m-hide">{row.tookMs === undefined ? '' : formatDuration(row.tookMs)}</td>
      <td class="num m-hide">
        <a href={deliveryPath(row.id)}>{row.id}</a>
      </td>
    </tr>
  )
}

function Result({ row, sameBodyAs }: Pick<RowProps, 'row' | 'sameBodyAs'>) {
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
  if (row.isTest) return <span class="t3">Changes nothing</span>
  if (sameBodyAs === undefined) return <ResultInShort conclusions={row.conclusions} />
  const changed = row.conclusions.some((one) => one.kind !== 'note' && one.effect !== 'unchanged')
  return (
    <>
      Same as <a href={deliveryPath(sameBodyAs)}>{sameBodyAs}</a>
      {changed ? (
        <>
          {'; '}
          <ResultInShort conclusions={row.conclusions} />
        </>
      ) : (
        ', nothing changed'
      )}
    </>
  )
}
