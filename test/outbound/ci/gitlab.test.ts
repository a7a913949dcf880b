import { describe, expect, test } from 'vitest'
import { TRIGGER_TOKEN } from '../../support/ci/fake-gitlab.ts'
import { aRequest, gitlab, MINUTE, partsAt, standing } from '../../support/ci/systems.ts'

const LATER = 60 * MINUTE

describe('a pipeline', () => {
  test('gets the key and nine values as variables of its own names, in which a $ names no other variable', async () => {
    const { ci, fire } = await standing(gitlab)
    expect(await fire({ reason: 'costs $CI_JOB_TOKEN and $$' })).toEqual({
      kind: 'started',
      run: { id: '4711', url: 'https://gitlab.example/shop/checkout-api/-/pipelines/4711' },
      detail: 'GitLab started pipeline 4711.',
    })
    const { ref, variables } = JSON.parse(ci.bodies[0] ?? '')
    expect(ref).toBe('main')
    expect(variables).toHaveLength(10)
    expect(variables).toContainEqual({ key: 'postflight_key', value: 'ER-27-1' })
    expect(variables).toContainEqual({ key: 'postflight_version', value: '4.17.3' })
    expect(variables).toContainEqual({ key: 'postflight_reason', value: 'costs $$CI_JOB_TOKEN and $$$$' })
    expect(variables.every(({ key }: { key: string }) => key.startsWith('postflight_'))).toBe(true)
  })

  test('is started with a trigger token as well, and then cannot be looked for', async () => {
    const { ci, target, fireWith, time, check } = await standing(gitlab)
    expect(await fireWith(TRIGGER_TOKEN)).toMatchObject({ kind: 'started', run: { id: '4711' } })
    expect(ci.calls).toEqual(['POST /api/v4/projects/shop%2Fcheckout-api/trigger/pipeline'])
    expect(JSON.parse(ci.bodies[0] ?? '').variables.postflight_key).toBe('ER-27-1')
    expect(await fireWith('glptt-wrong')).toMatchObject({ kind: 'refused', again: false })
    expect(ci.runs).toHaveLength(1)
    time.now += LATER
    const look = gitlab.trigger.findRun(
      { ...target, secret: TRIGGER_TOKEN },
      aRequest(),
      partsAt(() => time.now),
    )
    expect(await look).toMatchObject({ kind: 'cannot-tell', reason: expect.stringContaining('trigger token') })
    expect(await check(TRIGGER_TOKEN)).toMatchObject({
      kind: 'reachable',
      detail: expect.stringContaining('only when'),
    })
  })

  test('without a name is found by its variables', async () => {
    const { ci, fire, find } = await standing(gitlab)
    ci.pipelineName = () => null
    ci.start({ postflight_key: 'ER-26-1' })
    await fire()
    ci.start({})
    await fire()
    expect(await find()).toMatchObject({ kind: 'found', run: { id: '4712' } })
  })

  test('that shows neither name nor variables may be ours', async () => {
    const { ci, find, time } = await standing(gitlab)
    ci.pipelineName = () => null
    ci.start({ postflight_key: 'ER-26-1' })
    time.now += LATER
    expect((await find()).kind).toBe('surely-none')
    ci.showsVariables = false
    expect(await find()).toMatchObject({ kind: 'cannot-tell', reason: expect.stringContaining('do not show') })
  })

  test('is not surely absent when there are more than were looked at', async () => {
    const { ci, find, time } = await standing(gitlab)
    for (let n = 1; n <= 50; n++) ci.start({ postflight_key: `ER-99-${n}` })
    time.now += LATER
    expect((await find()).kind).toBe('cannot-tell')
    ci.pipelineName = () => null
    ci.runs.length = 11
    expect((await find()).kind).toBe('cannot-tell')
    ci.runs.length = 10
    expect((await find()).kind).toBe('surely-none')
  })

  test('is not surely absent when a look takes too long to read all variables', async () => {
    const { ci, find, time } = await standing(gitlab)
    ci.pipelineName = () => null
    for (let n = 1; n <= 4; n++) ci.start({ postflight_key: `ER-99-${n}` })
    time.now += LATER
    ci.answer = ({ path }) => {
      if (path.endsWith('/variables')) time.now += 6_000
      return undefined
    }
    expect((await find()).kind).toBe('cannot-tell')
    expect(ci.calls.filter((call) => call.endsWith('/variables'))).toHaveLength(2)
  })

  test('is surely not there only once GitLab has given up all it was asked', async () => {
    const { time, find } = await standing(gitlab)
    time.now += 8 * MINUTE + 43_999
    expect((await find()).kind).toBe('cannot-tell')
    time.now += 1
    expect((await find()).kind).toBe('surely-none')
  })

  test('that may not be started is refused with what GitLab said', async () => {
    const { ci, fire, fireWith, check } = await standing(gitlab)
    ci.mayStart = false
    expect(await fire()).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining('It said: Insufficient permissions to set pipeline variables'),
    })
    expect(await fireWith('glpat-wrong')).toMatchObject({ reason: expect.stringContaining('401 Unauthorized') })
    expect((await check('glpat-wrong')).kind).toBe('refused')
    expect((await check()).kind).toBe('reachable')
    ci.builds = 'disabled'
    expect(await check()).toMatchObject({ kind: 'refused', reason: expect.stringContaining('switched off') })
    const absent = await standing(gitlab, { ref: 'gone' })
    expect(await absent.fire()).toMatchObject({ reason: expect.stringContaining('Reference not found') })
    expect(ci.runs).toHaveLength(0)
  })
})
