import { expect, test } from 'vitest'
import { submitNative } from '../../src/operations/submit-native.ts'
import { day } from '../support/factories.ts'
import { processingOn } from '../support/processing.ts'
import { describeOnEachEngine } from '../support/stores.ts'

const NOW = day(20)
const instant = (at: number) => new Date(at).toISOString()

describeOnEachEngine('the release that was live at the first sighting', (openTestStore) => {
  /** The suspect for a defect seen at an instant, after a went live on day 1 and b on day 5. */
  async function suspectAt(seenAt: number): Promise<string | null | undefined> {
    const parts = await processingOn(await openTestStore(), () => NOW)
    const place = { service: 'shop', environment: 'production' }
    const deployments = [
      { ...place, version: 'a', finishedAt: instant(day(1)) },
      { ...place, version: 'b', finishedAt: instant(day(5)) },
    ]
    await submitNative(parts, { kind: 'deployments', items: deployments, receivedAt: NOW })
    const defect = { ...place, title: 'Cart empty', occurredAt: instant(seenAt) }
    await submitNative(parts, { kind: 'defects', items: [defect], receivedAt: NOW })
    const found = await parts.store.db
      .selectFrom('defects')
      .leftJoin('releases', 'releases.id', 'defects.suspect_release_id')
      .select('version')
      .executeTakeFirst()
    return found?.version
  }

  test('is suspected from the instant after it went live', async () => {
    expect(await suspectAt(day(5) + 1)).toBe('b')
    expect(await suspectAt(day(5) - 1)).toBe('a')
  })

  test('is not one that went live at the very instant: that is the answer to the defect, not its cause', async () => {
    expect(await suspectAt(day(5))).toBe('a')
  })

  test('is none when the first deployment came at that instant', async () => {
    expect(await suspectAt(day(1))).toBeNull()
  })
})
