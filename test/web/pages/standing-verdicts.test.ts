import { expect, test } from 'vitest'
import { loadVerdictFactsOf } from '../../../src/store/measures/verdict-facts.ts'
import { countOpen, listRunning } from '../../../src/store/overview/overview-queries.ts'
import { findEnvironment } from '../../../src/store/services/services.ts'
import { StandingVerdicts } from '../../../src/web/pages/standing-verdicts.ts'
import { day, hours } from '../../support/factories.ts'
import { deployed, openHistory, seen } from '../../support/history-pages.ts'
import { textOf } from '../../support/pages.ts'
import { describeOnEachEngine, type OpenTestStore } from '../../support/stores.ts'

const MINUTE = 60_000
/** Numbers would make the titles of one defect. */
const WORDS = ['Cart', 'Search', 'Login', 'Mail', 'Stock']

/** checkout-api after five releases of three days with a defect each; ledger with one release before. */
async function twoServices(openTestStore: OpenTestStore) {
  const pages = await openHistory(openTestStore)
  const before = WORDS.map((_, i) => day(84 - 3 * (WORDS.length - i)))
  await pages.tell(
    'deployments',
    ...before.map((at, i) => deployed(`4.${i}.0`, at)),
    deployed('4.18.0', day(84)),
    deployed('1.0.0', day(80), { service: 'ledger' }),
    deployed('1.1.0', day(84), { service: 'ledger' }),
  )
  await pages.tell(
    'defects',
    ...before.map((at, i) => seen(`${WORDS[i]} breaks`, at + hours(30))),
    ...['Refunds', 'Totals', 'Vouchers'].map((what, i) => seen(`${what} fail`, day(84) + hours(i + 1))),
  )
  return pages
}

/** What is asked of the verdicts, and who was judged anew for it. */
async function watching(openTestStore: OpenTestStore) {
  const pages = await twoServices(openTestStore)
  const { db, reader } = pages.store
  const judged: string[] = []
  const standing = new StandingVerdicts(async (db, releases, environment, now) => {
    judged.push(...releases.map(({ service }) => service))
    return await loadVerdictFactsOf(db, releases, environment, now)
  })
  const environment = await findEnvironment(db, 'production')
  if (!environment) throw new Error('no production')
  return {
    ...pages,
    async ask(now: number) {
      judged.length = 0
      const open = await countOpen(reader, [environment.id])
      const none = { S1: 0, S2: 0, S3: 0, S4: 0 }
      const running = (await listRunning(reader, { environmentId: environment.id })).map((row) => ({
        ...row,
        open: open.byService.get(row.serviceId) ?? none,
      }))
      const verdicts = await standing.of(reader, running, environment, now)
      const [checkout] = running
      return { judged: [...judged], found: verdicts.get(checkout?.serviceId ?? 0)?.comparison?.found }
    },
  }
}

describeOnEachEngine('verdicts on what runs', (openTestStore) => {
  test('are made anew for whom something has changed, and kept for the others', async () => {
    const { ask, tell } = await watching(openTestStore)
    const now = day(86)
    expect(await ask(now)).toEqual({ judged: ['checkout-api', 'ledger'], found: 3 })
    expect(await ask(now + MINUTE)).toEqual({ judged: [], found: 3 })
    await tell('defects', seen('Captures fail', day(86)))
    expect(await ask(now + 2 * MINUTE)).toEqual({ judged: ['checkout-api'], found: 4 })
    await tell(
      'defects',
      seen('Captures fail', day(86), { status: 'fixed', updatedAt: new Date(day(86) + 1).toISOString() }),
    )
    expect((await ask(now + 3 * MINUTE)).judged).toEqual(['checkout-api'])
    await tell('deployments', deployed('1.2.0', day(86), { service: 'ledger' }))
    expect((await ask(now + 4 * MINUTE)).judged).toEqual(['ledger'])
  })

  test('do not grow older than a tenth of what they judge, nor than a quarter of an hour', async () => {
    const { ask } = await watching(openTestStore)
    await ask(day(84) + 20 * MINUTE)
    expect((await ask(day(84) + 21 * MINUTE)).judged).toEqual([])
    expect((await ask(day(84) + 23 * MINUTE)).judged).toEqual(['checkout-api', 'ledger'])
    await ask(day(86))
    expect((await ask(day(86) + 14 * MINUTE)).judged).toEqual([])
    expect((await ask(day(86) + 15 * MINUTE)).judged).toEqual(['checkout-api', 'ledger'])
  })

  test('stand on the overview, with what was found and expected, as on the page of the release', async () => {
    const pages = await twoServices(openTestStore)
    const page = await pages.read('/')
    const rowOf = (service: string) =>
      page.split('<tr>').find((row) => row.includes(`href="/services/${service}"`) && row.includes('rn-vd')) ?? ''
    const answer = (await (await pages.get('/api/v1/releases/checkout-api/4.18.0')).json()) as {
      verdicts: { verdict: string; comparison: { found: number; expected: number } }[]
    }
    const { verdict, comparison } = answer.verdicts[0] as (typeof answer.verdicts)[number]
    const said = textOf(rowOf('checkout-api'))
    expect(said.toLowerCase()).toContain(verdict)
    expect(said).toContain(`${comparison.found} vs ${comparison.expected.toFixed(1)} expected`)
    // One release before it is no basis.
    expect(textOf(rowOf('ledger'))).toContain('Too early Not enough data')
  })
})
