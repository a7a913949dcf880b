import { randomUUID } from 'node:crypto'
import { exampleDelivery } from '../../sources/example-delivery.ts'
import { proofFor } from '../../sources/proof/proof.ts'
import type { Store } from '../../store/database.ts'
import type { SourceDirectory } from '../sources/source-directory.ts'
import type { Processing } from './processing.ts'
import { receiveDelivery } from './receive-delivery.ts'

/**
 * Makes a delivery as the sender of this source would, signed with the secret in force, and takes it in as one that came
 * over the network is. It is stored and read, marked as a test, and changes nothing else.
 * @returns its number; undefined when there is no such source, or it has no secret
 */
export async function sendTest(
  parts: { store: Store; processor: Processing; sourceDirectory: SourceDirectory },
  slug: string,
  now: number,
): Promise<number | undefined> {
  const known = await parts.sourceDirectory.find(slug)
  const [secret] = known?.secrets ?? []
  if (!known || secret === undefined) return undefined
  const made = { ...exampleDelivery(known.kind, now, randomUUID()), receivedAt: now }
  const delivery = { ...made, headers: { ...made.headers, ...proofFor(known.kind, made, secret) } }
  const { store, processor } = parts
  const received = await receiveDelivery({ store, processor }, known, delivery, undefined, { isTest: true })
  if ('deliveryId' in received) return received.deliveryId
  throw new Error(`a test of a ${known.kind} source was not taken: ${received.answer}`)
}
