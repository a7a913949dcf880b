import { expect, test } from 'vitest'
import { day, hours } from '../support/factories.ts'
import { deployed, openHistory, seen } from '../support/history-pages.ts'
import { textOf } from '../support/pages.ts'
import { describeOnEachEngine, type OpenTestStore } from '../support/stores.ts'

/** 4.16.0 live for ten days with four defects, 4.17.0 since day 90 with two; one old defect seen in both. */
async function twoReleases(openTestStore: OpenTestStore) {
  const pages = await openHistory(openTestStore)
  await pages.tell(
    'deployments',
    deployed('4.15.0', day(70)),
    deployed('4.16.0', day(80)),
    deployed('4.16.0', day(79), { status: 'failed' }),
    deployed('4.17.0', day(90), { kind: 'patch', commits: [{ sha: 'b'.repeat(40), message: 'Retry' }] }),
    deployed('4.17.0', day(89), { environment: 'staging' }),
  )
  await pages.tell(
    'defects',
    seen('Old and seen again', day(75), { id: 'D0' }),
    seen('Old and seen again', day(81), { id: 'D0' }),
    seen('Old and seen again', day(90.2), { id: 'D0' }),
    seen('Capture fails', day(80) + hours(3), { severity: 'S1' }),
    seen('Total is stale', day(80) + hours(30)),
    seen('Nothing is shown', day(86), { id: 'D3' }),
    seen('Nothing is shown', day(90.4), { id: 'D3' }),
    seen('Only in staging', day(89.5), { environment: 'staging' }),
    seen('Refund twice', day(90) + hours(2), { severity: 'S2' }),
  )
  return pages
}

const compare = '/releases/compare?a=checkout-api@4.17.0&b=checkout-api@4.16.0'
const rowOf = (page: string, name: string): string =>
  textOf(
    page
      .split('<tr>')
      .find((row) => row.includes(`<th scope="row">${name}`))
      ?.split('</tr>')[0] ?? '',
  )
const panel = (page: string, title: string): string =>
  textOf(page.split('<section class="panel"').find((part) => part.includes(`>${title}<`)) ?? '')

describeOnEachEngine('comparing releases', (openTestStore) => {
  test('counts both at the age that both have reached, with the difference', async () => {
    const pages = await twoReleases(openTestStore)
    const page = await pages.read(compare)
    const age = pages.deps.clock() - day(90)
    const counts = await Promise.all(
      [day(90), day(80)].map(async (from) => {
        const rows = await pages.store.db
          .selectFrom('defects')
          .innerJoin('environments', 'environments.id', 'environment_id')
          .select('severity')
          .where('name', '=', 'production')
          .where('first_seen_at', '>=', from)
          .where('first_seen_at', '<=', from + age)
          .execute()
        return [rows.length, rows.filter(({ severity }) => severity < 'S3').length]
      }),
    )
    const [[a = 0, severeA = 0] = [], [b = 0, severeB = 0] = []] = counts
    const signed = (n: number) => (n === 0 ? '0' : n > 0 ? `+${n}` : `−${-n}`)
    expect(rowOf(page, 'Defects by')).toMatch(new RegExp(`${a} ${b} ${signed(b - a).replace('+', '\\+')}$`))
    expect(rowOf(page, 'S1 and S2 by')).toMatch(new RegExp(`${severeA} ${severeB} ${signed(severeB - severeA)}$`))
    expect(rowOf(page, 'Failed deployments')).toMatch(/0 1 \+1$/)
    expect(rowOf(page, 'Commits')).toMatch(/1 not known –$/)
    expect(rowOf(page, 'Time to first defect')).toMatch(/2 h 3 h \+1 h$/)
    expect(textOf(page)).toContain('Not enough data to tell A and B apart')
  })

  test('tells what was seen in one alone and what in both', async () => {
    const page = await (await twoReleases(openTestStore)).read(compare)
    expect(panel(page, 'Only in A, 4.17.0')).toContain('Refund twice')
    expect(panel(page, 'Only in A, 4.17.0')).not.toContain('Nothing is shown')
    const onlyB = panel(page, 'Only in B, 4.16.0')
    for (const title of ['Capture fails', 'Total is stale']) expect(onlyB).toContain(title)
    const both = panel(page, 'In both')
    for (const title of ['Old and seen again', 'Nothing is shown']) expect(both).toContain(title)
    expect(textOf(page)).not.toContain('Only in staging')
  })

  test('says when the kinds differ, and lets the two be swapped', async () => {
    const page = await (await twoReleases(openTestStore)).read(compare)
    expect(textOf(page)).toContain('A minor against a patch; expect fewer defects in the patch.')
    expect(page).toContain('href="/releases/compare?a=checkout-api%404.16.0&amp;b=checkout-api%404.17.0"')
  })

  test('a release that was never live there is not enough data', async () => {
    const page = await (await twoReleases(openTestStore)).read(`${compare}&env=staging`)
    expect(textOf(page)).toContain('Not enough data: B was never live in staging.')
    expect(rowOf(page, 'Defects')).toMatch(/not enough data not enough data –$/)
  })

  test('takes the ticked rows of the list, two to four of them', async () => {
    const { visit, read, tell } = await twoReleases(openTestStore)
    const name = (version: string) => `release=${encodeURIComponent(`checkout-api@${version}`)}`
    const answer = await visit(`/releases/compare?${name('4.17.0')}&${name('4.16.0')}`)
    expect([answer.status, answer.headers.get('Location')]).toEqual([
      302,
      '/releases/compare?a=checkout-api%404.17.0&b=checkout-api%404.16.0',
    ])
    await tell('deployments', deployed('4.18.0', day(91)), deployed('4.19.0', day(92)))
    const five = ['4.15.0', '4.16.0', '4.17.0', '4.18.0', '4.19.0'].map(name).join('&')
    const words = textOf(await read(`/releases/compare?${five}`))
    expect(words).toContain('5 releases are too many to compare at once')
    expect(words).toContain('In several')
  })

  test('an unknown release is a 404 with what is near it, and nonsense is said', async () => {
    const { read } = await twoReleases(openTestStore)
    expect(await read('/releases/compare?a=checkout-api@4.16.5&b=checkout-api@4.17.0', 404)).toContain(
      'href="/releases/checkout-api/4.16.0"',
    )
    const words = textOf(await read('/releases/compare?a=nonsense&b=checkout-api@4.17.0&c=checkout-api@4.17.0&env=prd'))
    for (const said of ['‘nonsense’ is no release', 'named twice', 'Unknown environment ‘prd’', 'Choose two to four'])
      expect(words).toContain(said)
  })

  test('the page and the list of a release lead here', async () => {
    const { read } = await twoReleases(openTestStore)
    expect(await read('/releases/checkout-api/4.17.0')).toContain(
      'href="/releases/compare?a=checkout-api%404.17.0&amp;b=checkout-api%404.16.0"',
    )
    expect(await read('/releases')).toContain('name="release" value="checkout-api@4.17.0"')
  })
})
