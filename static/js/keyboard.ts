import { openPalette } from './palette.ts'
import { tickRow } from './selecting.ts'

/**
 * j and k walk through the rows of the page, Enter opens one (it is a link), x ticks it where rows can be ticked, / searches, ? lists the keys. None changes
 * anything.
 */

const SETTING = 'single-key-shortcuts'

const isOn = (): boolean => localStorage.getItem(SETTING) !== 'off'

export function startKeyboard(): void {
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || !isOn()) return
    if (event.key === 'j') moveTo(1)
    else if (event.key === 'k') moveTo(-1)
    else if (event.key === '?') openList()
    else if (event.key === '/') openPalette()
    else if (event.key === 'x') {
      if (!tickRow()) return
    } else return
    event.preventDefault()
  })
  document.addEventListener('click', (event) => {
    if ((event.target as Element).closest('[data-shortcuts]')) openList()
  })
  document.addEventListener('change', (event) => {
    if (event.target instanceof HTMLInputElement && event.target.id === 'single-keys')
      localStorage.setItem(SETTING, event.target.checked ? 'on' : 'off')
  })
}

function openList(): void {
  const dialog = document.querySelector<HTMLDialogElement>('#shortcuts')
  const box = document.querySelector<HTMLInputElement>('#single-keys')
  if (box) box.checked = isOn()
  if (dialog && !dialog.open) dialog.showModal()
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable ||
      // In a row's checkbox nothing is typed.
      target.closest('input:not([data-row]), select, textarea, dialog') !== null)
  )
}

function moveTo(step: 1 | -1): void {
  const links = [...document.querySelectorAll<HTMLElement>('main table.t tbody .ttl')].filter(
    (link) => link.offsetParent,
  )
  const row = document.activeElement?.closest('tr')
  const at = links.findIndex((link) => row?.contains(link))
  const next = at === -1 ? (step === 1 ? 0 : links.length - 1) : at + step
  links[next]?.focus()
}
