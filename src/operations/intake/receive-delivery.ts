import { hash, randomUUID } from 'node:crypto'
import type { RefusalReason } from '../../core/inbound/refusal.ts'
import { TEST_HEADER } from '../../core/inbound/test-delivery.ts'
import { findSource } from '../../sources/index.ts'
import type { RawDelivery, Source } from '../../sources/source.ts'
import type { Store } from '../../store/database.ts'
import type { KnownSource } from '../sources/source-directory.ts'
import type { Processing } from './processing.ts'
import type { RateLimits } from './rate-limits.ts'

export type Received =
  | { readonly answer: 'accepted' | 'duplicate'; readonly deliveryId: number }
  /** Unknown source, switched off, or not signed as it should be: alike, to tell a stranger nothing; the operator may. */
  | { readonly answer: 'unauthorised'; readonly because?: RefusalReason }
  /** The source sends more than it may; nothing was kept. */
  | { readonly answer: 'too-many' }

/** Request headers kept with a delivery: what sources read, and nothing that is a credential. */
const KEPT_HEADERS = [
  'content-type',
  'user-agent',
  'idempotency-key',
  'webhook-(?:id|timestamp)',
  'ce-[a-z0-9]+',
  'x-github-(?:event|delivery|hook-.*)',
  'x-(?:event-key|hook-uuid|request-uuid|request-id|attempt-number)',
  'x-gitlab-(?:event.*|instance|webhook-uuid)',
  'sentry-hook-(?:resource|timestamp)',
]
const KEPT_HEADER = new RegExp(`^(?:${KEPT_HEADERS.join('|')})$`)

/**
 * Takes in one webhook: checks it over the bytes as they came, commits it to disk, and only then answers.
 * What it means is worked out later; nothing in its content can make it be refused.
 *
 * @param now milliseconds of a clock that only goes forward, for the rate
 * @param options.isTest we made it ourselves
 * @throws Overloaded, or the storage's own error; then nothing was kept and the sender should come again
 * @throws NotInTime; then it may be kept, and coming again does no harm
 */
export async function receiveDelivery(
  parts: { store: Store; processor: Processing; rateLimits?: RateLimits },
  known: KnownSource | undefined,
  delivery: RawDelivery,
  now = performance.now(),
  { isTest } = NO_TEST,
): Promise<Received> {
  const source = known && findSource(known.kind)
  if (!known || !source) return { answer: 'unauthorised' }
  if (!source.verify(delivery, known.secrets))
    return { answer: 'unauthorised', because: whyRefused(source, known, delivery) }
  // Not before: a stranger must not use up what a source may send.
  if (parts.rateLimits?.take(known.id, known.rate, now) === false) return { answer: 'too-many' }

  const bodySha256 = hash('sha256', delivery.body)
  const unnamed = source.sameBody === 'new' ? () => `unkeyed:${randomUUID()}` : () => `sha256:${bodySha256}`
  const row = {
    sourceId: known.id,
    deliveryKey: source.deliveryId(delivery) ?? unnamed(),
    bodySha256,
    receivedAt: delivery.receivedAt,
    headersJson: JSON.stringify(isTest ? testHeaders(delivery.headers) : keptHeaders(delivery.headers)),
    body: delivery.body,
  }
  const receipt = await parts.store.inbox.append(row, source.answerWithinMs)
  if (receipt.outcome === 'accepted') parts.processor.wake()
  // That we have the secret ourselves does not show that the sender has.
  if (isTest) return { answer: receipt.outcome, deliveryId: receipt.id }
  const secretId = known.secretIds.length === 1 ? known.secretIds[0] : secretThatFits(source, known, delivery)
  if (secretId !== undefined) parts.processor.secretUsed(secretId, delivery.receivedAt)
  return { answer: receipt.outcome, deliveryId: receipt.id }
}

const NO_TEST = { isTest: false }
const testHeaders = (headers: RawDelivery['headers']) => ({ ...keptHeaders(headers), [TEST_HEADER]: 'yes' })

/** Headers in which senders prove themselves; others are sent by anybody. */
const PROOFS = [
  ...['authorization', 'webhook-signature', 'x-gitlab-token', 'x-grafana-alerting-signature', 'x-hub-signature'],
  ...['x-hub-signature-256', 'x-pagerduty-signature', 'x-sentry-auth', 'sentry-hook-signature'],
]

/** What the operator is told; whoever sent it is not. */
function whyRefused(source: Source, { secrets }: KnownSource, delivery: RawDelivery): RefusalReason {
  const { headers, pathToken } = delivery
  if (pathToken === undefined && !PROOFS.some((name) => headers[name] !== undefined)) return 'unsigned'
  const saidAt = Number(headers['webhook-timestamp']) * 1_000
  return Number.isFinite(saidAt) && source.verify({ ...delivery, receivedAt: saidAt }, secrets) ? 'stale' : 'mismatch'
}

/** During a rotation: which of the two the sender has. The delivery is known to be genuine by now. */
const secretThatFits = (source: Source, { secrets, secretIds }: KnownSource, delivery: RawDelivery) =>
  secretIds.find((_, i) => source.verify(delivery, secrets.slice(i, i + 1)))

/** Those of them that are kept. */
export function keptHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  const kept: Record<string, string> = {}
  for (const name in headers) if (KEPT_HEADER.test(name)) kept[name] = headers[name] as string
  return kept
}
