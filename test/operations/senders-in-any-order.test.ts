import { createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import { createApp } from '../../src/app.ts'
import { createSource } from '../../src/operations/sources/sources-admin.ts'
import type { RawDelivery } from '../../src/sources/source.ts'
import { readFixtures } from '../sources/conformance.ts'
import { openApi } from '../support/api.ts'
import { describeOnEachEngine } from '../support/stores.ts'
import { visibleState } from '../support/visible-state.ts'

/** What each sender sends of one deployment, one defect and so on, through its own door, in order and turned round. */

const SECRET = 'a-secret-for-the-tests'
const RECEIVED_AT = Date.parse('2026-03-02T10:05:00Z')

const bearer = () => ({ authorization: `Bearer ${SECRET}` })
const SENDERS: Readonly<Record<string, (delivery: RawDelivery) => Record<string, string>>> = {
  gitlab: () => ({ 'x-gitlab-token': SECRET }),
  'azure-devops': bearer,
  argocd: bearer,
  bitbucket: ({ body }) => ({
    'x-hub-signature': `sha256=${createHmac('sha256', SECRET).update(body).digest('hex')}`,
  }),
  datadog: bearer,
  jenkins: bearer,
}

describeOnEachEngine('what a sender sends', (openTestStore) => {
  const stateAfter = async (kind: string, turnedRound: boolean) => {
    const { deps, store } = await openApi(openTestStore, { clock: () => RECEIVED_AT })
    const { app } = createApp(deps)
    await createSource(store, deps.secretBox, { kind, secret: SECRET }, 0)
    const fixtures = readFixtures(kind)
    const order = turnedRound ? [...fixtures, ...fixtures].reverse() : fixtures
    for (const { name, delivery } of order) {
      const headers = { ...delivery.headers, ...SENDERS[kind]?.(delivery) }
      const answer = await app.request(`/hooks/${kind}`, { method: 'POST', headers, body: Buffer.from(delivery.body) })
      expect([200, 202], name).toContain(answer.status)
      await deps.processor.runUntilIdle()
    }
    return await visibleState(store.db)
  }

  test.each(Object.keys(SENDERS))(
    '%s ends in the same state, in whatever order and however often it comes',
    async (kind) => {
      const state = await stateAfter(kind, false)
      expect(state.deployments?.length ?? 0).toBeGreaterThan(0)
      expect(await stateAfter(kind, true)).toEqual(state)
    },
  )

  test('GitLab tells of one deployment by its own events and by the pipeline that its job is in', async () => {
    const { deployments } = await stateAfter('gitlab', true)
    expect(deployments).toMatchObject([
      { environment: 'production/eu', version: 'v4.18.0', status: 'succeeded' },
      { environment: 'staging', status: 'failed' },
    ])
  })

  test('Argo CD’s application is degraded once, and mended', async () => {
    const { defects } = await stateAfter('argocd', true)
    expect(defects).toMatchObject([{ title: 'checkout-api is degraded', status: 'fixed', occurrences: 1 }])
  })

  test('Datadog’s monitor is one defect, mended when it recovers', async () => {
    const { defects } = await stateAfter('datadog', true)
    const ofMonitor = defects?.filter((defect) => (defect as { service: string }).service === 'checkout-api')
    expect(ofMonitor).toContainEqual(
      expect.objectContaining({ title: 'Error rate is high', status: 'fixed', occurrences: 1 }),
    )
  })
})
