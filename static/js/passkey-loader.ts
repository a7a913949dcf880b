/** Fetches what speaks to authenticators when somebody wants to use one; offers it only where the browser can. */

/** For a page that is new, or new in parts. */
export function offerPasskeys(): void {
  if (!('PublicKeyCredential' in window)) return
  for (const form of document.querySelectorAll<HTMLFormElement>('form[data-passkey][hidden]')) {
    form.hidden = false
    form.addEventListener('submit', (event) => {
      event.preventDefault()
      void import('./passkeys.ts').then(({ usePasskey }) => usePasskey(form))
    })
  }
}
