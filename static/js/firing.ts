/**
 * Buttons whose press reaches production do nothing for a moment after they appear: a tap that was meant for what stood
 * there before must not hit them. Pressed, they say that the request is on its way, and cannot be pressed again. Without
 * a connection they say so instead of waiting for one. The server counts on none of it.
 */

const INERT_MS = 800
/** Nobody waits longer than this for an answer; whoever stopped the request may press again. */
const GIVEN_UP_MS = 30_000

/** When each was first seen, in milliseconds that only go forward. */
const seenAt = new WeakMap<Element, number>()

export function startFiring(): void {
  note()
  new MutationObserver(note).observe(document.documentElement, { childList: true, subtree: true })
  document.addEventListener('click', hold, true)
  document.addEventListener('submit', sending)
  addEventListener('pageshow', () => {
    note()
    wake()
  })
}

/** What each button said before it was pressed. */
const asleep = new Map<HTMLElement, string>()

function sending({ target, defaultPrevented }: SubmitEvent): void {
  if (defaultPrevented) return
  const buttons = document.querySelectorAll<HTMLButtonElement>('button[data-fire]')
  for (const button of [...buttons].filter(({ form }) => form === target)) {
    asleep.set(button, button.textContent ?? '')
    button.textContent = 'Sending…'
    button.setAttribute('aria-disabled', 'true')
  }
  if (asleep.size > 0) setTimeout(wake, GIVEN_UP_MS)
}

/** Also when the browser brings the page back as it was left. */
function wake(): void {
  for (const [button, text] of asleep) {
    button.textContent = text
    button.removeAttribute('aria-disabled')
  }
  asleep.clear()
}

function note(): void {
  for (const button of document.querySelectorAll('[data-fire]'))
    if (!seenAt.has(button)) {
      seenAt.set(button, performance.now())
      button.setAttribute('data-held', '')
      setTimeout(() => button.removeAttribute('data-held'), INERT_MS)
    }
}

function hold(event: MouseEvent): void {
  const button = (event.target as Element).closest<HTMLElement>('[data-fire]')
  if (!button) return
  if (asleep.has(button)) {
    event.preventDefault()
    event.stopPropagation()
    return
  }
  const age = performance.now() - (seenAt.get(button) ?? performance.now())
  if (age >= INERT_MS && navigator.onLine) return
  event.preventDefault()
  event.stopPropagation()
  if (!navigator.onLine) say(button, 'No connection')
}

function say(button: HTMLElement, text: string): void {
  const before = button.textContent
  if (before === text) return
  button.textContent = text
  setTimeout(() => {
    button.textContent = before
  }, 2_000)
}
