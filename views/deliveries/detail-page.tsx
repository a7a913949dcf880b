import type { DeliveryDetail } from '../../src/store/inbox/deliveries-queries.ts'
import { DeliveryStateBadge } from '../components/badges.tsx'
import { Icon } from '../components/icon.tsx'
import { Facts, Note, PageHead, Panel, Segments, TableBox } from '../components/page-parts.tsx'
import { Age, Time } from '../components/time.tsx'
import { formatBytes, formatDuration } from '../format.ts'
import { deliveryPath, namesPath } from '../paths.ts'
import { ConclusionSentence, subjectOf } from './conclusion-words.tsx'
import { StepsPanel } from './steps-panel.tsx'

export interface ShownBody {
  readonly form: 'pretty' | 'raw'
  readonly text: string
  readonly bytes: number
  /** Only the beginning is shown. */
  readonly cut: boolean
  /** It is JSON and can be shown either way. */
  readonly canBePretty: boolean
}

export interface DeliveryPageProps {
  readonly delivery: Omit<DeliveryDetail, 'body'>
  readonly body: ShownBody
  readonly mayReplay: boolean
  readonly now: number
}

export function DeliveryPage({ delivery, body, mayReplay, now }: DeliveryPageProps) {
  const subject = subjectOf(delivery.conclusions) ?? delivery.event
  return (
    <>
      <PageHead
        title={`Delivery ${delivery.id}`}
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
        actions={
          !mayReplay || delivery.state === 'accepted' || delivery.bodyGoneAt !== undefined ? undefined : (
            <a class="btn" href={`${deliveryPath(delivery.id)}/replay`}>
              <Icon name="redo" />
              Replay delivery {delivery.id}…
            </a>
          )
        }
      />
      <div class="grid g-21">
        <div class="stack">
          <ResultPanel delivery={delivery} mayReplay={mayReplay} now={now} />
          <StepsPanel delivery={delivery} now={now} />
          <BodyPanel delivery={delivery} body={body} now={now} />
        </div>
        <div class="stack">
          <Panel id="request" title="Request" pad>
            <Facts
              facts={[
                ['Source', `${delivery.source.name} (${delivery.source.slug})`],
                ['Event', delivery.event],
                ['Received', <Time at={delivery.receivedAt} now={now} />],
                ['Sender’s id', <code>{delivery.deliveryKey}</code>],
                ['Size', delivery.bodyGoneAt === undefined ? formatBytes(body.bytes) : undefined],
                ['SHA-256', <code>{delivery.bodySha256}</code>],
                ['Our answer', '202, on disk'],
              ]}
            />
          </Panel>
          <HeadersPanel headers={delivery.headers} />
        </div>
      </div>
    </>
  )
}

function ResultPanel({ delivery, mayReplay, now }: Omit<DeliveryPageProps, 'body'>) {
  return (
    <Panel id="result" title="What was concluded" pad>
      <Outcome delivery={delivery} mayReplay={mayReplay} now={now} />
      <Conclusions conclusions={delivery.conclusions.slice(0, SHOWN)} />
      {delivery.conclusions.length > SHOWN ? (
        <details class="data">
          <summary>
            <Icon name="chevron-down" small />
            {delivery.conclusions.length - SHOWN} more
          </summary>
          <Conclusions conclusions={delivery.conclusions.slice(SHOWN)} />
        </details>
      ) : null}
      {delivery.isTest ? (
        <div class="mt8">
          <Note>This is a test that was sent from Set up. It was read like any other, and changes nothing.</Note>
        </div>
      ) : null}
      {delivery.replaySuspect ? (
        <div class="mt8">
          <Note tone="watch">
            The same body had come before under another delivery id
            {delivery.sameBodyAs === undefined ? null : (
              <>
                {', '}as <a href={deliveryPath(delivery.sameBodyAs)}>delivery {delivery.sameBodyAs}</a>
              </>
            )}
            . A sender that repeats itself does that; so does somebody who recorded a delivery and sends it again.
          </Note>
        </div>
      ) : null}
    </Panel>
  )
}

/** A batch can hold a thousand; the body should still be in reach. */
const SHOWN = 20

function Conclusions({ conclusions }: { conclusions: DeliveryDetail['conclusions'] }) {
  if (conclusions.length === 0) return null
  return (
    <ul class="chk mt8">
      {conclusions.map((conclusion) => (
        <li>
          <Icon
            name={conclusion.kind === 'note' ? 'info' : 'check-ring'}
            class={conclusion.kind === 'note' ? 'na' : 'ok'}
          />
          <span class="wrap">
            <ConclusionSentence conclusion={conclusion} />
          </span>
        </li>
      ))}
    </ul>
  )
}

function Outcome({ delivery, mayReplay, now }: Omit<DeliveryPageProps, 'body'>) {
  const attempts = delivery.attempts === 1 ? '1 attempt' : `${delivery.attempts} attempts`
  switch (delivery.state) {
    case 'accepted':
      return delivery.attempts === 0 ? (
        <Note>Waits to be processed. This page follows by itself.</Note>
      ) : (
        <Note tone="watch">
          {attempts} so far, next <Age at={delivery.dueAt ?? now} now={now} />. {delivery.reason}
        </Note>
      )
    case 'processed':
      return (
        <p class="t2 fs13">
          Processed
          {delivery.processedAt === undefined ? null : (
            <>
              {' '}
              <Time at={delivery.processedAt} now={now} />
            </>
          )}
          {delivery.tookMs === undefined ? '' : ` in ${formatDuration(delivery.tookMs)}`}, {attempts}.
          {delivery.conclusions.length === 0 ? ' It held nothing to record.' : ''}
        </p>
      )
    case 'ignored':
      return <Note>Ignored: {delivery.reason ?? 'no reason was kept'}</Note>
    case 'failed':
      return (
        <Note tone="bad">
          Failed after {attempts}: {ended(delivery.reason ?? 'no reason was kept')} What it said is missing here.{' '}
          <WhatToDo delivery={delivery} mayReplay={mayReplay} />
        </Note>
      )
  }
}

/** With a full stop, which reasons that come from elsewhere lack. */
const ended = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`)

/** What mends it, as far as that is known. */
function WhatToDo({
  delivery: { id, source, reason = '', bodyGoneAt },
  mayReplay,
}: Pick<DeliveryPageProps, 'delivery' | 'mayReplay'>) {
  if (bodyGoneAt !== undefined) return <>Its body is no longer kept, so it cannot be processed again.</>
  const replay = mayReplay ? (
    <a href={`${deliveryPath(id)}/replay`}>See what a replay would do</a>
  ) : (
    'An engineer may replay it'
  )
  if (source.kind === 'generic')
    return (
      <>
        Say what its <a href={`${namesPath(source.slug)}/mapping`}>fields mean</a>; those that could not be read are
        then read again by themselves.
      </>
    )
  if (reason.startsWith('Processing failed'))
    return <>This is a fault of Postflight or of its database. {replay} after an update.</>
  return (
    <>
      Look at the body below and mend the sender, which may then send it again. {replay} when a newer version of
      Postflight can read it.
    </>
  )
}

function BodyPanel({ delivery, body, now }: Omit<DeliveryPageProps, 'mayReplay'>) {
  const href = deliveryPath(delivery.id)
  if (delivery.bodyGoneAt !== undefined)
    return (
      <Panel id="body" title="Body" pad>
        <p class="t3 fs13">
          Bodies are not kept for good; this one was let go of <Time at={delivery.bodyGoneAt} now={now} />. What was
          concluded from it stays, and it cannot be replayed.
        </p>
      </Panel>
    )
  return (
    <Panel
      id="body"
      title="Body"
      hint={formatBytes(body.bytes)}
      end={
        body.canBePretty ? (
          <Segments
            label="How the body is shown"
            tabs={[
              { text: 'Pretty', href, current: body.form === 'pretty' },
              { text: 'Raw', href: `${href}?body=raw`, current: body.form === 'raw' },
            ]}
          />
        ) : undefined
      }
      pad
    >
      {body.bytes === 0 ? (
        <p class="t3 fs13">The body was empty.</p>
      ) : (
        <pre class={body.form === 'raw' ? 'code brk' : 'code'} tabindex={0}>
          {body.text}
        </pre>
      )}
      {body.cut ? <p class="t3 fs12 mt8">Only the first 256 kB are shown.</p> : null}
    </Panel>
  )
}

function HeadersPanel({ headers }: { headers: Readonly<Record<string, string>> }) {
  const entries = Object.entries(headers).sort(([a], [b]) => (a < b ? -1 : 1))
  return (
    <Panel id="headers" title="Headers" hint="Credentials are never stored">
      {entries.length === 0 ? (
        <p class="empty">None of the headers that are kept came with it.</p>
      ) : (
        <TableBox label="Headers">
          <table class="t keep">
            <caption>Request headers that were kept</caption>
            <thead>
              <tr>
                <th scope="col">Header</th>
                <th scope="col">Value</th>
              </tr>
            </thead>
            <tbody>
              {entries.map(([name, value]) => (
                <tr>
                  <th scope="row">
                    <code>{name}</code>
                  </th>
                  <td class="wrap">
                    <code>{isCredential(name) ? '••••••' : value}</code>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </TableBox>
      )}
    </Panel>
  )
}

/** A second net: should such a header ever be stored, it is still not shown. */
const isCredential = (name: string): boolean =>
  /authorization|cookie|token|secret|signature|api-?key|password/i.test(name)
