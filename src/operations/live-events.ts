import { EventEmitter } from 'node:events'
import { Presence } from './emergency/presence.ts'

/** What changed, coarse on purpose: pages re-read what they show. */
export interface LiveEvent {
  readonly topic: 'deployments' | 'defects' | 'deliveries' | 'emergencies' | 'presence'
  /** For topic defects: the one that changed, when it is one. */
  readonly defectId?: number | undefined
  /** For topic emergencies. */
  readonly emergencyId?: number | undefined
}

/** Tells open pages of this process that something changed, after it was committed. */
export class LiveEvents {
  readonly #emitter = new EventEmitter().setMaxListeners(0)
  #streams = 0
  /** Who of those that hear the news looks at what. */
  readonly presence = new Presence(() => this.publish({ topic: 'presence' }))

  publish(event: LiveEvent): void {
    this.#emitter.emit('event', event)
  }

  /** Returns the way to stop listening. */
  subscribe(listener: (event: LiveEvent) => void): () => void {
    this.#emitter.on('event', listener)
    return () => this.#emitter.off('event', listener)
  }

  /** Open pages, or rather their streams, at this moment. */
  get streams(): number {
    return this.#streams
  }

  /** The same for the stream of open pages, which is counted. */
  stream(listener: (event: LiveEvent) => void): () => void {
    const unsubscribe = this.subscribe(listener)
    this.#streams++
    let open = true
    return () => {
      if (open) this.#streams--
      open = false
      unsubscribe()
    }
  }
}
