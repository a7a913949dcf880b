import { expect, test } from 'vitest'
import { openPages } from '../support/pages.ts'
import { testStoresOn } from '../support/stores.ts'

test('columns that somebody leaves out stay out, also for those who may only read', async () => {
  const { app, post, submit, cookie } = await openPages(testStoresOn('sqlite'), { role: 'viewer' })
  const sent = await post('/api/v1/defects', [{ id: 'a', title: 'Label is cut off' }])
  expect(sent.ok).toBe(true)
  const headings = async (cookies: string) => {
    const page = await (await app.request('/defects', { headers: { Cookie: cookies } })).text()
    return [...page.matchAll(/<th scope="col"[^>]*>(?:<a[^>]*>)?([^<]+)/g)].map(([, text]) => text)
  }
  const all = [
    'Sev',
    'Defect',
    'Service',
    'Suspect release',
    'Confidence',
    'Occurrences',
    'First seen',
    'Last seen',
    'Status',
    'Owner',
  ]
  expect(await headings(cookie)).toEqual(all)
  const answer = await submit('/preferences/defect-columns', { column: 'status', next: '/defects?status=any' })
  expect([answer.status, answer.headers.get('Location')]).toEqual([303, '/defects?status=any'])
  const [set = ''] = answer.headers.getSetCookie()
  expect(await headings(`${cookie}; ${set.split(';')[0]}`)).toEqual(['Sev', 'Defect', 'Status'])
  expect(await headings(`${cookie}; defect_columns_hidden=sev.title.owner.x`)).toEqual(all.slice(0, -1))
})
