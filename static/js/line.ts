import { sayNow } from './announce.ts'

/** The yellow line under the top bar: what is shown may no longer be so. */

const line = (): HTMLElement | null => document.querySelector<HTMLElement>('#old')

export const isLineShown = (): boolean => line()?.hidden === false

export function showLine(text: string): void {
  const element = line()
  if (!element) return
  element.textContent = text
  element.hidden = false
  sayNow(text)
}

export function hideLine(): void {
  const element = line()
  if (element) element.hidden = true
}
