import { expect, test } from 'vitest'
import type { Outcome } from '../../src/core/rules/standing.ts'
import { deployed, type HistoryPages, openHistory } from '../support/history-pages.ts'
import { piece } from '../support/number-links.ts'
import { textOf } from '../support/pages.ts'
import { describeOnEachEngine } from '../support/stores.ts'

const DAY = 86_400_000

/** What a rule did some days ago. */
const did = async ({ deps, tell }: HistoryPages, ...told: readonly (readonly [Outcome, number])[]) => {
  await tell('deployments', deployed('1.0.0', deps.clock() - 50 * DAY))
  const { id } = await deps.store.db.selectFrom('services').select('id').executeTakeFirstOrThrow()
  await deps.store.db
    .insertInto('rule_firings')
    .values(
      told.map(([outcome, days], i) => {
        const at = deps.clock() - days * DAY
        return {
          ...{ rule_id: 1, subject: `s${i}`, outcome, at, happened_at: at, service_id: id, rolled_back: 0 as const },
          ...{ what: `What ${i} is`, reasons_json: '[]', done_json: '[]' },
        }
      }),
    )
    .execute()
}

describeOnEachEngine('what a rule did', (openTestStore) => {
  test('is counted in the list, and each count leads to it', async () => {
    const pages = await openHistory(openTestStore)
    const held = Array.from({ length: 23 }, (_, i): readonly [Outcome, number] => [i % 2 ? 'muted' : 'capped', 2])
    await did(pages, ['fired', 3], ['fired', 40], ['capped', 40], ['fired', 1], ...held)
    const list = await pages.read('/rules')
    const links = [...list.matchAll(/href="([^"]*#firings)">(\d+) times? in 30 days</g)]
    expect(links.map(([, , n]) => Number(n))).toEqual([2, 23])
    const [fired, heldBack] = links.map(([, href]) => (href as string).replaceAll('&amp;', '&')) as [string, string]
    const firings = async (href: string) => textOf(piece(await pages.read(href), 'id="firings"', '</section>'))
    expect(await firings(fired)).toContain('1–2 of 2')
    const first = piece(await pages.read(heldBack), 'id="firings"', '</section>')
    expect(textOf(first)).toContain('1–20 of 23')
    expect(textOf(first)).not.toContain('Fired.')
    const older = /href="([^"]*)" rel="next"/.exec(first)?.[1]?.replaceAll('&amp;', '&')
    expect(await firings(older as string)).toContain('21–23 of 23')
    expect(await firings('/rules/1')).toContain('1–20 of 27')
    expect(await firings('/rules/1?outcome=held')).toContain('1–20 of 24')
    expect(await firings('/rules/1?outcome=luck&since=soon')).toContain('1–20 of 27')
    expect(await firings('/rules/1?outcome=held&since=2999-01-01T00:00:00Z')).toContain('Nothing of that.')
  })
})
