import type { ReceivedDelivery } from '../../src/store/inbox/deliveries-queries.ts'
import { Icon } from '../components/icon.tsx'
import { Note } from '../components/page-parts.tsx'
import { Age } from '../components/time.tsx'
import { useZone } from '../components/zone.tsx'
import { subjectOf } from '../deliveries/conclusion-words.tsx'
import { clockSeconds, formatDay, formatDuration } from '../format.ts'
import { deliveryPath } from '../paths.ts'
import { type Way, wayPath } from './ways.ts'

interface ReceivedLineProps {
  readonly way: Way
  readonly received: ReceivedDelivery | undefined
  readonly now: number
}

/** "Waiting…" until something came; fetches itself again at every delivery. */
export function ReceivedLine({ way, received, now }: ReceivedLineProps) {
  return (
    <div
      id="received"
      role="status"
      hx-get={`${wayPath(way)}/received`}
      hx-trigger="deliveries from:body"
      hx-target="this"
      hx-swap="outerHTML"
      hx-sync="this:drop"
    >
      {received ? (
        <Received received={received} now={now} />
      ) : (
        <div class="row row-w">
          <span class="waiting">
            <Icon name="ring-dashed" />
            <span>Waiting for the first delivery…</span>
          </span>
          <a class="btn sm no-js" href={wayPath(way)}>
            Look again
          </a>
        </div>
      )}
    </div>
  )
}

function Received({ received, now }: { received: ReceivedDelivery; now: number }) {
  const { id, source, receivedAt, state, reason, conclusions, tookMs } = received
  const zone = useZone()
  const when =
    now - receivedAt < 86_400_000
      ? clockSeconds(receivedAt, zone)
      : `${formatDay(receivedAt, now, zone)} ${clockSeconds(receivedAt, zone)}`
  const subject = subjectOf(conclusions)
  return (
    <Note tone={state === 'failed' ? 'bad' : state === 'ignored' ? 'watch' : 'ok'}>
      Received <b class="b">{when}</b> <Age at={receivedAt} now={now} /> from {source}
      {subject ? `: ${subject}` : ''}
      {state === 'processed'
        ? `, accepted and processed${tookMs === undefined ? '' : ` in ${formatDuration(tookMs)}`}.`
        : null}
      {state === 'accepted' ? ', accepted; being processed.' : null}
      {state === 'ignored' ? `, ignored: ${reason ?? 'no reason was kept'}` : null}
      {state === 'failed' ? `, failed: ${reason ?? 'no reason was kept'}` : null}{' '}
      <a class="lnk" href={deliveryPath(id)}>
        Delivery {id}
      </a>
    </Note>
  )
}
