import { expect, test } from 'vitest'
import { beginSession } from '../../src/operations/access/sessions.ts'
import { findUserByEmail } from '../../src/store/access/users.ts'
import { openPages } from '../support/pages.ts'
import { addPerson } from '../support/people.ts'
import { describeOnEachEngine } from '../support/stores.ts'

const VISITOR = { address: '127.0.0.1', userAgent: 'test', formerSessionId: undefined }

describeOnEachEngine('the columns of the defects', (openTestStore) => {
  test('columns that somebody leaves out stay out wherever they sign in, also for those who may only read', async () => {
    const { app, post, submit, cookie, store, deps } = await openPages(openTestStore, { role: 'viewer' })
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
    expect(answer.headers.getSetCookie()).toEqual([])
    expect(await headings(cookie)).toEqual(['Sev', 'Defect', 'Status'])
    const signIn = async (email: string) => {
      const userId =
        (await findUserByEmail(store.db, email))?.id ?? (await addPerson(store.db, { email, role: 'viewer' }))
      return `sid=${await beginSession(store.db, userId, VISITOR, deps.clock())}`
    }
    expect(await headings(await signIn('ana@example.com'))).toEqual(['Sev', 'Defect', 'Status'])
    expect(await headings(await signIn('ben@example.com'))).toEqual(all)
    const file = await (await app.request('/defects.csv', { headers: { Cookie: cookie } })).text()
    expect(file).toContain('service')
    // A column that is no more, or that nobody can leave out, hides nothing.
    await store.db.updateTable('users').set({ hidden_defect_columns: 'sev,title,owner,x' }).execute()
    expect(await headings(cookie)).toEqual(all.slice(0, -1))
  })
})
