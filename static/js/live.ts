import htmx from 'htmx.org'
import { clockTime } from '../../views/format.ts'

/**
 * Keeps the page true while it is open. The server says *that* something changed; the page then fetches itself and
 * morphs what differs. While somebody is pointing, typing or reading an opened part, nothing moves: a button says that
 * there is news.
 */

type State = 'live' | 'paused' | 'reconnecting' | 'offline'

const WORDS: Record<State, string> = {
  live: 'Live',
  paused: 'Paused',
  reconnecting: 'Reconnecting',
  offline: 'Offline',
}
/** How long after the last move of the pointer over the page it counts as pointing. */
const POINTING_MS = 4000
/** A shorter break is not worth a word. */
const OLD_AFTER_MS = 30_000

let paused = false
let lastPointedAt = 0
let lostAt: number | undefined
let missed = false

export function startLive(): void {
  document.addEventListener('pointermove', (event) => {
    if ((event.target as Element | null)?.closest?.('#main') && event.pointerType === 'mouse')
      lastPointedAt = Date.now()
  })
  for (const topic of ['deployments', 'defects', 'deliveries']) document.addEventListener(topic, () => news(topic))
  document.addEventListener('htmx:sse:after:connection', connected)
  document.addEventListener('htmx:sse:error', lost)
  window.addEventListener('offline', () => show('offline'))
  window.addEventListener('online', () => show(paused ? 'paused' : 'reconnecting'))
  document.addEventListener(
    'click',
    (event) => {
      const target = event.target as Element
      if (target.closest('#live')) togglePause()
      if (target.closest('#stale')) {
        event.preventDefault()
        event.stopPropagation()
        refresh()
      }
    },
    true,
  )
  setInterval(warnOfAge, 5000)
}

/** A fresh page is true again. */
export function resetLive(): void {
  missed = false
  if (paused) show('paused')
}

function news(topic: string): void {
  const main = document.querySelector<HTMLElement>('main[data-live]')
  if (!main?.dataset.live?.split(' ').includes(topic)) return
  if (paused) missed = true
  else if (isBusy(main)) offer()
  else refresh()
}

function isBusy(main: HTMLElement): boolean {
  const active = document.activeElement
  const typing = active instanceof HTMLElement && main.contains(active) && active !== main && !active.matches('h1')
  const reading = main.querySelector('details[open], dialog[open]') !== null
  const selecting = (getSelection()?.toString() ?? '') !== ''
  return typing || reading || selecting || Date.now() - lastPointedAt < POINTING_MS
}

function offer(): void {
  const button = document.querySelector<HTMLElement>('#stale')
  if (button) button.hidden = false
}

function refresh(): void {
  const button = document.querySelector<HTMLElement>('#stale')
  if (button) button.hidden = true
  missed = false
  const main = document.querySelector('main[data-live]')
  if (main) htmx.trigger(main, 'refresh')
}

function togglePause(): void {
  paused = !paused
  show(paused ? 'paused' : 'live')
  document.querySelector('#live')?.setAttribute('aria-pressed', String(paused))
  if (!paused && missed) refresh()
}

let connections = 0
function connected(event: Event): void {
  const again = (event as CustomEvent<{ connection: { attempt: number } }>).detail?.connection?.attempt > 0
  connections++
  lostAt = undefined
  const old = document.querySelector<HTMLElement>('#old')
  if (old) old.hidden = true
  show(paused ? 'paused' : 'live')
  // What happened while nobody listened was not told.
  if (again && connections > 1) {
    const main = document.querySelector<HTMLElement>('main[data-live]')
    for (const topic of main?.dataset.live?.split(' ').slice(0, 1) ?? []) news(topic)
  }
}

function lost(): void {
  lostAt ??= Date.now()
  show(navigator.onLine ? 'reconnecting' : 'offline')
}

function warnOfAge(): void {
  const old = document.querySelector<HTMLElement>('#old')
  if (!old?.hidden || lostAt === undefined || Date.now() - lostAt < OLD_AFTER_MS) return
  old.textContent = `Numbers may be old. Last update ${clockTime(lostAt)} UTC.`
  old.hidden = false
}

function show(state: State): void {
  const pill = document.querySelector<HTMLElement>('#live')
  if (!pill || pill.dataset.state === state) return
  pill.dataset.state = state
  const word = pill.querySelector('[data-live-word]')
  if (word) word.textContent = WORDS[state]
}
