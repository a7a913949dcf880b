import { hash, randomUUID } from 'node:crypto'
import { findSource } from '../sources/index.ts'
import type { RawDelivery, Source } from '../sources/source.ts'
import type { Store } from '../store/database.ts'
import type { Processing } from './processing.ts'
import type { KnownSource } from './source-directory.ts'

export type Received =
  | { readonly answer: 'accepted' | 'duplicate'; readonly deliveryId: number }
  /** Unknown source, switched off, or not signed as it should be: alike, to tell a stranger nothing. */
  | { readonly answer: 'unauthorised' }

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
 * @throws Overloaded, or the storage's own error; then nothing was kept and the sender should come again
 * @throws NotInTime; then it may be kept, and coming again does no harm
 */
export async function receiveDelivery(
  parts: { store: Store; processor: Processing },
  known: KnownSource | undefined,
  delivery: RawDelivery,
): Promise<Received> {
  const source = known && findSource(known.kind)
  if (!known || !source?.verify(delivery, known.secrets)) return { answer: 'unauthorised' }

  const bodySha256 = hash('sha256', delivery.body)
  const unnamed = source.sameBody === 'new' ? () => `unkeyed:${randomUUID()}` : () => `sha256:${bodySha256}`
  const row = {
    sourceId: known.id,
    deliveryKey: source.deliveryId(delivery) ?? unnamed(),
    bodySha256,
    receivedAt: delivery.receivedAt,
    headersJson: JSON.stringify(keptHeaders(delivery.headers)),
    body: delivery.body,
  }
  const receipt = await parts.store.inbox.append(row, source.answerWithinMs)
  const secretId = known.secretIds.length === 1 ? known.secretIds[0] : secretThatFits(source, known, delivery)
  if (secretId !== undefined) parts.processor.secretUsed(secretId, delivery.receivedAt)
  if (receipt.outcome === 'accepted') parts.processor.wake()
  return { answer: receipt.outcome, deliveryId: receipt.id }
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
