import { expect, test } from 'vitest'
import { submitNative } from '../../src/operations/intake/submit-native.ts'
import { day, hours } from '../support/factories.ts'
import { processingOn } from '../support/processing.ts'
import { describeOnEachEngine } from '../support/stores.ts'

const NOW = day(20)
const instant = (at: number) => new Date(at).toISOString()

describeOnEachEngine('the release that was live at the first sighting', (openTestStore) => {
  /** The first suspect for an alert at an instant, after a went live on day 1 and b on day 5, and whether it is named. */
  async function suspectAt(seenAt: number): Promise<{ version: string; named: boolean } | undefined> {
    const parts = await processingOn(await openTestStore(), () => NOW)
    const place = { service: 'shop', environment: 'production' }
    const deployments = [
      { ...place, version: 'a', finishedAt: instant(day(1)) },
      { ...place, version: 'b', finishedAt: instant(day(5)) },
    ]
    await submitNative(parts, { kind: 'deployments', items: deployments, receivedAt: NOW })
    const defect = { ...place, title: 'Cart empty', detection: 'alert', occurredAt: instant(seenAt) }
    await submitNative(parts, { kind: 'defects', items: [defect], receivedAt: NOW })
    const found = await parts.store.db
      .selectFrom('suspects')
      .innerJoin('releases', 'releases.id', 'suspects.release_id')
      .innerJoin('defects', 'defects.id', 'suspects.defect_id')
      .select(['version', 'suspect_release_id'])
      .where('rank', '=', 1)
      .executeTakeFirst()
    return found && { version: found.version, named: found.suspect_release_id !== null }
  }

  test('is suspected soon after it went live', async () => {
    expect(await suspectAt(day(5) + hours(1))).toEqual({ version: 'b', named: true })
    expect(await suspectAt(day(5) - 1)).toMatchObject({ version: 'a' })
  })

  test('is not one that went live at the very instant: that is the answer to the defect, not its cause', async () => {
    expect(await suspectAt(day(5))).toMatchObject({ version: 'a' })
  })

  test('is nothing when the first deployment came later than clocks differ', async () => {
    expect(await suspectAt(day(1) - hours(1))).toBeUndefined()
  })
})
