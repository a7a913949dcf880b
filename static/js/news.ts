/**
 * Hears that something changed on the server, with one event stream for all tabs of this browser.
 *
 * A browser opens six connections at most to a server that speaks HTTP/1.1, and a stream takes one for as long as it
 * lasts: with one for each tab, the seventh would wait for ever. So the tabs that can be seen take turns by a lock, and
 * whoever has it listens and tells the others. A hidden tab neither listens nor hears; seen again, it looks at
 * everything once. Where there are no locks (plain http beyond this machine), each tab that can be seen has a stream.
 */

export const TOPICS = ['deployments', 'defects', 'deliveries', 'emergencies', 'presence'] as const
export type Topic = (typeof TOPICS)[number]

export interface Hearer {
  news(topic: Topic): void
  /** Something may have happened that nobody told. */
  missed(): void
  connected(): void
  lost(): void
}

/** What tabs tell each other. */
type Said =
  | { readonly say: 'news'; readonly topic: Topic }
  /** `again`: a new stream stands, and what came before it was not heard; else only the answer to `ask`. */
  | { readonly say: 'connected'; readonly again: boolean }
  | { readonly say: 'lost' }
  | { readonly say: 'ask' }
  | { readonly say: 'again' }

const NAME = 'postflight-news'
const FIRST_RETRY_MS = 500
const LONGEST_RETRY_MS = 30_000

let hearer: Hearer
/** The other tabs; undefined where each has a stream of its own. */
let tabs: BroadcastChannel | undefined
/** Whether a page of this tab wants to hear. */
let wanted = false
/** Ends this tab's turn, or its wait for it. */
let turn: AbortController | undefined
/** Of the stream this tab holds; undefined when it holds none. */
let connected: boolean | undefined
/** Opens the broken stream that this tab holds at once; undefined while it stands. */
let openAgain: (() => void) | undefined
/** Whether this page was ever told the news: before that there is nothing it could have missed. */
let told = false
/** It was hidden since it was last told, perhaps from the start, or there was nobody to tell it. */
let behind = document.hidden

export function hearNews(by: Hearer): void {
  hearer = by
  if (navigator.locks) {
    tabs = new BroadcastChannel(NAME)
    tabs.addEventListener('message', ({ data }: MessageEvent<Said>) => {
      if (!document.hidden) hear(data)
    })
  }
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) return takeTurn()
    behind = true
    turn?.abort()
    turn = undefined
  })
}

/** The stream that broke stands a better chance now. */
export const tryAgain = (): void => tell({ say: 'again' })

/** From now on, whenever this tab can be seen. */
export function listen(): void {
  wanted = true
  takeTurn()
}

function takeTurn(): void {
  if (!wanted || turn || document.hidden) return
  turn = new AbortController()
  const { signal } = turn
  if (!tabs) return void holdStream(signal)
  // Whoever holds the stream answers.
  say({ say: 'ask' })
  // Rejects when the wait for the turn is given up.
  navigator.locks.request(NAME, { signal }, () => holdStream(signal)).catch(() => {})
}

const say = (said: Said): void => tabs?.postMessage(said)

function tell(said: Said): void {
  say(said)
  hear(said)
}

function hear(said: Said): void {
  switch (said.say) {
    case 'news':
      hearer.news(said.topic)
      return
    case 'connected':
      hearer.connected()
      if (behind || (said.again && told)) hearer.missed()
      behind = false
      told = true
      return
    case 'lost':
      behind = true
      hearer.lost()
      return
    case 'again':
      openAgain?.()
      return
    case 'ask':
      if (connected !== undefined) say(connected ? { say: 'connected', again: false } : { say: 'lost' })
  }
}

/** Until the signal; a stream that breaks is opened again, later each time. */
function holdStream(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    let stream: EventSource
    let timer: ReturnType<typeof setTimeout> | undefined
    let failures = 0
    const open = () => {
      clearTimeout(timer)
      openAgain = undefined
      stream = new EventSource('/events')
      stream.addEventListener('open', () => {
        failures = 0
        connected = true
        tell({ say: 'connected', again: true })
      })
      // Browsers differ in which failures they try again after, so none is left to them.
      stream.addEventListener('error', () => {
        stream.close()
        connected = false
        tell({ say: 'lost' })
        const delay = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** failures++)
        timer = setTimeout(open, delay * (0.7 + 0.6 * Math.random()))
        openAgain = open
      })
      for (const topic of TOPICS) stream.addEventListener(topic, () => tell({ say: 'news', topic }))
    }
    const end = () => {
      clearTimeout(timer)
      openAgain = undefined
      stream?.close()
      connected = undefined
      resolve()
    }
    signal.addEventListener('abort', end)
    if (signal.aborted) return end()
    open()
  })
}
