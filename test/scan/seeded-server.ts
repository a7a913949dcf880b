import { join } from 'node:path'
import { SCOPES } from '../../src/core/access/scope.ts'
import { createApiToken } from '../../src/operations/access/api-tokens.ts'
import { openSecretBox } from '../../src/operations/access/secret-box.ts'
import { beginSession } from '../../src/operations/access/sessions.ts'
import { submitNative } from '../../src/operations/intake/submit-native.ts'
import { createSource } from '../../src/operations/sources/sources-admin.ts'
import { simulateHistory } from '../../src/simulation/history.ts'
import { sources } from '../../src/sources/index.ts'
import { openStore } from '../../src/store/database.ts'
import { AS_SHIPPED } from '../support/as-shipped.ts'
import { addPerson } from '../support/people.ts'
import { processingOn } from '../support/processing.ts'
import { type LaunchedServer, launchServer } from '../support/server-process.ts'

const HOUR = 3_600_000
const ITEMS_AT_ONCE = 60

export interface SeededServer {
  readonly server: LaunchedServer
  readonly address: string
  /** The session of an admin who signed in so recently that nothing asks again. */
  readonly session: string
  /** An API token that may do everything. */
  readonly token: string
}

/** The server as it is shipped, over some weeks of a simulated history, with a source of each kind. */
export async function startSeeded(dataDir: string, now: number): Promise<SeededServer> {
  const store = await openStore({ dataDir, exclusive: false, writerThread: false })
  const { processor } = await processingOn(store, () => now)
  const { posts } = simulateHistory({ seed: 7, now, days: 21 })
  for (const kind of ['deployments', 'defects'] as const) {
    const items = posts.filter((post) => post.kind === kind).map(({ item }) => item)
    for (let from = 0; from < items.length; from += ITEMS_AT_ONCE)
      await submitNative(
        { store, processor },
        { kind, items: items.slice(from, from + ITEMS_AT_ONCE), receivedAt: now },
      )
  }
  await processor.runUntilIdle()
  const box = openSecretBox(join(dataDir, 'key'))
  for (const { kind } of sources) await createSource(store, box, { kind, slug: `scan-${kind}` }, now)
  const userId = await addPerson(store.db)
  // Ahead of time, so that it is a recent sign-in until the end.
  const session = await beginSession(store.db, userId, { address: '127.0.0.1' }, now + 6 * HOUR)
  const { token } = await createApiToken(store, { name: 'scan', scopes: [...SCOPES] }, now)
  await store.close()
  const server = launchServer({ dataDir, environment: AS_SHIPPED.environment, program: AS_SHIPPED.words })
  return { server, address: await server.listening, session, token }
}
