import { createHash } from 'node:crypto'
import { openSecretBox } from '../../src/operations/access/secret-box.ts'
import { receiveDelivery } from '../../src/operations/intake/receive-delivery.ts'
import { SourceDirectory } from '../../src/operations/sources/source-directory.ts'
import { createSource } from '../../src/operations/sources/sources-admin.ts'
import { openStore, type Store } from '../../src/store/database.ts'
import { processingOn } from '../support/processing.ts'
import { proofOf } from '../support/signing.ts'
import type { Mutated } from './mutate.ts'

/** What was wrong with a delivery that was signed and sent: it was refused, other bytes were kept, processing gave up. */
export interface Unkept {
  readonly of: number
  readonly what: string
}

/**
 * Sends mutations the way any delivery takes, on SQLite: verified, committed, processed. Each has a source of its own,
 * so that no two are the same delivery.
 * @returns what went wrong, by the place in the list
 */
export async function keep(dataDir: string, kind: string, mutations: readonly Mutated[]): Promise<Unkept[]> {
  const store = await openStore({ dataDir, exclusive: false, writerThread: false })
  try {
    return await keepIn(store, dataDir, kind, mutations)
  } finally {
    await store.close()
  }
}

async function keepIn(store: Store, dataDir: string, kind: string, mutations: readonly Mutated[]): Promise<Unkept[]> {
  const parts = await processingOn(store)
  const secretBox = openSecretBox(`${dataDir}/key`)
  const directory = new SourceDirectory(store, secretBox, () => 0)
  const unkept: Unkept[] = []
  const sent: { of: number; id: number; sha256: string }[] = []
  for (const [of, { delivery }] of mutations.entries()) {
    const { slug, secret } = await createSource(store, secretBox, { kind, slug: `${kind}-${of}` }, 0)
    const headers = { ...delivery.headers, ...proofOf(kind, delivery, secret) }
    const received = await receiveDelivery(parts, await directory.find(slug), { ...delivery, headers })
    if (received.answer !== 'accepted') unkept.push({ of, what: `was answered ${received.answer}` })
    else sent.push({ of, id: received.deliveryId, sha256: sha256(delivery.body) })
  }
  await parts.processor.runUntilIdle()
  for (const { of, id, sha256: expected } of sent) {
    const row = await store.db
      .selectFrom('deliveries')
      .innerJoin('sources', 'sources.id', 'deliveries.source_id')
      .select(['body', 'state', 'reason'])
      .where('deliveries.id', '=', id)
      .executeTakeFirst()
    if (!row || sha256(row.body) !== expected) unkept.push({ of, what: 'its bytes were not kept' })
    else if (row.state === 'accepted' || row.reason?.startsWith('Processing failed'))
      unkept.push({ of, what: row.reason ?? 'was not processed' })
  }
  return unkept
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
