import { describe, expect, test } from 'vitest'
import { github, githubEvent, MINUTE, standing } from '../../support/ci/systems.ts'

const LATER = 60 * MINUTE

describe('a workflow', () => {
  test('gets the key and nine values as inputs, and its run is named in the answer', async () => {
    const { ci, fire } = await standing(github)
    expect(await fire({ reason: 'Payments fail\nsince 03:12', ref: undefined })).toEqual({
      kind: 'started',
      run: { id: '4711', url: 'https://github.com/acme/checkout-api/actions/runs/4711' },
      detail: 'GitHub started run 4711.',
    })
    expect(ci.bodies.map((body) => JSON.parse(body))).toEqual([
      {
        ref: 'main',
        inputs: {
          postflight_key: 'ER-27-1',
          emergency: 'ER-27',
          strategy: 'rollback',
          service: 'checkout-api',
          environment: 'production',
          version: '4.17.3',
          commit: '5bd7f1c0c6ae6d4c8f8f0f3a9f7a4f8f2c1d9e07',
          ref: '',
          reason: 'Payments fail since 03:12',
          url: 'https://postflight.example/emergency/ER-27',
        },
        return_run_details: true,
      },
    ])
  })

  test('on an Enterprise Server that does not know return_run_details is asked once more without it, and found by its name', async () => {
    const { ci, fire, find } = await standing(github)
    ci.knowsRunDetails = false
    expect(await fire()).toEqual({
      kind: 'unknown',
      reason: 'GitHub answered 204 and did not say which run it started.',
    })
    expect(ci.runs).toHaveLength(1)
    expect(ci.bodies.map((body) => 'return_run_details' in JSON.parse(body))).toEqual([true, false])
    expect(await find()).toEqual({
      kind: 'found',
      run: { id: '4711', url: 'https://github.com/acme/checkout-api/actions/runs/4711' },
    })
  })

  test('that does not declare an input is not started, and the reason names it', async () => {
    const { ci, fire } = await standing(github)
    ci.declared = ci.declared.filter((name) => name !== 'url')
    expect(await fire()).toMatchObject({
      kind: 'refused',
      again: false,
      reason: expect.stringContaining('It said: Unexpected inputs provided: ["url"]'),
    })
    expect(ci.runs).toHaveLength(0)
    expect(ci.calls).toHaveLength(2)
  })

  test('without a branch, a right token, or switched off is refused with what to do', async () => {
    const absent = await standing(github, { ref: 'gone' })
    expect(await absent.fire()).toMatchObject({ reason: expect.stringContaining('No ref found for: gone') })
    const { ci, fireWith, check, fire } = await standing(github)
    expect(await fireWith('expired')).toMatchObject({
      kind: 'refused',
      reason: 'GitHub answered 401. The token is wrong or has expired. It said: Bad credentials',
    })
    expect(await check('expired')).toMatchObject({ kind: 'refused' })
    expect(await check()).toEqual({ kind: 'reachable', detail: 'rollback.yml is there and active.' })
    ci.workflowState = 'disabled_manually'
    expect(await check()).toMatchObject({ kind: 'refused', reason: expect.stringContaining('is disabled manually') })
    expect(await fire()).toMatchObject({ kind: 'refused', reason: expect.stringContaining('disabled workflow') })
    expect(ci.runs).toHaveLength(0)
  })

  test('GitHub says by a 403 as well that it was asked too often', async () => {
    const { ci, fire } = await standing(github)
    for (const headers of [{ 'Retry-After': '60' }, { 'X-RateLimit-Remaining': '0' }]) {
      ci.answer = () => ({ status: 403, headers: headers as Record<string, string>, body: { message: 'rate limit' } })
      expect(await fire()).toMatchObject({ kind: 'refused', again: true })
    }
    ci.answer = () => ({ status: 403, headers: { 'X-RateLimit-Remaining': '17' }, body: { message: 'no' } })
    expect(await fire()).toMatchObject({ kind: 'refused', again: false })
  })

  test('is surely not there only once none can appear', async () => {
    const { time, find } = await standing(github)
    // Five minutes of trying, 45 s for the last try, half an hour until the list is whole.
    time.now += 35 * MINUTE + 43_999
    expect((await find()).kind).toBe('cannot-tell')
    time.now += 1
    expect((await find()).kind).toBe('surely-none')
  })

  test('is not surely absent when some run does not name a key', async () => {
    const { ci, time, find } = await standing(github)
    ci.runName = () => 'Roll back'
    ci.start({ postflight_key: 'ER-27-1' })
    time.now += LATER
    expect(await find()).toMatchObject({ kind: 'cannot-tell', reason: expect.stringContaining('Run 4711 has no key') })
  })

  test('is not surely absent when there are more runs than were looked at', async () => {
    const { ci, time, find } = await standing(github)
    for (let n = 1; n <= 51; n++) ci.start({ postflight_key: `ER-99-${n}` })
    time.now += LATER
    expect(await find()).toMatchObject({ kind: 'cannot-tell', reason: expect.stringContaining('51 runs') })
  })

  test('of a former database with the same key is not ours', async () => {
    const { ci, time, find } = await standing(github)
    time.now -= 6 * MINUTE
    ci.start({ postflight_key: 'ER-27-1' })
    time.now += LATER
    expect((await find()).kind).toBe('surely-none')
  })

  test('a run that a push or a pull request started is not ours, whatever its title says', async () => {
    const { ci, find } = await standing(github)
    ci.answer = () => ({
      status: 200,
      body: {
        total_count: 1,
        workflow_runs: [{ id: 1, html_url: 'https://github.com/x', event: 'pull_request', display_title: 'ER-27-1' }],
      },
    })
    expect((await find()).kind).toBe('cannot-tell')
  })

  test('an address that no browser may follow is not kept', async () => {
    const { ci, fire } = await standing(github)
    ci.answer = () => ({ status: 200, body: { workflow_run_id: 1, html_url: 'javascript:alert(1)' } })
    expect(await fire()).toMatchObject({ kind: 'started', run: { id: '1', url: undefined } })
  })
})

describe('a repository event', () => {
  test('carries ten values, the most that GitHub takes, and is never known at once to have started anything', async () => {
    const { ci, fire, find } = await standing(githubEvent)
    expect((await fire()).kind).toBe('unknown')
    const { event_type, client_payload } = JSON.parse(ci.bodies[0] ?? '')
    expect(event_type).toBe('postflight')
    expect(Object.keys(client_payload)).toHaveLength(10)
    expect(await find()).toMatchObject({ kind: 'found', run: { id: '4711' } })
  })

  test('that nobody listens for is answered the same, and nothing is found', async () => {
    const { ci, fire, find, time } = await standing(githubEvent)
    ci.listens = false
    expect((await fire()).kind).toBe('unknown')
    expect((await find()).kind).toBe('cannot-tell')
    time.now += LATER
    expect((await find()).kind).toBe('surely-none')
  })

  test('needs a token that may write', async () => {
    const { ci, check } = await standing(githubEvent)
    expect((await check()).kind).toBe('reachable')
    const repository = { full_name: 'acme/checkout-api', archived: false, permissions: { push: false } }
    ci.answer = () => ({ status: 200, body: repository })
    expect((await check()).kind).toBe('refused')
    ci.answer = () => ({ status: 200, body: { ...repository, archived: true } })
    expect(await check()).toEqual({ kind: 'refused', reason: 'acme/checkout-api is archived.' })
  })
})
