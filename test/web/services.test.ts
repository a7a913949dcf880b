import { expect, test } from 'vitest'
import { setDependencies } from '../../src/operations/services/set-dependencies.ts'
import { setDetection } from '../../src/operations/services/set-detection.ts'
import { day, hours } from '../support/factories.ts'
import { deployed, iso, openHistory, seen } from '../support/history-pages.ts'
import { textOf } from '../support/pages.ts'
import { describeOnEachEngine, type OpenTestStore } from '../support/stores.ts'

async function someServices(openTestStore: OpenTestStore) {
  const pages = await openHistory(openTestStore)
  await pages.tell(
    'deployments',
    deployed('4.16.0', day(80)),
    deployed('4.17.0', day(85)),
    deployed('4.18.0', day(86), { environment: 'staging' }),
    deployed('2.0', day(81), { service: 'ledger' }),
  )
  await pages.tell(
    'defects',
    seen('Capture fails', day(85) + hours(1), { severity: 'S1', introducedIn: '4.17.0', version: '4.17.0' }),
    seen('Total is stale', day(85) + hours(2), { severity: 'S3' }),
    seen('Fixed one', day(81), { status: 'fixed' }),
    seen('Somebody else’s', day(82), { service: 'ledger' }),
  )
  await setDependencies(pages.store, 'checkout-api', ['ledger'], { now: 0 })
  await setDetection(pages.store, 'ledger', 'shipped', { now: 0 })
  return pages
}

const panel = (page: string, id: string): string =>
  textOf(page.split('<section class="panel"').find((part) => part.includes(`id="${id}"`)) ?? '')

describeOnEachEngine('the page of a service', (openTestStore) => {
  test('says what runs where, its last releases with verdicts, and its open defects', async () => {
    const { read } = await someServices(openTestStore)
    const page = await read('/services/checkout-api')
    expect(panel(page, 'running')).toMatch(/production 4\.17\.0 .*1 behind.*staging 4\.18\.0/)
    const releases = panel(page, 'releases')
    expect(releases).toMatch(
      /4\.18\.0 .*Not in production Never staging 4\.17\.0 .*(Watch|Suspect) .* production 4\.16\.0/,
    )
    const defects = panel(page, 'defects')
    for (const title of ['Capture fails', 'Total is stale']) expect(defects).toContain(title)
    for (const title of ['Fixed one', 'Somebody else’s']) expect(defects).not.toContain(title)
    expect(textOf(page)).toContain('Hosted: we run it')
  })

  test('names what it depends on, and who depends on it', async () => {
    const { read } = await someServices(openTestStore)
    expect(panel(await read('/services/checkout-api'), 'about')).toContain('Depends on ledger Used by nothing stated')
    const ledger = await read('/services/ledger')
    expect(panel(ledger, 'about')).toContain('Used by checkout-api')
    expect(textOf(ledger)).toContain('Shipped: users run it')
  })

  test('has the same numbers of delivery as the trends', async () => {
    const { read } = await someServices(openTestStore)
    const trends = await read('/trends/delivery?service=checkout-api&env=production&range=90d')
    const made = /(\d+ deployments? in \d+ days)/.exec(textOf(trends))?.[1]
    expect(made).toBeDefined()
    expect(panel(await read('/services/checkout-api'), 'delivery')).toContain(made)
  })

  test('says when it is frozen', async () => {
    const pages = await someServices(openTestStore)
    const now = pages.deps.clock()
    await pages.fillIn('/calendar/freezes/new', '/calendar/freezes/new', {
      service: 'ledger',
      environment: 'production',
      from: iso(now - hours(1)).slice(0, 16),
      to: iso(now + hours(9)).slice(0, 16),
      reason: 'Audit',
    })
    expect(textOf(await pages.read('/services/ledger'))).toMatch(/Frozen in production until .*: Audit \(Ana\)/)
    expect(textOf(await pages.read('/services/checkout-api'))).not.toContain('Frozen')
  })

  test('an unknown one is a 404 with names near it', async () => {
    const { read } = await someServices(openTestStore)
    expect(await read('/services/checkout', 404)).toContain('href="/services/checkout-api"')
  })

  test('a strange name has an address too', async () => {
    const { tell, read } = await openHistory(openTestStore)
    await tell('deployments', deployed('1', day(80), { service: 'team/pay & <b>go' }))
    const path = /class="ttl" href="(\/services\/[^"]+)"/.exec(await read('/services'))?.[1] as string
    const page = await read(path)
    expect(textOf(page)).toContain('team/pay & <b>go')
    expect(page).not.toContain('<b>go')
  })
})

describeOnEachEngine('the list of services', (openTestStore) => {
  test('has each with what runs and its open defects', async () => {
    const { read } = await someServices(openTestStore)
    const words = textOf(await read('/services'))
    expect(words).toMatch(/checkout-api Nobody named 4\.17\.0 .* 1 S1 open 0 1 S3 open 0 ledger/)
    expect(words).toContain('Shipped')
    expect(textOf(await read('/services?q=LED'))).not.toContain('checkout-api Nobody')
    expect(textOf(await read('/services?after=x'))).toContain('does not exist')
  })

  test('goes on where the page before ends', async () => {
    const { read, store } = await openHistory(openTestStore)
    const names = Array.from({ length: 120 }, (_, i) => `service-${String(i).padStart(3, '0')}`)
    await store.db
      .insertInto('services')
      .values(names.map((name) => ({ name, owner: null, order_policy: 'semver', repository_url: null, created_at: 0 })))
      .execute()
    const found: string[] = []
    for (let path: string | undefined = '/services'; path; ) {
      const page: string = await read(path)
      found.push(...[...page.matchAll(/class="ttl" href="[^"]+">([^<]+)</g)].map(([, one]) => one as string))
      path = /href="([^"]+)" rel="next"/.exec(page)?.[1]?.replaceAll('&amp;', '&')
    }
    expect(found).toEqual(names)
  })
})
