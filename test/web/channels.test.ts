import { describe, expect, test } from 'vitest'
import { EVENTS } from '../../src/core/notifications/announcement.ts'
import { announce } from '../../src/operations/notifications/announce.ts'
import { CHANNEL_KINDS } from '../../src/outbound/channels/index.ts'
import { listChannels } from '../../src/store/notifications/channels.ts'
import { listNotifications } from '../../src/store/notifications/notifications.ts'
import { aSuspicion } from '../support/channels.ts'
import { ADDRESS_SECRET, startReceiver } from '../support/fake-receiver.ts'
import { type HistoryPages, openHistory } from '../support/history-pages.ts'
import { YES } from '../support/pages.ts'
import { describeOnEachEngine, testStoresOn } from '../support/stores.ts'

const NEW = '/admin/channels/new'
const WISH = { name: '#checkout', kind: 'slack', leastSeverity: 'S2', cap: '20', digest: '0', enabled: '1' }

/** The page of channels over a server that may call this machine. */
const openChannels = (openTestStore = testStoresOn('sqlite'), role = 'admin') =>
  openHistory(openTestStore, { role, env: { OUTBOUND_ALLOW: '127.0.0.1' } })

const saved = async (pages: HistoryPages) => {
  const [channel] = await listChannels(pages.store.db)
  if (!channel) throw new Error('no channel')
  return channel
}

describeOnEachEngine('the channels', (openTestStore) => {
  test('are made, tested and shown without what is secret of them', async () => {
    const pages = await openChannels(openTestStore)
    const receiver = await startReceiver()
    const made = await pages.submit(NEW, { ...WISH, url: receiver.url, events: 'defect-attributed' })
    expect([made.status, made.headers.get('location')]).toEqual([303, '/admin/channels'])
    const { id, sealedSecret, settingsJson } = await saved(pages)
    expect(sealedSecret + settingsJson).not.toContain(ADDRESS_SECRET)
    const before = await pages.read('/admin/channels')
    expect(before).toContain('Not tried')

    const tested = await pages.submit(`/admin/channels/${id}/test`, {})
    expect(tested.headers.get('location')).toMatch(/^\/admin\/channels\?tested=\d+$/)
    expect(receiver.got).toHaveLength(1)
    const after = await pages.read(tested.headers.get('location') ?? '')
    expect(after).toContain('#checkout took the test.')
    expect(after).toContain('Working')

    receiver.mood = 'quotes its address'
    const failing = await pages.submit(`/admin/channels/${id}/test`, {})
    const failed = await pages.read(failing.headers.get('location') ?? '')
    expect(failed).toContain('The test did not reach #checkout. It answered 404.')
    expect(failed).toContain('Failing')

    const form = await pages.read(`/admin/channels/${id}`)
    const everything = before + after + failed + form + JSON.stringify(pages.logged)
    expect(everything).not.toContain(ADDRESS_SECRET)
    expect(form).toContain('Left empty, it stays as it is.')
  })

  test('are set anew, keep their address when none is entered, and are removed', async () => {
    const pages = await openChannels(openTestStore)
    const receiver = await startReceiver()
    await pages.submit(NEW, { ...WISH, url: receiver.url })
    const before = await saved(pages)
    const set = await pages.submit(`/admin/channels/${before.id}`, {
      ...WISH,
      name: '#billing',
      url: '',
      events: 'lock-set',
      services: 'billing\n billing \nledger',
      environments: 'production',
      cap: '5',
      digest: '60',
      enabled: '',
    })
    expect(set.status).toBe(303)
    expect(await saved(pages)).toMatchObject({
      name: '#billing',
      subscription: {
        events: ['lock-set'],
        services: ['billing', 'ledger'],
        environments: ['production'],
        leastSeverity: 'S2',
      },
      capPerHour: 5,
      digestMinutes: 60,
      enabled: false,
    })
    await pages.submit(`/admin/channels/${before.id}/test`, {})
    expect(receiver.got).toHaveLength(1)
    expect((await pages.submit(`/admin/channels/${before.id}/removal`, { ...YES, typedName: '#billing' })).status).toBe(
      303,
    )
    expect(await listChannels(pages.store.db)).toEqual([])
  })

  test('show what failed, and have it sent again', async () => {
    const pages = await openChannels(openTestStore)
    const receiver = await startReceiver()
    await pages.submit(NEW, { ...WISH, url: receiver.url, events: 'defect-attributed' })
    const now = pages.deps.clock()
    const title = '<script>alert(1)</script> \u202Eexe'
    const fact = aSuspicion({ at: now, defect: { id: 7, title, severity: 'S1' } })
    await pages.store.transaction((trx) => announce(trx, fact, now))
    const { id } = await pages.store.db
      .updateTable('notifications')
      .set({ state: 'failed', due_at: null, finished_at: now, reason: 'It answered 404.' })
      .returning('id')
      .executeTakeFirstOrThrow()
    const html = await pages.read('/admin/channels?failed=1')
    expect(html).toContain('It answered 404.')
    expect(html).not.toContain('<script>alert(1)')
    expect(html).toContain('[U+202E]exe')
    await pages.submit(`/admin/channels/messages/${id}/resending`, {})
    const [again] = await listNotifications(pages.store.db, { limit: 1 })
    expect(again).toMatchObject({ id, state: 'ready', dueAt: now, reason: undefined })
  })
})

describe('a channel', () => {
  test('whose address leads where nothing of ours may go is refused', async () => {
    const pages = await openChannels()
    for (const url of [
      'http://169.254.169.254/latest/meta-data',
      'https://127.0.0.2/services/x',
      'https://[::1]/x',
      'https://10.0.0.7/x',
      'http://chat.example/x',
      'https://ana:geheim@chat.example/x',
      'https://chat.example:9200/x',
      'file:///etc/passwd',
      'nothing',
      '',
    ]) {
      const answer = await pages.submit(NEW, { ...WISH, url })
      expect([url, answer.status]).toEqual([url, 422])
      expect(await answer.text()).not.toContain('geheim')
    }
  })

  test('keeps what was typed when it is refused', async () => {
    const pages = await openChannels()
    const refused = await pages.submit(NEW, {
      ...WISH,
      name: '',
      cap: '0',
      services: 'billing',
      url: 'https://a.example/x',
    })
    expect(refused.status).toBe(422)
    const html = await refused.text()
    expect(html).toContain('Name: is needed')
    expect(html).toContain('>billing</textarea>')
    expect(html).not.toContain('https://a.example/x')
  })

  test('needs a name of its own', async () => {
    const pages = await openChannels()
    const url = 'https://a.example/x'
    expect((await pages.submit(NEW, { ...WISH, url })).status).toBe(303)
    const again = await pages.submit(NEW, { ...WISH, url })
    expect(again.status).toBe(422)
    expect(await again.text()).toContain('another channel is called so')
  })

  test('that sends mail needs a mail server', async () => {
    const pages = await openChannels()
    const refused = await pages.submit(NEW, { ...WISH, kind: 'mail', to: 'ana@b.example' })
    expect(await refused.text()).toContain('there is no mail server')
  })

  test('that signs gets a key, which is shown once', async () => {
    const pages = await openChannels()
    const made = await pages.submit(NEW, { ...WISH, kind: 'webhook', url: 'https://a.example/x' })
    const [key] = /whsec_[A-Za-z0-9+/=]+/.exec(await made.text()) ?? []
    expect(key).toBeDefined()
    const { id } = await saved(pages)
    expect(await pages.read(`/admin/channels/${id}`)).not.toContain(key)
    expect(await pages.read('/admin/channels')).not.toContain(key)
  })

  test('is for admins', async () => {
    const pages = await openChannels(undefined, 'member')
    for (const path of ['/admin/channels', NEW]) expect((await pages.visit(path)).status).toBe(403)
    for (const path of [NEW, '/admin/channels/1', '/admin/channels/1/test', '/admin/channels/1/removal'])
      expect([path, (await pages.submit(path, WISH)).status]).toEqual([path, 403])
    expect((await pages.submit('/admin/channels/messages/1/resending', {})).status).toBe(403)
    expect(await listChannels(pages.store.db)).toEqual([])
  })
})

test('there is a form for every kind, with every event', async () => {
  const pages = await openChannels()
  for (const { kind, label, fields } of CHANNEL_KINDS) {
    const html = await pages.read(`${NEW}?kind=${kind}`)
    expect(html).toContain(`Told through ${label}.`)
    for (const { name } of fields) expect(html).toContain(`id="f-${name}"`)
    for (const event of EVENTS) expect(html).toContain(`value="${event}"`)
  }
})
