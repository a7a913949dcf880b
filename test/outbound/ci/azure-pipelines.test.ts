import { describe, expect, test } from 'vitest'
import { aRequest, azure, DECIDED_AT, MINUTE, partsAt, standing, targetOf } from '../../support/ci/systems.ts'

const LATER = 60 * MINUTE

describe('a run', () => {
  test('gets the key and nine values as parameters, and is named in the answer', async () => {
    const { ci, fire } = await standing(azure)
    expect(await fire()).toEqual({
      kind: 'started',
      run: { id: '4711', url: 'https://dev.azure.com/acme/shop/_build/results?buildId=4711' },
      detail: 'Azure DevOps started run 4711.',
    })
    const { resources, templateParameters } = JSON.parse(ci.bodies[0] ?? '')
    expect(resources).toEqual({ repositories: { self: { refName: 'refs/heads/main' } } })
    expect(templateParameters).toMatchObject({ postflight_key: 'ER-27-1', version: '4.17.3' })
    expect(Object.keys(templateParameters)).toHaveLength(10)
  })

  test('whose values name a variable of Azure gets no other value for it', async () => {
    const { ci, fire } = await standing(azure)
    await fire({ version: '$(System.AccessToken)', reason: 'costs $5 ($(a) $$(b))' })
    expect(ci.runs[0]?.values).toMatchObject({ version: '$ (System.AccessToken)', reason: 'costs $5 ($ (a) $$ (b))' })
  })

  test('its page for signing in is a refusal, though it comes with 203', async () => {
    const { ci, fireWith, check } = await standing(azure)
    expect(await fireWith('wrong')).toMatchObject({
      kind: 'refused',
      again: false,
      reason: expect.stringContaining('token'),
    })
    expect((await check('wrong')).kind).toBe('refused')
    // What a proxy made of a true answer is none.
    ci.answer = () => ({ status: 203, body: { id: 4711 } })
    expect((await azureFire(ci.url)).kind).toBe('started')
  })

  test('whose parameters are not declared is refused with the name of the first', async () => {
    const { ci, fire } = await standing(azure)
    ci.declared = []
    expect(await fire()).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining("Unexpected parameter 'postflight_key'"),
    })
  })

  test('that does not show its parameters may be ours, unless its number holds another key', async () => {
    const { ci, find, time } = await standing(azure)
    ci.start({ postflight_key: 'ER-26-1' })
    time.now += LATER
    expect((await find()).kind).toBe('surely-none')
    ci.showsParameters = false
    expect(await find()).toMatchObject({ kind: 'cannot-tell', reason: expect.stringContaining('Build 4711') })
    const numbered = (buildNumber: string) => () => ({ status: 200, body: { value: [{ id: 1, buildNumber }] } })
    ci.answer = numbered('rollback_ER-26-1')
    expect((await find()).kind).toBe('cannot-tell')
    ci.answer = numbered('rollback ER-26-1')
    expect((await find()).kind).toBe('surely-none')
    ci.answer = numbered('rollback ER-27-1')
    expect((await find()).kind).toBe('found')
  })

  test('is not surely absent when there are more than were looked at', async () => {
    const { ci, find, time } = await standing(azure)
    for (let n = 1; n <= 100; n++) ci.start({ postflight_key: `ER-99-${n}` })
    time.now += LATER
    expect((await find()).kind).toBe('cannot-tell')
    ci.answer = () => ({ status: 200, headers: { 'x-ms-continuationtoken': 'abc' }, body: { value: [] } })
    expect((await find()).kind).toBe('cannot-tell')
  })

  test('is surely absent only after half an hour', async () => {
    const { time, find } = await standing(azure)
    time.now += 35 * MINUTE + 43_999
    expect((await find()).kind).toBe('cannot-tell')
    time.now += 1
    expect((await find()).kind).toBe('surely-none')
  })
})

async function azureFire(url: string) {
  return azure.trigger.fire(
    targetOf(azure, url),
    aRequest(),
    partsAt(() => DECIDED_AT),
  )
}
