import { describe, expect, test } from 'vitest'
import { FAULTS, type Fault } from '../../support/ci/fake-ci.ts'
import { aRequest, MINUTE, partsAt, SYSTEMS, standing } from '../../support/ci/systems.ts'
import { outOfTime } from '../../support/out-of-time.ts'

/** The longest that any system's list may lag, and more. */
const LATER = 60 * MINUTE
const HANGS: ReadonlySet<Fault> = new Set([
  'hang before it starts',
  'hang after it started',
  'starts once we have gone',
  'slow drip',
])

describe.each(SYSTEMS)('$name', (system) => {
  test.each(FAULTS)('%s', async (fault) => {
    const { ci, time, fire, find } = await standing(system)
    ci.fault = fault
    const hanging = new Promise<void>((resolve) => {
      ci.onFault = resolve
    })
    const outcome = HANGS.has(fault) ? await outOfTime(hanging, fire) : await fire()
    if (fault === 'starts once we have gone') await expect.poll(() => ci.runs.length).toBe(1)
    const started = ci.runs.length

    // Of the two lies that cost something: a run that is sent again, and one that is waited for in vain.
    expect(outcome.kind).not.toBe(started > 0 ? 'refused' : 'started')
    expect(outcome.kind).toBe(fault === 'none' && system.namesRun ? 'started' : 'unknown')
    expect(started).toBeLessThanOrEqual(1)

    ci.fault = 'none'
    ci.listsLate = true
    expect((await find()).kind).toBe('cannot-tell')
    ci.listsLate = false
    const look = await find()
    expect(look.kind).toBe(started > 0 ? 'found' : 'cannot-tell')
    time.now += LATER
    expect((await find()).kind).toBe(started > 0 ? 'found' : 'surely-none')
    expect(ci.runs).toHaveLength(started)
  })

  test('another key is another run', async () => {
    const { fire, find, ci, time } = await standing(system)
    await fire({ key: 'ER-27-11' })
    await fire({ key: 'ER-2-1' })
    expect(ci.runs).toHaveLength(2)
    expect((await find()).kind).toBe('cannot-tell')
    time.now += LATER
    // Argo CD only has the last operation to show.
    expect((await find()).kind).toBe(system.name === 'Argo CD' ? 'cannot-tell' : 'surely-none')
  })

  test('of two runs with one key the first is found: the guard stops the second', async () => {
    const { fire, find, ci } = await standing(system)
    await fire()
    const alone = await find()
    expect(alone.kind).toBe('found')
    await fire()
    expect(ci.runs).toHaveLength(2)
    expect(await find()).toEqual(alone)
  })

  test('nobody listens: nothing was sent, and it may be tried again', async () => {
    const { ci, fire, find, check, time } = await standing(system)
    await ci.close()
    expect(await fire()).toMatchObject({
      kind: 'refused',
      again: true,
      reason: expect.stringContaining('ECONNREFUSED'),
    })
    time.now += LATER
    expect((await find()).kind).toBe('cannot-tell')
    expect((await check()).kind).toBe('unreachable')
  })

  test.each([
    [400, false],
    [401, false],
    [403, false],
    [404, false],
    [410, false],
    [422, false],
    [302, false],
    [307, false],
    [429, true],
  ])('%d: nothing started', async (status, again) => {
    const { ci, fire, find, check, time } = await standing(system)
    const headers = { 'Retry-After': '30', Location: 'http://127.0.0.1:1/elsewhere' }
    ci.answer = ({ method }) =>
      method === 'POST' ? { status, headers: status === 429 ? headers : { Location: headers.Location } } : undefined
    const outcome = await fire()
    expect(outcome).toMatchObject({ kind: 'refused', again })
    expect(outcome.kind === 'refused' && outcome.reason).toMatch(
      status === 429 ? /too many requests, for 30 s\.$/ : new RegExp(`answered ${status}\\.`),
    )
    expect(ci.runs).toHaveLength(0)
    // A list that is refused proves nothing.
    ci.answer = () => ({ status })
    time.now += LATER
    expect((await find()).kind).toBe('cannot-tell')
    expect((await check()).kind).toBe(status === 429 ? 'unreachable' : 'refused')
  })

  test.each([408, 409, 418, 500, 501, 502, 503, 504, 520])('%d: nobody knows', async (status) => {
    const { ci, fire } = await standing(system)
    ci.answer = () => ({ status })
    const isDisabledJob = system.name === 'Jenkins' && status === 409
    expect((await fire()).kind).toBe(isDisabledJob ? 'refused' : 'unknown')
  })

  test.each(['', 'null', '[]', '{}', '{"id": {}}', '"ok"', '<html></html>', '{"workflow_run_id": "x"}'])(
    'an answer of %j is no word that a run started, nor that there is none',
    async (body) => {
      const { ci, fire, find, check, time } = await standing(system)
      ci.answer = () => ({ status: 200, body })
      expect((await fire()).kind).toBe('unknown')
      time.now += LATER
      // An empty list is one.
      expect((await find()).kind).toBe(system.name === 'GitLab' && body === '[]' ? 'surely-none' : 'cannot-tell')
      expect((await check()).kind).toBe('refused')
    },
  )

  test('the server stops: unknown once it was sent', async () => {
    const stopping = new AbortController()
    const { ci, target, time } = await standing(system)
    ci.fault = 'hang after it started'
    const parts = { ...partsAt(() => time.now), signal: stopping.signal }
    const firing = system.trigger.fire(target, aRequest(), parts)
    ci.answer = () => {
      stopping.abort()
      return { status: 200 }
    }
    expect((await firing).kind).toBe('unknown')
    expect(await system.trigger.fire(target, aRequest(), parts)).toMatchObject({ kind: 'refused', again: true })
  })

  test('an address that may not be called is refused, and its reason says what to do', async () => {
    const { target, time } = await standing(system)
    const closed = { ...partsAt(() => time.now), rules: { allow: { names: [], addresses: [], blocks: [] } } }
    expect(await system.trigger.fire(target, aRequest(), closed)).toMatchObject({
      kind: 'refused',
      again: false,
      reason: expect.stringContaining('OUTBOUND_ALLOW'),
    })
    expect((await system.trigger.findRun(target, aRequest(), closed)).kind).toBe('cannot-tell')
    expect((await system.trigger.checkReachable(target, closed)).kind).toBe('refused')
  })
})
