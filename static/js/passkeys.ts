import { startAuthentication, startRegistration } from '@simplewebauthn/browser'

/** Speaks to the authenticator for the sign-in page and for the page where passkeys are added. */

type RequestOptions = Parameters<typeof startAuthentication>[0]['optionsJSON']
type CreationOptions = Parameters<typeof startRegistration>[0]['optionsJSON']

/** The form's own fields say what goes along; `data-passkey` says which of the two it is. */
export async function usePasskey(form: HTMLFormElement): Promise<void> {
  const said = form.querySelector<HTMLElement>('[data-passkey-said]')
  const button = form.querySelector('button')
  if (said) said.hidden = true
  if (button) button.disabled = true
  try {
    const next = form.dataset.passkey === 'add' ? await add(form) : await signIn(form)
    // Over a page that stays where it is.
    if (form.closest('dialog')) form.dispatchEvent(new Event('signed-in', { bubbles: true }))
    else location.assign(next)
  } catch (error) {
    if (said) {
      said.textContent = wordsFor(error)
      said.hidden = false
    }
    if (button) button.disabled = false
  }
}

async function signIn(form: HTMLFormElement): Promise<string> {
  const optionsJSON = (await post('/login/passkey/options', {})) as RequestOptions
  const message = await startAuthentication({ optionsJSON })
  const { next, again } = fieldsOf(form)
  return nextOf(await post('/login/passkey', { message, next, again: again === '1' }))
}

async function add(form: HTMLFormElement): Promise<string> {
  const { _csrf: csrfToken, name } = fieldsOf(form)
  const optionsJSON = (await post('/account/security/passkeys/options', {}, csrfToken)) as CreationOptions
  const message = await startRegistration({ optionsJSON })
  return nextOf(await post('/account/security/passkeys', { message, name }, csrfToken))
}

const fieldsOf = (form: HTMLFormElement): Record<string, string> =>
  Object.fromEntries([...new FormData(form)].filter((entry): entry is [string, string] => typeof entry[1] === 'string'))

const nextOf = (answer: unknown): string => (answer as { next: string }).next

/** What the server says against it, in its own words. */
class Refused extends Error {}

async function post(path: string, value: unknown, csrfToken = ''): Promise<unknown> {
  const answer = await fetch(path, {
    method: 'POST',
    redirect: 'manual',
    headers: { 'Content-Type': 'application/json', Accept: 'application/json', 'X-CSRF-Token': csrfToken },
    body: JSON.stringify(value),
  })
  if (answer.type === 'opaqueredirect') throw new Refused('Sign in again first: your last sign-in is too long ago.')
  const body = (await answer.json().catch(() => ({}))) as { detail?: string }
  if (!answer.ok) throw new Refused(body.detail ?? 'The server did not answer as expected. Try again.')
  return body
}

function wordsFor(error: unknown): string {
  if (error instanceof Refused) return error.message
  const name = error instanceof Error ? error.name : ''
  if (name === 'InvalidStateError') return 'This authenticator has a passkey for you already.'
  if (name === 'SecurityError') return 'Open this server at its public address to use passkeys.'
  // Cancelled, timed out, or none there: browsers do not tell which, on purpose.
  if (name === 'NotAllowedError' || name === 'AbortError') return 'Nothing happened: no passkey was chosen.'
  return 'The authenticator could not be used.'
}
