import { createApp } from '../../src/app.ts'
import { beginSession } from '../../src/operations/access/sessions.ts'
import { type Api, type ApiOptions, openApi } from './api.ts'
import { addPerson } from './people.ts'
import type { OpenTestStore } from './stores.ts'

/** The whole application as somebody who is signed in sees it. */
export interface Pages extends Api {
  /** GET as a browser does it; `part` as htmx asks for the part that refreshes itself. */
  visit(path: string, options?: { readonly part?: boolean }): Promise<Response>
  /** The text of a page, after asserting its status. */
  read(path: string, status?: number): Promise<string>
  /** POST of a form of one of our pages, with its CSRF token. */
  submit(path: string, form?: Readonly<Record<string, string>>): Promise<Response>
  readonly csrfToken: string
  /** The session, as a browser sends it. */
  readonly cookie: string
}

export async function openPages(
  openTestStore: OpenTestStore,
  { role = 'admin', ...options }: ApiOptions & { readonly role?: string } = {},
): Promise<Pages> {
  const api = await openApi(openTestStore, options)
  const { app } = createApp(api.deps)
  const now = api.deps.clock()
  const userId = await addPerson(api.store.db, { role })
  const sessionId = await beginSession(
    api.store.db,
    userId,
    { address: '127.0.0.1', userAgent: 'test', formerSessionId: undefined },
    now,
  )
  const { csrf_token: csrfToken } = await api.store.db
    .selectFrom('sessions')
    .select('csrf_token')
    .executeTakeFirstOrThrow()
  const signedIn = { Cookie: `sid=${sessionId}`, 'Sec-Fetch-Site': 'same-origin' }
  const visit: Pages['visit'] = async (path, { part = false } = {}) =>
    await app.request(path, {
      headers: { ...signedIn, ...(part ? { 'HX-Request': 'true', 'HX-Request-Type': 'partial' } : {}) },
    })
  return {
    ...api,
    app,
    visit,
    csrfToken,
    cookie: signedIn.Cookie,
    async read(path, status = 200) {
      const answer = await visit(path)
      const text = await answer.text()
      if (answer.status !== status) throw new Error(`got ${answer.status} instead of ${status}: ${text.slice(0, 500)}`)
      return text
    },
    submit: async (path, form = {}) =>
      await app.request(path, {
        method: 'POST',
        headers: signedIn,
        body: new URLSearchParams({ _csrf: csrfToken, ...form }),
      }),
  }
}

/** What the page that asks before something is taken away sends along. */
export const YES = { confirmed: 'yes' } as const

/** What a reader of the page gets: text without markup, runs of white space as one blank. */
export const textOf = (html: string): string =>
  html
    .replace(/<[^>]+>/g, ' ')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
    .replace(/\s+/g, ' ')
    .trim()
