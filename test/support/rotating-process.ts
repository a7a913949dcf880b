import { writeSync } from 'node:fs'
import { join } from 'node:path'
import { rotateKeys } from '../../src/operations/access/rotate-keys.ts'
import { openStore, type StoreOptions } from '../../src/store/database.ts'

/** Rotates the key of the place in its argument, says so after the first secret, and stands still for ever. */
const place = JSON.parse(process.argv[2] ?? '') as StoreOptions
const store = await openStore(place)
const by = { kind: 'cli', id: null, name: 'ana', address: null } as const
await rotateKeys({ store, keyFile: join(place.dataDir, 'key'), dataDir: place.dataDir }, { by, now: 0 }, (step) => {
  if (step === 'key added') return
  writeSync(1, 'middle\n')
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
})
