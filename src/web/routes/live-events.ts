import { type SSEStreamingApi, streamSSE } from 'hono/streaming'
import type { LiveEvent } from '../../operations/live-events.ts'
import type { Deps } from '../deps.ts'
import { signedInUser } from '../middleware/access.ts'
import type { Routes } from '../routes.ts'

type Topic = LiveEvent['topic']
type LiveDeps = Pick<Deps, 'liveEvents' | 'stopping' | 'config' | 'store' | 'clock' | 'log' | 'metrics'>

/** A page hears of a topic at most this often, however much happens. */
const EVERY_MS = 2_000
/** Proxies end connections on which nothing is said. */
const HEARTBEAT_MS = 15_000

/**
 * `GET /events`: tells an open page that something changed, as named events without content; what changed the page
 * reads for itself. One connection for all tabs of a browser that can be seen (static/js/news.ts), ended when the last of
 * them goes away, the session ends or the server stops.
 */
export function registerLiveRoutes(routes: Routes, deps: LiveDeps): void {
  routes.get('/events', 'passive', (c) => {
    // Proxies that collect an answer before passing it on would hold the news back.
    c.header('X-Accel-Buffering', 'no')
    c.header('Cache-Control', 'no-store')
    const principal = c.get('principal')
    const userId = principal?.kind === 'user' ? principal.userId : undefined
    // A look at the database that fails is no reason to end it: it holds nothing that must be kept from anybody.
    const isStillIn = () =>
      signedInUser(c, deps, { isUse: false }).then(
        (user) => user !== undefined,
        () => true,
      )
    return streamSSE(c, (stream) => tellNews(stream, deps, userId, isStillIn))
  })
}

function tellNews(
  stream: SSEStreamingApi,
  { liveEvents, stopping }: Pick<Deps, 'liveEvents' | 'stopping'>,
  userId: number | undefined,
  isStillIn: () => Promise<boolean>,
): Promise<void> {
  return new Promise((resolve) => {
    const topics = new Map<Topic, Coalesced>()
    const say = async (write: () => Promise<unknown>) => {
      if (await isStillIn()) await write()
      else end()
    }
    const tell = (topic: Topic) => void say(() => stream.writeSSE({ event: topic, data: '' }))
    const unsubscribe = liveEvents.stream(({ topic }) => {
      let coalesced = topics.get(topic)
      if (!coalesced) {
        coalesced = new Coalesced(() => tell(topic), EVERY_MS)
        topics.set(topic, coalesced)
      }
      coalesced.ask()
    })
    const leave = userId === undefined ? () => {} : liveEvents.presence.connect(userId)
    const heartbeat = setInterval(() => void say(() => stream.write(': still here\n\n')), HEARTBEAT_MS)
    const end = () => {
      unsubscribe()
      leave()
      clearInterval(heartbeat)
      for (const coalesced of topics.values()) coalesced.stop()
      stopping.removeEventListener('abort', end)
      resolve()
    }
    stream.onAbort(end)
    stopping.addEventListener('abort', end)
    if (stopping.aborted) return end()
    // Something at once, so that both sides know the connection stands.
    void stream.write(': listening\n\n')
  })
}

/** Runs `act` at the first ask at once, and once more for all asks within `everyMs` after it. */
class Coalesced {
  readonly #act: () => void
  readonly #everyMs: number
  #timer: ReturnType<typeof setTimeout> | undefined
  #asked = false

  constructor(act: () => void, everyMs: number) {
    this.#act = act
    this.#everyMs = everyMs
  }

  ask(): void {
    if (this.#timer) this.#asked = true
    else this.#run()
  }

  stop(): void {
    clearTimeout(this.#timer)
  }

  #run(): void {
    this.#asked = false
    this.#act()
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      if (this.#asked) this.#run()
    }, this.#everyMs)
  }
}
