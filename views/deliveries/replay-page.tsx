import type { ReplayPreview } from '../../src/core/inbound/replay-effect.ts'
import type { DeliveryDetail } from '../../src/store/inbox/deliveries-queries.ts'
import { DeliveryStateBadge } from '../components/badges.tsx'
import { CsrfField } from '../components/form-parts.tsx'
import { Icon } from '../components/icon.tsx'
import { Note, PageHead, Panel } from '../components/page-parts.tsx'
import { Age, Time } from '../components/time.tsx'
import { counted } from '../format.ts'
import { deliveryPath } from '../paths.ts'
import { subjectOf } from './conclusion-words.tsx'
import { EffectSentence } from './effect-words.tsx'

export interface ReplayPageProps {
  readonly delivery: Pick<DeliveryDetail, 'id' | 'source' | 'state' | 'receivedAt' | 'conclusions' | 'event'>
  readonly preview: ReplayPreview
  readonly csrfToken: string
  readonly now: number
}

/** A batch can hold a thousand. */
const SHOWN = 50

/** What a replay would do, and the one button that does it. */
export function ReplayPage({ delivery, preview, csrfToken, now }: ReplayPageProps) {
  const mayReplay = preview.kind !== 'not-found' && preview.kind !== 'still-waiting' && preview.kind !== 'body-gone'
  const subject = subjectOf(delivery.conclusions) ?? delivery.event
  return (
    <>
      <PageHead
        title={`Replay delivery ${delivery.id}?`}
        sub={
          <>
            <DeliveryStateBadge state={delivery.state} />
            <span>
              {delivery.source.name}, received <Time at={delivery.receivedAt} now={now} />{' '}
              <Age at={delivery.receivedAt} now={now} />
            </span>
            {subject ? <span class="wrap">{subject}</span> : null}
          </>
        }
      />
      <Panel id="effect" title="What it would do" hint="Tried just now; nothing was changed" pad>
        <Effect preview={preview} now={now} />
      </Panel>
      <div class="row row-w mt16">
        {mayReplay ? (
          <form method="post" action={`${deliveryPath(delivery.id)}/replay`} hx-sync="this:drop">
            <CsrfField token={csrfToken} />
            <button type="submit" class="btn pri">
              <Icon name="redo" />
              Replay delivery {delivery.id}
            </button>
          </form>
        ) : null}
        <a class="btn" href={deliveryPath(delivery.id)}>
          Back to the delivery
        </a>
      </div>
    </>
  )
}

function Effect({ preview, now }: Pick<ReplayPageProps, 'preview' | 'now'>) {
  switch (preview.kind) {
    case 'effect':
      return <Foreseen {...preview} now={now} />
    case 'breaks':
      return <Note tone="bad">It would break again. {preview.reason}</Note>
    case 'too-long':
      return (
        <Note tone="watch">
          Trying it takes longer than others should wait for the database, so it is not known. A replay goes on in the
          background; what it did before it does not do twice.
        </Note>
      )
    case 'busy':
      return (
        <Note tone="watch">The database is busy, so it could not be tried. Reload this page to try it once more.</Note>
      )
    case 'not-found':
    case 'still-waiting':
      return <Note>It waits to be processed; there is nothing to replay yet.</Note>
    case 'body-gone':
      return <Note>Its body is no longer kept, so it cannot be processed again.</Note>
  }
}

function Foreseen(props: Extract<ReplayPreview, { kind: 'effect' }> & { readonly now: number }) {
  const { result, reason, changes, isComplete, now } = props
  if (result === 'failed') return <Note tone="bad">It would fail again: {reason ?? 'for no reason that is known'}</Note>
  return (
    <>
      {result === 'ignored' ? <Note>It would be ignored: {reason ?? 'no reason is given'}</Note> : null}
      {changes.length === 0 && result === 'processed' ? (
        <Note tone="ok">Nothing would change. What it says is known already.</Note>
      ) : null}
      {changes.length > 0 ? (
        <ul class="chk">
          {changes.slice(0, SHOWN).map((change) => (
            <li>
              <Icon name={change.kind.endsWith('-made') ? 'plus' : 'redo'} class="acc" />
              <span class="wrap">
                <EffectSentence change={change} now={now} />
              </span>
            </li>
          ))}
        </ul>
      ) : null}
      {changes.length > SHOWN ? (
        <p class="t3 fs12 mt8">And {counted(changes.length - SHOWN, 'more change', 'more changes')}.</p>
      ) : null}
      {isComplete ? null : (
        <p class="t2 fs13 mt8">
          More may follow from it, such as other suspects of defects in the same services: it was not worked out to its
          end.
        </p>
      )}
    </>
  )
}
