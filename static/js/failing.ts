import { clockTime } from '../../views/format.ts'
import { zoneOfPage } from './ages.ts'
import { showLine } from './line.ts'

/** What somebody is told who asked for something, and no answer comes, or only late. */

/** From now on it is worth a word that it is still on its way. */
const STILL_MS = 8_000

interface Asked {
  readonly sourceElement?: Element
  readonly request?: { readonly method?: string }
}

const askedIn = (event: Event): Asked | undefined => (event as CustomEvent<{ ctx?: Asked }>).detail?.ctx

/** Nobody waits for what a page fetches by itself. */
const isAskedFor = ({ sourceElement }: Asked): boolean =>
  sourceElement?.matches('a, button, form, input:not([role=combobox]), select') === true

/** When the page that is shown came, on the clock of this browser. */
let shownAt = Date.now()

export function startFailing(): void {
  let timer: ReturnType<typeof setTimeout> | undefined
  document.addEventListener('htmx:before:request', (event) => {
    const asked = askedIn(event)
    if (!asked || !isAskedFor(asked)) return
    clearTimeout(timer)
    timer = setTimeout(() => showStill(true), STILL_MS)
  })
  for (const name of ['htmx:finally:request', 'htmx:error'])
    document.addEventListener(name, () => {
      clearTimeout(timer)
      showStill(false)
    })
  document.addEventListener('htmx:error', (event) => {
    const asked = askedIn(event)
    // Without a request it is a fault of a script, which is in the console.
    if (!asked?.request || !isAskedFor(asked)) return
    showLine(
      (asked.request.method ?? 'GET').toUpperCase() === 'GET'
        ? `No connection. This page is as of ${clockTime(shownAt, zoneOfPage())}; try again.`
        : 'No answer came. Whether it was done is not known: reload the page before you send it again.',
    )
  })
  // Before all others, of which one takes the next press for a second one.
  window.addEventListener('submit', keepTyped, true)
}

/** It says so itself, where it is seen. */
const isSignIn = ({ target }: SubmitEvent): boolean => (target as Element).closest('#sign-in') !== null

/** Sent without a connection, a form would give way to a page of the browser's own, and what was typed with it. */
function keepTyped(event: SubmitEvent): void {
  if (navigator.onLine || (event.target as HTMLFormElement).method === 'dialog' || isSignIn(event)) return
  event.preventDefault()
  event.stopImmediatePropagation()
  showLine('No connection. Nothing was sent, and what you typed is still here.')
}

/** Of a page that is new. */
export function noteShown(): void {
  shownAt = Date.now()
}

function showStill(still: boolean): void {
  const element = document.querySelector<HTMLElement>('#still')
  // Filled only now, so that it is said.
  if (element) element.textContent = still ? 'Still working…' : ''
}
