import { Worker } from 'node:worker_threads'
import type { Conclusion } from '../../core/conclusion.ts'
import type { ReplayPreview } from '../../core/inbound/replay-effect.ts'
import type { StorageEvents } from '../../store/dialect.ts'
import type { LiveEvent } from '../live-events.ts'
import type { ProcessedDelivery, Processing, ProcessingListener } from './processing.ts'

/** What the thread is told at its start. */
export interface ProcessingThreadData {
  readonly dataDir: string
  readonly databaseUrl: string | undefined
  readonly logLevel: string
  /** Deliveries accepted since the start, one 32-bit counter that the other side keeps. */
  readonly accepted: SharedArrayBuffer
  /** The thread's own counter: see Processing.beats. */
  readonly beats: SharedArrayBuffer
}

export type ProcessingRequest =
  | { readonly do: 'start' | 'wake' }
  | { readonly do: 'noteSecretsUsed'; readonly lastUsedAt: ReadonlyMap<number, number> }
  | { readonly do: 'stop' | 'runUntilIdle'; readonly call: number }
  | { readonly do: 'processNow' | 'preview'; readonly call: number; readonly id: number }

export type ProcessingAnswer =
  | { readonly said: 'changed'; readonly event: LiveEvent }
  | { readonly said: 'processed'; readonly delivery: ProcessedDelivery }
  | { readonly said: 'broken'; readonly code: string; readonly message: string }
  | { readonly said: 'busy' }
  | { readonly said: 'done'; readonly call: number; readonly result: CallResult }
  | { readonly said: 'failed'; readonly call: number; readonly message: string }

/** What a call comes to; which of them, whoever called knows. */
export type CallResult = Conclusion[] | ReplayPreview | undefined

const WAKE_WITHIN_MS = 20

/**
 * Processing in a thread of its own, over connections of its own: reading a payload and deriving what follows from it
 * takes milliseconds, in which no webhook and no page of this thread should wait.
 */
export class ThreadedProcessing implements Processing {
  readonly #worker: Worker
  readonly #listener: ProcessingListener
  readonly #events: StorageEvents
  readonly #beats = new SharedArrayBuffer(4)
  readonly #calls = new Map<number, { resolve: (result: CallResult) => void; reject: (error: Error) => void }>()
  /** Since the thread was last told, by id. */
  readonly #secretsUsed = new Map<number, number>()
  #lastCall = 0
  #running = false
  #waking: NodeJS.Timeout | undefined
  #ended: Error | undefined

  /** @param events of its connections; `broken` also when the thread ends by itself: nothing is processed any more */
  constructor(data: Omit<ProcessingThreadData, 'beats'>, listener: ProcessingListener, events: StorageEvents) {
    this.#listener = listener
    this.#events = events
    this.#worker = new Worker(new URL('./processing-thread.mjs', import.meta.url), {
      workerData: { ...data, beats: this.#beats } satisfies ProcessingThreadData,
      // Left alone, the garbage of reading payloads grows each thread by tens of megabytes.
      resourceLimits: { maxYoungGenerationSizeMb: 8 },
    })
    this.#worker.on('message', (answer: ProcessingAnswer) => this.#hear(answer))
    this.#worker.on('error', (error) => {
      this.#end(error as Error)
      events.broken?.(error)
    })
    this.#worker.on('exit', () => this.#end(new Error('the processing thread has ended')))
    this.#worker.unref()
  }

  start(): void {
    this.#running = true
    this.#ask({ do: 'start' })
  }

  async stop(): Promise<void> {
    this.#running = false
    clearTimeout(this.#waking)
    if (this.#ended) return
    await this.#call((call) => ({ do: 'stop', call }))
    await this.#worker.terminate()
  }

  /** Thousands of deliveries a second need no message each: the thread hears of them together, moments later. */
  wake(): void {
    this.#waking ??= setTimeout(() => {
      this.#waking = undefined
      if (!this.#ended) this.#ask({ do: 'wake' })
    }, WAKE_WITHIN_MS).unref()
  }

  secretUsed(secretId: number, at: number): void {
    this.#secretsUsed.set(secretId, at)
  }

  get alive(): boolean {
    return this.#running && this.#ended === undefined
  }

  get beats(): number {
    return Atomics.load(new Int32Array(this.#beats), 0)
  }

  processNow(id: number): Promise<Conclusion[] | undefined> {
    return this.#call((call) => ({ do: 'processNow', call, id })) as Promise<Conclusion[] | undefined>
  }

  preview(id: number): Promise<ReplayPreview> {
    return this.#call((call) => ({ do: 'preview', call, id })) as Promise<ReplayPreview>
  }

  async runUntilIdle(): Promise<void> {
    await this.#call((call) => ({ do: 'runUntilIdle', call }))
  }

  #ask(request: ProcessingRequest): void {
    if (this.#secretsUsed.size > 0) {
      this.#worker.postMessage({ do: 'noteSecretsUsed', lastUsedAt: this.#secretsUsed } satisfies ProcessingRequest)
      this.#secretsUsed.clear()
    }
    this.#worker.postMessage(request)
  }

  #call(request: (call: number) => ProcessingRequest): Promise<CallResult> {
    if (this.#ended) return Promise.reject(this.#ended)
    const call = ++this.#lastCall
    return new Promise((resolve, reject) => {
      this.#calls.set(call, { resolve, reject })
      this.#ask(request(call))
    })
  }

  #hear(answer: ProcessingAnswer): void {
    switch (answer.said) {
      case 'changed':
        this.#listener.changed(answer.event)
        return
      case 'processed':
        this.#listener.processed?.(answer.delivery)
        return
      case 'busy':
        this.#events.busy?.()
        return
      case 'broken':
        this.#events.broken?.(Object.assign(new Error(answer.message), { code: answer.code }))
        return
      case 'done':
        this.#calls.get(answer.call)?.resolve(answer.result)
        break
      case 'failed':
        this.#calls.get(answer.call)?.reject(new Error(answer.message))
    }
    this.#calls.delete(answer.call)
  }

  #end(error: Error): void {
    this.#ended ??= error
    for (const { reject } of this.#calls.values()) reject(error)
    this.#calls.clear()
  }
}
