import { expect, test } from 'vitest'
import type { ChartData } from '../../views/components/chart-data.ts'
import { day, hours } from '../support/factories.ts'
import { deployed, openHistory, seen } from '../support/history-pages.ts'
import { followed, numberLinks } from '../support/number-links.ts'
import { textOf } from '../support/pages.ts'
import { describeOnEachEngine, type OpenTestStore } from '../support/stores.ts'

/** Numbers would make the titles of one defect. */
const NAMES = ['Card', 'Wire', 'Cash', 'Voucher', 'Gift', 'Crypto', 'Cheque', 'Invoice']
const WORDS = ['Cart', 'Search', 'Login', 'Mail', 'Stock', 'Prices', 'Images', 'Reviews']

/** Releases of three days each, with two defects apiece, before 4.18.0, which is live since day 90 with four. */
async function withEarlier(openTestStore: OpenTestStore, earlier: number) {
  const pages = await openHistory(openTestStore)
  const before = Array.from({ length: earlier }, (_, i) => day(90 - 3 * (earlier - i)))
  await pages.tell(
    'deployments',
    ...before.map((at, i) => deployed(`4.${i}.0`, at)),
    deployed('4.18.0', day(90)),
    deployed('4.19.0', day(90), { status: 'failed' }),
  )
  await pages.tell(
    'defects',
    ...before.flatMap((at, i) => [
      seen(`${WORDS[i]} breaks`, at + hours(2), { severity: 'S2' }),
      seen(`${WORDS[i]} is slow`, at + hours(40)),
    ]),
    ...['Refunds', 'Totals', 'Vouchers'].map((what, i) => seen(`${what} fail`, day(90) + hours(i + 1))),
    seen('Capture fails', day(90) + hours(4), { severity: 'S1' }),
  )
  return pages
}

const PATH = '/releases/checkout-api/4.18.0'

const panelOf = (page: string): string =>
  page.split('<section class="panel"').find((part) => part.includes('id="discovery"')) ?? ''
const chartOf = (page: string): ChartData =>
  JSON.parse(/<script type="application\/json">(.*?)<\/script>/s.exec(panelOf(page))?.[1] ?? 'null')
const labelOf = (page: string): string | undefined => /<canvas role="img" aria-label="([^"]+)"/.exec(panelOf(page))?.[1]

interface Line {
  readonly [column: string]: string
}

function linesOf(csv: string): Line[] {
  const [head = [], ...rows] = csv
    .replace('﻿', '')
    .trimEnd()
    .split('\r\n')
    .map((line) => line.split(','))
  return rows.map((cells) => Object.fromEntries(head.map((name, i) => [name, cells[i] ?? ''])))
}

describeOnEachEngine('how soon a release showed its defects', (openTestStore) => {
  test('leads from its counts to the defects they count, one fault told as several once', async () => {
    const pages = await withEarlier(openTestStore, 8)
    // Each earlier release showed one fault of the same part as two defects, so they count once here too.
    const part = (i: number) => ({ components: [i % 2 === 0 ? 'payments' : 'mail'] })
    await pages.tell(
      'defects',
      ...Array.from({ length: 8 }, (_, i) => day(90 - 3 * (8 - i)) + hours(50)).flatMap((at, i) => [
        seen(`${NAMES[i]} payment`, at, part(i)),
        seen(`${NAMES[i]} receipt`, at + hours(0.2), part(i)),
      ]),
      seen('Late payment', day(91), part(0)),
      seen('Late receipt', day(91) + hours(0.2), part(0)),
    )
    for (const path of [`${PATH}?window=7d`, `${PATH}?window=7d&severe=1`]) {
      const page = await pages.read(path)
      const links = numberLinks(panelOf(page)).filter(({ href }) => href.includes('shownUntil='))
      expect(links.length).toBeGreaterThan(2)
      const { said, found } = await followed(pages, links)
      expect(found).toEqual(said)
      const last = said.at(-1) as { href: string; n: number }
      expect(chartOf(page).links).toContain(last.href)
      expect(last.n).toBe(path.includes('severe') ? 1 : 5)
    }
    const asked = textOf(
      await pages.read('/defects?shownOf=checkout-api&shownBy=4.18.0&shownIn=production&shownUntil=1'),
    )
    expect(asked).toContain('Found while 4.18.0 of checkout-api was live in production, up to an age of 1 d')
    expect(textOf(await pages.read('/defects?shownOf=checkout-api&shownBy=9.9.9'))).toContain(
      'Defects that a release had shown are asked for by a service',
    )
  })

  test('says in words, in the chart and in the CSV what the verdict says', async () => {
    const pages = await withEarlier(openTestStore, 6)
    const page = await pages.read(PATH)
    const answer = await pages.get(`/api/v1/releases/checkout-api/4.18.0`)
    const { verdicts } = (await answer.json()) as {
      verdicts: { numbers: string; comparison: { found: number; expected: number; comparedDays: number } }[]
    }
    const { numbers, comparison } = verdicts[0] as (typeof verdicts)[number]
    expect(labelOf(page)).toBe(`${numbers}.`)
    const row = linesOf(await pages.read(`${PATH}/discovery.csv`)).find(
      (line) => Math.abs(Number(line['Age (days)']) - comparison.comparedDays) < 1e-4,
    )
    expect(Number(row?.['4.18.0'])).toBe(comparison.found)
    expect(Number(row?.Expected)).toBeCloseTo(comparison.expected, 3)
    const { positions = [], series } = chartOf(page)
    const at = positions.indexOf(comparison.comparedDays)
    expect(series.find(({ label }) => label === 'Expected')?.values[at]).toBeCloseTo(comparison.expected, 9)
    expect(series.find(({ label, kind }) => label === '4.18.0' && kind === 'line')?.values[at]).toBe(4)
  })

  test('ends where the release does, and steps up where a defect was found', async () => {
    const pages = await withEarlier(openTestStore, 6)
    const { positions = [], series } = chartOf(await pages.read(`${PATH}?window=24h`))
    const own = series.find(({ label, kind }) => label === '4.18.0' && kind === 'line')?.values ?? []
    const foundAt = (hour: number) => own[positions.findLastIndex((age) => age <= (hour + 1e-6) / 24)]
    expect([0.5, 1, 2, 3, 3.5, 4].map(foundAt)).toEqual([0, 1, 2, 3, 3, 4])
    const lifeDays = (pages.deps.clock() - day(90)) / 86_400_000
    expect(own.every((value, i) => (value === null) === (positions[i] as number) > lifeDays)).toBe(true)
  })

  test('looks at S1 and S2 alone, and at a part of the life, when asked', async () => {
    const pages = await withEarlier(openTestStore, 6)
    const page = await pages.read(`${PATH}?window=24h&severe=1&defects=all`)
    expect(labelOf(page)).toMatch(/^S1 and S2 alone: 1 new defect in .* expected from 6 earlier releases/)
    expect(chartOf(page).until).toBe(1)
    expect(panelOf(page)).toContain('aria-current="page">24 h<')
    // What is asked of one part of the page holds while another part is asked for.
    expect(panelOf(page)).toContain('?window=7d&amp;severe=1&amp;defects=all#discovery')
    expect(page).toContain(`${PATH}?window=24h&amp;severe=1"`)
    const csv = linesOf(await pages.read(`${PATH}/discovery.csv?window=24h&severe=1`))
    expect(csv.map((line) => line['4.18.0'])).toContain('1')
    expect(csv.map((line) => line['4.18.0'])).not.toContain('4')
  })

  test('with too few earlier releases it draws its own alone and says how many are needed', async () => {
    const pages = await withEarlier(openTestStore, 3)
    const page = await pages.read(PATH)
    expect(textOf(panelOf(page))).toContain(
      'A comparison needs 4 earlier releases of checkout-api in production; there are 3.',
    )
    expect(labelOf(page)).toMatch(/^4 defects found so far\./)
    expect(chartOf(page).series.map(({ label }) => label)).toEqual(['4.18.0', '4.18.0'])
  })

  test('there is none of what was never live, nor for who is not signed in', async () => {
    const pages = await withEarlier(openTestStore, 6)
    expect(panelOf(await pages.read('/releases/checkout-api/4.19.0'))).toBe('')
    await pages.read('/releases/checkout-api/4.19.0/discovery.csv', 404)
    await pages.read('/releases/checkout-api/9.9.9/discovery.csv', 404)
    expect((await pages.app.request(`${PATH}/discovery.csv`)).status).toBe(303)
  })
})
