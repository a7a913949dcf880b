/** A field above a long list of ticks that hides those whose names do not have what is typed. */
export function startShorteningLists(): void {
  document.addEventListener('input', (event) => {
    const field = event.target as HTMLInputElement
    if (field.matches('[data-shortens-list]')) shorten(field)
  })
  document.addEventListener('keydown', (event) => {
    const field = event.target as HTMLInputElement
    if (event.key !== 'Enter' || !field.matches('[data-shortens-list]')) return
    // It would send the form before anything is ticked.
    event.preventDefault()
    const [only, ...others] = itemsOf(field).filter((item) => !item.hidden)
    if (!only || others.length > 0) return
    const box = boxOf(only)
    box.checked = !box.checked
    field.value = ''
    shorten(field)
  })
}

function shorten(field: HTMLInputElement): void {
  const typed = field.value.trim().toLowerCase()
  let shown = 0
  for (const item of itemsOf(field)) {
    const box = boxOf(item)
    item.hidden = !box.value.toLowerCase().includes(typed)
    if (!item.hidden) shown++
  }
  const none = field.parentElement?.querySelector<HTMLElement>('.none')
  if (none) none.hidden = shown > 0
}

const itemsOf = (field: HTMLInputElement): HTMLLIElement[] => [
  ...(field.parentElement?.querySelectorAll<HTMLLIElement>('li') ?? []),
]
const boxOf = (item: HTMLLIElement) => item.querySelector('input') as HTMLInputElement
