/** Ticked rows of a table: how many there are, which ones, and all at once. The bar that changes them comes by itself. */

const boxes = (): HTMLInputElement[] => [...document.querySelectorAll<HTMLInputElement>('main input[data-row]')]

/** Whether somebody has ticked rows: what they are about to change must not move. */
export const hasTicked = (): boolean => document.querySelector('main input[data-row]:checked') !== null

export function startSelecting(): void {
  document.addEventListener('change', (event) => {
    const target = event.target as HTMLInputElement
    if (target.matches('[data-all-rows]')) for (const box of boxes()) box.checked = target.checked
    else if (!target.matches('[data-row]')) return
    showTicked()
  })
  showTicked()
}

/** Ticks the row in which the focus is, or takes the tick back. */
export function tickRow(): boolean {
  const box = document.activeElement?.closest('tr')?.querySelector<HTMLInputElement>('[data-row]')
  box?.click()
  return box != null
}

export function showTicked(): void {
  const bar = document.querySelector<HTMLElement>('.bulk')
  if (!bar) return
  const all = boxes()
  const ticked = all.filter((box) => box.checked)
  const count = bar.querySelector('[data-bulk-count]')
  if (count) count.textContent = `${ticked.length} selected`
  for (const box of all) box.closest('tr')?.classList.toggle('sel', box.checked)
  const whole = document.querySelector<HTMLInputElement>('[data-all-rows]')
  if (!whole) return
  whole.checked = all.length > 0 && ticked.length === all.length
  whole.indeterminate = ticked.length > 0 && !whole.checked
}
