/**
 * The palette: a question on top, what it finds below, and one of that chosen. The focus stays in the question; the arrow
 * keys move the choice, Enter opens it. What it opens is a link: nothing is changed from here.
 */
import htmx from 'htmx.org'

const dialog = (): HTMLDialogElement | null => document.querySelector<HTMLDialogElement>('#palette')
const question = (): HTMLInputElement | null => document.querySelector<HTMLInputElement>('#palette-q')
const options = (): HTMLElement[] => [...document.querySelectorAll<HTMLElement>('#palette-hits [role=option]')]

export function startPalette(): void {
  document.addEventListener('keydown', (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === 'k') {
      if (!dialog()) return
      event.preventDefault()
      openPalette()
    } else if (event.target === question()) move(event)
  })
  document.addEventListener(
    'click',
    (event) => {
      const target = event.target as Element
      if (target.closest('[data-palette]') && !event.ctrlKey && !event.metaKey && dialog()) {
        event.preventDefault()
        event.stopPropagation()
        openPalette()
        return
      }
      const copies = target.closest('#palette-hits [data-copies]')
      if (copies && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
        event.preventDefault()
        event.stopPropagation()
        dialog()?.close()
        copyLink()?.click()
        return
      }
      // Beside it, or on something found: it has done its work.
      if (target === dialog() || target.closest('#palette-hits [role=option]')) dialog()?.close()
    },
    true,
  )
  document.addEventListener('input', (event) => {
    // What is listed answers an earlier question; Enter must not open it.
    if (event.target === question()) choose(undefined)
  })
  document.addEventListener('htmx:after:swap', (event) => {
    const target = (event as CustomEvent<{ ctx?: { target?: Element } }>).detail?.ctx?.target
    if (target?.id !== 'palette-hits') return
    offerCopy()
    const found = options()
    question()?.setAttribute('aria-expanded', String(found.length > 0))
    choose(found[0])
    const said = document.querySelector('#palette-said')
    if (said) said.textContent = found.length === 0 ? 'Nothing found' : `${found.length} found`
  })
}

/** The link of the page to what it shows; its own click copies it, and says so. */
const copyLink = (): HTMLAnchorElement | null => document.querySelector<HTMLAnchorElement>('main a[data-copy-link]')

/** What the server lists does not know the page: its link is one action more, where it is asked for or nothing is. */
function offerCopy(): void {
  const link = copyLink()
  const hits = document.querySelector('#palette-hits')
  const text = link?.textContent?.trim() ?? ''
  const said = question()?.value ?? ''
  const words = said.toLowerCase().split(/\s+/).filter(Boolean)
  const own = text.toLowerCase().split(/\s+/)
  if (!link || !hits || !words.every((word) => own.some((one) => one.startsWith(word)))) return
  hits.querySelector('.empty-hits')?.remove()
  const group = document.createElement('div')
  group.setAttribute('role', 'group')
  group.setAttribute('aria-label', 'This page')
  const option = document.createElement('a')
  option.id = 'hit-copy'
  option.href = link.href
  option.tabIndex = -1
  option.dataset.copies = ''
  option.setAttribute('role', 'option')
  option.setAttribute('aria-selected', 'false')
  const icon = link.querySelector('svg')?.cloneNode(true)
  const label = document.createElement('span')
  label.className = 'hit-t'
  label.textContent = text
  option.append(...(icon ? [icon] : []), label)
  const heading = document.createElement('span')
  heading.className = 'hits-h'
  heading.setAttribute('role', 'presentation')
  heading.textContent = 'This page'
  group.append(heading, option)
  // What was typed for it comes first; with nothing typed it is one among many.
  if (words.length > 0) hits.prepend(group)
  else hits.append(group)
}

export function openPalette(): void {
  const input = question()
  if (!input || dialog()?.open) return
  dialog()?.showModal()
  input.select()
  ask(input)
}

const SOON_MS = 20

/** Opened right after the page was loaded, htmx does not listen yet. */
function ask(input: HTMLInputElement): void {
  if (input.hasAttribute('data-htmx-powered')) htmx.trigger(input, 'input')
  else setTimeout(() => ask(input), SOON_MS)
}

function move(event: KeyboardEvent): void {
  const found = options()
  const at = found.findIndex((option) => option.getAttribute('aria-selected') === 'true')
  if (event.key === 'ArrowDown') choose(found[(at + 1) % found.length])
  else if (event.key === 'ArrowUp') choose(found[(at <= 0 ? found.length : at) - 1])
  else if (event.key === 'Enter' && at >= 0) found[at]?.click()
  else return
  event.preventDefault()
}

function choose(chosen: HTMLElement | undefined): void {
  for (const option of options()) option.setAttribute('aria-selected', String(option === chosen))
  if (chosen) question()?.setAttribute('aria-activedescendant', chosen.id)
  else question()?.removeAttribute('aria-activedescendant')
  chosen?.scrollIntoView({ block: 'nearest' })
}
