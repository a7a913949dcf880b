import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { findApiToken } from '../../../src/operations/access/api-tokens.ts'
import { createUser } from '../../../src/operations/access/create-user.ts'
import {
  createFirstAdmin,
  isSetupToken,
  prepareFirstRun,
  SETUP_LINK_LASTS_MS,
} from '../../../src/operations/access/first-run.ts'
import { findLiveSession } from '../../../src/operations/access/sessions.ts'
import { signIn } from '../../../src/operations/access/sign-in.ts'
import { day } from '../../support/factories.ts'
import { addPerson, PASSWORD } from '../../support/people.ts'
import { describeOnEachEngine } from '../../support/stores.ts'

const NOW = day(1)
const visitor = { address: '192.0.2.1' }
const ana = { email: 'Ana@example.com', name: 'Ana', password: PASSWORD }

describeOnEachEngine('the first run', (openTestStore) => {
  const start = async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'postflight-first-run-'))
    onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }))
    const store = await openTestStore()
    const config = { dataDir, publicUrl: 'https://postflight.example' }
    const firstRun = await prepareFirstRun(store, config, () => NOW)
    if (!firstRun) throw new Error('no first run')
    return { store, config, firstRun, token: tokenIn(firstRun.setupLink) }
  }
  const tokenIn = (link: string) => new URL(link).searchParams.get('token') ?? ''

  test('there is no user, and a link that makes the first admin, signed in', async () => {
    const { store, config, firstRun, token } = await start()
    expect(await store.db.selectFrom('users').selectAll().execute()).toEqual([])
    expect(firstRun.setupLink).toBe(`https://postflight.example/setup-account?token=${token}`)
    expect(Buffer.from(token, 'base64url').byteLength).toBe(32)
    const outcome = await createFirstAdmin(store, config, token, ana, visitor, NOW)
    if (outcome.kind !== 'created') throw new Error(outcome.kind)
    const session = await findLiveSession(store.db, outcome.sessionId, NOW)
    expect(session?.user).toMatchObject({ email: 'ana@example.com', name: 'Ana', role: 'admin' })
    expect((await signIn(store, ana, visitor, NOW)).kind).toBe('signed-in')
  })

  test('the link is in a file that its owner alone can read, even where another file stood open', async () => {
    const { store, config, firstRun } = await start()
    expect(readFileSync(firstRun.setupLinkFile, 'utf8')).toBe(`${firstRun.setupLink}\n`)
    expect(statSync(firstRun.setupLinkFile).mode & 0o777).toBe(0o600)
    rmSync(firstRun.setupLinkFile)
    writeFileSync(firstRun.setupLinkFile, 'old', { mode: 0o644 })
    await prepareFirstRun(store, config, () => NOW)
    expect(statSync(firstRun.setupLinkFile).mode & 0o777).toBe(0o600)
  })

  test('a used link is dead, its file gone, and the database never held its token', async () => {
    const { store, config, firstRun, token } = await start()
    expect(JSON.stringify(await store.db.selectFrom('setup_links').selectAll().execute())).not.toContain(token)
    await createFirstAdmin(store, config, token, ana, visitor, NOW)
    expect(existsSync(firstRun.setupLinkFile)).toBe(false)
    expect(await isSetupToken(store.db, token, NOW)).toBe(false)
    const again = await createFirstAdmin(store, config, token, { ...ana, email: 'ben@example.com' }, visitor, NOW)
    expect(again).toEqual({ kind: 'link-not-valid' })
  })

  test('the link works for an hour', async () => {
    const { store, config, token } = await start()
    expect(SETUP_LINK_LASTS_MS).toBe(3_600_000)
    expect(await isSetupToken(store.db, token, NOW + SETUP_LINK_LASTS_MS - 1)).toBe(true)
    expect(await isSetupToken(store.db, token, NOW + SETUP_LINK_LASTS_MS)).toBe(false)
    expect(await createFirstAdmin(store, config, token, ana, visitor, NOW + SETUP_LINK_LASTS_MS)).toEqual({
      kind: 'link-not-valid',
    })
  })

  test('a wrong token, none, and a token where there is no link are refused alike', async () => {
    const { store, config, token } = await start()
    for (const wrong of ['', 'x', `${token}x`, token.slice(1)])
      expect(await createFirstAdmin(store, config, wrong, ana, visitor, NOW)).toEqual({ kind: 'link-not-valid' })
    await store.db.deleteFrom('setup_links').execute()
    expect(await createFirstAdmin(store, config, token, ana, visitor, NOW)).toEqual({ kind: 'link-not-valid' })
    expect(await createFirstAdmin(store, config, '', ana, visitor, NOW)).toEqual({ kind: 'link-not-valid' })
  })

  test('a weak password or a bad address is refused by field and leaves the link alive', async () => {
    const { store, config, token } = await start()
    const outcome = await createFirstAdmin(store, config, token, { email: 'ana', password: 'short' }, visitor, NOW)
    if (outcome.kind !== 'refused') throw new Error(outcome.kind)
    expect(outcome.problems.map(({ field }) => field)).toEqual(['email', 'password'])
    expect(await isSetupToken(store.db, token, NOW)).toBe(true)
  })

  // Twenty-two of them hash a password at full cost; on a busy machine that takes a while.
  test('of fifty who use the link at once exactly one becomes admin', async () => {
    const { store, config, token } = await start()
    const outcomes = await Promise.all(
      Array.from({ length: 50 }, (_, i) =>
        createFirstAdmin(store, config, token, { ...ana, email: `person${i}@example.com` }, visitor, NOW),
      ),
    )
    expect(outcomes.filter(({ kind }) => kind === 'created')).toHaveLength(1)
    expect(await store.db.selectFrom('users').select('role').execute()).toEqual([{ role: 'admin' }])
    expect(await store.db.selectFrom('sessions').select('user_id').execute()).toHaveLength(1)
  })

  test('a server with users has no link: an open one ends, its file too', async () => {
    const { store, config, firstRun, token } = await start()
    await addPerson(store.db)
    expect(await isSetupToken(store.db, token, NOW)).toBe(false)
    expect(await prepareFirstRun(store, config, () => NOW)).toBeUndefined()
    expect(existsSync(firstRun.setupLinkFile)).toBe(false)
    expect(await store.db.selectFrom('setup_links').selectAll().execute()).toEqual([])
  })

  test('another start without users prints another link, and the former is dead', async () => {
    const { store, config, token } = await start()
    const again = await prepareFirstRun(store, config, () => NOW)
    expect(await isSetupToken(store.db, token, NOW)).toBe(false)
    expect(await isSetupToken(store.db, tokenIn(again?.setupLink ?? ''), NOW)).toBe(true)
  })

  test('the first start gives a token that may report and not read; later starts give none', async () => {
    const { store, config, firstRun } = await start()
    const token = await findApiToken(store.db, firstRun.ingestToken ?? '', NOW)
    expect(token).toMatchObject({ name: 'first ingest token', scopes: ['deployments:write', 'defects:write'] })
    expect((await prepareFirstRun(store, config, () => NOW))?.ingestToken).toBeUndefined()
  })

  test('a user made on the command line ends the link', async () => {
    const { store, token } = await start()
    const made = await createUser(store, { ...ana, role: 'engineer' }, NOW)
    expect(made.kind).toBe('created')
    expect(await isSetupToken(store.db, token, NOW)).toBe(false)
    const problemsOf = async (person: Parameters<typeof createUser>[1]) => {
      const outcome = await createUser(store, person, NOW)
      return outcome.kind === 'refused' ? outcome.problems.map(({ field }) => field) : []
    }
    expect(await problemsOf({ ...ana, role: 'engineer' })).toEqual(['email'])
    expect(await problemsOf({ ...ana, email: 'ben@example.com', role: 'emperor' })).toEqual(['role'])
  })
})
