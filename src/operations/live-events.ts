import { EventEmitter } from 'node:events'

/** What changed, coarse on purpose: pages re-read what they show. */
export interface LiveEvent {
  readonly topic: 'deployments' | 'defects' | 'deliveries' | 'emergencies'
  /** For topic defects: the one that changed, when it is one. */
  readonly defectId?: number | undefined
  /** For topic emergencies. */
  readonly emergencyId?: number | undefined
}

/** Tells open pages of this process that something changed, after it was committed. */
export class LiveEvents {
  readonly #emitter = new EventEmitter().setMaxListeners(0)

  publish(event: LiveEvent): void {
    this.#emitter.emit('event', event)
  }

  /** Open pages, or rather their streams, at this moment. */
  get listeners(): number {
    return this.#emitter.listenerCount('event')
  }

  /** Returns the way to stop listening. */
  subscribe(listener: (event: LiveEvent) => void): () => void {
    this.#emitter.on('event', listener)
    return () => this.#emitter.off('event', listener)
  }
}
