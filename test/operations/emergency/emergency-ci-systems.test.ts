import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { SecretBox } from '../../../src/operations/access/secret-box.ts'
import { saveTarget } from '../../../src/operations/emergency/ci-targets.ts'
import { Dispatcher } from '../../../src/operations/emergency/dispatch-emergencies.ts'
import { partsAt, SYSTEMS } from '../../support/ci/systems.ts'
import { openEmergencyWorld } from '../../support/emergency-world.ts'
import { silentLog } from '../../support/processing.ts'
import { describeOnEachEngine, type OpenTestStore } from '../../support/stores.ts'

/** A world whose checkout-api in production has this system as its CI. */
async function openWorldOf(system: (typeof SYSTEMS)[number], openTestStore: OpenTestStore) {
  const world = await openEmergencyWorld(openTestStore, { withTarget: false })
  const clock = () => world.time.now
  const ci = await system.start(clock)
  const { rules } = partsAt(clock)
  const secretBox = new SecretBox(randomBytes(32))
  const place = { service: 'checkout-api', environment: 'production', kind: system.trigger.kind }
  const saved = await saveTarget(
    { store: world.store, secretBox, allow: rules.allow },
    { ...place, settings: system.settings(ci.url), secret: system.token },
    { name: 'Ana', now: world.time.now },
  )
  if (saved.kind === 'refused') throw new Error(JSON.stringify(saved.problems))
  const dispatcher = new Dispatcher({
    ...{ store: world.store, secretBox, rules, clock, log: silentLog, random: () => 0.5 },
    liveEvents: world.parts.liveEvents,
  })
  return { world, ci, dispatcher, saved }
}

describeOnEachEngine('an approved release', (openTestStore) => {
  describe.each(SYSTEMS)('with $name', (system) => {
    test('has one run started, which carries its key', async () => {
      const { world, ci, dispatcher, saved } = await openWorldOf(system, openTestStore)
      expect(saved).toMatchObject({ kind: 'saved', secret: undefined })
      const { id } = await world.approved()
      await dispatcher.runDue()
      world.time.now += 2_000
      await dispatcher.runDue()
      expect(ci.runs.map(({ values }) => values.postflight_key ?? '')).toEqual([`ER-${id}-1`])
      expect(await world.dispatches()).toMatchObject([{ state: 'sent' }])
      expect((await world.get(id)).state).toBe('building')
    })

    test('is not sent twice when the answer is lost', async () => {
      const { world, ci, dispatcher } = await openWorldOf(system, openTestStore)
      ci.fault = 'reset after it started'
      ci.listsLate = true
      const { id } = await world.approved()
      await dispatcher.runDue()
      expect(await world.dispatches()).toMatchObject([{ state: 'unknown' }])
      world.time.now += 2_000
      await dispatcher.runDue()
      expect(await world.dispatches()).toMatchObject([{ state: 'unknown' }])
      ci.listsLate = false
      world.time.now += 6_000
      await dispatcher.runDue()
      expect(await world.dispatches()).toMatchObject([{ state: 'sent', attempt: 1 }])
      expect((await world.get(id)).state).toBe('building')
      expect(ci.runs).toHaveLength(1)
    })

    test('waits for a person when nobody can tell whether a run started', async () => {
      const { world, ci, dispatcher } = await openWorldOf(system, openTestStore)
      ci.fault = 'reset before it starts'
      const { id } = await world.approved()
      for (let i = 0; i < 10; i++) {
        await dispatcher.runDue()
        world.time.now += 20_000
      }
      expect(await world.dispatches()).toMatchObject([{ state: 'unknown', due_at: null, attempt: 1 }])
      expect((await world.get(id)).state).toBe('approved')
      expect(ci.runs).toEqual([])
    })
  })
})
