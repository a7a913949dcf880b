import { describe, expect, test } from 'vitest'
import type { LookResult } from '../../../src/core/inbound/gap-repair.ts'
import { NOTHING_MORE } from '../../../src/core/outbound-rule.ts'
import { turnRepairOn } from '../../../src/operations/intake/repair-admin.ts'
import { listSilentSources } from '../../../src/operations/sources/silent-sources.ts'
import { addSourceSecret, createSource } from '../../../src/operations/sources/sources-admin.ts'
import { claimAsk } from '../../../src/store/inbox/redeliveries.ts'
import { claimLook, concludeLook, listRepairs } from '../../../src/store/sources/source-repairs.ts'
import { noteDelivered } from '../../../src/store/sources/source-rhythm.ts'
import { findSourceBySlug, noteSecretUsed } from '../../../src/store/sources/sources.ts'
import { listSourceStates } from '../../../src/web/pages/source-states.ts'
import { day, hours } from '../../support/factories.ts'
import { openPages, type Pages, textOf } from '../../support/pages.ts'
import { describeOnEachEngine, testStoresOn } from '../../support/stores.ts'

const NOW = day(100)
const HOOK = 'https://api.github.com/repos/acme/shop/hooks/1'

async function githubId({ store }: Pages): Promise<number> {
  return (await findSourceBySlug(store.db, 'github'))?.id ?? 0
}

async function repairFound(pages: Pages, result: Partial<LookResult>): Promise<void> {
  const { store, deps } = pages
  const parts = { secretBox: deps.secretBox, allow: NOTHING_MORE }
  await turnRepairOn(store, parts, 'github', { hookUrl: HOOK, token: 'canary-token' }, NOW)
  const [repair] = await listRepairs(store.db)
  if (!repair) throw new Error('repair is off')
  await claimLook(store.db, repair, NOW + 1)
  await concludeLook(store.db, repair.sourceId, NOW + 1, {
    lookedAt: NOW - hours(0.05),
    nextLookAt: NOW + 1_000,
    settledUntil: undefined,
    failures: 0,
    result: { listed: 9, missing: 0, lost: 0, givenUp: 0, asked: 0, cutShort: false, ...result },
  })
}

describeOnEachEngine('how sources are', (openTestStore) => {
  test('silence is found for each by its own habits, and not for what people send', async () => {
    const pages = await openPages(openTestStore)
    const { store, deps } = pages
    const [id, builtIn] = [await githubId(pages), (await findSourceBySlug(store.db, 'api'))?.id ?? 0]
    expect(await listSilentSources(store.db, NOW)).toEqual([])
    await noteDelivered(store.db, id, [NOW - hours(30)])
    await noteDelivered(store.db, builtIn, [NOW - hours(30)])
    const { id: rare } = await createSource(store, deps.secretBox, { kind: 'github', slug: 'rare' }, NOW)
    await noteDelivered(store.db, rare, [NOW - hours(24 * 21), NOW - hours(40)])
    const { id: often } = await createSource(store, deps.secretBox, { kind: 'github', slug: 'often' }, NOW)
    await noteDelivered(
      store.db,
      often,
      Array.from({ length: 300 }, (_, i) => NOW - hours(5 + i)),
    )
    expect((await listSilentSources(store.db, NOW)).map(({ slug }) => slug)).toEqual(['github', 'often'])
    await store.db.updateTable('sources').set({ enabled: 0 }).where('id', '=', id).execute()
    expect((await listSilentSources(store.db, NOW)).map(({ slug }) => slug)).toEqual(['often'])
  })

  test('secrets, repair and what was asked for come with their source', async () => {
    const pages = await openPages(openTestStore)
    const { store, deps } = pages
    const id = await githubId(pages)
    await addSourceSecret(store, deps.secretBox, 'github', {}, NOW - hours(1))
    const [former] = await store.db.selectFrom('source_secrets').select('id').orderBy('id').execute()
    await noteSecretUsed(store.db, former?.id ?? 0, NOW - 5_000)
    await repairFound(pages, { missing: 1 })
    await claimAsk(store.db, id, { guid: 'a', attemptId: '1', because: 'failed', before: undefined }, NOW)
    const [api, github] = await listSourceStates(store.db, NOW)
    expect(api).toMatchObject({ slug: 'api', repair: undefined, secrets: [], silence: undefined })
    expect(github).toMatchObject({
      slug: 'github',
      secrets: [
        { lastUsedAt: null, expiresAt: null },
        { lastUsedAt: NOW - 5_000, expiresAt: NOW + hours(23) },
      ],
      repair: { hookUrl: HOOK, lookedAt: NOW - hours(0.05), result: { missing: 1 }, asked: 1, arrived: 0 },
    })
  })
})

describe('on the pages', () => {
  const onSqlite = testStoresOn('sqlite')

  test('Set up says that repair is off, and how to turn it on', async () => {
    const pages = await openPages(onSqlite)
    expect(textOf(await pages.read('/setup'))).toContain('/hooks/github None yet None refused of github Off')
    const text = textOf(await pages.read('/setup/github'))
    expect(text).toContain('Gap repair is off')
    expect(text).toContain('source repair github --hook')
    expect(textOf(await pages.read('/setup/cdevents'))).not.toContain('Gap repair')
  })

  test('Set up says what the last look found, and what went wrong', async () => {
    const pages = await openPages(onSqlite)
    await repairFound(pages, {})
    expect(textOf(await pages.read('/setup'))).toMatch(/Nothing missing 3 min ago/)
    expect(textOf(await pages.read('/setup/github'))).toContain(
      `Gap repair at ${HOOK} : looked 3 min ago . Nothing that can still be had is missing.`,
    )
    await repairFound(pages, { missing: 2, lost: 1, givenUp: 3, cutShort: true })
    expect(textOf(await pages.read('/setup'))).toContain('2 missing')
    const found = textOf(await pages.read('/setup/github'))
    expect(found).toContain('2 deliveries are missing. GitHub counts 1 of them as taken')
    expect(found).toContain('3 deliveries did not come, however often asked for. The log goes on')
    await repairFound(pages, { listed: 0, problem: { kind: 'unauthorised' } })
    expect(textOf(await pages.read('/setup'))).toContain('Cannot look')
    const failed = await pages.read('/setup/github')
    expect(textOf(failed)).toContain('GitHub refuses the token')
    expect(failed).not.toContain('canary')
  })

  test('Set up tells when each secret was last used', async () => {
    const pages = await openPages(onSqlite)
    const { store, deps } = pages
    await addSourceSecret(store, deps.secretBox, 'github', {}, NOW - hours(1))
    const [former] = await store.db.selectFrom('source_secrets').select('id').orderBy('id').execute()
    await noteSecretUsed(store.db, former?.id ?? 0, NOW - hours(0.5))
    const text = textOf(await pages.read('/setup/github'))
    expect(text).toMatch(/Secret of \d\d:\d\d , not used yet Former secret, last used 30 min ago ; ends in 23 h/)
  })

  test('a silent source is named on the overview and on Set up', async () => {
    const pages = await openPages(onSqlite)
    await pages.post('/api/v1/deployments', { service: 'a', version: '1', environment: 'production' })
    await noteDelivered(pages.store.db, await githubId(pages), [NOW - hours(50)])
    const overview = await pages.read('/')
    expect(textOf(overview)).toContain('GitHub has stopped delivering')
    expect(overview).toContain('href="/setup#sources"')
    expect(textOf(await pages.read('/setup'))).toContain('2 d ago Silent')
    expect(textOf(await pages.read('/setup/github'))).toContain('It has been silent for too long.')
  })
})
