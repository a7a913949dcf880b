import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { SealBroken, SecretBox } from '../../../src/operations/access/secret-box.ts'
import { SourceDirectory } from '../../../src/operations/sources/source-directory.ts'
import {
  addSourceSecret,
  createSource,
  ensureBuiltInSource,
  listSources,
  SourceRefused,
  secretsOf,
} from '../../../src/operations/sources/sources-admin.ts'
import { findSource } from '../../../src/sources/index.ts'
import type { SecretKind } from '../../../src/sources/source.ts'
import { openStore, type Store } from '../../../src/store/database.ts'
import { day, hours } from '../../support/factories.ts'
import { describeOnEachEngine } from '../../support/stores.ts'

const NOW = day(1)
const box = new SecretBox(new Uint8Array(32).fill(1))
const CHOSEN = 'chosen by the operator'

describeOnEachEngine('sources', (openTestStore) => {
  const secretsAt = async (store: Store, id: number, now: number) =>
    (await secretsOf(store.db, box, id, now)).map(({ secret }) => secret)

  test('a source gets the kind as its slug and a secret nobody can guess', async () => {
    const store = await openTestStore()
    const { id, slug, secret } = await createSource(store, box, { kind: 'github' }, NOW)
    expect(slug).toBe('github')
    expect(Buffer.from(secret, 'base64url').byteLength).toBe(32)
    expect(await secretsAt(store, id, NOW)).toEqual([secret])
    expect(await listSources(store.db)).toMatchObject([
      { slug: 'github', kind: 'github', enabled: true, lastDeliveryAt: null },
    ])
  })

  test('slug, name and secret can be chosen', async () => {
    const store = await openTestStore()
    const made = await createSource(
      store,
      box,
      { kind: 'github', slug: 'web-2', name: 'Web team', secret: CHOSEN },
      NOW,
    )
    expect(made).toMatchObject({ slug: 'web-2', secret: CHOSEN })
    expect(await listSources(store.db)).toMatchObject([{ slug: 'web-2', name: 'Web team' }])
  })

  test('an SDK of Sentry gets a key it can read, a number, and the service it reports for', async () => {
    const store = await openTestStore()
    const sdk = { kind: 'sentry-sdk', slug: 'shop' }
    const { id, secret } = await createSource(store, box, { ...sdk, service: 'acme/shop' }, NOW)
    expect(secret).toMatch(/^[0-9a-f]{32}$/)
    const directory = new SourceDirectory(store, box, () => NOW)
    expect(await directory.findNumbered(String(id))).toEqual(await directory.find('shop'))
    for (const number of ['0', `0${id}`, `${id}.0`, '-1', '1e1', 'shop', ''])
      expect(await directory.findNumbered(number)).toBeUndefined()
    // A new key is believed at once by the one that made it.
    const { secret: newer } = await addSourceSecret(store, box, 'shop', {}, NOW)
    directory.forget('shop')
    expect((await directory.findNumbered(String(id)))?.secrets).toEqual([newer, secret])

    for (const service of ['', ' shop', 'shop\n', 'x'.repeat(201)])
      await expect(createSource(store, box, { ...sdk, slug: 's2', service }, NOW)).rejects.toThrow(SourceRefused)
    await expect(createSource(store, box, { kind: 'github', service: 'shop' }, NOW)).rejects.toThrow(/says itself/)
    const secrets = ['with-a-dash-in-between', 'with/a/slash/in/between']
    for (const given of secrets)
      await expect(createSource(store, box, { ...sdk, slug: 's2', secret: given }, NOW)).rejects.toThrow(/DSN/)
  })

  test('the secret is nowhere in the bytes on disk', async () => {
    if (openTestStore.engine !== 'sqlite') return
    const place = await openTestStore.newPlace()
    const store = await openStore(place)
    await createSource(store, box, { kind: 'github', secret: CHOSEN }, NOW)
    await store.close()
    const files = readdirSync(place.dataDir).map((name) => readFileSync(join(place.dataDir, name)))
    expect(files.some((bytes) => bytes.includes('github'))).toBe(true)
    expect(files.some((bytes) => bytes.includes(CHOSEN))).toBe(false)
  })

  test.each([
    [{ kind: 'smoke-signals' }, 'no source kind “smoke-signals”'],
    [{ kind: 'native', slug: 'api' }, 'built in'],
    [{ kind: 'github', slug: '' }, 'cannot be a slug'],
    [{ kind: 'github', slug: 'Web' }, 'cannot be a slug'],
    [{ kind: 'github', slug: 'a/b' }, 'cannot be a slug'],
    [{ kind: 'github', slug: 'x'.repeat(61) }, 'cannot be a slug'],
    [{ kind: 'github', slug: 'github\n' }, 'cannot be a slug'],
    [{ kind: 'github', secret: 'too short' }, '16 to 512 characters'],
    [{ kind: 'github', secret: '' }, '16 to 512 characters'],
  ])('%o is refused: %s', async (wanted, why) => {
    const store = await openTestStore()
    await expect(createSource(store, box, wanted, NOW)).rejects.toThrow(SourceRefused)
    await expect(createSource(store, box, wanted, NOW)).rejects.toThrow(why)
    expect(await listSources(store.db)).toEqual([])
  })

  test('a secret that becomes part of the address must be fit for that', async () => {
    const store = await openTestStore()
    const github = findSource('github') as { secret: SecretKind }
    github.secret = 'path-token'
    onTestFinished(() => {
      github.secret = 'signing-key'
    })
    await expect(createSource(store, box, { kind: 'github', secret: CHOSEN }, NOW)).rejects.toThrow('address')
    await expect(createSource(store, box, { kind: 'github', secret: 'chosen/by/operator' }, NOW)).rejects.toThrow(
      'address',
    )
    expect((await createSource(store, box, { kind: 'github' }, NOW)).secret).toMatch(/^[\w-]{43}$/)
  })

  test('a taken slug is refused, and leaves no secret behind', async () => {
    const store = await openTestStore()
    await createSource(store, box, { kind: 'github' }, NOW)
    await expect(createSource(store, box, { kind: 'github' }, NOW)).rejects.toThrow('a source “github” already')
    expect(await store.db.selectFrom('source_secrets').select('id').execute()).toHaveLength(1)
  })

  test('after a rotation both secrets work for a day, then the new one alone', async () => {
    const store = await openTestStore()
    const { id, secret: former } = await createSource(store, box, { kind: 'github' }, NOW)
    const { secret: next } = await addSourceSecret(store, box, 'github', {}, NOW)
    expect(await secretsAt(store, id, NOW + hours(24) - 1)).toEqual([next, former])
    expect(await secretsAt(store, id, NOW + hours(24))).toEqual([next])
  })

  test('never more than two secrets are in force', async () => {
    const store = await openTestStore()
    const { id, secret: first } = await createSource(store, box, { kind: 'github' }, NOW)
    const { secret: second } = await addSourceSecret(store, box, 'github', {}, NOW + 1)
    const { secret: third } = await addSourceSecret(store, box, 'github', { secret: CHOSEN }, NOW + 2)
    expect(await secretsAt(store, id, NOW + 3)).toEqual([third, second])
    expect(await secretsAt(store, id, NOW + 3)).not.toContain(first)
  })

  test('the built-in source and unknown ones have no secret to replace', async () => {
    const store = await openTestStore()
    await ensureBuiltInSource(store.db, NOW)
    for (const slug of ['api', 'nowhere'])
      await expect(addSourceSecret(store, box, slug, {}, NOW)).rejects.toThrow(SourceRefused)
  })

  test('the built-in source is made once', async () => {
    const store = await openTestStore()
    const made = await Promise.all([ensureBuiltInSource(store.db, NOW), ensureBuiltInSource(store.db, NOW)])
    expect(made[0]).toMatchObject({ slug: 'api', kind: 'native' })
    expect(made[1].id).toBe(made[0].id)
    expect(await listSources(store.db)).toHaveLength(1)
  })

  test('the directory finds a source with its opened secrets, and a change within moments', async () => {
    const store = await openTestStore()
    let now = NOW
    const directory = new SourceDirectory(store, box, () => now)
    expect(await directory.find('github')).toBeUndefined()
    const { id, secret } = await createSource(store, box, { kind: 'github' }, NOW)
    expect(await directory.find('github')).toBeUndefined()
    now = NOW + 1_500
    expect(await directory.find('github')).toEqual({
      id,
      slug: 'github',
      kind: 'github',
      secrets: [secret],
      secretIds: [expect.any(Number)],
    })
    const { secret: next } = await addSourceSecret(store, box, 'github', {}, now)
    directory.forget('github')
    expect((await directory.find('github'))?.secrets).toEqual([next, secret])
    await store.db.updateTable('sources').set({ enabled: 0 }).execute()
    now += 1_500
    expect(await directory.find('github')).toBeUndefined()
  })

  test('a remembered former secret stops at its end, not later', async () => {
    const store = await openTestStore()
    const { secret: former } = await createSource(store, box, { kind: 'github' }, NOW)
    const { secret: next } = await addSourceSecret(store, box, 'github', {}, NOW)
    let now = NOW + hours(24) - 1
    const directory = new SourceDirectory(store, box, () => now)
    expect((await directory.find('github'))?.secrets).toEqual([next, former])
    now += 1
    expect((await directory.find('github'))?.secrets).toEqual([next])
  })

  test('with another key the webhook fails loudly instead of refusing its sender', async () => {
    const store = await openTestStore()
    await createSource(store, box, { kind: 'github' }, NOW)
    const otherKey = new SourceDirectory(store, new SecretBox(new Uint8Array(32).fill(2)), () => NOW)
    await expect(otherKey.find('github')).rejects.toThrow(SealBroken)
  })

  test('a burst asks the database once, and guessed slugs do not ask at all when they cannot be one', async () => {
    const store = await openTestStore()
    await createSource(store, box, { kind: 'github' }, NOW)
    const directory = new SourceDirectory(store, box, () => NOW)
    const burst = await Promise.all(Array.from({ length: 50 }, () => directory.find('github')))
    expect(new Set(burst.map((source) => source?.secrets[0])).size).toBe(1)
    await store.db.deleteFrom('source_secrets').execute()
    expect((await directory.find('github'))?.secrets).toHaveLength(1)
    expect(await directory.find('../github')).toBeUndefined()
    expect(await directory.find('__proto__')).toBeUndefined()
  })
})
