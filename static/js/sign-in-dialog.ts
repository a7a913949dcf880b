/** The sign-in over a page whose session has ended. The server sends what it shows: the same as on the sign-in page. */

export interface Asked {
  /** The sign-in page that leads back to this one, or to what was kept of it. */
  readonly to: string
  /** Whose page it is. */
  readonly email: string
  readonly offerPasskeys: () => void
  /** @returns what is to be done when the dialog is gone; or what is wrong, and it stays */
  readonly signedIn: () => Promise<(() => void) | string>
  /** Instead of the link to another host, where the way there must begin with the form. */
  readonly leave: (() => void) | undefined
  /** Without a sign-in. */
  readonly closed: () => void
  /** Before there was anything to show. */
  readonly unreachable: () => void
}

const UNREACHABLE = 'The server cannot be reached. Try again.'

/** Of which only the last opening counts. */
let openings = 0

export async function openSignIn(asked: Asked): Promise<void> {
  const mine = ++openings
  const first = await load('GET', asked.to)
  if (mine !== openings || document.querySelector('#sign-in')) return
  if (first === undefined) return asked.unreachable()
  // Signed in already, by another tab or the proxy in front.
  if (first.status === 204) {
    const next = await asked.signedIn()
    return typeof next === 'string' ? asked.unreachable() : next()
  }
  const dialog = document.createElement('dialog')
  dialog.id = 'sign-in'
  dialog.className = 'signin-dialog'
  dialog.setAttribute('aria-labelledby', 'sign-in-title')
  const part = document.createElement('div')
  dialog.append(part)
  document.body.append(dialog)
  let isDone = false

  const show = ({ document: answer }: Answer) => {
    part.replaceChildren(...answer.body.childNodes)
    if (!dialog.open) dialog.showModal()
    asked.offerPasskeys()
    const email = part.querySelector<HTMLInputElement>('input[name=email]')
    if (email?.value === '') email.value = asked.email
    const fields = [...part.querySelectorAll<HTMLInputElement>('input:not([type=hidden])')]
    const start = part.querySelector<HTMLElement>('.errs') ?? fields.find(({ value }) => value === '')
    start?.focus()
  }
  const finish = async () => {
    const next = await asked.signedIn()
    if (typeof next === 'string') return say(part, next)
    isDone = true
    dialog.close()
    next()
  }
  const send = async (method: string, path: string, form?: HTMLFormElement) => {
    const answer = await load(method, path, form)
    if (form) delete form.dataset.sending
    if (answer === undefined) say(part, UNREACHABLE)
    else if (answer.status === 204) await finish()
    else if (answer.document.querySelector('#sign-in-title')) show(answer)
    else
      say(
        part,
        answer.status >= 500
          ? `The server is busy or out of order (${answer.status}). Try again in a moment.`
          : `The server refused it (${answer.status}). Reload the page and try again.`,
      )
  }

  dialog.addEventListener('submit', (event) => {
    const form = event.target as HTMLFormElement
    if (form.method !== 'post') return
    event.preventDefault()
    void send('POST', form.action, form)
  })
  dialog.addEventListener('signed-in', () => void finish())
  dialog.addEventListener('click', (event) => {
    const link = (event.target as Element).closest('a')
    if (link?.matches('[data-start-over]')) {
      event.preventDefault()
      void send('GET', link.href)
    } else if (link?.matches('[data-leaves]') && asked.leave) {
      event.preventDefault()
      isDone = true
      dialog.close()
      asked.leave()
    }
  })
  dialog.addEventListener('close', () => {
    dialog.remove()
    if (!isDone) asked.closed()
  })
  show(first)
}

interface Answer {
  readonly status: number
  readonly document: Document
}

/** Parsed by the browser as it comes in: what runs in it would not, and no policy need be asked. Undefined: no answer. */
function load(method: string, path: string, form?: HTMLFormElement): Promise<Answer | undefined> {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest()
    request.open(method, path)
    request.responseType = 'document'
    // What has no type would be read as XML, which an empty answer is not.
    request.overrideMimeType('text/html')
    request.setRequestHeader('HX-Request-Type', 'partial')
    request.timeout = 30_000
    const end = () => {
      const { status, responseXML } = request
      resolve(
        status === 0 ? undefined : { status, document: responseXML ?? document.implementation.createHTMLDocument() },
      )
    }
    request.addEventListener('loadend', end)
    request.send(form ? textOf(form) : null)
  })
}

const textOf = (form: HTMLFormElement): URLSearchParams =>
  new URLSearchParams(
    [...new FormData(form)].filter((field): field is [string, string] => typeof field[1] === 'string'),
  )

/** As the server says it, where it could not. */
function say(part: Element, problem: string): void {
  part.querySelector('.errs')?.remove()
  const said = document.createElement('div')
  said.className = 'errs'
  said.tabIndex = -1
  said.setAttribute('role', 'alert')
  const words = document.createElement('b')
  words.textContent = `Not signed in. ${problem}`
  said.append(words)
  part.querySelector('form')?.before(said)
  said.focus()
}
