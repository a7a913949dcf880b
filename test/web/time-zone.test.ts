import { expect, test } from 'vitest'
import { openPages } from '../support/pages.ts'
import { describeOnEachEngine } from '../support/stores.ts'

describeOnEachEngine('the time zone of a person', (openTestStore) => {
  const open = (role?: string) => openPages(openTestStore, role ? { role } : {})

  test('is UTC until they choose, and then theirs on every page', async () => {
    const pages = await open()
    expect(await pages.read('/')).toContain('data-zone="UTC"')
    const saved = await pages.submit('/account/time-zone', { zone: 'Asia/Tokyo' })
    expect([saved.status, saved.headers.get('Location')]).toEqual([303, '/account'])
    const account = await pages.read('/account')
    expect(account).toContain('data-zone="Asia/Tokyo"')
    expect(account).toMatch(/<option value="Asia\/Tokyo" selected="">/)
  })

  test('moves the times, but not the full ones in their titles', async () => {
    const pages = await open()
    await pages.submit('/defects/new', {
      title: 'Checkout fails',
      severity: 'S2',
      seenAt: new Date(pages.deps.clock() - 3 * 86_400_000).toISOString().slice(0, 16),
    })
    const [, utc] = /title="([^"]+)" class="nw">/.exec(await pages.read('/defects')) ?? []
    const shownIn = async (zone: string) => {
      await pages.submit('/account/time-zone', { zone })
      const [, text] = new RegExp(`title="${utc}" class="nw">([^<]+)<`).exec(await pages.read('/defects')) ?? []
      return text
    }
    const hour = new Date(utc ?? '').getUTCHours()
    const there = (hours: number) => String((hour + hours + 24) % 24).padStart(2, '0')
    expect(await shownIn('UTC')).toMatch(new RegExp(` ${there(0)}:`))
    expect(await shownIn('Asia/Tokyo')).toMatch(new RegExp(` ${there(9)}:`))
    expect(await shownIn('America/Bogota')).toMatch(new RegExp(` ${there(-5)}:`))
  })

  test('is that of the times people enter', async () => {
    const pages = await open()
    await pages.submit('/account/time-zone', { zone: 'Asia/Tokyo' })
    expect(await pages.read('/defects/new')).toContain('Seen at (Asia/Tokyo)')
    await pages.submit('/defects/new', { title: 'Late night', severity: 'S3', seenAt: '2026-03-02T08:30' })
    const seen = () =>
      pages.store.db.selectFrom('defects').select(['first_seen_at', 'mitigated_at']).executeTakeFirstOrThrow()
    expect((await seen()).first_seen_at).toBe(Date.parse('2026-03-01T23:30:00Z'))
    await pages.submit('/defects/PF-1/times', { time: 'mitigated', at: '2026-03-02T10:15' })
    expect((await seen()).mitigated_at).toBe(Date.parse('2026-03-02T01:15:00Z'))
  })

  test('may be chosen by those who may only read, and the one the browser is in has a button of its own', async () => {
    const pages = await open('viewer')
    await pages.submit('/account/time-zone', { zone: 'UTC', suggested: 'Europe/Berlin' })
    expect(await pages.read('/account')).toContain('data-zone="Europe/Berlin"')
  })

  test('is refused when the server does not know it', async () => {
    const pages = await open()
    const refused = await pages.submit('/account/time-zone', { zone: 'Mars/Olympus' })
    expect(refused.status).toBe(422)
    expect(await refused.text()).toContain('does not know that time zone')
    expect(await pages.read('/account')).toContain('data-zone="UTC"')
  })

  test('is UTC again where this runtime knows it no longer', async () => {
    const pages = await open()
    await pages.store.db.updateTable('users').set({ time_zone: 'Old/Name' }).execute()
    expect(await pages.read('/')).toContain('data-zone="UTC"')
  })
})
