import htmx from 'htmx.org'
import { clockTime } from '../../views/format.ts'
import { zoneOfPage } from './ages.ts'
import { hideLine, isLineShown, showLine } from './line.ts'
import { hearNews, listen, TOPICS, tryAgain } from './news.ts'
import { hasTicked } from './selecting.ts'
import { isSignedOut, lookAtSession, offerSignIn } from './session-end.ts'

/**
 * Keeps the page true while it is open. The server says *that* something changed; the page then fetches itself and
 * morphs what differs. While somebody is pointing, typing or reading an opened part, nothing moves: a button says that
 * there is news.
 */

interface Refreshed {
  readonly ctx?: { readonly sourceElement?: Element; readonly response?: { readonly status: number } }
}

type State = 'live' | 'paused' | 'reconnecting' | 'offline' | 'signed-out'

const WORDS: Record<State, string> = {
  live: 'Live',
  paused: 'Paused',
  reconnecting: 'Reconnecting',
  offline: 'Offline',
  'signed-out': 'Signed out',
}
/** How long after the last move of the pointer over the page it counts as pointing. */
const POINTING_MS = 4000
/** A shorter break is not worth a word. */
const OLD_AFTER_MS = 30_000
/** After a refresh that failed. */
const AGAIN_MS = 20_000

const NEW_DATA = 'New data. Show'

let paused = false
/** Of which only the last counts. */
let offers = 0
let lastPointedAt = 0
let lostAt: number | undefined
let missed = false
/** When what is shown came. */
let updatedAt = Date.now()
let again: ReturnType<typeof setTimeout> | undefined

export function startLive(): void {
  document.addEventListener('pointermove', (event) => {
    if ((event.target as Element | null)?.closest?.('#main') && event.pointerType === 'mouse')
      lastPointedAt = Date.now()
  })
  hearNews({ news, missed: catchUp, connected, lost })
  window.addEventListener('offline', show)
  window.addEventListener('online', show)
  document.addEventListener('session', () => {
    show()
    if (!isSignedOut()) tryAgain()
  })
  document.addEventListener(
    'click',
    (event) => {
      const target = event.target as Element
      if (target.closest('#live')) (isSignedOut() ? offerSignIn : togglePause)()
      if (target.closest('#stale')) {
        event.preventDefault()
        event.stopPropagation()
        refresh()
      }
    },
    true,
  )
  setInterval(warnOfAge, 5000)
  document.addEventListener('htmx:after:swap', ({ detail }: Event & { detail?: Refreshed }) => {
    if (detail?.ctx?.sourceElement?.matches('main') && (detail.ctx.response?.status ?? 500) < 400) refreshed()
  })
  for (const name of ['htmx:response:error', 'htmx:error'])
    document.addEventListener(name, ({ detail }: Event & { detail?: Refreshed }) => {
      if (detail?.ctx?.sourceElement?.matches('main')) notRefreshed()
    })
  resetLive()
}

/** A fresh page is true again. */
export function resetLive(): void {
  missed = false
  updatedAt = Date.now()
  if (lostAt !== undefined) lostAt = Date.now()
  show()
  // Pages without the pill stand still; there is no use in listening before the first that has one.
  if (document.querySelector('#live')) listen()
}

function news(topic: string): void {
  // For parts of a page that refresh themselves: hx-trigger="deliveries from:body".
  htmx.trigger(document.body, topic)
  const main = document.querySelector<HTMLElement>('main[data-live]')
  if (main?.dataset.live?.split(' ').includes(topic)) refreshWhenFree(main)
}

function refreshWhenFree(main: HTMLElement): void {
  if (paused) missed = true
  else if (isBusy(main)) void offer(main)
  else refresh()
}

/** The whole page at once where it refreshes as one, else each part that would have heard of anything. */
function catchUp(): void {
  const shown = document.querySelector<HTMLElement>('main[data-live]')?.dataset.live?.split(' ')
  for (const topic of shown?.slice(0, 1) ?? TOPICS) news(topic)
}

function isBusy(main: HTMLElement): boolean {
  const active = document.activeElement
  const typing = active instanceof HTMLElement && main.contains(active) && active !== main && !active.matches('h1')
  const reading =
    main.querySelector('details[open], dialog[open]') !== null || document.querySelector('#sign-in[open]') !== null
  const selecting = (getSelection()?.toString() ?? '') !== ''
  const ticked = [...main.querySelectorAll('input')].some((input) => input.checked !== input.defaultChecked)
  const typed = [...main.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>('input[type=text], textarea')].some(
    (field) => field.value !== field.defaultValue,
  )
  return typing || reading || selecting || ticked || typed || hasTicked() || Date.now() - lastPointedAt < POINTING_MS
}

/** Says how much is new where the page knows how to ask for it, else only that something is. */
async function offer(main: HTMLElement): Promise<void> {
  const mine = ++offers
  const said = await whatIsNew(main)
  const button = document.querySelector<HTMLElement>('#stale')
  // Shown or refreshed meanwhile.
  if (!button || mine !== offers) return
  const words = button.querySelector('span')
  if (words) words.textContent = said || NEW_DATA
  button.hidden = false
}

async function whatIsNew(main: HTMLElement): Promise<string> {
  const newer = main.querySelector<HTMLElement>('[data-newer]')?.dataset.newer
  if (!newer) return ''
  const answer = await fetch(newer).catch(() => undefined)
  return answer?.ok && !answer.redirected ? await answer.text() : ''
}

function refresh(): void {
  offers++
  const button = document.querySelector<HTMLElement>('#stale')
  // Hidden, it would drop the focus.
  if (button && button === document.activeElement) document.querySelector<HTMLElement>('main h1[tabindex]')?.focus()
  if (button) button.hidden = true
  missed = false
  const main = document.querySelector('main[data-live]')
  if (main) htmx.trigger(main, 'refresh')
}

function refreshed(): void {
  updatedAt = Date.now()
  if (lostAt === undefined) hideLine()
}

/** The page stays as it was, and asks again. */
function notRefreshed(): void {
  tellAge(updatedAt)
  clearTimeout(again)
  again = setTimeout(() => {
    const main = document.querySelector<HTMLElement>('main[data-live]')
    if (main) refreshWhenFree(main)
  }, AGAIN_MS)
}

const tellAge = (at: number): void => showLine(`Numbers may be old. Last update ${clockTime(at, zoneOfPage())}.`)

function togglePause(): void {
  paused = !paused
  show()
  if (!paused && missed) refresh()
}

function connected(): void {
  lostAt = undefined
  hideLine()
  show()
  // Signed in again by another tab.
  if (isSignedOut()) void lookAtSession()
}

function lost(): void {
  lostAt ??= Date.now()
  show()
  // A stream that breaks does not say why.
  void lookAtSession()
}

function warnOfAge(): void {
  if (isLineShown() || isSignedOut() || lostAt === undefined || Date.now() - lostAt < OLD_AFTER_MS) return
  tellAge(lostAt)
}

function stateNow(): State {
  if (!navigator.onLine) return 'offline'
  if (isSignedOut()) return 'signed-out'
  if (paused) return 'paused'
  return lostAt === undefined ? 'live' : 'reconnecting'
}

function show(): void {
  const pill = document.querySelector<HTMLElement>('#live')
  const state = stateNow()
  pill?.setAttribute('aria-pressed', String(paused))
  if (!pill || pill.dataset.state === state) return
  pill.dataset.state = state
  const word = pill.querySelector('[data-live-word]')
  if (word) word.textContent = WORDS[state]
  if (state === 'signed-out') pill.setAttribute('aria-label', 'Signed out. Press to sign in.')
  else pill.removeAttribute('aria-label')
}
