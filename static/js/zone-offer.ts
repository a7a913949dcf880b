/** On the account page: offers the time zone of this browser where another one is chosen. */
export function offerZone(): void {
  const form = document.querySelector<HTMLFormElement>('[data-zone-form]')
  const offer = form?.querySelector<HTMLElement>('[data-zone-offer]')
  const name = offer?.querySelector('[data-zone-name]')
  const button = offer?.querySelector('button')
  if (!form || !offer || !name || !button) return
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions()
  if (!timeZone || timeZone === form.querySelector('select')?.value) return
  name.textContent = timeZone.replaceAll('_', ' ')
  button.value = timeZone
  offer.hidden = false
}
