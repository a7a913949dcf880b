import { clockSeconds, formatAge, formatSince } from '../../views/format.ts'

/** Ages and the clock tick here; nothing is fetched for it. Runs on the server's clock, so a wrong one here does not show. */

let ahead = 0

const now = (): number => Date.now() + ahead

const clock = (): HTMLTimeElement | null => document.querySelector<HTMLTimeElement>('[data-clock]')

/** The time zone in which the server wrote this page. */
export const zoneOfPage = (): string => clock()?.dataset.zone ?? 'UTC'

/** The clock in the top bar was written by the server at the moment it answered. */
export function setClock(): void {
  const told = Date.parse(clock()?.dateTime ?? '')
  if (Number.isFinite(told)) ahead = told - Date.now()
}

export function startTicking(): void {
  setInterval(() => {
    if (document.hidden) return
    const at = now()
    write('[data-clock]', () => clockSeconds(at, zoneOfPage()))
    write('[data-age]', (element) => formatAge(Number(element.dataset.age), at))
    write('[data-since]', (element) => formatSince(at - Number(element.dataset.since)))
  }, 1000)
}

function write(selector: string, text: (element: HTMLElement) => string): void {
  for (const element of document.querySelectorAll<HTMLElement>(selector)) {
    const next = text(element)
    if (element.textContent !== next) element.textContent = next
  }
}
