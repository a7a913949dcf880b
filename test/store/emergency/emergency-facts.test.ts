import { expect, test } from 'vitest'
import { listCandidates } from '../../../src/store/emergency/emergency-facts.ts'
import { findEnvironment, findService } from '../../../src/store/services/services.ts'
import { askedQueries } from '../../support/asked-queries.ts'
import { day } from '../../support/factories.ts'
import { deployed, openHistory } from '../../support/history-pages.ts'
import { describeOnEachEngine } from '../../support/stores.ts'

describeOnEachEngine('releases to go back to', (openTestStore) => {
  test('are judged with as many reads for many as for one, the last live first', async () => {
    const { tell, store } = await openHistory(openTestStore)
    const ask = async () => {
      const service = await findService(store.db, 'checkout-api')
      const environment = await findEnvironment(store.db, 'production')
      const place = { serviceId: service?.id ?? 0, environmentId: environment?.id ?? 0 }
      const named = { ...place, service: 'checkout-api', environment: 'production' }
      const versions = (await listCandidates(store.db, named, day(90))).map(({ version }) => version)
      return { versions, asked: await askedQueries(store.db, (noting) => listCandidates(noting, named, day(90))) }
    }
    await tell('deployments', deployed('1.0.0', day(80)), deployed('1.1.0', day(81)))
    const one = await ask()
    expect(one.versions).toEqual(['1.0.0'])
    await tell('deployments', deployed('1.2.0', day(82)), deployed('1.3.0', day(83)), deployed('1.4.0', day(84)))
    const many = await ask()
    expect(many.versions).toEqual(['1.3.0', '1.2.0', '1.1.0', '1.0.0'])
    expect(many.asked).toHaveLength(one.asked.length)
  })
})
