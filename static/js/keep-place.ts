/** Where the reader is, in the page and in the history, when parts or the whole of a page are replaced. */

/** Whether anything had the focus before the first of the swaps that come with one answer. */
let hadFocus = false
let isSwapping = false

export function startKeepingPlace(): void {
  document.addEventListener('htmx:before:history:update', (event) => {
    const action = (event as CustomEvent<{ history?: { type: string; path: string } }>).detail?.history
    // A form whose answer is the page it stands on: one step back leads away from it, as without scripts.
    if (action && action.path === location.pathname + location.search) action.type = 'replace'
  })
  document.addEventListener('htmx:before:swap', () => {
    if (!isSwapping) hadFocus = document.activeElement !== null && document.activeElement !== document.body
    isSwapping = true
  })
}

/** To be called after a swap: whoever had the focus on something that is gone starts at the heading. */
export function keepFocus(isNewPage: boolean): void {
  requestAnimationFrame(() => {
    isSwapping = false
    if (document.activeElement !== document.body && document.activeElement !== null) return
    if (!isNewPage && !hadFocus) return
    const start =
      document.querySelector<HTMLElement>('main h1[tabindex]') ?? document.querySelector<HTMLElement>('main')
    start?.focus({ preventScroll: true })
  })
}
