import { expect, test } from 'vitest'
import type { Rule } from '../../../src/core/rules/rule.ts'
import { checkDefects } from '../../../src/operations/rules/check-rules.ts'
import { checkVerdicts } from '../../../src/operations/rules/check-verdicts.ts'
import { dryRunRule } from '../../../src/operations/rules/dry-run-rule.ts'
import { insertLock } from '../../../src/store/deployments/deploy-locks.ts'
import { savePolicy } from '../../../src/store/emergency/emergency-settings.ts'
import { saveSchedule } from '../../../src/store/oncall/on-call-schedules.ts'
import { listFirings } from '../../../src/store/rules/rule-firings.ts'
import { allowRuleRollback } from '../../../src/store/rules/rule-rollbacks.ts'
import { insertRule, listRules, muteRule, updateRule } from '../../../src/store/rules/rules.ts'
import { listeningChannel } from '../../support/channels.ts'
import { type EmergencyWorld, openEmergencyWorld } from '../../support/emergency-world.ts'
import { day, hours } from '../../support/factories.ts'
import { deployed, seen } from '../../support/history-pages.ts'
import { describeOnEachEngine, type OpenTestStore } from '../../support/stores.ts'

const RULE: Rule = {
  trigger: { kind: 'attributed', probability: 0.6 },
  conditions: { severity: 'S2', releaseAgeHours: 48, tiers: ['production'], services: [], notTimeAlone: false },
  actions: { notify: true, channels: [], draft: false, rollback: false },
  caps: { aDay: 3, oncePer: 'release' },
}

/** Of releases of any age. */
const OLDER: Rule = {
  ...RULE,
  trigger: { kind: 'suspected', probability: 0.05 },
  conditions: { ...RULE.conditions, releaseAgeHours: 500 },
}

interface RuleWorld extends EmergencyWorld {
  readonly ruleId: number
  check(): Promise<void>
  firings(): Promise<{ outcome: string; what: string; done: readonly string[]; emergencyId: number | undefined }[]>
  grave(title: string, more?: Record<string, unknown>): Promise<void>
}

/** With one rule that is on, and none of those that come with the product. */
async function openRuleWorld(
  openTestStore: OpenTestStore,
  rule: Rule = RULE,
  options: { withTarget?: boolean; watchesSince?: number } = {},
): Promise<RuleWorld> {
  const world = await openEmergencyWorld(openTestStore, options)
  await world.store.db.updateTable('rules').set({ is_on: 0 }).execute()
  const said = { name: 'Ana', now: options.watchesSince ?? 0 }
  const ruleId = await insertRule(world.store.db, { name: 'Grave', isOn: true, rule }, said)
  const parts = {
    store: world.store,
    liveEvents: world.parts.liveEvents,
    clock: () => world.time.now,
    publicUrl: 'https://postflight.example',
    onReady: () => {},
  }
  return {
    ...world,
    ruleId,
    check: async () => {
      await checkDefects(parts)
      await checkVerdicts(parts)
    },
    firings: async () =>
      (await listFirings(world.store.db, ruleId, { limit: 100 })).rows
        .map(({ outcome, what, done, emergencyId }) => ({ outcome, what, done, emergencyId }))
        .reverse(),
    // It names the version, so that it is attributed and not only suspected.
    grave: (title, more = {}) =>
      world.tell('defects', seen(title, world.time.now, { severity: 'S1', version: 'b', ...more })),
  }
}

describeOnEachEngine('a rule', (openTestStore) => {
  test('that comes with the product can be read, and fires nothing', async () => {
    const { store } = await openEmergencyWorld(openTestStore, { withTarget: false })
    const rules = await listRules(store.db)
    expect(rules.map(({ name, isOn, rule }) => [name, isOn, rule.actions])).toEqual([
      ['A new release breaks something grave', true, RULE.actions],
      ['A grave defect is back', true, RULE.actions],
      ['Draft the way back', false, { ...RULE.actions, draft: true }],
      ['A new release does worse than those before', false, RULE.actions],
    ])
  })

  test('fires once for a release, however often its defects change or come again', async () => {
    const world = await openRuleWorld(openTestStore)
    await world.grave('Capture fails')
    await world.check()
    await world.check()
    await world.grave('Capture fails')
    await world.grave('Refund fails')
    await world.check()
    expect(await world.firings()).toEqual([
      {
        outcome: 'fired',
        what: expect.stringMatching(
          /^PF-1 \(S1\) is put down to checkout-api b in production with \d+ %: Capture fails$/,
        ),
        done: ['Nobody is on call by the schedules. No channel hears of it, so that nobody was told.'],
        emergencyId: undefined,
      },
    ])
    expect(await world.store.db.selectFrom('rule_checks').selectAll().execute()).toEqual([])
  })

  test('fires once when two look at the same time', async () => {
    const world = await openRuleWorld(openTestStore)
    await world.grave('Capture fails')
    await Promise.all([world.check(), world.check(), world.check()])
    expect(await world.firings()).toHaveLength(1)
  })

  test('fires once for each defect where it counts these', async () => {
    const world = await openRuleWorld(openTestStore, { ...RULE, caps: { aDay: 3, oncePer: 'defect' } })
    for (const title of ['Capture fails', 'Refund fails', 'Capture fails']) await world.grave(title)
    await world.check()
    expect(await world.firings()).toHaveLength(2)
  })

  test('says nothing of a past that comes late, nor of what happened before it was saved', async () => {
    const world = await openRuleWorld(openTestStore, OLDER)
    world.time.now = day(12)
    await world.tell('defects', seen('Old', day(10.9), { severity: 'S1', version: 'b' }))
    await world.check()
    expect(await world.firings()).toEqual([])
    await updateRule(
      world.store.db,
      world.ruleId,
      { name: 'Grave', isOn: true, rule: OLDER },
      { name: 'Ana', now: day(12) },
    )
    await world.tell('defects', seen('Just before', day(12) - 1, { severity: 'S1', version: 'b' }))
    await world.check()
    expect(await world.firings()).toEqual([])
    // What happens from then on is.
    await world.tell('defects', seen('Just now', day(12), { severity: 'S1', version: 'b' }))
    await world.check()
    expect(await world.firings()).toHaveLength(1)
  })

  test('fires once whatever comes first, and however often the deliveries are read again', async () => {
    const world = await openRuleWorld(openTestStore)
    // The deployment of what it was seen in comes an hour late.
    await world.tell('defects', seen('Capture fails', world.time.now, { severity: 'S1', version: 'c' }))
    await world.check()
    expect(await world.firings()).toEqual([])
    const arrived = deployed('c', world.time.now - hours(1))
    world.time.now += hours(1)
    await world.tell('deployments', arrived)
    await world.check()
    expect(await world.firings()).toMatchObject([{ what: expect.stringContaining('checkout-api c in production') }])
    await world.tell('deployments', arrived)
    await world.store.db.updateTable('deliveries').set({ state: 'accepted', due_at: 0 }).execute()
    await world.parts.processor.runUntilIdle()
    await world.check()
    expect(await world.firings()).toHaveLength(1)
  })

  test('fires when what speaks for it becomes enough', async () => {
    const world = await openRuleWorld(openTestStore)
    await world.grave('Capture fails', { severity: 'S3' })
    await world.check()
    expect(await world.firings()).toEqual([])
    world.time.now += hours(1)
    await world.grave('Capture fails', { severity: 'S1' })
    await world.check()
    expect(await world.firings()).toHaveLength(1)
  })

  test('that is muted holds back, and does not catch up afterwards', async () => {
    const world = await openRuleWorld(openTestStore)
    await muteRule(world.store.db, world.ruleId, world.time.now + hours(1), 'Ana')
    await world.grave('Capture fails')
    await world.check()
    world.time.now += hours(2)
    await world.grave('Capture fails', { severity: 'S2' })
    await world.check()
    expect((await world.firings()).map(({ outcome }) => outcome)).toEqual(['muted'])
    await world.grave('Refund fails')
    await world.check()
    expect((await world.firings()).map(({ outcome }) => outcome)).toEqual(['muted', 'fired'])
  })

  test('keeps to its cap for a service', async () => {
    const world = await openRuleWorld(openTestStore, { ...RULE, caps: { aDay: 2, oncePer: 'defect' } })
    for (const title of ['One fails', 'Two breaks', 'Three hangs']) await world.grave(title)
    await world.check()
    expect((await world.firings()).map(({ outcome }) => outcome)).toEqual(['fired', 'fired', 'capped'])
  })

  test('fires for a defect that came back, once for each time', async () => {
    const world = await openRuleWorld(openTestStore, {
      ...RULE,
      trigger: { kind: 'regressed' },
      caps: { aDay: 3, oncePer: 'defect' },
    })
    const bug = { id: 'X-1', title: 'Capture fails', service: 'checkout-api' }
    const at = (n: number) => new Date(day(10) + hours(n)).toISOString()
    await world.grave('Capture fails', { id: 'X-1' })
    world.time.now = day(10) + hours(3)
    await world.tell('defects', { ...bug, status: 'fixed', fixedIn: 'c', resolvedAt: at(1) })
    await world.tell('deployments', deployed('c', day(10) + hours(2)))
    await world.check()
    expect(await world.firings()).toEqual([])
    await world.grave('Capture fails', { id: 'X-1', version: 'c' })
    await world.check()
    await world.check()
    expect(await world.firings()).toMatchObject([
      { outcome: 'fired', what: 'PF-1 (S1) is back in checkout-api c in production: Capture fails' },
    ])
  })

  test('drafts an emergency release that waits for a person, and tells who is on call', async () => {
    const world = await openRuleWorld(openTestStore, { ...RULE, actions: { ...RULE.actions, draft: true } })
    await world.grave('Capture fails')
    await world.check()
    const [firing] = await world.firings()
    expect(firing).toMatchObject({ outcome: 'fired', emergencyId: 1 })
    expect(firing?.done[0]).toContain('Drafted ER-1: rollback to a in production.')
    expect(await world.get(1)).toMatchObject({
      state: 'requested',
      strategy: 'rollback',
      targetVersion: 'a',
      openedBy: `rule:${world.ruleId}`,
      openedName: 'rule: Grave',
      reason: expect.stringContaining('PF-1'),
    })
    await world.dispatcher().runDue()
    expect(await world.dispatches()).toEqual([])
  })

  test('tells the channels that hear of rules, or those that it names, and who is on call by mail', async () => {
    const world = await openRuleWorld(openTestStore, { ...RULE, caps: { aDay: 3, oncePer: 'defect' } })
    const hears = await listeningChannel(world.store, { events: ['rule-fired'] })
    const named = await listeningChannel(world.store, { events: [] })
    const base = { kind: 'rotation', starts: '2026-01-05T09:00', every: 1, unit: 'weeks', zone: 'UTC' } as const
    const settings = { base: { ...base, names: ['Ana <ana@on-call.example>'] }, overrides: [] }
    const said = { name: 'Ana', now: 0 }
    await saveSchedule(world.store.db, { id: undefined, serviceId: undefined, settings, seal: undefined }, said)
    const told = async () =>
      (
        await world.store.db
          .selectFrom('notifications')
          .select(['channel_id', 'mail_to', 'announcement_json', 'urgent'])
          .where('event', '=', 'rule-fired')
          .orderBy('id')
          .execute()
      ).map((row) => [row.channel_id, row.mail_to, row.urgent, row.announcement_json])
    await world.grave('Capture fails')
    await world.check()
    expect(await told()).toEqual([
      [hears, null, 1, expect.stringContaining('{"label":"On call","text":"Ana"}')],
      [null, 'ana@on-call.example', 1, expect.stringContaining('"path":"/defects/PF-1"')],
    ])
    expect((await world.firings())[0]?.done).toEqual(['On call: Ana. Told over 1 channel and by mail.'])
    const narrow: Rule = {
      ...RULE,
      actions: { ...RULE.actions, channels: [named] },
      caps: { aDay: 3, oncePer: 'defect' },
    }
    await updateRule(world.store.db, world.ruleId, { name: 'Grave', isOn: true, rule: narrow }, said)
    await world.grave('Refund fails')
    await world.check()
    expect((await told()).slice(2).map(([channel]) => channel)).toEqual([named, null])
  })

  test('drafts no second one for a place', async () => {
    const world = await openRuleWorld(openTestStore, { ...RULE, actions: { ...RULE.actions, draft: true } })
    await world.opened()
    await world.grave('Capture fails')
    await world.check()
    expect((await world.firings())[0]?.done[0]).toBe('No emergency release was drafted: ER-1 is open for the place.')
  })
})

const FIRING: Rule = { ...RULE, actions: { notify: false, channels: [], draft: true, rollback: true } }

async function openFiringWorld(openTestStore: OpenTestStore): Promise<RuleWorld> {
  const world = await openRuleWorld(openTestStore, FIRING)
  const environment = await world.store.db.selectFrom('environments').select('id').executeTakeFirstOrThrow()
  await savePolicy(
    world.store.db,
    environment.id,
    { approval: { ownRequests: 'allowed', breakGlass: true }, quietMinutes: 10, humanChecks: [] },
    { name: 'Ana', now: 0 },
  )
  await allowRuleRollback(
    world.store.db,
    { serviceId: 1, environmentId: environment.id, mostADay: 1 },
    { name: 'Ana', now: 0 },
  )
  return world
}

const sent = async (world: RuleWorld): Promise<number> => {
  await world.dispatcher().runDue()
  return (await world.dispatches()).length
}

describeOnEachEngine('a rule that fires rollbacks', (openTestStore) => {
  test('sends one to CI where an admin switched it on, and says so', async () => {
    const world = await openFiringWorld(openTestStore)
    await world.grave('Capture fails')
    await world.check()
    expect((await world.firings())[0]?.done).toEqual([
      expect.stringContaining('Drafted ER-1'),
      'The rollback to a was approved by this rule, as Ana switched on for checkout-api in production.',
      expect.stringContaining('Nobody is on call'),
    ])
    expect(await world.get(1)).toMatchObject({ state: 'approved', approvedName: 'rule: Grave' })
    expect(await sent(world)).toBe(1)
    expect(world.ci.runs).toHaveLength(1)
  })

  test('sends nothing where nobody switched it on', async () => {
    const world = await openFiringWorld(openTestStore)
    await world.store.db.deleteFrom('rule_rollbacks').execute()
    await world.grave('Capture fails')
    await world.check()
    expect((await world.firings())[0]?.done[1]).toContain('no admin switched that on')
    expect(await world.get(1)).toMatchObject({ state: 'requested' })
    expect(await sent(world)).toBe(0)
  })

  test('sends nothing where the environment wants two people', async () => {
    const world = await openFiringWorld(openTestStore)
    await world.store.db.deleteFrom('emergency_policies').execute()
    await world.grave('Capture fails')
    await world.check()
    expect((await world.firings())[0]?.done[1]).toContain('the environment wants a person')
    expect(await world.get(1)).toMatchObject({ state: 'requested' })
    expect(await sent(world)).toBe(0)
  })

  test('sends nothing to a place that somebody locked', async () => {
    const world = await openFiringWorld(openTestStore)
    const { environmentId, serviceId } = await world.store.db
      .selectFrom('rule_rollbacks')
      .select(['environment_id as environmentId', 'service_id as serviceId'])
      .executeTakeFirstOrThrow()
    await insertLock(world.store.db, { serviceId, environmentId, reason: 'Stocktaking', by: 'Ben', at: 0 })
    await world.grave('Capture fails')
    await world.check()
    expect((await world.firings())[0]?.done[1]).toContain('a check did not pass')
    expect(await sent(world)).toBe(0)
  })

  test('sends no more than it may in a day', async () => {
    const world = await openFiringWorld(openTestStore)
    await world.grave('Capture fails')
    await world.check()
    await world.drive(1, { do: 'cancel', reason: 'Not now.' })
    // a is back, then c comes and breaks as well.
    world.time.now += hours(2)
    await world.tell('deployments', deployed('c', world.time.now))
    world.time.now += hours(1)
    await world.tell('defects', seen('Refund fails', world.time.now, { severity: 'S1', version: 'c' }))
    await world.check()
    const second = (await world.firings())[1]
    expect(second?.done.join(' ')).toMatch(/rules fired 1 here within a day|No emergency release was drafted/)
    expect((await world.dispatches()).filter(({ state }) => state !== 'withdrawn').length).toBeLessThanOrEqual(1)
  })
})

/** Numbers in titles do not tell defects apart. */
const FAULTS = 'Capture|Refund|Basket|Login|Search|Invoice|Mail|Upload|Stock|Label|Voucher|Export|Address|Price'.split(
  '|',
)

describeOnEachEngine('a dry run', (openTestStore) => {
  test.each([1, 3])('finds what the rule did live (history %i)', async (seed) => {
    const rule: Rule = { ...RULE, caps: { aDay: 2, oncePer: seed === 3 ? 'release' : 'defect' } }
    const world = await openRuleWorld(openTestStore, rule, { withTarget: false })
    let random = seed
    const next = (n: number): number => {
      random = (random * 48_271) % 2_147_483_647
      return random % n
    }
    let version = 'b'
    const live: string[] = []
    for (let i = 0; i < 10; i++) {
      world.time.now += hours(1 + next(9))
      if (next(4) === 0) {
        version = `b${i}`
        await world.tell('deployments', deployed(version, world.time.now))
      } else {
        const severity = ['S1', 'S2', 'S3'][next(3)] as string
        await world.tell('defects', seen(FAULTS[i] as string, world.time.now, { severity, version }))
      }
      await world.check()
    }
    live.push(...(await world.firings()).filter(({ outcome }) => outcome === 'fired').map(({ what }) => what))
    const run = await dryRunRule(world.store, rule, { now: world.time.now })
    const subjects = (words: readonly string[]) =>
      words.map((what) => what.replace(/ with \d+ %/, '').replace(/is put down/, ''))
    expect(subjects(run.fired.map(({ what }) => what))).toEqual(subjects(live))
    expect(live.length).toBeGreaterThan(0)
  })
})
