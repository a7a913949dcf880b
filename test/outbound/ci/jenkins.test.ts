import { describe, expect, test } from 'vitest'
import { DECIDED_AT, jenkins, MINUTE, standing } from '../../support/ci/systems.ts'

const LATER = 60 * MINUTE

describe('a build', () => {
  test('gets the key and nine values as parameters, and is known by its place in the queue', async () => {
    const { ci, fire } = await standing(jenkins)
    expect(await fire({ reason: 'a&b=c %20' })).toEqual({
      kind: 'started',
      run: { id: 'queue/4711', url: `${ci.url}/job/shop/job/rollback` },
      detail: 'Jenkins queued it as item 4711.',
    })
    expect(ci.runs[0]?.values).toMatchObject({ postflight_key: 'ER-27-1', version: '4.17.3', reason: 'a&b=c %20' })
  })

  test('is found while it waits, and as a build then', async () => {
    const { ci, fire, find } = await standing(jenkins)
    await fire({ key: 'ER-26-1' })
    ci.waits = ({ id }) => id === 4712
    await fire()
    expect(await find()).toMatchObject({ kind: 'found', run: { id: 'queue/4712' } })
    ci.waits = () => false
    expect(await find()).toMatchObject({ kind: 'found', run: { id: '43', url: `${ci.url}/job/shop/job/rollback/43/` } })
  })

  test('that has begun is found before one that waits with the same key', async () => {
    const { ci, fire, find } = await standing(jenkins)
    await fire()
    ci.waits = ({ id }) => id === 4712
    await fire({ reason: 'another' })
    expect(ci.runs).toHaveLength(2)
    expect(await find()).toMatchObject({ kind: 'found', run: { id: '42' } })
    ci.answer = ({ path }) => (path.startsWith('/job/') ? { status: 500 } : undefined)
    expect(await find()).toMatchObject({ kind: 'found', run: { id: 'queue/4712' } })
  })

  test('that waits is not queued twice for one key', async () => {
    const { ci, fire } = await standing(jenkins)
    ci.waits = () => true
    const [first, second] = [await fire(), await fire()]
    expect(second).toEqual(first)
    expect(ci.runs).toHaveLength(1)
  })

  test('is not surely absent when builds since the decision are missing from the list', async () => {
    const { ci, fire, find, time } = await standing(jenkins)
    for (const key of ['ER-26-1', 'ER-26-2', 'ER-26-3']) await fire({ key })
    time.now += LATER
    expect((await find()).kind).toBe('surely-none')
    for (const number of [42, 43, 44, 41]) {
      ci.gone.clear()
      ci.gone.add(number)
      expect((await find()).kind).toBe('cannot-tell')
    }
  })

  test('is surely absent from a job that has all its builds from the first on', async () => {
    const { ci, find, time } = await standing(jenkins)
    time.now += LATER
    Object.assign(ci.earlier, { number: 1, timestamp: DECIDED_AT })
    expect((await find()).kind).toBe('surely-none')
    Object.assign(ci.earlier, { number: 2 })
    expect((await find()).kind).toBe('cannot-tell')
  })

  test('is surely absent only once Jenkins has worked off all it was asked', async () => {
    const { time, find } = await standing(jenkins)
    time.now += 7 * MINUTE + 43_999
    expect((await find()).kind).toBe('cannot-tell')
    time.now += 1
    expect((await find()).kind).toBe('surely-none')
  })

  test('of a job that is disabled, or for a user who may not, is refused with what to do', async () => {
    const { ci, fire, fireWith, check } = await standing(jenkins)
    expect(await check()).toMatchObject({ kind: 'reachable', detail: expect.stringContaining('enabled') })
    ci.buildable = false
    expect(await fire()).toEqual({
      kind: 'refused',
      reason: 'Jenkins answered 409. The job is disabled.',
      again: false,
    })
    expect(await check()).toEqual({ kind: 'refused', reason: 'The job is disabled.' })
    expect(await fireWith('postflight:wrong')).toMatchObject({ reason: expect.stringContaining('API token is wrong') })
    expect((await check('postflight:wrong')).kind).toBe('refused')
    expect(ci.runs).toHaveLength(0)
  })

  test('of a job that would drop the key is refused before anything is sent', async () => {
    const { ci, check } = await standing(jenkins)
    ci.declared = ['service', 'postflight_key']
    expect(await check()).toMatchObject({
      kind: 'reachable',
      detail: expect.stringContaining('does not declare emergency'),
    })
    ci.declared = ['service', 'version']
    expect(await check()).toMatchObject({ kind: 'refused', reason: expect.stringContaining('postflight_key') })
  })

  test('an answer whose Location is something else is not taken for one', async () => {
    const { ci, fire } = await standing(jenkins)
    for (const Location of ['/job/shop/', 'https://elsewhere.example/queue/item/x/', '/queue/item/1/../../evil']) {
      ci.answer = () => ({ status: 201, headers: { Location } })
      expect((await fire()).kind).toBe('unknown')
    }
  })
})
