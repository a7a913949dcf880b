import { expect, test } from 'vitest'
import { SecretBox } from '../../../src/operations/access/secret-box.ts'
import { serviceOf, setSourceService } from '../../../src/operations/sources/source-service.ts'
import { createSource, SourceRefused } from '../../../src/operations/sources/sources-admin.ts'
import { listAuditChain } from '../../../src/store/audit/audit-entries.ts'
import { findSourceBySlug, type SourceRow } from '../../../src/store/sources/sources.ts'
import { day } from '../../support/factories.ts'
import { describeOnEachEngine } from '../../support/stores.ts'

const NOW = day(1)
const box = new SecretBox(new Uint8Array(32).fill(1))

describeOnEachEngine('what a source reports for', (openTestStore) => {
  const open = async () => {
    const store = await openTestStore()
    await createSource(store, box, { kind: 'sentry-sdk', slug: 'shop' }, NOW)
    const service = async () => serviceOf(store.db, (await findSourceBySlug(store.db, 'shop')) as SourceRow)
    const told = async () =>
      (await listAuditChain(store.db, 0, 100))
        .filter(({ action }) => action === 'source.changed')
        .map(({ changeJson }) => JSON.parse(changeJson ?? '{}'))
    return { store, service, told }
  }

  test('is set, and its slug again, each with its entry', async () => {
    const { store, service, told } = await open()
    await setSourceService(store, 'shop', 'acme/shop', { now: NOW })
    expect(await service()).toBe('acme/shop')
    await setSourceService(store, 'shop', 'acme/shop', { now: NOW })
    await setSourceService(store, 'shop', undefined, { now: NOW })
    expect(await service()).toBe('shop')
    expect(await told()).toEqual([
      { service: { from: 'shop', to: 'acme/shop' } },
      { service: { from: 'acme/shop', to: 'shop' } },
    ])
  })

  test('is refused when it is no name, and for senders that say it themselves', async () => {
    const { store, service, told } = await open()
    await createSource(store, box, { kind: 'github' }, NOW)
    const wanted = { now: NOW }
    for (const name of [' shop', 'shop\n', 'x'.repeat(201)])
      await expect(setSourceService(store, 'shop', name, wanted)).rejects.toThrow(SourceRefused)
    await expect(setSourceService(store, 'github', 'shop', wanted)).rejects.toThrow(/says itself/)
    await expect(setSourceService(store, 'nobody', 'shop', wanted)).rejects.toThrow(/no source/)
    expect([await service(), await told()]).toEqual(['shop', []])
  })
})
