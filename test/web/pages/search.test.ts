import { expect, test } from 'vitest'
import { insertEmergency } from '../../../src/store/emergency/emergencies.ts'
import { day } from '../../support/factories.ts'
import { openPages, textOf } from '../../support/pages.ts'
import { describeOnEachEngine } from '../../support/stores.ts'

describeOnEachEngine('searching', (openTestStore) => {
  const open = async (role = 'admin') => {
    const pages = await openPages(openTestStore, { role })
    const send = async (path: string, items: object[]) => {
      const answer = await pages.post(path, items)
      if (!answer.ok) throw new Error(await answer.text())
    }
    const deployed = (service: string, version: string, finishedAt: string) => ({
      id: `${service}-${version}`,
      service,
      version,
      environment: 'production',
      status: 'succeeded',
      finishedAt,
    })
    await send('/api/v1/deployments', [
      deployed('checkout-api', '4.17.0', '2026-01-18T10:00:00Z'),
      deployed('checkout-api', '4.18.0', '2026-01-19T10:00:00Z'),
      deployed('ledger', 'v4.18.3', '2026-01-19T11:00:00Z'),
    ])
    await send('/api/v1/defects', [
      { id: 'a', title: 'CheckoutTimeout when paying', service: 'checkout-api', severity: 'S1' },
      { id: 'b', title: 'Ledger is <b>late</b>', service: 'ledger', severity: 'S3' },
    ])
    const suggest = async (typed: string) => {
      const answer = await pages.visit(`/search/suggest?q=${encodeURIComponent(typed)}`, { part: true })
      const html = await answer.text()
      expect(answer.status, html).toBe(200)
      return [...html.matchAll(/role="option"[^>]* href="([^"]*)"/g)].map(([, href]) => href as string)
    }
    return { ...pages, suggest }
  }

  test('a number leads to its defect first, then to its delivery', async () => {
    const { suggest } = await open()
    expect(await suggest('PF-1')).toEqual(['/defects/PF-1'])
    expect((await suggest('1')).slice(0, 2)).toEqual(['/defects/PF-1', '/deliveries/1'])
    expect(await suggest('PF-999')).toEqual([])
  })

  test('an emergency release is found by its number, and first of all while it is under way', async () => {
    const { suggest, store, visit } = await open()
    const { id: serviceId } = await store.db
      .selectFrom('services')
      .select('id')
      .where('name', '=', 'checkout-api')
      .executeTakeFirstOrThrow()
    const { id: environmentId } = await store.db.selectFrom('environments').select('id').executeTakeFirstOrThrow()
    const id = await insertEmergency(store.db, {
      serviceId,
      environmentId,
      strategy: 'rollback',
      fromVersion: '4.18.0',
      targetVersion: '4.17.0',
      baseVersion: undefined,
      ref: undefined,
      reason: 'Nobody can pay',
      checks: [],
      formKey: 'a',
      openedBy: 'user:1',
      openedName: 'Ana',
      openedAt: day(90),
      defectIds: [],
    })
    const path = `/emergency/ER-${id}`
    expect(await suggest(`ER-${id}`)).toEqual([path])
    for (const typed of ['ER', 'checkout', '']) expect((await suggest(typed))[0]).toBe(path)
    expect((await visit(`/search?q=er-${id}`)).headers.get('Location')).toBe(path)
    expect(await suggest('ER-99')).toEqual([])
  })

  test('services come before releases, releases before defects', async () => {
    const { suggest } = await open()
    expect(await suggest('checkout')).toEqual([
      '/services/checkout-api',
      '/releases/checkout-api/4.18.0',
      '/releases/checkout-api/4.17.0',
      '/defects/PF-1',
    ])
  })

  test('a release is found by its version, with and without its service, a v before it or not', async () => {
    const { suggest } = await open()
    const both = ['/releases/ledger/v4.18.3', '/releases/checkout-api/4.18.0']
    expect((await suggest('4.18')).filter((href) => href.startsWith('/releases')).sort()).toEqual(both.sort())
    expect(await suggest('checkout-api@4.18.0')).toEqual(['/releases/checkout-api/4.18.0'])
    expect(await suggest('ledg 4')).toContain('/releases/ledger/v4.18.3')
    expect(await suggest('ledg 4')).not.toContain('/releases/checkout-api/4.18.0')
  })

  test('the version itself comes first, then those below it, and numbers apart are no version', async () => {
    const { suggest, post } = await open()
    const at = (minute: number) => ({ environment: 'production', finishedAt: `2026-02-01T10:0${minute}:00Z` })
    const versions = ['3.1', '3.1.4', '3.1-rc.1', '3.10.0', '13.1.0']
    await post(
      '/api/v1/deployments',
      versions.map((version, i) => ({ service: 'ledger', version, ...at(i) })),
    )
    await post('/api/v1/deployments', [{ service: 'tier3-web1', version: '9', ...at(9) }])
    await post('/api/v1/defects', [
      { id: 'c', title: 'Three of 3 in 1', service: 'ledger' },
      { id: 'd', title: 'Ledger 3.1 loses a cent', service: 'ledger' },
    ])
    expect(await suggest('3.1')).toEqual([
      ...['/releases/ledger/3.1', '/releases/ledger/3.1-rc.1', '/releases/ledger/3.1.4', '/releases/ledger/3.10.0'],
      '/defects/PF-4',
    ])
    expect((await suggest('ledger 3.1'))[0]).toBe('/releases/ledger/3.1')
    expect(await suggest('3 1')).toContain('/services/tier3-web1')
  })

  test('a version is found with letters before it, and by them', async () => {
    const { suggest, post } = await open()
    await post('/api/v1/defects', [
      { id: 'v', title: 'Broken since v3.1', service: 'ledger' },
      { id: 'h', title: 'Upgrade of hive3.1.2 hangs', service: 'ledger' },
      { id: 'o', title: 'Only v13.1 and a3 and b1', service: 'ledger' },
    ])
    for (const typed of ['3.1', 'v3.1'])
      expect((await suggest(typed)).sort()).toEqual(['/defects/PF-3', '/defects/PF-4'])
    expect(await suggest('hive3.1')).toEqual(['/defects/PF-4'])
    expect(await suggest('v4.18.0')).toEqual(['/releases/checkout-api/4.18.0'])
    expect(await suggest('v4.18.3')).toEqual(['/releases/ledger/v4.18.3'])
  })

  test('a defect is found by parts of its words', async () => {
    const { suggest } = await open()
    expect(await suggest('timeout PAY')).toEqual(['/defects/PF-1'])
  })

  test('pages and starts of tasks are found by name, and listed when nothing was typed', async () => {
    const { suggest } = await open()
    expect(await suggest('time zone')).toContain('/account#time-zone')
    expect(await suggest('new def')).toEqual(['/defects/new'])
    expect(await suggest('')).toHaveLength(8)
  })

  test('what is called as typed has a place beside many defects whose titles have the word', async () => {
    const { suggest, post } = await open('engineer')
    const many = Array.from({ length: 12 }, (_, i) => ({ id: `r${i}`, title: `Report ${i} fails`, severity: 'S1' }))
    expect((await post('/api/v1/defects', many)).ok).toBe(true)
    const found = await suggest('repo')
    expect(found).toHaveLength(8)
    expect(found.slice(-2)).toEqual(['/reports', '/defects/new'])
    expect(found[0]).toMatch(/^\/defects\/PF-/)
  })

  test('what is for admins is offered to nobody else', async () => {
    const admins = await open()
    expect(await admins.suggest('users')).toEqual(['/admin/users'])
    expect((await admins.suggest('admin'))[0]).toBe('/admin')
    const others = await open('release-manager')
    for (const typed of ['users', 'admin', 'system']) expect(await others.suggest(typed)).toEqual([])
    expect(await others.read('/search?q=users')).not.toContain('/admin/users')
  })

  test.each([
    '%',
    '_',
    '"',
    "'",
    '\\',
    '*',
    '( OR',
    ':*',
    '--',

    '🙂',
    'a'.repeat(3000),
    '<script>',
    ' @ ',
  ])('typing %j is no error', async (typed) => {
    const { suggest } = await open()
    await suggest(typed)
  })

  test('the page groups what it found, shows text as text, and works for a number', async () => {
    const { read, visit } = await open()
    const page = await read('/search?q=ledger')
    expect(page).toContain('Ledger is &lt;b&gt;late&lt;/b&gt;')
    const text = textOf(page)
    for (const group of ['Services', 'Releases', 'Defects']) expect(text).toContain(group)
    const named = await visit('/search?q=pf-2')
    expect([named.status, named.headers.get('Location')]).toEqual([303, '/defects/PF-2'])
    expect(textOf(await read('/search?q=zzz'))).toContain('Nothing is called ‘zzz’')
  })
})
