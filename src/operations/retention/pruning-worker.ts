import { parentPort, workerData } from 'node:worker_threads'
import type { Pruned } from '../../core/inbound/pruning.ts'
import { openStore } from '../../store/database.ts'
import type { PruningAnswer, PruningThreadData } from './nightly-pruning.ts'
import { pruneClaimed } from './prune-claimed.ts'

/** Runs in a thread of its own, once: prunes, tells what came of it, and ends. */

const data = workerData as PruningThreadData
const say = (answer: PruningAnswer) => parentPort?.postMessage(answer)
const stopping = new AbortController()
parentPort?.once('message', () => stopping.abort())

// The server has the schema up to date, holds the lock and has looked at the file system before it starts this thread.
const store = await openStore({
  databaseUrl: data.databaseUrl,
  dataDir: data.dataDir,
  exclusive: false,
  writerThread: false,
  allowNetworkFileSystem: true,
  connections: 2,
})
try {
  const onStep = (what: Pruned, n: number) => say({ said: 'step', what, n })
  const counts = await pruneClaimed(store, data.retention, Date.now, { onStep, signal: stopping.signal })
  if (counts) say({ said: 'pruned', counts })
} catch (error) {
  say({ said: 'failed', message: (error as Error).message })
} finally {
  await store.close()
  parentPort?.close()
}
