import { expect, test } from 'vitest'
import { NOTHING_MORE } from '../../src/core/outbound-rule.ts'
import { OidcProvider } from '../../src/outbound/oidc/oidc-provider.ts'
import { ProviderUnreachable } from '../../src/outbound/oidc/provider-fetch.ts'
import { startForgingProvider } from '../support/forging-provider.ts'
import { outOfTime } from '../support/out-of-time.ts'

const BACK = 'http://127.0.0.1:3000/login/oidc/callback'

async function withForger() {
  const forger = await startForgingProvider()
  const time = { now: 0 }
  const settings = { issuer: forger.issuer, clientId: 'postflight', clientSecret: undefined, scopes: 'openid' }
  const provider = new OidcProvider(settings, { allow: NOTHING_MORE }, () => time.now)
  const hanging = new Promise<void>((resolve) => {
    forger.told.onHanging = resolve
  })
  return { ...forger, provider, time, hanging }
}

test('one that hangs is not waited for, and asked again by the next', async () => {
  const { provider, told, hanging } = await withForger()
  told.discovery = 'hangs'
  await expect(outOfTime(hanging, () => provider.begin(BACK, undefined))).rejects.toThrow(ProviderUnreachable)
  told.discovery = 'answers'
  expect((await provider.begin(BACK, undefined)).url).toContain('/authorize?')
})

test('one that hangs when the code is redeemed is not waited for either', async () => {
  const { provider, told, sendBack, hanging } = await withForger()
  const { url, checks } = await provider.begin(BACK, undefined)
  told.forgery = { instead: 'hangs' }
  const returned = new URL(sendBack(url), BACK)
  const finish = () => provider.finish(returned, checks, undefined)
  expect(await outOfTime(hanging, finish)).toMatchObject({ kind: 'unreachable' })
})

test('what it says of itself is kept for an hour', async () => {
  const { provider, told, time } = await withForger()
  await Promise.all([provider.begin(BACK, undefined), provider.begin(BACK, undefined)])
  time.now += 3_599_999
  await provider.begin(BACK, undefined)
  expect(told.asked).toBe(1)
  time.now += 1
  await provider.begin(BACK, undefined)
  expect(told.asked).toBe(2)
})

test('only its own host may be called, not where it points to', async () => {
  const settings = { issuer: 'https://id.example', clientId: 'postflight', clientSecret: undefined, scopes: 'openid' }
  const resolve = () => Promise.resolve([{ address: '169.254.169.254', family: 4 }])
  const provider = new OidcProvider(settings, { allow: NOTHING_MORE, resolve }, () => 0)
  await expect(provider.begin(BACK, undefined)).rejects.toThrow('not called: address')
})

test('one that asked too long ago is not believed when it was to ask again', async () => {
  const { provider, told, sendBack } = await withForger()
  const finish = async (auth_time: number | undefined) => {
    const { url, checks } = await provider.begin(BACK, 60)
    told.forgery = { claims: { auth_time } }
    return (await provider.finish(new URL(sendBack(url), BACK), checks, undefined)).kind
  }
  const now = Math.floor(Date.now() / 1000)
  expect(await finish(now)).toBe('person')
  expect(await finish(now - 3_600)).toBe('refused')
  expect(await finish(undefined)).toBe('refused')
})
