import { expect, test } from 'vitest'
import { reportRun } from '../../../src/operations/emergency/report-run.ts'
import { insertLock, listLocks, releaseLock } from '../../../src/store/deployments/deploy-locks.ts'
import { listSteps } from '../../../src/store/emergency/emergencies.ts'
import { savePolicy } from '../../../src/store/emergency/emergency-settings.ts'
import { type EmergencyWorld, openEmergencyWorld } from '../../support/emergency-world.ts'
import { hours } from '../../support/factories.ts'
import { deployed, seen } from '../../support/history-pages.ts'
import { describeOnEachEngine } from '../../support/stores.ts'

const place = async ({ store }: EmergencyWorld) => {
  const service = await store.db.selectFrom('services').selectAll().executeTakeFirstOrThrow()
  const environment = await store.db.selectFrom('environments').selectAll().executeTakeFirstOrThrow()
  return {
    serviceId: service.id,
    service: service.name,
    environmentId: environment.id,
    environment: environment.name,
  }
}

/** Opened, approved, sent, and `a` is live. */
async function live(world: EmergencyWorld, defectIds: readonly number[] = []): Promise<number> {
  const { id } = await world.opened({ defectIds })
  await world.drive(id, { do: 'approve' })
  await world.dispatcher().runDue()
  world.time.now += 180_000
  await world.tell('deployments', deployed('a', world.time.now))
  await world.follow()
  return id
}

const defectId = async ({ store }: EmergencyWorld): Promise<number> =>
  (await store.db.selectFrom('defects').select('id').executeTakeFirstOrThrow()).id

describeOnEachEngine('opening an emergency release', (openTestStore) => {
  test('twice by the same form opens one, and a second one for the place is refused', async () => {
    const world = await openEmergencyWorld(openTestStore)
    const both = await Promise.all([world.open({}, { formKey: 'x' }), world.open({}, { formKey: 'x' })])
    expect(both.map(({ kind }) => kind).sort()).toEqual(['opened', 'repeated'])
    expect(await world.open({}, { formKey: 'x' })).toMatchObject({ kind: 'repeated', emergency: { id: 1 } })
    expect(await world.open()).toMatchObject({ kind: 'already-open', emergency: { id: 1 } })
    expect(await world.dispatches()).toEqual([])
  })

  test('by two people at once opens one', async () => {
    const world = await openEmergencyWorld(openTestStore)
    const both = await Promise.all([world.open(), world.open({}, { actor: world.ben })])
    expect(both.map(({ kind }) => kind).sort()).toEqual(['already-open', 'opened'])
  })

  test('is refused for what is live already, never ran there, or is known to be bad', async () => {
    const world = await openEmergencyWorld(openTestStore)
    expect(await world.open({ version: 'b' })).toMatchObject({ kind: 'blocked', check: { kind: 'target' } })
    expect(await world.open({ version: 'c' })).toMatchObject({ kind: 'blocked' })
    // b is rolled back from, then c comes: b is known to be bad.
    await world.tell('deployments', deployed('a', world.time.now), deployed('c', world.time.now + 1_000))
    world.time.now += 2_000
    expect(await world.open({ version: 'b' })).toMatchObject({
      kind: 'blocked',
      check: { title: 'b is known to be bad' },
    })
    expect(await world.open({ reason: ' ' })).toMatchObject({ kind: 'refused', path: 'reason' })
    expect(await world.open({ version: 'a' })).toMatchObject({ kind: 'opened' })
  })
})

describeOnEachEngine('approving', (openTestStore) => {
  test('takes a second person in production, and is done once', async () => {
    const world = await openEmergencyWorld(openTestStore)
    const { id } = await world.opened()
    const by = (actor: typeof world.ana) => world.drive(id, { do: 'approve' }, { actor })
    expect(await by(world.ana)).toMatchObject({ kind: 'refused', reason: expect.stringContaining('Two people') })
    expect(await by(world.cleo)).toMatchObject({ kind: 'refused' })
    const stale = { ...world.ben, signedInAt: world.time.now - hours(1) }
    expect(await by(stale)).toMatchObject({ kind: 'refused', signIn: true })
    const twice = await Promise.all([
      world.drive(id, { do: 'approve' }, { seen: 1, requestKey: 'k' }),
      world.drive(id, { do: 'approve' }, { seen: 1, requestKey: 'k' }),
    ])
    expect(twice.map(({ kind }) => kind).sort()).toEqual(['done', 'repeated'])
    expect(await world.drive(id, { do: 'approve' }, { seen: 1 })).toMatchObject({ kind: 'stale' })
    expect(await world.dispatches()).toHaveLength(1)
    expect(await world.get(id)).toMatchObject({ state: 'approved', approvedAs: 'second-person', needsReview: false })
  })

  test('alone breaks the glass: with a reason, and a review that is owed', async () => {
    const world = await openEmergencyWorld(openTestStore)
    const { id } = await world.opened()
    const alone = { do: 'approve', reason: 'Nobody else answers.' } as const
    expect(await world.drive(id, alone, { actor: world.ana })).toMatchObject({ kind: 'done' })
    expect(await world.get(id)).toMatchObject({ approvedAs: 'break-glass', needsReview: true, reviewedAt: undefined })
    await world.drive(id, { do: 'cancel', reason: 'No.' })
    await world.drive(id, { do: 'review', text: 'Two people on call at night.' })
    expect((await world.get(id)).reviewedAt).toBe(world.time.now)
  })

  test('is refused when what was found to be safe is not any more', async () => {
    const world = await openEmergencyWorld(openTestStore)
    const { id } = await world.opened()
    await world.tell('deployments', deployed('a', world.time.now))
    expect(await world.drive(id, { do: 'approve' })).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining('live in production already'),
    })
    expect(await world.dispatches()).toEqual([])
  })

  test('is refused when the CI target is another than the page showed', async () => {
    const world = await openEmergencyWorld(openTestStore)
    const { id } = await world.opened()
    expect(await world.drive(id, { do: 'approve', target: '1:7' })).toMatchObject({ kind: 'refused' })
    expect(await world.drive(id, { do: 'approve', target: '1:1' })).toMatchObject({ kind: 'done' })
  })

  test('without a CI target sends nothing; a person deploys', async () => {
    const world = await openEmergencyWorld(openTestStore, { withTarget: false })
    const { id } = await world.approved()
    await world.dispatcher().runDue()
    expect(await world.dispatches()).toEqual([])
    expect(await world.drive(id, { do: 'deployed', reason: ' ' })).toMatchObject({ kind: 'refused' })
    expect(await world.drive(id, { do: 'deployed', reason: 'I ran it.' })).toMatchObject({ kind: 'done' })
    expect(await world.get(id)).toMatchObject({ state: 'verifying', deployedAt: world.time.now })
  })
})

describeOnEachEngine('the progress', (openTestStore) => {
  test('follows CI and deployments; a green run makes nothing deployed', async () => {
    const world = await openEmergencyWorld(openTestStore)
    const { id } = await world.approved()
    await world.dispatcher().runDue()
    const report = (status: 'deploying' | 'succeeded' | 'failed') =>
      reportRun(world.parts, id, { key: `ER-${id}-1`, status }, world.time.now)
    expect(await report('deploying')).toMatchObject({ kind: 'taken', emergency: { state: 'deploying' } })
    expect(await report('succeeded')).toMatchObject({ kind: 'nothing-new', emergency: { state: 'deploying' } })
    expect(await reportRun(world.parts, id, { key: 'ER-9-1', status: 'failed' }, world.time.now)).toEqual({
      kind: 'unknown-key',
    })
    world.time.now += 60_000
    await world.tell('deployments', deployed('a', world.time.now))
    await world.follow()
    expect(await world.get(id)).toMatchObject({ state: 'verifying', deployedAt: world.time.now })
    expect((await listSteps(world.store.db, id)).map(({ action }) => action)).toEqual([
      'open',
      'approve',
      'run-started',
      'deployment-began',
      'deployed',
    ])
  })

  test('of another version or another time is not its own', async () => {
    const world = await openEmergencyWorld(openTestStore)
    const { id } = await world.approved()
    await world.dispatcher().runDue()
    await world.tell('deployments', deployed('c', world.time.now))
    await world.tell('deployments', deployed('a', world.time.now - hours(1), { id: 'late word' }))
    await world.follow()
    expect(await world.get(id)).toMatchObject({ state: 'building' })
  })

  test('that fails comes back to a person with the reason, once', async () => {
    const world = await openEmergencyWorld(openTestStore)
    const { id } = await world.approved()
    await world.dispatcher().runDue()
    await world.tell('deployments', deployed('a', world.time.now, { status: 'failed', id: 'run-1' }))
    await world.follow()
    expect(await world.get(id)).toMatchObject({ state: 'approved', trouble: 'The deployment of a failed.' })
    await world.drive(id, { do: 'send-again' })
    await world.dispatcher().runDue()
    await world.follow()
    expect(await world.get(id)).toMatchObject({ state: 'building', trouble: undefined })
    expect(world.ci.runs).toEqual([`ER-${id}-1`, `ER-${id}-2`])
  })

  test('may choose another version, which must be approved anew', async () => {
    const world = await openEmergencyWorld(openTestStore)
    await world.tell('deployments', deployed('c', world.time.now))
    const { id } = await world.approved()
    expect(await world.drive(id, { do: 'choose-version', version: 'b' })).toMatchObject({ kind: 'done' })
    expect(await world.get(id)).toMatchObject({ state: 'requested', targetVersion: 'b', approvedAt: undefined })
    await world.dispatcher().runDue()
    expect(world.ci.wishes).toEqual([])
    await world.drive(id, { do: 'approve' })
    await world.dispatcher().runDue()
    expect(world.ci.runs).toEqual([`ER-${id}-2`])
    expect(JSON.parse(world.ci.wishes[0]?.body ?? '')).toMatchObject({ data: { version: 'b' } })
  })
})

describeOnEachEngine('the recovery', (openTestStore) => {
  test('is verified once it is quiet, and closing fixes the linked defects', async () => {
    const world = await openEmergencyWorld(openTestStore)
    await world.tell(
      'defects',
      seen('Capture fails', world.time.now - 1_000, { severity: 'S1', version: 'b', count: 60 }),
    )
    const defect = await defectId(world)
    const id = await live(world, [defect])
    expect(await world.drive(id, { do: 'verify' }, { actor: world.cleo })).toMatchObject({ kind: 'refused' })
    expect(await world.drive(id, { do: 'close' })).toMatchObject({ kind: 'refused' })
    world.time.now += 11 * 60_000
    expect(await world.drive(id, { do: 'verify' }, { actor: world.cleo })).toMatchObject({ kind: 'done' })
    expect(await world.drive(id, { do: 'close' })).toMatchObject({ kind: 'done' })
    expect(await world.get(id)).toMatchObject({ state: 'closed', endedAt: world.time.now })
    const fixed = await world.store.db.selectFrom('defects').selectAll().executeTakeFirstOrThrow()
    expect(fixed).toMatchObject({ status: 'verified', fixed_in_json: '["a"]', open: 0 })
  })

  test('is in doubt again when a linked defect is seen again, and says so once', async () => {
    const world = await openEmergencyWorld(openTestStore)
    await world.tell('defects', seen('Capture fails', world.time.now - 1_000, { severity: 'S1', version: 'b' }))
    const id = await live(world, [await defectId(world)])
    world.time.now += 5 * 60_000
    await world.tell('defects', seen('Capture fails', world.time.now))
    await world.follow()
    await world.follow()
    expect(await world.get(id)).toMatchObject({ state: 'verifying', trouble: expect.stringContaining('seen again') })
    expect((await listSteps(world.store.db, id)).filter(({ action }) => action === 'recur')).toHaveLength(1)
    const byHand = { do: 'verify', reason: 'An old client; it does no harm.' } as const
    expect(await world.drive(id, byHand)).toMatchObject({ kind: 'done' })
    world.time.now += 5 * 60_000
    await world.tell('defects', seen('Capture fails', world.time.now))
    await world.follow()
    expect(await world.get(id)).toMatchObject({ verifiedAt: undefined })
  })

  test('waits for what people tick', async () => {
    const world = await openEmergencyWorld(openTestStore)
    const { environmentId } = await place(world)
    await savePolicy(
      world.store.db,
      environmentId,
      {
        approval: { ownRequests: 'refused', breakGlass: false },
        quietMinutes: 1,
        humanChecks: ['Test order goes through'],
      },
      { name: 'Ana', now: world.time.now },
    )
    const id = await live(world)
    world.time.now += 120_000
    expect(await world.drive(id, { do: 'verify' })).toMatchObject({ kind: 'refused' })
    expect(await world.drive(id, { do: 'tick', title: 'Something else' })).toMatchObject({ kind: 'refused' })
    await world.drive(id, { do: 'tick', title: 'Test order goes through' })
    expect(await world.drive(id, { do: 'verify' })).toMatchObject({ kind: 'done' })
  })
})

describeOnEachEngine('a lock', (openTestStore) => {
  test('is on while an emergency release is open, save for its own run', async () => {
    const world = await openEmergencyWorld(openTestStore)
    const here = await place(world)
    expect(await listLocks(world.store.db, here)).toEqual([])
    const { id } = await world.opened()
    expect(await listLocks(world.store.db, here)).toMatchObject([{ kind: 'emergency', id }])
    expect(await listLocks(world.store.db, here, id)).toEqual([])
    await world.drive(id, { do: 'cancel', reason: 'No.' })
    expect(await listLocks(world.store.db, here)).toEqual([])
  })

  test('that a person sets holds for a service, or for all, until it is released', async () => {
    const world = await openEmergencyWorld(openTestStore)
    const here = await place(world)
    const at = world.time.now
    const all = await insertLock(world.store.db, { ...here, serviceId: undefined, reason: 'Freeze', by: 'Ana', at })
    await insertLock(world.store.db, { ...here, reason: 'Test', by: 'Ana', at: at + 1 })
    expect((await listLocks(world.store.db, here)).map(({ reason }) => reason)).toEqual(['Freeze', 'Test'])
    expect(await releaseLock(world.store.db, all ?? 0, 'Ben', at)).toBe(true)
    expect(await releaseLock(world.store.db, all ?? 0, 'Ben', at)).toBe(false)
    expect((await listLocks(world.store.db, here)).map(({ reason }) => reason)).toEqual(['Test'])
  })
})
