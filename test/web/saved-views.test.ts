import { expect, test } from 'vitest'
import { beginSession } from '../../src/operations/access/sessions.ts'
import { openPages, textOf } from '../support/pages.ts'
import { addPerson } from '../support/people.ts'
import { describeOnEachEngine } from '../support/stores.ts'

describeOnEachEngine('views of defects', (openTestStore) => {
  /** Ana's pages, and those of somebody else on the same server. */
  const open = async (role = 'engineer') => {
    const ana = await openPages(openTestStore, { role })
    const join = async (name: string, theirRole: string) => {
      const { db } = ana.store
      const userId = await addPerson(db, { email: `${name}@example.com`, name, role: theirRole })
      const session = await beginSession(db, userId, { address: '127.0.0.1' }, ana.deps.clock())
      const { csrf_token } = await db
        .selectFrom('sessions')
        .select('csrf_token')
        .where('user_id', '=', userId)
        .executeTakeFirstOrThrow()
      const headers = { Cookie: `sid=${session}`, 'Sec-Fetch-Site': 'same-origin' }
      return {
        read: async (path: string) => await (await ana.app.request(path, { headers })).text(),
        submit: async (path: string, form: Record<string, string>) =>
          await ana.app.request(path, {
            method: 'POST',
            headers,
            body: new URLSearchParams({ _csrf: csrf_token, ...form }),
          }),
      }
    }
    return { ...ana, join }
  }
  const save = { name: 'Ours, worst', query: 'severity=S1&status=open' }

  test('a filter is saved under a name and is a link from then on', async () => {
    const { submit, read } = await open()
    expect(await read('/defects?status=open&severity=S1')).toContain('Save view…')
    const saved = await submit('/defects/views', { ...save, query: '?severity=S1&status=open&evil=1' })
    expect([saved.status, saved.headers.get('Location')]).toEqual([303, '/defects?status=open&severity=S1'])
    const page = await read('/defects?severity=S1&status=open')
    expect(page).toContain('<a href="/defects?status=open&amp;severity=S1" aria-current="page">Ours, worst</a>')
    expect(page).not.toContain('Save view…')
  })

  test('others see it only when it is shared, and cannot change it', async () => {
    const { submit, read, join } = await open()
    const ben = await join('Ben', 'engineer')
    await submit('/defects/views', save)
    expect(await ben.read('/defects')).not.toContain('Ours, worst')
    await submit('/defects/views/change', { id: '1', do: 'edit', name: 'Everybody’s', shared: 'yes' })
    expect(await ben.read('/defects')).toContain('Everybody’s')
    for (const form of [{ do: 'edit', name: 'Mine now' }, { do: 'delete' }] as const)
      expect((await ben.submit('/defects/views/change', { id: '1', ...form })).status).toBe(422)
    expect(await read('/defects')).toContain('Everybody’s')
    const cleo = await join('Cleo', 'admin')
    expect((await cleo.submit('/defects/views/change', { id: '1', do: 'delete' })).status).toBe(303)
    expect(await read('/defects')).not.toContain('Everybody’s')
  })

  test('what is not shared is nobody else’s to begin with or to delete', async () => {
    const { submit, join } = await open()
    const cleo = await join('Cleo', 'admin')
    await submit('/defects/views', save)
    for (const what of ['begin-with', 'delete'])
      expect((await cleo.submit('/defects/views/change', { id: '1', do: what })).status).toBe(422)
  })

  test('one can be begun with, until it is gone or no longer shared', async () => {
    const { submit, visit, join } = await open()
    const ben = await join('Ben', 'viewer')
    await submit('/defects/views', { ...save, shared: 'yes' })
    await submit('/defects/views/change', { id: '1', do: 'begin-with' })
    await ben.submit('/defects/views/change', { id: '1', do: 'begin-with' })
    const leadsTo = async () => (await visit('/defects')).headers.get('Location')
    expect(await leadsTo()).toBe('/defects?status=open&severity=S1')
    expect((await visit('/defects?view=open')).status).toBe(200)
    await submit('/defects/views/change', { id: '1', do: 'edit', name: 'Mine', shared: '' })
    expect(await ben.read('/defects')).toContain('<h1')
    await submit('/defects/views/change', { do: 'begin-with-open' })
    expect(await leadsTo()).toBeNull()
    await submit('/defects/views/change', { id: '1', do: 'begin-with' })
    await submit('/defects/views/change', { id: '1', do: 'delete' })
    expect(await leadsTo()).toBeNull()
  })

  test('those who may only read keep views, but share none', async () => {
    const { submit, read } = await open('viewer')
    expect((await submit('/defects/views', save)).status).toBe(303)
    expect(await read('/defects')).toContain('Ours, worst')
    expect((await submit('/defects/views', { ...save, name: 'Two', shared: 'yes' })).status).toBe(422)
    expect((await submit('/defects/views/change', { id: '1', do: 'edit', name: 'X', shared: 'yes' })).status).toBe(422)
  })

  test.each([
    [{ ...save, name: ' ' }, 'Give the view a name.'],
    [save, 'You have a view called ‘Ours, worst’ already.'],
  ])('%j is refused', async (form, reason) => {
    const { submit } = await open()
    await submit('/defects/views', save)
    const refused = await submit('/defects/views', form)
    expect(refused.status).toBe(422)
    expect(textOf(await refused.text())).toContain(`Nothing was changed. ${reason}`)
  })

  test('there are fifty of one person at most', async () => {
    const { submit } = await open()
    for (let i = 0; i < 50; i++) await submit('/defects/views', { ...save, name: `View ${i}` })
    const refused = await submit('/defects/views', { ...save, name: 'One more' })
    expect(textOf(await refused.text())).toContain('50 views')
  })
})
