import { readdirSync, readFileSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { Worker } from 'node:worker_threads'
import { describe, expect, test } from 'vitest'
import type { ProcessingThreadData } from '../../src/operations/intake/threaded-processing.ts'
import { testStoresOn } from './stores.ts'

const SRC = resolve(import.meta.dirname, '../../src')
const entries = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('-thread.mjs'))
const PROCESSING = 'operations/intake/processing-thread.mjs'

/** Past what lets the threads of other tests run compiled. */
const WorkerOfNode = Object.getPrototypeOf(Worker) as typeof Worker

const codeOf = (entry: string): string =>
  readFileSync(resolve(SRC, entry), 'utf8')
    .replace(/^\/\/.*\n/gm, '')
    .replaceAll(basename(entry, '-thread.mjs'), 'NAME')

describe('the entries of threads', () => {
  test('start from the sources, as in development', async () => {
    const data: ProcessingThreadData = {
      dataDir: (await testStoresOn('sqlite').newPlace()).dataDir,
      databaseUrl: undefined,
      logLevel: 'silent',
      accepted: new SharedArrayBuffer(4),
      beats: new SharedArrayBuffer(4),
    }
    const thread = new WorkerOfNode(resolve(SRC, PROCESSING), { workerData: data })
    const answer = new Promise((resolve, reject) => thread.once('message', resolve).once('error', reject))
    thread.postMessage({ do: 'stop', call: 7 })
    expect(await answer).toMatchObject({ said: 'done', call: 7 })
    await thread.terminate()
  })

  test.each(entries)('%s is like the one of processing', (entry) => {
    expect(codeOf(entry)).toBe(codeOf(PROCESSING))
  })

  test('are some', () => {
    expect(entries.length).toBeGreaterThan(3)
    expect(WorkerOfNode.name).toBe('Worker')
  })
})
