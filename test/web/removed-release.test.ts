import { beforeAll, expect, test } from 'vitest'
import { listDeployments } from '../../src/store/deployments/deployment-list.ts'
import { findRelease, listReleaseDeployments } from '../../src/store/releases/release-queries.ts'
import { deployed, type HistoryPages, openHistory } from '../support/history-pages.ts'
import { textOf } from '../support/pages.ts'
import { describeOnEachEngine } from '../support/stores.ts'

const DAY = 86_400_000

describeOnEachEngine('a release that was taken away', (openTestStore) => {
  let pages: HistoryPages
  const at = (day: number) => pages.deps.clock() - (100 - day) * DAY
  const removed = (version: string, day: number, more = {}) => deployed(version, at(day), { action: 'remove', ...more })

  beforeAll(async () => {
    pages = await openHistory(openTestStore)
    await pages.tell(
      'deployments',
      deployed('1.0.0', at(1)),
      // Taken away, and put there again before the next one came.
      removed('1.0.0', 3),
      deployed('1.0.0', at(5)),
      deployed('1.1.0', at(7)),
      removed('1.1.0', 9),
      deployed('1.2.0', at(11)),
      deployed('1.3.0', at(13)),
      removed('1.3.0', 15),
      // Of two productions, the one that ended last tells.
      deployed('1.2.0', at(2), { service: 'ledger' }),
      deployed('1.2.0', at(2), { service: 'ledger', environment: 'eu', tier: 'production' }),
      removed('1.2.0', 4, { service: 'ledger' }),
      deployed('1.3.0', at(6), { service: 'ledger', environment: 'eu', tier: 'production' }),
    )
  })

  const said = { '1.0.0': 'Replaced', '1.1.0': 'Removed', '1.2.0': 'Replaced', '1.3.0': 'Removed' }

  test.each(Object.entries(said))(
    '%s is called %s in every list, in the file and in the API',
    async (version, sign) => {
      const rows = (html: string) => html.split('<tr>').slice(1).map(textOf)
      for (const path of ['/releases?range=&service=checkout-api', '/services/checkout-api'])
        expect(rows(await pages.read(path)).find((row) => row.includes(version)) ?? '', path).toContain(sign)
      const csv = (await pages.read('/releases.csv?range=')).split('\n')
      expect(csv.find((line) => line.startsWith(`checkout-api,${version},`))).toContain(`,${sign.toLowerCase()},`)
      const compared = textOf(await pages.read(`/releases/compare?a=checkout-api@${version}&b=ledger@1.3.0`))
      expect(compared).toContain(`${sign} ended unclear`)
      expect(textOf(await pages.read(`/releases/checkout-api/${version}`))).toContain(
        `${sign} in production, ended unclear`,
      )
    },
  )

  test('was replaced by nothing, nor by itself where it was deployed again', async () => {
    const solo = { service: 'solo' }
    await pages.tell(
      'deployments',
      deployed('1.0.0', at(20), solo),
      deployed('1.0.0', at(21), { id: 'again', ...solo }),
      removed('1.0.0', 22, solo),
    )
    const { db } = pages.store
    const { rows } = await listDeployments(db, {}, { limit: 3 })
    const release = await findRelease(db, 'solo', '1.0.0')
    for (const told of [rows, await listReleaseDeployments(db, release?.id ?? 0)])
      expect(told.map(({ effect, replaced }) => [effect, replaced])).toEqual([
        ['removal', undefined],
        ['redeploy', undefined],
        ['deploy', undefined],
      ])
  })

  test('is called so by its place, and in lists by the production it left last', async () => {
    expect(
      (await pages.read('/releases.csv?range=')).split('\n').find((line) => line.startsWith('ledger,1.2.0,')),
    ).toContain(',replaced,')
    expect(textOf(await pages.read('/releases/ledger/1.2.0'))).toContain('Removed in production, ended unclear')
  })
})
