import { describe, inject, onTestFinished } from 'vitest'
import { beginSession } from '../../src/operations/access/sessions.ts'
import { openStore, type StoreOptions } from '../../src/store/database.ts'
import { compileServer } from './compiled-server.ts'
import { FaultyDisk } from './disk/faulty-disk.ts'
import { compilePreload } from './disk/preload.ts'
import { prepareSource } from './outcome.ts'
import { addPerson, PASSWORD } from './people.ts'
import { type LaunchedServer, type LaunchOptions, launchServer } from './server-process.ts'
import type { OpenTestStore } from './stores.ts'

/** A database that a server can be started on, with somebody to deliver to it and somebody to look at it. */
export interface Prepared {
  readonly place: StoreOptions
  /** Of the source that senders deliver to. */
  readonly secret: string
  /** Of Ana, last seen two minutes ago, so that the next page she opens notes that she was seen. */
  readonly cookie: string
}

export async function prepare(openTestStore: OpenTestStore): Promise<Prepared> {
  const place = await openTestStore.newPlace()
  const secret = await prepareSource(place)
  const store = await openStore(place)
  const userId = await addPerson(store.db)
  const seenAt = Date.now() - 120_000
  const sessionId = await store.transaction((trx) => beginSession(trx, userId, { address: '127.0.0.1' }, seenAt))
  await store.close()
  return { place, secret, cookie: `sid=${sessionId}` }
}

/** The server in a process of its own, which is gone when the test ends. */
export function launchForTest(place: StoreOptions, options: Partial<LaunchOptions> = {}): LaunchedServer {
  const { dataDir, databaseUrl } = place
  const server = launchServer({ dataDir, databaseUrl, program: [compileServer(inject('runFolder'))], ...options })
  onTestFinished(async () => {
    server.process.kill('SIGKILL')
    await server.ended
  })
  return server
}

/** Tests over a disk that fails on demand; skipped, with a line that says so, where its library cannot be compiled. */
export function describeOnFaultyDisk(name: string, tests: (newDisk: () => FaultyDisk) => void): void {
  const library = compilePreload('faulty-disk', inject('runFolder'))
  if (library === undefined) console.log('skipped: no C compiler here')
  describe.skipIf(library === undefined)(name, () => {
    tests(() => {
      const disk = new FaultyDisk(library ?? '', inject('runFolder'))
      // A process that hangs in it could not be ended.
      onTestFinished(() => disk.release())
      return disk
    })
  })
}

/** What a browser sends when Ana signs in. */
export const signInForm = (base: string): [string, RequestInit] => [
  `${base}/login`,
  {
    method: 'POST',
    redirect: 'manual',
    headers: { 'Sec-Fetch-Site': 'same-origin', Accept: 'text/html' },
    body: new URLSearchParams({ email: 'ana@example.com', password: PASSWORD }),
  },
]
