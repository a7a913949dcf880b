import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { afterAccountMail } from '../../../src/core/access/account-mail.ts'
import { SENDING_MOST_MS } from '../../../src/core/notifications/sending.ts'
import {
  inviteUser,
  makeResetLink,
  resetPassword,
  withdrawInvitation,
} from '../../../src/operations/access/account-links.ts'
import { disableUser } from '../../../src/operations/access/manage-users.ts'
import { SecretBox } from '../../../src/operations/access/secret-box.ts'
import { beginSession, findLiveSession } from '../../../src/operations/access/sessions.ts'
import { signIn } from '../../../src/operations/access/sign-in.ts'
import { signInFromOutside } from '../../../src/operations/access/sign-in-from-outside.ts'
import { confirmTotpSecret, hasTotp, putTotpSecret } from '../../../src/store/access/totp.ts'
import { bodyOfMail, FROM, openAccountMail, tokensIn } from '../../support/account-mail.ts'
import { hours } from '../../support/factories.ts'
import { describeOnEachEngine } from '../../support/stores.ts'

const MINUTE = 60_000
/** A mail server that is not there. */
const NOBODY = 'smtp://127.0.0.1:9'
const NEW_PASSWORD = 'another granite pelican'
const BY_CLI = { kind: 'cli', id: null, name: 'root', address: null } as const

describeOnEachEngine('a forgotten password', (openTestStore) => {
  test('is replaced with the link of a mail, which works once; sessions end, the second factor stays', async () => {
    const { store, smtp, time, anaId, mailer, ask, audited } = await openAccountMail(openTestStore)
    const sessionId = await beginSession(store.db, anaId, FROM, time.now)
    await putTotpSecret(store.db, anaId, 'sealed', time.now)
    await confirmTotpSecret(store.db, anaId, 'sealed', time.now)
    expect(await ask(' Ana@Example.com ')).toEqual({ kind: 'asked' })
    await mailer().runDue()
    expect(smtp.got).toMatchObject([{ to: ['ana@example.com'] }])
    const [token = ''] = tokensIn(smtp)
    const source = bodyOfMail(smtp.got[0]?.source ?? '')
    expect(source).toContain(`https://postflight.example/reset-password?token=${token}`)
    expect(await findLiveSession(store.db, sessionId, time.now)).toBeDefined()
    expect(await resetPassword(store, token, NEW_PASSWORD, FROM.address, time.now)).toMatchObject({ kind: 'done' })
    expect(await resetPassword(store, token, NEW_PASSWORD, FROM.address, time.now)).toEqual({ kind: 'link-not-valid' })
    expect(await findLiveSession(store.db, sessionId, time.now)).toBeUndefined()
    expect(await hasTotp(store.db, anaId)).toBe(true)
    const credentials = { email: 'ana@example.com', password: NEW_PASSWORD }
    expect(await signIn(store, credentials, FROM, time.now)).toMatchObject({ kind: 'code-needed' })
    expect(await audited()).toEqual(['password.reset-asked', 'password.changed'])
  })

  test('gets a link for an hour; asking again ends the former one', async () => {
    const { store, smtp, time, mailer, ask, links } = await openAccountMail(openTestStore)
    await ask()
    await mailer().runDue()
    await ask()
    await mailer().runDue()
    const [first = '', second = ''] = tokensIn(smtp)
    expect(await resetPassword(store, first, NEW_PASSWORD, FROM.address, time.now)).toEqual({ kind: 'link-not-valid' })
    expect(await links()).toMatchObject([{ expires_at: time.now + hours(1) }])
    time.now += hours(1)
    expect(await resetPassword(store, second, NEW_PASSWORD, FROM.address, time.now)).toEqual({ kind: 'link-not-valid' })
  })

  test('of nobody, of who is disabled, and of who never had one here is answered alike, and mails nothing', async () => {
    const { store, smtp, time, anaId, mailer, ask, requests, links, audited } = await openAccountMail(openTestStore)
    await inviteUser(
      store,
      { email: 'ben@example.com', role: 'admin', services: undefined },
      { actor: BY_CLI, ...time },
    )
    const person = {
      issuer: 'https://id.example',
      subject: '1',
      email: 'cleo@example.com',
      name: undefined,
      groups: [],
    }
    const rules = { way: 'oidc', map: undefined, defaultRole: 'admin', onlyFor: undefined } as const
    await signInFromOutside(store, person, rules, FROM, time.now)
    await disableUser(store, anaId, { actor: BY_CLI, now: time.now })
    const before = { audited: await audited(), links: await links() }
    for (const email of ['nobody@example.com', 'ana@example.com', 'cleo@example.com', 'ben@example.com', 'no address'])
      expect(await ask(email)).toEqual({ kind: 'asked' })
    expect(await requests()).toHaveLength(4)
    await mailer().runDue()
    expect(await requests()).toEqual([])
    expect(smtp.got).toEqual([])
    expect({ audited: await audited(), links: await links() }).toEqual(before)
  })

  test('is noted without a look at who has the address, and sealed', async () => {
    const { ask, requests, links, mails } = await openAccountMail(openTestStore)
    await ask()
    await ask('nobody@example.com')
    expect(JSON.stringify(await requests())).not.toContain('example.com')
    expect([await links(), await mails()]).toEqual([[], []])
  })

  test('that nobody could look up within an hour is let go of', async () => {
    const { smtp, time, mailer, ask, requests } = await openAccountMail(openTestStore)
    await ask()
    time.now += hours(1) + 1
    await mailer().runDue()
    expect([await requests(), smtp.got]).toEqual([[], []])
  })

  test('can be asked for so often and no more, whoever has the address; signing in is not hindered', async () => {
    const { store, time, ask } = await openAccountMail(openTestStore)
    for (const email of ['ana@example.com', 'nobody@example.com']) {
      for (let count = 0; count < 5; count++) expect(await ask(email)).toEqual({ kind: 'asked' })
      expect(await ask(email)).toEqual({ kind: 'throttled', until: time.now + MINUTE / 2 })
    }
    const credentials = { email: 'ana@example.com', password: 'granite pelican umbrella' }
    expect(await signIn(store, credentials, FROM, time.now)).toMatchObject({ kind: 'signed-in' })
  })
})

describeOnEachEngine('a link by mail', (openTestStore) => {
  test('lies in the database sealed, and not at all once it was sent', async () => {
    const { smtp, mailer, ask, mails } = await openAccountMail(openTestStore)
    await ask()
    smtp.mood = 451
    await mailer().runDue()
    const [waiting] = await mails()
    expect(waiting).toMatchObject({ state: 'ready', attempt: 1, sealed_token: expect.stringMatching(/^box1\./) })
    smtp.mood = 'takes'
    await mailer({ clock: () => waiting?.due_at ?? 0 }).runDue()
    const [token = ''] = tokensIn(smtp)
    expect(waiting?.sealed_token).not.toContain(token)
    expect(await mails()).toMatchObject([{ state: 'sent', sealed_token: null, due_at: null, reason: null }])
  })

  test('is sent once, however many look', async () => {
    const { smtp, mailer, ask } = await openAccountMail(openTestStore)
    await ask()
    await Promise.all([mailer().runDue(), mailer().runDue()])
    await mailer().runDue()
    expect(smtp.got).toHaveLength(1)
  })

  test('whose sender is gone is sent by another', async () => {
    const { store, smtp, time, mailer, ask, mails } = await openAccountMail(openTestStore)
    await ask()
    smtp.mood = 'hangs'
    const arrived = smtp.nextData()
    const dying = mailer()
    const running = dying.runDue()
    await arrived
    smtp.mood = 'takes'
    await mailer().runDue()
    expect(smtp.got).toEqual([])
    time.now += SENDING_MOST_MS
    await mailer().runDue()
    expect(smtp.got).toHaveLength(1)
    await dying.stop(0)
    await running
    // What the first one says counts no more.
    expect(await mails()).toMatchObject([{ state: 'sent', fence: 2 }])
    expect(await store.db.selectFrom('account_links').selectAll().execute()).toHaveLength(1)
  })

  test('waits while the mail server is down, and is given up with the link, without its token', async () => {
    const { time, mailer, ask, mails } = await openAccountMail(openTestStore)
    const down = mailer({ mailServer: { url: NOBODY, from: 'postflight@b.example' } })
    await ask()
    await down.runDue()
    const [first] = await mails()
    expect(first).toMatchObject({ state: 'ready', reason: expect.stringContaining('cannot be reached') })
    for (const end = time.now + hours(1); time.now < end; time.now += MINUTE) await down.runDue()
    const [last] = await mails()
    expect(last).toMatchObject({ state: 'failed', sealed_token: null, due_at: null })
    expect(last?.reason).toMatch(/Tried \d times; then the link would have ended\./)
  })

  test('whose link ended before it could be tried again is not sent', async () => {
    const { smtp, time, mailer, ask, mails } = await openAccountMail(openTestStore)
    smtp.mood = 451
    await ask()
    await mailer().runDue()
    smtp.mood = 'takes'
    time.now += hours(1)
    await mailer().runDue()
    expect(smtp.got).toEqual([])
    expect(await mails()).toMatchObject([{ state: 'failed', sealed_token: null }])
  })

  test('that the server refuses for good is not tried again', async () => {
    const { smtp, mailer, ask, mails } = await openAccountMail(openTestStore)
    smtp.mood = 550
    await ask()
    await mailer().runDue()
    expect(await mails()).toMatchObject([
      { state: 'failed', sealed_token: null, reason: expect.stringContaining('(550)') },
    ])
  })

  test('does not hold up the end of a server, however slow the other is', async () => {
    const { smtp, mailer, ask, mails } = await openAccountMail(openTestStore)
    smtp.mood = 'hangs'
    await ask()
    const one = mailer()
    const arrived = smtp.nextData()
    one.start()
    await arrived
    await one.stop(0)
    expect(await mails()).toMatchObject([{ state: 'ready', attempt: 1 }])
  })

  test('ends unsent when there is no mail server any more, or the key is another one', async () => {
    const { mailer, ask, mails, time } = await openAccountMail(openTestStore)
    const failed = (reason: string) => [
      { state: 'failed', sealed_token: null, reason: expect.stringContaining(reason) },
    ]
    await ask()
    await mailer({ mailServer: undefined }).runDue()
    expect(await mails()).toMatchObject(failed('set SMTP_URL'))
    await ask()
    const hung = mailer({ mailServer: { url: NOBODY, from: 'postflight@b.example' } })
    await hung.runDue()
    time.now += MINUTE
    await mailer({ secretBox: new SecretBox(randomBytes(32)) }).runDue()
    expect(await mails()).toMatchObject(failed('this key file'))
  })

  test('invites somebody, and says who did; withdrawn, it is not sent', async () => {
    const { store, smtp, box, time, mailer, mails } = await openAccountMail(openTestStore)
    const by = {
      actor: { kind: 'person', id: 'user:1', name: 'Ana https://evil.example', address: null },
      ...time,
    } as const
    const eve = { email: 'eve@example.com', role: 'engineer', services: ['cart', 'shop'] }
    const made = await inviteUser(store, eve, by, box)
    await mailer().runDue()
    expect(smtp.got).toMatchObject([{ to: ['eve@example.com'] }])
    expect(tokensIn(smtp)).toEqual(['token' in made ? made.token : ''])
    const source = bodyOfMail(smtp.got[0]?.source ?? '')
    expect(source).toContain('as engineer, to change things of cart, shop.')
    expect(source).not.toContain('https://evil.example')
    const ben = { email: 'ben@example.com', role: 'viewer', services: undefined }
    await inviteUser(store, ben, by, box)
    const invited = await store.db.selectFrom('account_links').select('id').where('email', '=', ben.email).execute()
    await withdrawInvitation(store, invited[0]?.id ?? 0, by)
    await mailer().runDue()
    expect(smtp.got).toHaveLength(1)
    expect(await mails()).toHaveLength(1)
  })

  test('goes nowhere when it was only shown', async () => {
    const { store, anaId, time, mails } = await openAccountMail(openTestStore)
    const by = { actor: BY_CLI, ...time }
    await inviteUser(store, { email: 'eve@example.com', role: 'viewer', services: undefined }, by)
    await makeResetLink(store, anaId, by)
    expect(await mails()).toEqual([])
  })

  test('is not sent to what begins another recipient', async () => {
    const { store, smtp, box, time, mailer, mails } = await openAccountMail(openTestStore)
    const wanted = { email: 'eve,mallory@example.com', role: 'viewer' }
    await inviteUser(store, { ...wanted, services: undefined }, { actor: BY_CLI, ...time }, box)
    await mailer().runDue()
    expect(smtp.got).toEqual([])
    expect(await mails()).toMatchObject([{ state: 'failed', reason: expect.stringContaining('this address') }])
  })
})

test('a mail is not tried beyond the end of its link', () => {
  const outcome = { kind: 'failed', reason: 'No.', again: true } as const
  const facts = { attempt: 1, createdAt: 0, now: 1_000 }
  expect(afterAccountMail(outcome, { ...facts, expiresAt: 6_001 }, 0.5)).toMatchObject({ state: 'ready', dueAt: 6_000 })
  expect(afterAccountMail(outcome, { ...facts, expiresAt: 6_000 }, 0.5)).toMatchObject({ state: 'failed' })
})
