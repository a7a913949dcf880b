import { expect, test } from 'vitest'
import { createRuleWatch } from '../../../src/operations/rules/rule-watch.ts'
import { listFirings } from '../../../src/store/rules/rule-firings.ts'
import { listRules, updateRule } from '../../../src/store/rules/rules.ts'
import { openEmergencyWorld } from '../../support/emergency-world.ts'
import { seen } from '../../support/history-pages.ts'
import { silentLog } from '../../support/processing.ts'
import { describeOnEachEngine } from '../../support/stores.ts'

describeOnEachEngine('the watch of the rules', (openTestStore) => {
  test('ends what it has begun, and leaves the rest to whoever comes next', async () => {
    const { store, parts, time, tell } = await openEmergencyWorld(openTestStore, { withTarget: false })
    const watch = () =>
      createRuleWatch({
        store,
        liveEvents: parts.liveEvents,
        clock: () => time.now,
        log: silentLog,
        publicUrl: 'https://postflight.example',
        onReady: () => {},
      })
    const [first] = await listRules(store.db)
    if (!first) throw new Error('no rule came with it')
    const rule = { ...first.rule, trigger: { kind: 'suspected', probability: 0.3 } } as const
    await updateRule(store.db, first.id, { ...first, rule }, { name: 'Ana', now: 0 })
    // b came a day ago, and the rule asks for less.
    time.now -= 3_600_000
    await tell('defects', seen('Capture fails', time.now, { severity: 'S1', version: 'b' }))
    const stopped = watch()
    await stopped.stop()
    stopped.start()
    await stopped.stop()
    const running = watch()
    running.start()
    await running.stop()
    const { rows } = await listFirings(store.db, 1, { limit: 10 })
    expect(rows.map(({ outcome }) => outcome)).toEqual(['fired'])
    expect(await store.db.selectFrom('rule_checks').selectAll().execute()).toEqual([])
  })
})
