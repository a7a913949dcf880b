import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { listSteps } from '../../../src/store/emergency/emergencies.ts'
import { insertSource } from '../../../src/store/sources/sources.ts'
import { readFixtures } from '../../sources/fixtures.ts'
import { type EmergencyWorld, openEmergencyWorld } from '../../support/emergency-world.ts'
import { describeOnEachEngine } from '../../support/stores.ts'

/** Workflow runs as GitHub tells them, changed as said; each is a delivery of its own. */
async function runsInto({ store, parts, time }: EmergencyWorld) {
  const sourceId = await insertSource(store.db, { slug: 'github', kind: 'github', name: 'GitHub', createdAt: 0 })
  const fixture = readFixtures('github').find(({ name }) => name === 'workflow_run.completed')
  if (!fixture) throw new Error('there is no such fixture')
  let deliveries = 0
  return async (run: Record<string, unknown>) => {
    const payload = JSON.parse(Buffer.from(fixture.delivery.body).toString('utf8')) as Record<string, unknown>
    const workflowRun = { ...(payload.workflow_run as object), event: 'workflow_dispatch', id: 77, ...run }
    const body = Buffer.from(JSON.stringify({ ...payload, workflow_run: workflowRun }))
    const { id } = await store.inbox.append({
      sourceId,
      deliveryKey: `run ${deliveries++}`,
      bodySha256: createHash('sha256').update(body).digest('hex'),
      receivedAt: time.now,
      headersJson: JSON.stringify({ 'content-type': 'application/json', 'x-github-event': 'workflow_run' }),
      body,
    })
    return await parts.processor.processNow(id)
  }
}

const running = (id: number) => ({ display_title: `Roll back (ER-${id}-1)`, status: 'in_progress', conclusion: null })
const failed = (id: number) => ({ display_title: `Roll back (ER-${id}-1)`, status: 'completed', conclusion: 'failure' })

describeOnEachEngine('a webhook of CI', (openTestStore) => {
  test('tells how far the run of an emergency release is', async () => {
    const world = await openEmergencyWorld(openTestStore)
    const tellRun = await runsInto(world)
    const { id } = await world.approved()
    expect(await tellRun(running(id))).toContainEqual({
      ...{ kind: 'run', emergencyId: id, key: `ER-${id}-1`, state: 'running', effect: 'updated' },
    })
    expect((await world.get(id)).state).toBe('building')
    expect(await world.dispatches()).toMatchObject([{ state: 'sent' }])
    expect(await tellRun(running(id))).toContainEqual(expect.objectContaining({ kind: 'run', effect: 'unchanged' }))
    await tellRun(failed(id))
    expect(await world.get(id)).toMatchObject({ state: 'approved', trouble: 'CI says that the run failed.' })
    // What came before it, and comes late, does not start it anew.
    await tellRun(running(id))
    expect((await world.get(id)).state).toBe('approved')
  })

  test('makes nothing deployed when the run ends well', async () => {
    const world = await openEmergencyWorld(openTestStore)
    const tellRun = await runsInto(world)
    const { id } = await world.approved()
    await tellRun({ ...failed(id), conclusion: 'success' })
    expect((await world.get(id)).state).toBe('building')
  })

  test('about a second run with the same key changes nothing: its guard stops it', async () => {
    const world = await openEmergencyWorld(openTestStore)
    const tellRun = await runsInto(world)
    const { id } = await world.approved()
    await tellRun(running(id))
    const steps = await listSteps(world.store.db, id)
    await tellRun({ ...failed(id), id: 78 })
    expect(await listSteps(world.store.db, id)).toEqual(steps)
  })

  describe('is none of ours', () => {
    test.each([
      ['when nobody asked for its key', { display_title: 'Roll back (ER-4711-1)' }],
      ['when a commit is called so', { event: 'push', display_title: 'ER-1-1' }],
    ])('%s', async (_, run) => {
      const world = await openEmergencyWorld(openTestStore)
      const tellRun = await runsInto(world)
      const { id } = await world.approved()
      await tellRun({ ...running(id), ...run })
      expect((await world.get(id)).state).toBe('approved')
    })
  })
})
