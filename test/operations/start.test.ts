import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { readConfig } from '../../src/config.ts'
import { openSecretBox, SealBroken } from '../../src/operations/secret-box.ts'
import { createSource } from '../../src/operations/sources-admin.ts'
import { startServer } from '../../src/serve.ts'
import { openStore } from '../../src/store/database.ts'
import { silentLog } from '../support/processing.ts'
import { testStoresOn } from '../support/stores.ts'

const ignore = { log: silentLog, onBroken: () => {} }

test('a server with another key than its secrets were sealed with does not start, and leaves the store free', async () => {
  const place = await testStoresOn('sqlite').newPlace()
  const config = readConfig({ DATA_DIR: place.dataDir, PORT: '0' })
  const store = await openStore(place)
  await createSource(store, openSecretBox(config.keyFile), { kind: 'github' }, 0)
  await store.close()

  writeFileSync(`${place.dataDir}/other-key`, randomBytes(32), { mode: 0o600 })
  const other = readConfig({ DATA_DIR: place.dataDir, PORT: '0', KEY_FILE: `${place.dataDir}/other-key` })
  await expect(startServer(other, ignore)).rejects.toBeInstanceOf(SealBroken)

  const server = await startServer(config, ignore)
  const answer = await fetch(`http://127.0.0.1:${server.port}/healthz`)
  expect(answer.status).toBe(200)
  await server.stop()
})

test('a server that stops finishes what is under way and processes it after the next start', async () => {
  const place = await testStoresOn('sqlite').newPlace()
  const config = readConfig({ DATA_DIR: place.dataDir, PORT: '0' })
  const first = await startServer(config, ignore)
  const { secret } = await createSource(
    first.deps.store,
    first.deps.secretBox,
    { kind: 'native', slug: 'ci' },
    Date.now(),
  )
  const send = (n: number) =>
    fetch(`http://127.0.0.1:${first.port}/hooks/ci`, {
      method: 'POST',
      headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json', 'idempotency-key': `k${n}` },
      body: JSON.stringify({ service: 'checkout', version: `1.0.${n}`, environment: 'production' }),
    })
  const sending = Array.from({ length: 40 }, (_, n) =>
    send(n).then(
      ({ status }) => status,
      () => undefined,
    ),
  )
  await send(100)
  await first.stop()
  const accepted = (await Promise.all(sending)).filter((status) => status === 202).length + 1

  const again = await startServer(config, ignore)
  await again.deps.processor.runUntilIdle()
  const rows = await again.deps.store.db.selectFrom('deliveries').select('state').execute()
  expect(rows.length).toBeGreaterThanOrEqual(accepted)
  expect(rows.every(({ state }) => state === 'processed')).toBe(true)
  await again.stop()
})
