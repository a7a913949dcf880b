import { createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import { SecretBox } from '../../../src/operations/access/secret-box.ts'
import { receiveDelivery } from '../../../src/operations/intake/receive-delivery.ts'
import { ThreadedProcessing } from '../../../src/operations/intake/threaded-processing.ts'
import { SourceDirectory } from '../../../src/operations/sources/source-directory.ts'
import { addSourceSecret, createSource } from '../../../src/operations/sources/sources-admin.ts'
import type { Store } from '../../../src/store/database.ts'
import { listSecretFacts } from '../../../src/store/sources/sources.ts'
import { day, hours } from '../../support/factories.ts'
import { processingOn } from '../../support/processing.ts'
import { describeOnEachEngine } from '../../support/stores.ts'

const box = new SecretBox(new Uint8Array(32).fill(1))
const seconds = (n: number) => n * 1_000

/** A source that is sent signed pings; `sends` says when and with which secret. */
async function receiving(store: Store) {
  const { processor } = await processingOn(store, () => day(1))
  const { secret } = await createSource(store, box, { kind: 'github' }, day(0))
  const directory = new SourceDirectory(store, box, () => day(1))
  let n = 0
  return {
    secret,
    processor,
    directory,
    sends: async (at: number, signedWith: string, through: Parameters<typeof receiveDelivery>[0]['processor']) => {
      const body = Buffer.from('{"zen":"…"}')
      const signature = `sha256=${createHmac('sha256', signedWith).update(body).digest('hex')}`
      const headers = {
        'x-github-event': 'ping',
        'x-github-delivery': `ping-${n++}`,
        'x-hub-signature-256': signature,
      }
      const known = await directory.find('github')
      return await receiveDelivery({ store, processor: through }, known, { headers, body, receivedAt: at })
    },
    lastUsed: async () => (await listSecretFacts(store.db, day(1))).map(({ lastUsedAt }) => lastUsedAt),
  }
}

describeOnEachEngine('when a secret was last used', (openTestStore) => {
  test('is written with what is processed, once a minute at most', async () => {
    const { secret, processor, sends, lastUsed } = await receiving(await openTestStore())
    expect(await lastUsed()).toEqual([null])
    const delivered = async (at: number) => {
      await sends(at, secret, processor)
      await processor.runUntilIdle()
      return (await lastUsed())[0]
    }
    expect(await delivered(day(1))).toBe(day(1))
    expect(await delivered(day(1) + seconds(59))).toBe(day(1))
    expect(await delivered(day(1) + seconds(61))).toBe(day(1) + seconds(61))
    // One that comes late does not turn the clock back.
    expect(await delivered(day(1) + seconds(30))).toBe(day(1) + seconds(61))
  })

  test('tells, during a rotation, which of the two the sender has', async () => {
    const store = await openTestStore()
    const { secret: former, processor, directory, sends, lastUsed } = await receiving(store)
    const { secret: next } = await addSourceSecret(store, box, 'github', {}, day(1) - hours(1))
    directory.forget()
    await sends(day(1), former, processor)
    await processor.runUntilIdle()
    expect(await lastUsed()).toEqual([null, day(1)])
    await sends(day(1) + seconds(1), next, processor)
    await processor.runUntilIdle()
    expect(await lastUsed()).toEqual([day(1) + seconds(1), day(1)])
  })

  test('is not moved by a delivery that proves nothing', async () => {
    const { processor, sends, lastUsed } = await receiving(await openTestStore())
    expect(await sends(day(1), 'not the secret of this source', processor)).toMatchObject({ answer: 'unauthorised' })
    await processor.runUntilIdle()
    expect(await lastUsed()).toEqual([null])
  })

  test('reaches the processing thread', async () => {
    const place = await openTestStore.newPlace()
    const store = await openTestStore(place)
    const { secret, sends, lastUsed } = await receiving(store)
    const accepted = new SharedArrayBuffer(4)
    const { dataDir, databaseUrl } = place
    const broken: unknown[] = []
    const threaded = new ThreadedProcessing(
      { dataDir, databaseUrl, logLevel: 'silent', accepted },
      { changed: () => {} },
      { broken: (error) => broken.push(error) },
    )
    await sends(day(1), secret, threaded)
    await threaded.runUntilIdle()
    await threaded.stop()
    expect(broken).toEqual([])
    expect(await lastUsed()).toEqual([day(1)])
  })
})
