import { describe, expect, test } from 'vitest'
import { day, hours } from '../support/factories.ts'
import { deployed, iso, openHistory, seen } from '../support/history-pages.ts'
import { textOf } from '../support/pages.ts'
import { describeOnEachEngine } from '../support/stores.ts'

async function withThreeReleases() {
  const pages = await openHistory()
  await pages.tell(
    'deployments',
    deployed('4.16.0', day(80)),
    deployed('4.17.0', day(85), {
      startedAt: iso(day(85) - 3 * 60_000),
      actor: 'CI run 8812',
      url: 'https://ci.example/8812',
      commit: 'a'.repeat(40),
      commits: [{ sha: 'b'.repeat(40), message: 'Retry <captures>', author: 'Ana', at: iso(day(84)) }],
    }),
    deployed('4.18.0', day(90), { environment: 'staging' }),
    deployed('4.18.0', day(90.1), { status: 'failed' }),
  )
  await pages.tell(
    'defects',
    seen('Capture fails', day(85.1), { severity: 'S1', version: '4.17.0' }),
    seen('Total is stale', day(85.2), { severity: 'S3', version: '4.17.0' }),
    seen('Nothing is shown', day(85.3), { severity: 'S2', status: 'fixed', version: '4.17.0' }),
    seen('Somebody else’s', day(85.3), { service: 'search' }),
  )
  return pages
}

const rowOf = (page: string, name: string): string =>
  textOf(page.split('<tr>').find((row) => row.includes(`>${name}<`)) ?? '')

describe('the list of releases', () => {
  test('newest first, with where it runs and its open defects by severity', async () => {
    const { read } = await withThreeReleases()
    const page = await read('/releases')
    const words = textOf(page)
    expect(words.indexOf('checkout-api 4.18.0')).toBeLessThan(words.indexOf('checkout-api 4.17.0'))
    expect(words.indexOf('checkout-api 4.17.0')).toBeLessThan(words.indexOf('checkout-api 4.16.0'))
    expect(rowOf(page, 'checkout-api 4.17.0')).toMatch(
      /Minor Suspect .*Live in production .*3 defects 2 open 1 S1 1 S2 1 S3 0/,
    )
    expect(page).toContain('href="/defects?status=any&amp;severity=S1&amp;service=checkout-api&amp;release=4.17.0"')
    expect(rowOf(page, 'checkout-api 4.18.0')).toMatch(
      /Not in production – Never in production Live in staging No open defects 0 0 0 0 0 – 0 1 failed –/,
    )
  })

  test('a release that was rolled back says how often', async () => {
    const { tell, read } = await openHistory()
    await tell('deployments', deployed('1.0.0', day(80)), deployed('1.1.0', day(81)), deployed('1.0.0', day(82)))
    const page = await read('/releases')
    expect(rowOf(page, 'checkout-api 1.1.0')).toMatch(/Rolled back .*nowhere No open defects 0 0 0 0 0 0 0 1 rollback/)
    expect(rowOf(page, 'checkout-api 1.0.0')).toMatch(/production No open defects 0 0 0 0 0 0 0 –/)
  })

  test.each([
    ['service=checkout-api', ['4.16.0', '4.17.0', '4.18.0'], []],
    ['env=staging', ['4.18.0'], ['4.16.0', '4.17.0']],
    ['range=14d', ['4.18.0'], ['4.16.0', '4.17.0']],
    ['kind=emergency', [], ['4.16.0', '4.17.0', '4.18.0']],
  ])('?%s leaves what matches', async (query, there, gone) => {
    const { read } = await withThreeReleases()
    const words = textOf(await read(`/releases?${query}`))
    for (const version of there) expect(words).toContain(`checkout-api ${version}`)
    for (const version of gone) expect(words).not.toContain(`checkout-api ${version}`)
  })

  test('what an address asks for and is not there is said', async () => {
    const { read } = await withThreeReleases()
    const words = textOf(await read('/releases?service=none&kind=odd&range=century&env=prd&after=x'))
    for (const what of ['service ‘none’', 'kind ‘odd’', 'range ‘century’', 'environment ‘prd’', 'does not exist'])
      expect(words).toContain(what)
    expect(words).toContain('checkout-api 4.18.0')
  })

  test('pages go on where the one before ends', async () => {
    const { tell, read } = await openHistory()
    await tell('deployments', ...Array.from({ length: 55 }, (_, i) => deployed(`1.${i}.0`, day(20 + i))))
    const first = await read('/releases')
    const next = /href="([^"]+)" rel="next"/.exec(first)?.[1]?.replaceAll('&amp;', '&')
    const second = await read(next as string)
    const versions = (page: string) => [...page.matchAll(/title="checkout-api (1\.\d+\.0)"/g)].map(([, one]) => one)
    expect([...versions(first), ...versions(second)]).toEqual(Array.from({ length: 55 }, (_, i) => `1.${54 - i}.0`))
  })
})

describe('the page of a release', () => {
  test('says when it went live, what it replaced and what is in it', async () => {
    const { read } = await withThreeReleases()
    const page = await read('/releases/checkout-api/4.17.0')
    const words = textOf(page)
    expect(words).toContain('First in production')
    expect(words).toContain('1 commit by 1 person')
    expect(words).toContain('After 4.16.0')
    expect(words).toContain('production Succeeded')
    expect(words).toContain('3 min CI run 8812')
    expect(page).toContain('href="https://ci.example/8812"')
    expect(words).toContain('Retry <captures>')
    expect(page).not.toContain('<captures>')
  })

  test('draws what ran when, and says it in words', async () => {
    const { read } = await withThreeReleases()
    const page = await read('/releases/checkout-api/4.17.0')
    expect(page).toMatch(/aria-label="production: 4\.16\.0 until [^"]+; 4\.17\.0 from [^"]+, still live\."/)
  })

  test.each([
    ['', ['Capture fails', 'Total is stale', 'Nothing is shown'], []],
    ['?defects=fixed', ['Fixed elsewhere'], ['Capture fails']],
    ['?defects=all', ['Capture fails', 'Fixed elsewhere'], ['Somebody else’s']],
  ])('its defects%s', async (query, there, gone) => {
    const { tell, read, fillIn } = await withThreeReleases()
    await tell('defects', seen('Fixed elsewhere', day(81)))
    const list = await read('/defects?q=Fixed+elsewhere')
    const path = /href="(\/defects\/PF-\d+)"/.exec(list)?.[1] as string
    await fillIn(path, `${path}/status`, { status: 'fixed', fixedIn: '4.17.0' })
    const words = textOf(await read(`/releases/checkout-api/4.17.0${query}`))
    for (const title of there) expect(words).toContain(title)
    for (const title of gone) expect(words).not.toContain(title)
    expect(words).toMatch(/New here 3 Regressed 0 Fixed here 1 All 4/)
  })

  test('fixed in 4.17.0 is not fixed in 4.1 nor in 14.17.0', async () => {
    const { tell, read, fillIn } = await openHistory()
    await tell('deployments', ...['4.1', '4.17.0', '14.17.0'].map((version, i) => deployed(version, day(80 + i))))
    await tell('defects', seen('One', day(80.1)))
    await fillIn('/defects/PF-1', '/defects/PF-1/status', { status: 'fixed', fixedIn: '4.17.0' })
    expect(textOf(await read('/releases/checkout-api/4.17.0'))).toContain('Fixed here 1')
    expect(textOf(await read('/releases/checkout-api/4.1'))).toContain('Fixed here 0')
    expect(textOf(await read('/releases/checkout-api/14.17.0'))).toContain('Fixed here 0')
  })

  test('names with slashes and spaces have an address too', async () => {
    const { tell, read } = await openHistory()
    const strange = { service: 'team/pay & go', version: 'release/2026 <b>' }
    await tell('deployments', { ...deployed('x', day(80)), ...strange })
    const list = await read('/releases')
    const path = /<a class="ttl" href="([^"]+)"/.exec(list)?.[1] as string
    expect(path).toBe('/releases/team%2Fpay%20%26%20go/release%2F2026%20%3Cb%3E')
    const page = await read(path)
    expect(textOf(page)).toContain('team/pay & go release/2026 <b>')
    expect(page).not.toContain('<b> ')
  })

  test('an unknown version shows the nearest three in the order of the service', async () => {
    const { tell, read } = await openHistory()
    const versions = ['4.2.0', '4.10.0', '4.11.0', '5.0.0', '1.0.0']
    await tell('deployments', ...versions.map((version, i) => deployed(version, day(80) + hours(i))))
    const page = await read('/releases/checkout-api/4.10.5', 404)
    const links = [...page.matchAll(/<li><a href="\/releases\/checkout-api\/([^"]+)"/g)].map(([, version]) => version)
    expect(links.sort()).toEqual(['4.10.0', '4.11.0', '4.2.0'])
  })

  test('an unknown service shows those with a name like it', async () => {
    const { read } = await withThreeReleases()
    const words = textOf(await read('/releases/checkout/4.17.0', 404))
    expect(words).toContain('No service checkout is known.')
    expect(words).toContain('checkout-api')
  })
})

describeOnEachEngine('pages of releases', (openTestStore) => {
  test('list, detail and 404 are there on every engine', async () => {
    const { tell, read } = await openHistory(openTestStore)
    await tell('deployments', deployed('4.16.0', day(80)), deployed('4.17.0', day(85)))
    await tell('defects', seen('Capture fails', day(85.1), { severity: 'S1' }))
    expect(rowOf(await read('/releases?env=production&kind=minor'), 'checkout-api 4.17.0')).toContain('1 open 1 S1')
    expect(textOf(await read('/releases/checkout-api/4.17.0?defects=all'))).toContain('Capture fails')
    expect(await read('/releases/checkout-api/9', 404)).toContain('4.17.0')
  })

  test('a release that was live for an odd number of milliseconds is drawn like any other', async () => {
    const { tell, read } = await openHistory(openTestStore)
    await tell('deployments', deployed('4.16.0', day(80)), deployed('4.17.0', day(85) + 1))
    expect(textOf(await read('/releases/checkout-api/4.16.0'))).toContain('4.17.0')
  })
})

test('a bare commit that was tagged is one release with one address, its commits and defects there', async () => {
  const { tell, read, visit } = await openHistory()
  const sha = 'c0ffee254729296a45a3885639ac7e10f9d54979'
  const place = { service: 'checkout', environment: 'production' }
  const finishedAt = new Date(day(1)).toISOString()
  await tell('deployments', {
    ...place,
    version: sha,
    finishedAt,
    commits: [{ sha: 'a'.repeat(40), message: 'Round up' }],
  })
  await tell('deployments', { ...place, environment: 'staging', version: '1.2.3', commit: sha, finishedAt })
  const moved = await visit(`/releases/checkout/${sha}`)
  expect([moved.status, moved.headers.get('location')]).toEqual([302, '/releases/checkout/1.2.3'])
  const page = textOf(await read('/releases/checkout/1.2.3'))
  expect(page).toContain('Round up')
  expect(page).toContain('production')
  expect(textOf(await read('/releases'))).not.toContain('c0ffee254')
})

describe('a release that is out of the ordinary', () => {
  test('says why its version does not count, in the list and on its page, and is nobody’s neighbour', async () => {
    const { tell, read } = await withThreeReleases()
    await tell('deployments', deployed('999.9.9', day(91), { status: 'failed' }))
    expect(rowOf(await read('/releases'), 'checkout-api 999.9.9')).toContain('Not counted')
    const words = textOf(await read('/releases/checkout-api/999.9.9'))
    expect(words).toContain('Not counted: 999.9.9 is all nines, as placeholders are.')
    expect(textOf(await read('/releases/checkout-api/4.18.0'))).not.toContain('Not counted')
    await tell('deployments', deployed('4.18.1', day(92)))
    expect(textOf(await read('/releases/checkout-api/4.18.1'))).toContain('After 4.18.0')
  })

  test('shows what makes it an emergency release, point by point', async () => {
    const { tell, read } = await withThreeReleases()
    await tell('deployments', deployed('4.17.1', day(92)))
    const asked = textOf(await read('/releases/checkout-api/4.17.1'))
    expect(asked).toContain('An emergency release? 2 points')
    expect(asked).toContain('+2 It goes on from 4.17.0, which was live, although 4.18.0 had been released already.')
    expect(asked).toContain('Two points are a question')
    const [bug] = [{ service: 'checkout-api', title: 'Capture fails', environment: 'production' }]
    await tell('defects', { ...bug, status: 'fixed', fixedIn: '4.17.1' })
    const page = await read('/releases/checkout-api/4.17.1')
    expect(textOf(page)).toContain('+2 It fixes a defect of severity S1 known before it went live. PF-1')
    expect(textOf(page)).toContain('4 points')
    expect(textOf(await read('/releases/checkout-api/4.17.0'))).not.toContain('points')
  })

  test('lists the defects that came back in it', async () => {
    const { tell, read } = await withThreeReleases()
    const bug = { service: 'checkout-api', title: 'Capture fails', environment: 'production' }
    await tell('defects', { ...bug, status: 'fixed', fixedIn: '4.17.1', resolvedAt: iso(day(86)) })
    await tell('deployments', deployed('4.17.2', day(87)))
    await tell('defects', { ...bug, version: '4.17.2', occurredAt: iso(day(88)) })
    const words = textOf(await read('/releases/checkout-api/4.17.2?defects=regressed'))
    expect(words).toContain('Regressed 1')
    expect(words).toContain('Capture fails')
    expect(textOf(await read('/releases/checkout-api/4.17.0?defects=regressed'))).toContain('Regressed 0')
  })
})
