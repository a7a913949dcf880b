import { expect, test } from 'vitest'
import { openPages, textOf } from '../support/pages.ts'
import { describeOnEachEngine } from '../support/stores.ts'

describeOnEachEngine('changing many defects at once', (openTestStore) => {
  const open = async (n: number, role = 'engineer') => {
    const pages = await openPages(openTestStore, { role })
    const items = Array.from({ length: n }, (_, i) => ({ id: `d${i}`, title: `Fault ${i}`, severity: 'S3' }))
    const answer = await pages.post('/api/v1/defects', items)
    if (!answer.ok) throw new Error(await answer.text())
    const change = async (ids: readonly (number | string)[], form: Record<string, string>) => {
      const body = new URLSearchParams({ _csrf: pages.csrfToken, back: '/defects?status=any', ...form })
      for (const id of ids) body.append('id', String(id))
      return await pages.app.request('/defects/bulk', {
        method: 'POST',
        headers: { Cookie: pages.cookie, 'Sec-Fetch-Site': 'same-origin' },
        body,
      })
    }
    const column = async (name: 'status' | 'severity' | 'assignee_id') => {
      const rows = await pages.store.db.selectFrom('defects').select(['id', name]).orderBy('id').execute()
      return rows.map((row) => row[name])
    }
    const activities = async (kind: string) =>
      await pages.store.db.selectFrom('activities').select(['defect_id', 'actor']).where('kind', '=', kind).execute()
    const said = (answer: Response) =>
      decodeURIComponent(/said=([^;]*)/.exec(answer.headers.get('Set-Cookie') ?? '')?.[1] ?? '')
    return { ...pages, change, column, activities, said }
  }

  test('each is changed and written down for itself; those that are so already are left alone', async () => {
    const { change, column, activities, said } = await open(4)
    const answer = await change([1, 2, 2, 3], { change: 'severity:S1' })
    expect([answer.status, answer.headers.get('Location')]).toEqual([303, '/defects?status=any'])
    expect(said(answer)).toBe('Set the severity to S1 for 3 defects.')
    expect(await column('severity')).toEqual(['S1', 'S1', 'S1', 'S3'])
    expect(said(await change([3, 4], { change: 'severity:S1' }))).toContain('1 defect. 1 defect was so already.')
    expect((await activities('severity')).map(({ defect_id, actor }) => [defect_id, actor])).toEqual(
      [1, 2, 3, 4].map((id) => [id, 'Ana']),
    )
  })

  test('an owner is given and taken', async () => {
    const { change, column } = await open(2)
    await change([1, 2], { change: 'owner:1' })
    expect(await column('assignee_id')).toEqual([1, 1])
    await change([2], { change: 'owner:' })
    expect(await column('assignee_id')).toEqual([1, null])
  })

  test('what is refused is told row by row while the rest is done', async () => {
    const { change, column } = await open(2)
    await change([1], { change: 'status:fixed' })
    const answer = await change([1, 2, 77], { change: 'status:verified' })
    expect(answer.status).toBe(200)
    const text = textOf(await answer.text())
    expect(text).toContain('2 defects not changed')
    expect(text).toContain('Set the status to Verified for 1 defect.')
    expect(text).toContain('PF-2 It is not fixed')
    expect(text).toContain('PF-77 There is no such defect.')
    expect(await column('status')).toEqual(['verified', 'open'])
  })

  test('giving many up needs a reason, as with one', async () => {
    const { change, column } = await open(2)
    expect(textOf(await (await change([1, 2], { change: 'status:wont-fix' })).text())).toContain('Say why')
    await change([1, 2], { change: 'status:wont-fix', reason: 'Old browser' })
    expect(await column('status')).toEqual(['wont-fix', 'wont-fix'])
  })

  test('more than a screen of them is asked about first', async () => {
    const { change, column } = await open(21)
    const ids = Array.from({ length: 21 }, (_, i) => i + 1)
    const question = await (await change(ids, { change: 'status:triaged' })).text()
    expect(textOf(question)).toContain('Set the status to Triaged for 21 defects?')
    expect(new Set(await column('status'))).toEqual(new Set(['open']))
    expect(question.match(/name="id"/g)).toHaveLength(21)
    await change(ids, { change: 'status:triaged', confirmed: 'yes' })
    expect(new Set(await column('status'))).toEqual(new Set(['triaged']))
  })

  test.each<[(string | number)[], string, string]>([
    [[], 'severity:S1', 'Select the defects'],
    [[1], '', 'Choose what to set'],
    [[1], 'status:regressed', 'Choose what to set'],
    [[1], 'owner:99', 'Choose what to set'],
    [['x', '-1'], 'severity:S1', 'Select the defects'],
    [Array.from({ length: 201 }, (_, i) => i + 1), 'severity:S1', '200 are the most'],
  ])('%j and %j change nothing', async (ids, what, reason) => {
    const { change, column, said } = await open(1)
    expect(said(await change(ids, { change: what, confirmed: 'yes' }))).toContain(reason)
    expect([await column('severity'), await column('status')]).toEqual([['S3'], ['open']])
  })

  test('leads back to lists of defects only', async () => {
    const { change } = await open(1)
    const answer = await change([1], { change: 'severity:S1', back: 'https://evil.example/defects' })
    expect(answer.headers.get('Location')).toBe('/defects')
    expect((await change([1], { change: 'severity:S2', back: '/defects/..//evil' })).headers.get('Location')).toBe('/')
  })

  test('those who may only read see no boxes and change nothing', async () => {
    const { change, read, column } = await open(1, 'viewer')
    expect(await read('/defects')).not.toContain('data-row')
    expect((await change([1], { change: 'severity:S1' })).status).toBe(403)
    expect(await column('severity')).toEqual(['S3'])
  })
})
