import { sayNow } from './announce.ts'
import { SLOW_MS, wakeForm } from './controls.ts'
import { showLine } from './line.ts'
import { offerPasskeys } from './passkey-loader.ts'

/**
 * What a page does when its session has ended: it stays, with all that was typed, and asks for the sign-in over itself. A
 * form that was sent meanwhile is sent again by itself, once, when the same person is signed in. What is asked for
 * without one of these, and all that is asked without scripts, goes to the sign-in page as before.
 */

/** Who is signed in now, by the server's word. */
interface Session {
  readonly person: string
  readonly email: string
  readonly csrfToken: string
}

/** A form that was sent in vain. */
interface Sent {
  readonly form: HTMLFormElement
  readonly submitter: HTMLElement | null
}

interface Asked {
  readonly sourceElement?: Element
  readonly request?: { readonly method: string; readonly submitter?: HTMLElement | null }
  readonly response?: { readonly status: number; readonly headers: Headers }
}

/** Whoever waits longer is better off with the page that the browser shows. */
const ASKING_MS = 5_000
/** Kept while another person's page takes the place of this one. */
const WHY = 'postflight-why'

let signedOut = false
/** Asked about, or sent on after that. */
const asking = new WeakSet<HTMLFormElement>()
const letThrough = new WeakSet<HTMLFormElement>()
/** Sent again already: an answer that is the same again stands. */
const sentAgain = new WeakSet<HTMLFormElement>()

const personOfPage = () => document.querySelector<HTMLElement>('#person')?.dataset

export const isSignedOut = (): boolean => signedOut

/** To be called after what says that there is no connection: a form that is not sent need not be asked about. */
export function startSessionEnd(): void {
  window.addEventListener('submit', askFirst, true)
  document.addEventListener('htmx:before:response', heed)
  const why = sessionStorage.getItem(WHY)
  if (why === null) return
  sessionStorage.removeItem(WHY)
  showNotice(why)
}

/** Of a page that is new. */
export function noteNewPage(): void {
  signedOut = false
}

/** An answer that would lead away from the page, to the sign-in or to what refuses the token of the session before. */
function heed(event: Event): void {
  const { sourceElement, request, response } = (event as CustomEvent<{ ctx: Asked }>).detail.ctx
  if (!request || !response || !personOfPage()) return
  const form =
    sourceElement?.matches('form') && request.method !== 'GET' ? (sourceElement as HTMLFormElement) : undefined
  const sent = form && { form, submitter: request.submitter ?? null }
  if (response.status === 403 && sent && response.headers.has('X-Token-Outdated') && !sentAgain.has(sent.form)) {
    event.preventDefault()
    void sendWithToken(sent)
  }
  const to = response.headers.get('HX-Redirect')
  if (response.status !== 401 || !to || !isSignIn(to)) return
  if (sent) {
    event.preventDefault()
    ask(sent, to, () => location.assign(to))
  } else if (isByItself(sourceElement)) {
    event.preventDefault()
    noteSignedOut()
  }
}

/** Not the one that asks once more for who is signed in. */
function isSignIn(to: string): boolean {
  const { pathname, searchParams } = new URL(to, location.href)
  return pathname === '/login' && !searchParams.has('again')
}

/** Links that are followed, and forms that only look for something, lead to the sign-in page and back. */
const isByItself = (source: Element | undefined): boolean => source?.matches('a, form') !== true

/** A form that the browser sends would take the page away with it; so it is asked first whether it would be taken. */
function askFirst(event: SubmitEvent): void {
  const form = event.target as HTMLFormElement
  if (form.method !== 'post' || !isSentByBrowser(form) || !personOfPage() || letThrough.delete(form)) return
  event.preventDefault()
  event.stopImmediatePropagation()
  if (asking.has(form)) return
  asking.add(form)
  const slow = setTimeout(() => document.documentElement.setAttribute('data-busy', ''), SLOW_MS)
  void askAbout({ form, submitter: event.submitter }).finally(() => {
    asking.delete(form)
    clearTimeout(slow)
    document.documentElement.removeAttribute('data-busy')
  })
}

/** Signing out is done already, and scripts ask for passkeys themselves. */
const isSentByBrowser = (form: HTMLFormElement): boolean =>
  form.closest('[hx-boost]')?.getAttribute('hx-boost') === 'false' &&
  !form.matches('#sign-in form, [data-passkey], [action="/logout"]')

async function askAbout(sent: Sent): Promise<void> {
  const session = await askSession()
  if (session === 'unreachable') showLine('No connection. Nothing was sent, and what you typed is still here.')
  else if (session === null) ask(sent, signInPath(), () => sendOn(sent))
  else if (session === 'unknown' || isSamePerson(session)) sendOn(sent)
  else leave(session)
}

function sendOn({ form, submitter }: Sent): void {
  if (!form.isConnected) return
  wakeForm(form)
  if (isSentByBrowser(form)) letThrough.add(form)
  form.requestSubmit(submitter?.isConnected ? submitter : null)
}

async function sendWithToken(sent: Sent): Promise<void> {
  const session = await askSession()
  if (session === null) return ask(sent, signInPath(), () => location.assign(signInPath()))
  if (typeof session === 'object' && !isSamePerson(session)) return leave(session)
  sentAgain.add(sent.form)
  sendOn(sent)
}

const signInPath = (): string => `/login?next=${encodeURIComponent(location.pathname + location.search)}`

async function askSession(): Promise<Session | null | 'unknown' | 'unreachable'> {
  try {
    const answer = await fetch('/login/session', { method: 'POST', signal: AbortSignal.timeout(ASKING_MS) })
    return answer.ok ? ((await answer.json()) as Session | null) : 'unknown'
  } catch (error) {
    return error instanceof TypeError ? 'unreachable' : 'unknown'
  }
}

/** Whether it is the person whom the page was made for; if so, the page has the token of their session from now on. */
function isSamePerson({ person, csrfToken }: Session): boolean {
  if (personOfPage()?.person !== person) return false
  for (const field of document.querySelectorAll<HTMLInputElement>('input[name=_csrf]')) field.value = csrfToken
  return true
}

/** Nothing of one person is sent for another: they start at a page of their own. */
function leave({ email }: Session): void {
  const before = personOfPage()?.email
  sessionStorage.setItem(
    WHY,
    `You are signed in as ${email}. The page before was that of ${before}, so nothing of it was sent.`,
  )
  location.assign('/')
}

/** @param otherwise what is done where the dialog cannot be had */
function ask(sent: Sent | undefined, to: string, otherwise: () => void): void {
  if (sent) wakeForm(sent.form)
  import('./sign-in-dialog.ts').then(
    ({ openSignIn }) =>
      openSignIn({
        to,
        email: personOfPage()?.email ?? '',
        offerPasskeys,
        signedIn: () => goOn(sent),
        // The form is kept on the way where the browser sends it; by htmx it was sent, and kept, already.
        leave: sent && isSentByBrowser(sent.form) ? () => sendOn(sent) : undefined,
        closed: () => sent?.submitter?.focus(),
        unreachable: () => showLine('No connection. You are signed out; what you typed is still here.'),
      }),
    otherwise,
  )
}

/** @returns what follows; or what is wrong */
async function goOn(sent: Sent | undefined): Promise<(() => void) | string> {
  const session = await askSession()
  if (session === null || typeof session === 'string') return 'The server did not answer as expected. Try again.'
  if (!isSamePerson(session)) return () => leave(session)
  return () => {
    if (sent) sendOn(sent)
    noteSignedIn()
  }
}

export const offerSignIn = (): void => ask(undefined, signInPath(), () => location.assign(signInPath()))

/** For when something broke off that lasts as long as the session, or stands again. */
export async function lookAtSession(): Promise<void> {
  if (!personOfPage()) return
  const session = await askSession()
  if (session === null) noteSignedOut()
  else if (signedOut && typeof session === 'object') {
    if (isSamePerson(session)) noteSignedIn()
    else showNotice(`${session.email} has signed in meanwhile; this page is that of ${personOfPage()?.email}.`)
  }
}

function noteSignedOut(): void {
  if (signedOut) return
  signedOut = true
  const button = document.createElement('button')
  button.type = 'button'
  button.className = 'btn sm'
  button.textContent = 'Sign in'
  button.addEventListener('click', offerSignIn)
  showNotice('You are signed out. This page stays as it is; what you typed is still here.', button)
  document.dispatchEvent(new Event('session'))
}

function noteSignedIn(): void {
  if (!signedOut) return
  signedOut = false
  notice()?.remove()
  document.dispatchEvent(new Event('session'))
}

const notice = (): Element | null => document.querySelector('#notice')

/** Under the top bar, until the page is left or it is true no longer. */
function showNotice(text: string, ...buttons: readonly HTMLElement[]): void {
  notice()?.remove()
  const line = document.createElement('section')
  line.setAttribute('aria-label', 'Notice')
  line.className = 'old'
  line.id = 'notice'
  line.append(text, ' ', ...buttons)
  document.querySelector('#old')?.before(line)
  sayNow(text)
}
