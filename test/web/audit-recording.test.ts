import { expect, test } from 'vitest'
import { listAuditChain } from '../../src/store/audit/audit-entries.ts'
import { day } from '../support/factories.ts'
import { deployed, openHistory } from '../support/history-pages.ts'
import { YES } from '../support/pages.ts'
import { describeOnEachEngine } from '../support/stores.ts'

const PLACE = { service: 'checkout-api', environment: 'production' }

describeOnEachEngine('what somebody changes on a page is in the audit log', (openTestStore) => {
  test('by who asked, with what it was, and without any secret', async () => {
    const pages = await openHistory(openTestStore, { role: 'admin' })
    await pages.tell('deployments', deployed('a', day(1)))
    await pages.tell('defects', { ...PLACE, title: 'Capture fails', id: 'A' }, { ...PLACE, title: 'Other', id: 'B' })
    const before = (await listAuditChain(pages.store.db, 0, 1_000)).length
    const names = '/setup/sources/hub'
    const forms: readonly (readonly [path: string, form: Record<string, string>, action: string, subject: string])[] = [
      ['/setup/github', { slug: 'hub' }, 'source.created', 'source hub'],
      ['/setup/github/secret', { slug: 'hub' }, 'source.secret-changed', 'source hub'],
      ['/setup/sources/hub/receiving/rate', { perSecond: '9', burst: '' }, 'source.rate-changed', 'source hub'],
      [
        `${names}/rules`,
        { field: 'repository', pattern: 'a/*', service: 'shop' },
        'source.rules-changed',
        'source hub',
      ],
      [`${names}/default`, { default: 'shop' }, 'source.rules-changed', 'source hub'],
      [`${names}/replay`, {}, 'source.reread', 'source hub'],
      [
        `${names}/identity`,
        { kind: 'fields', name: 'incident', fields: 'a', do: 'save' },
        'source.identity-rules-changed',
        'source hub',
      ],
      ['/defects/1/severity', { severity: 'S1' }, 'defect.severity-changed', 'defect 1'],
      ['/defects/1/comments', { text: 'canary of a comment' }, 'defect.commented', 'defect 1'],
      [
        '/calendar/planned/new',
        { service: 'checkout-api', version: 'c/1', kind: '', plannedAt: '2026-12-24T10:00' },
        'release.planned',
        'release checkout-api c/1',
      ],
      ['/defects/1/merge', { into: 'PF-2', reason: 'The same' }, 'defects.merged', 'defect 2'],
      ['/emergency/locks', { ...PLACE, reason: 'Stocktaking' }, 'lock.set', 'lock 1'],
      ['/emergency/locks/1/release', {}, 'lock.released', 'lock 1'],
      [
        '/emergency/settings/targets',
        { ...PLACE, kind: 'gitlab', project: 'shop/checkout-api', secret: 'canary-of-gitlab' },
        'ci-target.changed',
        'ci-target 1',
      ],
      ['/emergency/settings/targets/1/removal', YES, 'ci-target.removed', 'ci-target 1'],
      [
        '/emergency/settings/policies',
        { environment: 'production', ownRequests: 'allowed', quietMinutes: '5' },
        'emergency.policy-changed',
        'environment production',
      ],
      [
        '/emergency/new',
        { ...PLACE, strategy: 'hotfix', version: 'b', reason: 'It fails', key: 'once' },
        'emergency.stepped',
        'emergency 1',
      ],
    ]
    for (const [path, form] of forms) {
      const { status } = await pages.submit(path, form)
      expect([path, status]).toEqual([path, expect.toSatisfy((n: number) => n < 400)])
    }
    const entries = (await listAuditChain(pages.store.db, before, 1_000)).filter(
      ({ actorKind }) => actorKind === 'person',
    )
    expect(entries.map(({ action, subjectKind, subjectId }) => [action, `${subjectKind} ${subjectId}`])).toEqual(
      forms.map(([, , action, subject]) => [action, subject]),
    )
    for (const entry of entries)
      expect(entry).toMatchObject({ actorId: 'user:1', actorName: 'Ana', address: 'unknown' })
    expect(JSON.stringify(entries)).not.toContain('canary')
  })

  test('also what a program does with an API token', async () => {
    const api = await openHistory(openTestStore)
    await api.tell('defects', { ...PLACE, title: 'Capture fails' })
    const answer = await api.app.request('/api/v1/defects/PF-1', {
      method: 'PATCH',
      headers: { Authorization: `Bearer ${await api.token('defects:write')}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ severity: 'S1' }),
    })
    expect(answer.status).toBe(200)
    expect((await listAuditChain(api.store.db, 0, 100)).at(-1)).toMatchObject({
      actorKind: 'token',
      action: 'defect.severity-changed',
      changeJson: expect.stringContaining('"to":"S1"'),
    })
  })

  test('what was refused is not', async () => {
    const pages = await openHistory(openTestStore, { role: 'admin' })
    const before = (await listAuditChain(pages.store.db, 0, 100)).length
    await pages.submit('/setup/github', { slug: 'No slug!' })
    await pages.submit('/emergency/locks', { ...PLACE, reason: '' })
    expect(await listAuditChain(pages.store.db, before, 100)).toEqual([])
  })

  test('and leads there and back for who may read it', async () => {
    const pages = await openHistory(openTestStore, { role: 'admin' })
    await pages.tell('defects', { ...PLACE, title: 'Capture fails', id: 'A' })
    await pages.submit('/defects/1/comments', { text: 'canary of a comment' })
    await pages.submit('/calendar/planned/new', {
      service: 'checkout-api',
      version: 'c/1',
      plannedAt: '2026-12-24T10:00',
    })
    await pages.submit('/emergency/new', { ...PLACE, strategy: 'hotfix', version: 'b', reason: 'It fails', key: 'k' })
    expect(await (await pages.visit('/defects/PF-1')).text()).toContain('href="/admin/audit?subject=defect:1"')
    expect(await (await pages.visit('/emergency/ER-1')).text()).toContain('href="/admin/audit?subject=emergency:1"')
    const log = await (await pages.visit('/admin/audit')).text()
    for (const path of ['/defects/PF-1', '/emergency/ER-1', '/releases/checkout-api/c%2F1'])
      expect(log).toContain(`<a href="${path}">`)
    expect(log).not.toContain('canary')
    await pages.store.db.updateTable('users').set({ role: 'release-manager' }).execute()
    for (const path of ['/defects/PF-1', '/emergency/ER-1'])
      expect(await (await pages.visit(path)).text()).not.toContain('/admin/audit')
  })
})
