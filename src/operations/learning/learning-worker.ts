import { parentPort, workerData } from 'node:worker_threads'
import { openStore } from '../../store/database.ts'
import { learnNow } from './learn-profiles.ts'
import type { LearningAnswer, LearningThreadData } from './nightly-learning.ts'

/** Runs in a thread of its own, once: learns, tells what came of it, and ends. */

const data = workerData as LearningThreadData
const say = (answer: LearningAnswer) => parentPort?.postMessage(answer)

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
  say({ said: 'learned', record: await learnNow(store, data.now) })
} catch (error) {
  say({ said: 'failed', message: (error as Error).message })
} finally {
  await store.close()
}
