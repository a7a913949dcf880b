import { expect, test } from 'vitest'
import { type OpenWays, whyKept } from '../../../src/core/access/ways-in.ts'

const OPEN: OpenWays = { passwords: true, passkeys: true, issuers: ['https://id.example', 'proxy'] }
const NONE = { hasPassword: false, passkeys: 0, issuers: [] }
const PASSKEY = { kind: 'passkey' } as const
const IDENTITY = { kind: 'identity', issuer: 'proxy' } as const

test.each([
  [{ passkeys: 1 }, PASSKEY, {}, false],
  [{ passkeys: 2 }, PASSKEY, {}, true],
  [{ passkeys: 2 }, PASSKEY, { passkeys: false }, false],
  [{ passkeys: 1, hasPassword: true }, PASSKEY, {}, true],
  [{ passkeys: 1, hasPassword: true }, PASSKEY, { passwords: false, passkeys: false }, false],
  [{ passkeys: 1, issuers: ['proxy'] }, PASSKEY, {}, true],
  [{ passkeys: 1, issuers: ['https://former.example'] }, PASSKEY, {}, false],
  [{ issuers: ['proxy'] }, IDENTITY, {}, false],
  [{ issuers: ['proxy', 'proxy'] }, IDENTITY, {}, true],
  [{ issuers: ['proxy', 'https://id.example'] }, IDENTITY, {}, true],
  [{ issuers: ['proxy'], passkeys: 1 }, IDENTITY, {}, true],
])('of %j %j may be taken away, or not, where %j', (has, taken, differs, may) => {
  expect(whyKept({ ...NONE, ...has }, taken, { ...OPEN, ...differs }) === undefined).toBe(may)
})

test('what to do first is what would help here', () => {
  const said = (differs: Partial<OpenWays>) => whyKept({ ...NONE, passkeys: 1 }, PASSKEY, { ...OPEN, ...differs })
  expect(said({})).toContain('a password first, by a reset link from an admin, or another passkey.')
  expect(said({ passkeys: false })).toMatch(/a password first, by a reset link from an admin\.$/)
  expect(said({ passwords: false })).toContain('linked to another identity')
})
