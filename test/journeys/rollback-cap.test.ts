import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Rule } from '../../src/core/rules/rule.ts'
import { createApiToken } from '../../src/operations/access/api-tokens.ts'
import { openSecretBox } from '../../src/operations/access/secret-box.ts'
import { openStore } from '../../src/store/database.ts'
import { savePolicy } from '../../src/store/emergency/emergency-settings.ts'
import { allowRuleRollback } from '../../src/store/rules/rule-rollbacks.ts'
import { insertRule } from '../../src/store/rules/rules.ts'
import { openEmergencyWorld } from '../support/emergency-world.ts'
import { launchForTest } from '../support/faults.ts'
import { deployed } from '../support/history-pages.ts'
import { describeOnEachEngine, type OpenTestStore } from '../support/stores.ts'

const DAY = 86_400_000
const HOUR = 3_600_000

const RULE: Rule = {
  trigger: { kind: 'attributed', probability: 0.6 },
  conditions: { severity: 'S2', releaseAgeHours: 48, tiers: ['production'], services: [], notTimeAlone: false },
  actions: { notify: false, channels: [], draft: true, rollback: true },
  caps: { aDay: 10, oncePer: 'defect' },
}

/** `bad` runs since two hours ago, after weeks of `good`; two rules may roll it back, once a day in all. */
async function openWorld(openTestStore: OpenTestStore) {
  const place = await openTestStore.newPlace()
  const store = await openStore(place)
  const secretBox = openSecretBox(join(place.dataDir, 'key'))
  const world = await openEmergencyWorld(openTestStore, { store, secretBox, host: '127.0.0.1' })
  const now = Date.now()
  world.time.now = now
  await world.tell('deployments', deployed('good', now - 20 * DAY), deployed('bad', now - 2 * HOUR))
  const said = { name: 'Ana', now: 0 }
  await store.db.updateTable('rules').set({ is_on: 0 }).execute()
  for (const name of ['One', 'Other']) await insertRule(store.db, { name, isOn: true, rule: RULE }, said)
  const { id: environmentId } = await store.db.selectFrom('environments').select('id').executeTakeFirstOrThrow()
  const approval = { ownRequests: 'allowed', breakGlass: true } as const
  await savePolicy(store.db, environmentId, { approval, quietMinutes: 10, humanChecks: [] }, said)
  await allowRuleRollback(store.db, { serviceId: 1, environmentId, mostADay: 1 }, said)
  const wanted = { name: 'monitoring', scopes: ['defects:write'] }
  const { token } = await createApiToken(store, wanted, now)
  return {
    ...world,
    place,
    /** Told to a running server, as monitoring does. */
    async grave(base: string, title: string) {
      const where = { service: 'checkout-api', environment: 'production', version: 'bad' }
      const answer = await fetch(`${base}/api/v1/defects`, {
        method: 'POST',
        headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
        body: JSON.stringify({ ...where, title, severity: 'S1', occurredAt: new Date().toISOString() }),
      })
      expect(answer.status).toBe(202)
    },
    /** What the rules did of each defect, once they have looked at all: by rule and defect. */
    async done(n: number): Promise<string[]> {
      const firings = () => store.db.selectFrom('rule_firings').select('done_json').orderBy('id').execute()
      await expect.poll(async () => (await firings()).length).toBe(n)
      return (await firings()).map(({ done_json }) => JSON.parse(done_json).join(' '))
    },
  }
}

describeOnEachEngine('rules that may roll back once a day', (openTestStore) => {
  test('do so once, with two rules, on every instance and after kill -9', { timeout: 180_000 }, async () => {
    const world = await openWorld(openTestStore)
    const launch = () => {
      // On SQLite a second server finds the first one's lock.
      const servers = Array.from({ length: openTestStore.engine === 'postgres' ? 2 : 1 }, () =>
        launchForTest(world.place, { environment: { OUTBOUND_ALLOW: '127.0.0.1' } }),
      )
      const tell = (titles: readonly string[]) =>
        Promise.all(
          titles.map(async (title, i) => {
            const base = (await servers[i % servers.length]?.listening) ?? ''
            await world.grave(base, title)
          }),
        )
      const kill = async () => {
        for (const server of servers) server.process.kill('SIGKILL')
        await Promise.all(servers.map(({ ended }) => ended))
      }
      return { tell, kill }
    }

    const first = launch()
    await first.tell(['Capture fails', 'Refund fails'])
    const atOnce = await world.done(4)
    expect(atOnce.filter((said) => said.includes('was approved by this rule'))).toHaveLength(1)
    await expect.poll(() => world.ci.runs).toEqual(['ER-1-1'])
    // Noted by who asked for it, before that one is gone.
    await expect.poll(() => world.get(1).then(({ state }) => state)).toBe('building')
    await first.kill()
    // What was rolled back to is given up, so that nothing but the cap stands in the way of the next.
    expect(await world.drive(1, { do: 'cancel', reason: 'It did not help.' })).toMatchObject({ kind: 'done' })

    const second = launch()
    await second.tell(['Totals are wrong', 'Logins fail'])
    const afterwards = (await world.done(8)).slice(4)
    expect(afterwards.filter((said) => said.includes('rules fired 1 here within a day'))).toHaveLength(1)
    expect(afterwards.filter((said) => said.includes('was approved by this rule'))).toEqual([])
    expect(await world.get(2)).toMatchObject({ state: 'requested' })
    expect(await world.dispatches()).toMatchObject([{ key: 'ER-1-1' }])

    // As if a day had passed since.
    expect(await world.drive(2, { do: 'cancel', reason: 'Not now.' })).toMatchObject({ kind: 'done' })
    const { db } = world.store
    await db
      .updateTable('rule_firings')
      .set((eb) => ({ at: eb('at', '-', DAY) }))
      .execute()
    await second.tell(['Search hangs'])
    await world.done(10)
    await expect.poll(() => world.ci.runs).toEqual(['ER-1-1', 'ER-3-1'])
    await second.kill()
    await world.store.close()
  })
})
