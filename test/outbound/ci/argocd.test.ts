import { describe, expect, test } from 'vitest'
import { argocd, DECIDED_AT, MINUTE, standing } from '../../support/ci/systems.ts'

const LATER = 60 * MINUTE

describe('a sync', () => {
  test('goes to the revision of the version, with the key and nine values as its infos', async () => {
    const { ci, fire } = await standing(argocd)
    expect(await fire()).toEqual({
      kind: 'started',
      run: { id: undefined, url: `${ci.url}/applications/checkout-api` },
      detail: 'Argo CD syncs to v4.17.3.',
    })
    const { name, revision, infos, ...rest } = JSON.parse(ci.bodies[0] ?? '')
    expect({ name, revision, rest }).toEqual({ name: 'checkout-api', revision: 'v4.17.3', rest: {} })
    expect(infos).toHaveLength(10)
    expect(infos).toContainEqual({ name: 'postflight_key', value: 'ER-27-1' })
  })

  test('may go to a commit, which must be known', async () => {
    const { ci, fire } = await standing(argocd, { revision: '{commit}' })
    expect(await fire({ commit: undefined })).toMatchObject({ kind: 'refused', again: false })
    expect(ci.calls).toEqual([])
    await fire()
    expect(ci.runs[0]?.values.revision).toBe('5bd7f1c0c6ae6d4c8f8f0f3a9f7a4f8f2c1d9e07')
  })

  test('waits for what runs, and is refused while auto-sync is on', async () => {
    const { ci, fire, check } = await standing(argocd)
    expect((await check()).kind).toBe('reachable')
    ci.busy = true
    expect(await fire()).toMatchObject({ kind: 'refused', again: true })
    ci.automated = true
    expect(await fire()).toMatchObject({
      kind: 'refused',
      again: false,
      reason: expect.stringContaining('auto-sync currently set to main'),
    })
    expect(await check()).toMatchObject({ kind: 'refused', reason: expect.stringContaining('Auto-sync is on') })
    expect(ci.runs).toHaveLength(0)
  })

  test('is surely absent only when the last operation began before the decision', async () => {
    const { ci, find, time } = await standing(argocd)
    time.now += 7 * MINUTE + 43_999
    expect((await find()).kind).toBe('cannot-tell')
    time.now += 1
    expect((await find()).kind).toBe('surely-none')
    ci.otherAt = DECIDED_AT - 24 * 60 * MINUTE
    expect((await find()).kind).toBe('surely-none')
    ci.otherAt = DECIDED_AT + MINUTE
    expect(await find()).toMatchObject({ kind: 'cannot-tell', reason: expect.stringContaining('something else since') })
  })

  test('that waits to be begun is found, and one of another is not ours', async () => {
    const { ci, find, time } = await standing(argocd)
    const waiting = (value: string) => () => ({
      status: 200,
      body: { metadata: { name: 'checkout-api' }, operation: { info: [{ name: 'postflight_key', value }] } },
    })
    ci.answer = waiting('ER-27-1')
    expect((await find()).kind).toBe('found')
    ci.answer = waiting('ER-28-1')
    time.now += LATER
    expect((await find()).kind).toBe('cannot-tell')
  })

  test('an answer without the operation is no word that it began', async () => {
    const { ci, fire } = await standing(argocd)
    ci.answer = () => ({ status: 200, body: { metadata: { name: 'checkout-api' }, status: {} } })
    expect((await fire()).kind).toBe('unknown')
  })

  test('of an application in another namespace names it', async () => {
    const { ci, fire, find } = await standing(argocd, { applicationNamespace: 'shop' })
    expect(await fire()).toMatchObject({ run: { url: `${ci.url}/applications/shop/checkout-api` } })
    expect(JSON.parse(ci.bodies[0] ?? '').appNamespace).toBe('shop')
    let asked: string | null = null
    ci.answer = ({ query }) => {
      asked = query.get('appNamespace')
      return undefined
    }
    expect((await find()).kind).toBe('found')
    expect(asked).toBe('shop')
  })
})
