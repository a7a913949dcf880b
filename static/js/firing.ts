/**
 * Buttons whose press reaches production do nothing for a moment after they appear: a tap that was meant for what stood
 * there before must not hit them. Without a connection they say so instead of waiting for one. The server counts on
 * neither.
 */

const INERT_MS = 800

/** When each was first seen, in milliseconds that only go forward. */
const seenAt = new WeakMap<Element, number>()

export function startFiring(): void {
  note()
  new MutationObserver(note).observe(document.documentElement, { childList: true, subtree: true })
  document.addEventListener('click', hold, true)
  addEventListener('pageshow', note)
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
