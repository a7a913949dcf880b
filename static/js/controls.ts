/** Small behaviours of controls that also work without scripts, or are hidden then. */

/** Longer than this and the person is told that something is still on its way. */
export const SLOW_MS = 300

export function startControls(): void {
  document.addEventListener('click', (event) => {
    const target = event.target as Element
    const button = target.closest<HTMLElement>('[data-copy]')
    if (button) void copy(button)
    if (target.closest('[data-print]')) print()
    const link = target.closest<HTMLAnchorElement>('a[data-copy-link]')
    // With a key held down it opens somewhere else, as links do.
    if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault()
      void copyAddress(link)
    }
    closeMenus(target)
  })
  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return
    const open = document.querySelector<HTMLDetailsElement>('details.menu[open], details.drop[open]')
    if (!open) return
    open.open = false
    open.querySelector('summary')?.focus()
  })
  document.addEventListener('change', (event) => {
    const box = event.target as HTMLInputElement
    if (box.matches('[data-show-password]')) showPasswords(box, box.checked)
    const form = (event.target as Element).closest<HTMLFormElement>('form[data-submit-on-change]')
    // Several are ticked before they are asked for.
    if ((event.target as Element).closest('details.many')) return
    if (form && (event.target as Element).matches('select, input[type=checkbox], input[type=radio]'))
      form.requestSubmit()
  })
  document.addEventListener('submit', holdSecondSubmit, true)
  document.addEventListener('submit', ({ target }) => {
    // Sent as text, browsers would offer it to whoever types here next.
    const box = (target as Element).querySelector<HTMLInputElement>('[data-show-password]:checked')
    if (!box) return
    box.checked = false
    showPasswords(box, false)
  })
  let timer: ReturnType<typeof setTimeout> | undefined
  document.addEventListener('htmx:before:request', (event) => {
    if (isQuiet(event)) return
    clearTimeout(timer)
    timer = setTimeout(() => document.documentElement.setAttribute('data-busy', ''), SLOW_MS)
  })
  for (const name of ['htmx:finally:request', 'htmx:error', 'htmx:after:swap'])
    document.addEventListener(name, (event) => {
      if (isQuiet(event)) return
      clearTimeout(timer)
      document.documentElement.removeAttribute('data-busy')
    })
}

function showPasswords({ form }: HTMLInputElement, shown: boolean): void {
  for (const field of form?.querySelectorAll<HTMLInputElement>('input[autocomplete$="-password"]') ?? [])
    field.type = shown ? 'text' : 'password'
}

/** Refreshes that nobody asked for show no progress. */
function isQuiet(event: Event): boolean {
  const source = (event as CustomEvent<{ ctx?: { sourceElement?: Element } }>).detail?.ctx?.sourceElement
  return source?.matches?.('main') ?? false
}

/** The address goes to the clipboard; on plain http there is none, and the link is followed to where it can be copied. */
async function copyAddress(link: HTMLAnchorElement): Promise<void> {
  const label = link.querySelector('span')
  try {
    await navigator.clipboard.writeText(link.href)
  } catch {
    location.assign(link.href)
    return
  }
  const before = label?.textContent ?? ''
  if (!label || before === 'Copied') return
  label.textContent = 'Copied'
  const said = document.querySelector('#say')
  if (said) said.textContent = 'Copied'
  setTimeout(() => {
    label.textContent = before
  }, 2000)
}

async function copy(button: HTMLElement): Promise<void> {
  const source = document.querySelector(button.dataset.copy ?? '')
  const label = button.querySelector('span')
  if (!source || !label) return
  const before = button.dataset.says ?? label.textContent ?? ''
  button.dataset.says = before
  try {
    await navigator.clipboard.writeText((source.textContent ?? '').trim())
    label.textContent = 'Copied'
  } catch {
    // No clipboard on plain http: select it, so that Ctrl C does the rest.
    getSelection()?.selectAllChildren(source)
    label.textContent = 'Press Ctrl C'
  }
  const said = document.querySelector('#say')
  if (said) said.textContent = label.textContent
  setTimeout(() => {
    label.textContent = before
  }, 2000)
}

function closeMenus(target: Element): void {
  for (const menu of document.querySelectorAll<HTMLDetailsElement>('details.menu[open], details.drop[open]'))
    if (!menu.contains(target)) menu.open = false
}

/** A form on its way is not sent again by a second click; it wakes when the answer did not replace it. */
function holdSecondSubmit(event: SubmitEvent): void {
  const form = event.target as HTMLFormElement
  if (form.method !== 'post') return
  if (form.dataset.sending) {
    event.preventDefault()
    event.stopImmediatePropagation()
    return
  }
  form.dataset.sending = 'yes'
  setTimeout(() => wakeForm(form), 4000)
}

/** It may be sent again: nothing came of it. */
export const wakeForm = (form: HTMLFormElement): void => void delete form.dataset.sending
