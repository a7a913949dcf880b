import { expect, test } from 'vitest'
import {
  createApiToken,
  findApiToken,
  revokeApiToken,
  TOKEN_LASTS_AT_MOST_MS,
  TokenRefused,
} from '../../../src/operations/access/api-tokens.ts'
import { TokenDirectory } from '../../../src/operations/access/token-directory.ts'
import { listApiTokens } from '../../../src/store/access/api-tokens.ts'
import { day } from '../../support/factories.ts'
import { describeOnEachEngine, lockedByAnother } from '../../support/stores.ts'

const NOW = day(1)
const YEAR = 365 * 24 * 3_600_000
const ci = { name: 'CI', scopes: ['deployments:write'] }
const unexpected = (error: unknown) => {
  throw error
}

describeOnEachEngine('API tokens', (openTestStore) => {
  test('a token is found by its text, with its scopes, until a year is over', async () => {
    const store = await openTestStore()
    const { token, id, prefix } = await createApiToken(store, { ...ci, scopes: ['defects:write', 'read'] }, NOW)
    expect(token).toMatch(/^pf_[\w-]{43}$/)
    expect(token.startsWith(prefix)).toBe(true)
    expect(await findApiToken(store.db, token, NOW + YEAR - 1)).toMatchObject({
      id,
      name: 'CI',
      scopes: ['read', 'defects:write'],
    })
    expect(TOKEN_LASTS_AT_MOST_MS).toBe(YEAR)
    expect(await findApiToken(store.db, token, NOW + YEAR)).toBeUndefined()
  })

  test('the database does not hold the token', async () => {
    const store = await openTestStore()
    const { token, prefix } = await createApiToken(store, ci, NOW)
    const rows = JSON.stringify(await store.db.selectFrom('api_tokens').selectAll().execute())
    expect(rows).not.toContain(token.slice(prefix.length))
  })

  test('another text, a part of it or its hash is not the token', async () => {
    const store = await openTestStore()
    const { token } = await createApiToken(store, ci, NOW)
    const { token_hash: hash } = await store.db.selectFrom('api_tokens').select('token_hash').executeTakeFirstOrThrow()
    for (const other of ['', 'pf_', token.slice(0, -1), `${token}A`, hash, `pf_${hash}`])
      expect(await findApiToken(store.db, other, NOW)).toBeUndefined()
  })

  test('a revoked token is not found, and is revoked once', async () => {
    const store = await openTestStore()
    const { token, id } = await createApiToken(store, ci, NOW)
    expect(await revokeApiToken(store, id, NOW)).toBe(true)
    expect(await findApiToken(store.db, token, NOW)).toBeUndefined()
    expect(await revokeApiToken(store, id, NOW)).toBe(false)
  })

  test.each([
    [{ ...ci, name: ' ' }, 'needs a name'],
    [{ ...ci, name: 'x'.repeat(101) }, '1 to 100 characters'],
    [{ ...ci, scopes: [] }, 'at least one scope'],
    [{ ...ci, scopes: ['read', 'releases:paint'] }, 'no scope “releases:paint”'],
    [{ ...ci, expiresAt: NOW }, 'end in the future'],
    [{ ...ci, expiresAt: NOW + YEAR + 1 }, 'within a year'],
    [{ ...ci, expiresAt: Number.NaN }, 'within a year'],
  ])('%o is refused: %s', async (wanted, why) => {
    const store = await openTestStore()
    await expect(createApiToken(store, wanted, NOW)).rejects.toThrow(TokenRefused)
    await expect(createApiToken(store, wanted, NOW)).rejects.toThrow(why)
    expect(await listApiTokens(store.db)).toEqual([])
  })

  test('the directory remembers a token for five seconds and then sees that it was revoked', async () => {
    const store = await openTestStore()
    let now = NOW
    const directory = new TokenDirectory(store, () => now, unexpected)
    const { token, id } = await createApiToken(store, ci, NOW)
    expect((await directory.find(token))?.id).toBe(id)
    await revokeApiToken(store, id, NOW)
    now = NOW + 4_999
    expect((await directory.find(token))?.id).toBe(id)
    now = NOW + 5_000
    expect(await directory.find(token)).toBeUndefined()
    await directory.settled()
  })

  test('a remembered token still ends at its end', async () => {
    const store = await openTestStore()
    let now = NOW
    const directory = new TokenDirectory(store, () => now, unexpected)
    const { token } = await createApiToken(store, { ...ci, expiresAt: NOW + 1_000 }, NOW)
    expect(await directory.find(token)).toBeDefined()
    now = NOW + 1_000
    expect(await directory.find(token)).toBeUndefined()
    await directory.settled()
  })

  test('last use is noted once a minute at most', async () => {
    const store = await openTestStore()
    let now = NOW
    const directory = new TokenDirectory(store, () => now, unexpected)
    const { token } = await createApiToken(store, ci, NOW)
    const lastUse = async () => {
      await directory.find(token)
      await directory.settled()
      return (await listApiTokens(store.db))[0]?.lastUsedAt
    }
    expect(await lastUse()).toBe(NOW)
    now = NOW + 59_999
    expect(await lastUse()).toBe(NOW)
    now = NOW + 60_000
    expect(await lastUse()).toBe(NOW + 60_000)
  })

  test.runIf(openTestStore.engine === 'sqlite')(
    'last use is noted with the next one when another holds the lock',
    async () => {
      const store = await openTestStore()
      const { token } = await createApiToken(store, ci, NOW)
      const directory = new TokenDirectory(store, () => NOW, unexpected)
      const unlock = await lockedByAnother(store)
      await directory.find(token)
      await directory.settled()
      unlock()
      await directory.find(token)
      await directory.settled()
      expect((await listApiTokens(store.db))[0]?.lastUsedAt).toBe(NOW)
    },
  )

  test('a note that cannot be written does not stop the token from working', async () => {
    const store = await openTestStore()
    const { token, id } = await createApiToken(store, ci, NOW)
    const failures: unknown[] = []
    const readOnly = openTestStore.engine === 'sqlite' ? { notes: store.reader, reader: store.reader } : undefined
    const directory = new TokenDirectory(
      readOnly ?? store,
      () => NOW,
      (error) => failures.push(error),
    )
    expect((await directory.find(token))?.id).toBe(id)
    await directory.settled()
    expect(failures).toHaveLength(readOnly ? 1 : 0)
  })
})
