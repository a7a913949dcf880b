import { parentPort, workerData } from 'node:worker_threads'
import { pino } from 'pino'
import { openStore } from '../../store/database.ts'
import { DeliveryProcessor } from './process-deliveries.ts'
import type { CallResult, ProcessingAnswer, ProcessingRequest, ProcessingThreadData } from './threaded-processing.ts'

/** Runs in the processing thread: a DeliveryProcessor over a store of its own, spoken to by messages. */

if (!parentPort) throw new Error('this runs in a worker thread only')
const port = parentPort
const data = workerData as ProcessingThreadData
const accepted = new Int32Array(data.accepted)
const say = (answer: ProcessingAnswer) => port.postMessage(answer)

// The server has the schema up to date, holds the lock and has looked at the file system before it starts this thread.
const store = await openStore({
  databaseUrl: data.databaseUrl,
  dataDir: data.dataDir,
  exclusive: false,
  writerThread: false,
  allowNetworkFileSystem: true,
  connections: 3,
  events: {
    broken: (error) => {
      const { code = '', message } = error as Error & { code?: string }
      say({ said: 'broken', code, message })
    },
    busy: () => say({ said: 'busy' }),
  },
})
const processor = new DeliveryProcessor({
  store,
  listener: {
    changed: (event) => say({ said: 'changed', event }),
    processed: (delivery) => say({ said: 'processed', delivery }),
  },
  log: pino({ level: data.logLevel }),
  clock: Date.now,
  acceptedSoFar: () => Atomics.load(accepted, 0),
  beats: data.beats,
})

port.on('message', (request: ProcessingRequest) => {
  switch (request.do) {
    case 'start':
      processor.start()
      return
    case 'wake':
      processor.wake()
      return
    case 'noteSecretsUsed':
      for (const [secretId, at] of request.lastUsedAt) processor.secretUsed(secretId, at)
      return
    case 'runUntilIdle':
      answer(request.call, async () => {
        await processor.runUntilIdle()
        return undefined
      })
      return
    case 'processNow':
      answer(request.call, () => processor.processNow(request.id))
      return
    case 'preview':
      answer(request.call, () => processor.preview(request.id))
      return
    case 'stop':
      answer(request.call, async () => {
        await processor.stop()
        await store.close()
        return undefined
      })
  }
})

function answer(call: number, work: () => Promise<CallResult>): void {
  work().then(
    (result) => say({ said: 'done', call, result }),
    (error: Error) => say({ said: 'failed', call, message: error.message }),
  )
}
