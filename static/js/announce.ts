/**
 * What has to be heard at once when a page changes by itself: that an emergency release moved on, that a verdict turned.
 * Such parts carry `data-tell`; which of them are new is said when the page has refreshed itself. Everything else may
 * change in silence, and a page that somebody opens is read by them.
 */

/** More often than this nobody can follow. */
const EVERY_MS = 10_000

let told = new Set<string>()
let lastAt = Number.NEGATIVE_INFINITY
let waiting: ReturnType<typeof setTimeout> | undefined

const shownNow = (): Set<string> =>
  new Set([...document.querySelectorAll<HTMLElement>('main [data-tell]')].map(({ dataset }) => dataset.tell ?? ''))

/** Of a page that is new. */
export function noteTold(): void {
  told = shownNow()
}

/** After a refresh. */
export function tellChanges(): void {
  const shown = shownNow()
  const changed = [...shown].filter((text) => !told.has(text))
  told = shown
  if (changed.length > 0) sayNow(changed.join('. '))
}

/** Interrupts who listens; of what comes too soon after another only the last is said. */
export function sayNow(text: string): void {
  clearTimeout(waiting)
  const wait = lastAt + EVERY_MS - performance.now()
  if (wait > 0) waiting = setTimeout(() => sayNow(text), wait)
  else {
    lastAt = performance.now()
    const region = document.querySelector('#say-now')
    if (region) region.textContent = text
  }
}
