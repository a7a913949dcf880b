import type { Child } from 'hono/jsx'
import type { DeliveryDetail } from '../../src/store/inbox/deliveries-queries.ts'
import { deliveryStateWord } from '../components/badges.tsx'
import { Icon, type IconName } from '../components/icon.tsx'
import { Panel } from '../components/page-parts.tsx'
import { Age, Time } from '../components/time.tsx'
import { formatDuration } from '../format.ts'

interface StepsProps {
  readonly delivery: Omit<DeliveryDetail, 'body'>
  readonly now: number
}

/** What was done with a delivery since it arrived, in its order, every try included. */
export function StepsPanel({ delivery, now }: StepsProps) {
  const { receivedAt, tries, state, processedAt, tookMs, dueAt } = delivery
  return (
    <Panel id="steps" title="Steps" pad>
      <ol class="chk">
        <Step icon="inbox" at={receivedAt} now={now}>
          Received, {delivery.isTest ? 'made by Postflight itself, ' : 'proved genuine, '}stored and answered
        </Step>
        {tries.map(({ at, result, reason, actor }) => (
          <>
            <Step icon={ICONS[result]} at={at} now={now}>
              {result === 'retried' ? 'Tried, to be tried again' : deliveryStateWord(result)}
              {reason ? `: ${reason}` : ''}
            </Step>
            {actor === undefined ? null : <Step icon="redo">Replayed by {actor}</Step>}
          </>
        ))}
        {state === 'accepted' ? (
          <Step icon="ring-dashed">
            Waits to be processed
            {dueAt !== undefined && dueAt > now ? (
              <>
                , next try <Age at={dueAt} now={now} />
              </>
            ) : null}
          </Step>
        ) : (
          <Step icon={ICONS[state]} at={processedAt} now={now}>
            {deliveryStateWord(state)}
            {tookMs === undefined ? '' : ` in ${formatDuration(tookMs)}`}
            {waitOf(delivery)}
          </Step>
        )}
      </ol>
    </Panel>
  )
}

const ICONS: Record<'retried' | 'processed' | 'ignored' | 'failed', IconName> = {
  retried: 'warning',
  processed: 'check-ring',
  ignored: 'ring-slash',
  failed: 'cross-ring',
}

/** How long it lay there; of one that was tried before that would say nothing. */
const waitOf = ({ tries, receivedAt, processedAt }: StepsProps['delivery']): string =>
  tries.length > 0 || processedAt === undefined ? '' : `, ${formatDuration(processedAt - receivedAt)} after it arrived`

function Step({
  icon,
  at,
  now = 0,
  children,
}: {
  icon: IconName
  at?: number | undefined
  now?: number
  children?: Child
}) {
  return (
    <li>
      <Icon name={icon} class="na" />
      <span class="wrap">
        {children}
        {at === undefined ? null : (
          <>
            {' '}
            <span class="t3">
              <Time at={at} now={now} />
            </span>
          </>
        )}
      </span>
    </li>
  )
}
