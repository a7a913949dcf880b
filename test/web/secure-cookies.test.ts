import { expect, test } from 'vitest'
import { openPages, type Pages } from '../support/pages.ts'
import { testStoresOn } from '../support/stores.ts'

const onSqlite = testStoresOn('sqlite')

/** The cookie of a choice, as it is set by a page that knows nothing of where it stands. */
async function cookiesOf(pages: Pages, cookie: string): Promise<string[]> {
  const headers = { Cookie: cookie, 'Sec-Fetch-Site': 'same-origin' }
  const body = new URLSearchParams({ _csrf: pages.csrfToken, theme: 'dark', next: '/' })
  const theme = await pages.app.request('/preferences/theme', { method: 'POST', headers, body })
  expect(theme.status).toBe(303)
  return theme.headers.getSetCookie()
}

test('over https every cookie is for https alone', async () => {
  const pages = await openPages(onSqlite, { env: { PUBLIC_URL: 'https://postflight.example' } })
  const cookies = await cookiesOf(pages, pages.cookie.replace('sid=', '__Host-sid='))
  expect(cookies).toEqual([expect.stringMatching(/^theme=dark; .*HttpOnly.*; Secure$/)])
})

test('over plain http they are kept all the same', async () => {
  const pages = await openPages(onSqlite)
  expect(await cookiesOf(pages, pages.cookie)).toEqual([expect.not.stringContaining('Secure')])
})
