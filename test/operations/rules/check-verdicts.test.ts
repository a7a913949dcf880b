import { expect, test } from 'vitest'
import type { Rule } from '../../../src/core/rules/rule.ts'
import { checkSignals } from '../../../src/operations/rules/check-signals.ts'
import { checkVerdicts } from '../../../src/operations/rules/check-verdicts.ts'
import { dryRunRule } from '../../../src/operations/rules/dry-run-rule.ts'
import { listFirings } from '../../../src/store/rules/rule-firings.ts'
import { insertRule } from '../../../src/store/rules/rules.ts'
import { openEmergencyWorld } from '../../support/emergency-world.ts'
import { day, hours } from '../../support/factories.ts'
import { deployed, seen } from '../../support/history-pages.ts'
import { describeOnEachEngine, type OpenTestStore } from '../../support/stores.ts'

const VERDICT: Rule = {
  trigger: { kind: 'verdict', word: 'watch' },
  conditions: { releaseAgeHours: 48, tiers: ['production'], services: [], notTimeAlone: false },
  actions: { notify: true, channels: [], draft: false, rollback: false },
  caps: { aDay: 3, oncePer: 'release' },
}
const SIGNAL: Rule = {
  ...VERDICT,
  trigger: { kind: 'signal' },
  conditions: { tiers: ['production'], services: [], notTimeAlone: false },
}

async function openWorld(openTestStore: OpenTestStore, rule: Rule) {
  const world = await openEmergencyWorld(openTestStore, { withTarget: false })
  const id = await insertRule(world.store.db, { name: 'Bad', isOn: true, rule }, { name: 'Ana', now: 0 })
  const parts = {
    store: world.store,
    liveEvents: world.parts.liveEvents,
    clock: () => world.time.now,
    publicUrl: 'https://postflight.example',
    onReady: () => {},
  }
  const firings = async () => (await listFirings(world.store.db, id, { limit: 10 })).rows.map(({ what }) => what)
  return { ...world, firings, ruleParts: parts }
}

describeOnEachEngine('a rule on the verdict', (openTestStore) => {
  test('fires once for a release that turns bad, and not for one that came long ago', async () => {
    const { ruleParts, firings, tell, time, store } = await openWorld(openTestStore, VERDICT)
    await checkVerdicts(ruleParts)
    expect(await firings()).toEqual([])
    for (const title of ['Capture fails', 'Refund fails'])
      await tell('defects', seen(title, time.now, { severity: 'S1', version: 'b' }))
    time.now += 60_000
    await checkVerdicts(ruleParts)
    await checkVerdicts(ruleParts)
    expect(await firings()).toEqual([expect.stringMatching(/^checkout-api b in production is (watch|suspect)$/)])
    const run = await dryRunRule(store, VERDICT, { now: time.now })
    expect(run.fired.map(({ what }) => what.replace(/watch|suspect/, ''))).toEqual(['checkout-api b in production is '])

    await tell('deployments', deployed('a', time.now))
    time.now += hours(30)
    await tell('deployments', deployed('b', time.now))
    time.now += hours(1)
    await store.db.deleteFrom('rule_firings').execute()
    await checkVerdicts(ruleParts)
    expect(await firings()).toEqual([])
  })
})

/** A name for each number; digits do not tell titles apart. */
const letters = (n: number): string => String(n).replace(/\d/g, (digit) => 'abcdefghij'[Number(digit)] as string)

describeOnEachEngine('a rule on signals', (openTestStore) => {
  test('fires once for a week that had more defects than weeks vary by', async () => {
    const { ruleParts, firings, tell, time } = await openWorld(openTestStore, SIGNAL)
    time.now = day(10)
    const since = time.now - 300 * hours(24)
    await tell('deployments', deployed('0.1', since))
    const weekly = Array.from({ length: 40 }, (_, i) => since + (i + 0.5) * 7 * hours(24))
    const burst = Array.from({ length: 12 }, (_, i) => time.now - 10 * hours(24) + hours(i))
    const items = [...weekly, ...burst].map((at, i) => seen(`Fault of ${letters(i)}word`, at, { severity: 'S3' }))
    await tell('defects', ...items)
    await checkSignals(ruleParts)
    const first = await firings()
    expect(first.length).toBeGreaterThan(0)
    expect(first[0]).toContain('checkout-api in production: ')
    await checkSignals(ruleParts)
    expect(await firings()).toEqual(first)
  })
})
