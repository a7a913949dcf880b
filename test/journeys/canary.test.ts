import { createHmac, randomBytes } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { readConfig } from '../../src/config.ts'
import { THE_SYSTEM } from '../../src/core/audit/entry.ts'
import { inviteUser, makeResetLink } from '../../src/operations/access/account-links.ts'
import { createApiToken } from '../../src/operations/access/api-tokens.ts'
import { createUser } from '../../src/operations/access/create-user.ts'
import { askForPassword } from '../../src/operations/access/forgotten-password.ts'
import { keepForm } from '../../src/operations/access/kept-forms.ts'
import { makeRecoveryCodes } from '../../src/operations/access/recovery-codes.ts'
import { SEALED_COLUMNS } from '../../src/operations/access/sealed-columns.ts'
import { openSecretBox, type SecretBox } from '../../src/operations/access/secret-box.ts'
import { beginTotp, unconfirmedTotp } from '../../src/operations/access/totp.ts'
import { saveTarget } from '../../src/operations/emergency/ci-targets.ts'
import { turnRepairOn } from '../../src/operations/intake/repair-admin.ts'
import { submitNative } from '../../src/operations/intake/submit-native.ts'
import { saveChannel } from '../../src/operations/notifications/channels.ts'
import { saveOnCallSchedule } from '../../src/operations/oncall/save-schedule.ts'
import { saveReport } from '../../src/operations/reports/make-report.ts'
import { shareReport } from '../../src/operations/reports/share-report.ts'
import { addSourceSecret, createSource, ensureBuiltInSource } from '../../src/operations/sources/sources-admin.ts'
import { openStore, type Store, type StoreOptions, sqliteFile } from '../../src/store/database.ts'
import { backUpBeforeMigrating } from '../../src/store/migration/migration-backup.ts'
import { anything } from '../support/channels.ts'
import { launchForTest } from '../support/faults.ts'
import { addPerson } from '../support/people.ts'
import { processingOn } from '../support/processing.ts'
import { aReport } from '../support/reports.ts'
import { testStoresOn } from '../support/stores.ts'

/**
 * Secrets that can be told apart go the ways that secrets go, the right ones and wrong ones, into a server that logs all it
 * can; afterwards none of them is in what it wrote, answered or keeps.
 */

const canaries = new Map<string, string>()
/** A secret that nothing else looks like. */
function canary(name: string, text = `Canary${randomBytes(18).toString('hex')}`): string {
  canaries.set(name, text)
  return text
}

/** The ways in which a secret may stand in bytes. */
function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret, 'utf8')
  // Of base64 the part that is the same whatever stands before and after.
  const middle = (shift: number) =>
    Buffer.concat([Buffer.alloc(shift), bytes])
      .toString('base64')
      .slice(shift === 0 ? 0 : 4, -4)
  return [secret, encodeURIComponent(secret), bytes.toString('hex'), middle(0), middle(1), middle(2)]
}

const foundIn = (bytes: Buffer | string): string[] =>
  [...canaries].flatMap(([name, secret]) => (formsOf(secret).some((form) => bytes.includes(form)) ? [name] : []))

const FORGED = '{"level":60,"msg":"forged"}'
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it looks for
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/

/** What people and those who are told have: links, codes, addresses, forms that came too late. */
async function fillPeople(store: Store, box: SecretBox, now: number): Promise<{ shared: string }> {
  const { allow } = readConfig({ OUTBOUND_ALLOW: '127.0.0.1' }).outbound
  const by = { actor: THE_SYSTEM, now }
  const ben = await addPerson(store.db, { email: 'ben@example.com', name: 'Ben', role: 'viewer' })
  await beginTotp(store, box, ben, now)
  const app = await unconfirmedTotp(store.db, box, { userId: ben, email: 'ben@example.com' })
  canary('secret of an authenticator app', app?.secret)
  const codes = await store.transaction((trx) => makeRecoveryCodes(trx, ben, now))
  for (const [n, code] of codes.slice(0, 2).entries()) canary(`recovery code ${n}`, code)
  const invited = await inviteUser(store, { email: 'eve@example.com', role: 'viewer', services: undefined }, by, box)
  if (invited.kind === 'made') canary('link of an invitation', invited.token)
  const reset = await makeResetLink(store, ben, by)
  if (reset.kind === 'made') canary('link for a new password', reset.token)
  await askForPassword(
    store,
    box,
    { email: `${canary('address that forgot', 'forgot-canary-7f3a91c2')}@example.com`, address: '192.0.2.1' },
    now,
  )
  // To where nobody listens; the server, which may not call this machine, refuses and says so.
  const channel = await saveChannel(
    { store, secretBox: box, allow, hasMailServer: false },
    {
      id: undefined,
      name: 'Ops',
      kind: 'webhook',
      fields: { url: `https://127.0.0.1:9/${canary('address of a channel')}` },
      subscription: anything(),
      capPerHour: 20,
      digestMinutes: 0,
      enabled: true,
    },
    by,
  )
  expect(channel.kind).toBe('saved')
  if (channel.kind === 'saved' && channel.made !== undefined) canary('key of a channel', channel.made)
  const address = `https://127.0.0.1:9/${canary('address of a calendar')}.ics`
  const written = { kind: 'calendar', names: '', starts: '', every: '', unit: '', zone: 'UTC', overrides: '' }
  const schedule = await saveOnCallSchedule(
    { store, secretBox: box, allow },
    { id: undefined, service: '', address, written },
    by,
  )
  expect(schedule.kind).toBe('saved')
  const fields = [['reason', canary('what was typed too late')]] as const
  await keepForm(store, box, ben, { action: '/page', back: '/', fields, secrets: [] }, now)
  const shared = await shareReport(store, await saveReport(store, aReport(), by), { days: 7, hidesPeople: false }, by)
  if (shared.kind !== 'shared') throw new Error(shared.kind)
  return { shared: canary('link of a report', shared.token) }
}

/** That there is something to be found in every column that holds sealed texts. */
async function expectAllSealed(store: Store): Promise<void> {
  const empty = []
  for (const { table, column } of SEALED_COLUMNS) {
    const { rows } = await sql<{
      n: number
    }>`select count(*) as n from ${sql.table(table)} where ${sql.ref(column)} is not null`.execute(store.db)
    if (Number(rows[0]?.n) === 0) empty.push(`${table}.${column}`)
  }
  expect(empty).toEqual([])
}

/** As an operator and senders would have set it up. */
async function fill(place: StoreOptions) {
  const store = await openStore(place)
  const box = openSecretBox(join(place.dataDir, 'key'))
  const now = Date.now()
  const { processor } = await processingOn(store, () => now)
  await ensureBuiltInSource(store.db, now)
  const password = canary('password of Ana')
  await createUser(store, { email: 'ana@example.com', password, role: 'admin' }, now)
  const scopes = ['read', 'deployments:write', 'defects:write']
  const tokens = []
  for (const name of ['one', 'two']) {
    const { token } = await createApiToken(store, { name, scopes }, now)
    canary(`API token ${name}`, token)
    tokens.push(token)
  }
  const kinds = ['github', 'gitlab', 'bitbucket', 'jira', 'sentry', 'pagerduty', 'opsgenie', 'alertmanager', 'grafana']
  for (const kind of [...kinds, 'datadog', 'generic', 'argocd', 'jenkins', 'azure-devops'])
    await createSource(store, box, { kind, secret: canary(`secret of ${kind}`) }, now)
  for (const kind of ['sentry-sdk', 'standard-webhooks'])
    canary(`secret of ${kind}`, (await createSource(store, box, { kind }, now)).secret)
  await addSourceSecret(store, box, 'github', { secret: canary('second secret of github') }, now)
  const hookUrl = 'https://api.github.com/repos/acme/shop/hooks/7'
  const { allow } = readConfig({ DATA_DIR: place.dataDir }).outbound
  await turnRepairOn(store, { secretBox: box, allow }, 'github', { hookUrl, token: canary('token of gap repair') }, now)
  const items = [{ service: 'checkout-api', version: '1.0.0', environment: 'production' }]
  await submitNative({ store, processor }, { kind: 'deployments', items, receivedAt: now })
  await processor.runUntilIdle()
  const target = { service: 'checkout-api', environment: 'production', kind: 'gitlab', settings: { project: 'a/b' } }
  const saved = await saveTarget(
    { store, secretBox: box, allow },
    { ...target, secret: canary('token of GitLab CI') },
    { name: 'Ana', now },
  )
  expect(saved.kind).toBe('saved')
  const { shared } = await fillPeople(store, box, now)
  await expectAllSealed(store)
  await store.close()
  return { password, tokens, shared }
}

/** Services that the server has a password for, where nobody listens. */
const OUTSIDE = {
  SMTP_URL: `smtp://ops:${canary('password of the mail server')}@127.0.0.1:9`,
  MAIL_FROM: 'postflight@example.com',
  OIDC_ISSUER: 'http://127.0.0.1:9',
  OIDC_CLIENT_ID: 'postflight',
  OIDC_CLIENT_SECRET: canary('secret of the OIDC client'),
  OIDC_DEFAULT_ROLE: 'viewer',
}

test('no secret is in a log, an answer, the database or a copy of it', async () => {
  const place = await testStoresOn('sqlite').newPlace()
  const { password, tokens, shared } = await fill(place)
  const server = launchForTest(place, { environment: { LOG_LEVEL: 'trace', ...OUTSIDE } })
  const base = await server.listening
  const answers: { readonly what: string; readonly text: string }[] = []
  const ask = async (path: string, init: RequestInit = {}, isSecretShown = false): Promise<Response> => {
    const answer = await fetch(base + path, { redirect: 'manual', ...init })
    const text = `${[...answer.headers].filter(([name]) => name !== 'set-cookie').join('\n')}\n${await answer.clone().text()}`
    if (!isSecretShown) answers.push({ what: `${init.method ?? 'GET'} ${path.split('?')[0]}`, text })
    return answer
  }
  const post = (path: string, body: string, headers: Record<string, string> = {}) =>
    ask(path, { method: 'POST', body, headers: { 'Content-Type': 'application/json', ...headers } })

  // Signing in: as somebody else, wrongly, and right.
  const signIn = (given: string) =>
    ask('/login', {
      method: 'POST',
      headers: { 'Sec-Fetch-Site': 'same-origin' },
      body: new URLSearchParams({ email: 'ana@example.com', password: given }),
    })
  await signIn(canary('wrong password'))
  const cookie = (await signIn(password)).headers.getSetCookie().find((one) => one.startsWith('sid=')) ?? ''
  const session = canary('session cookie', /^sid=([^;]+)/.exec(cookie)?.[1])
  const signedIn = { Cookie: `sid=${session}`, 'Sec-Fetch-Site': 'same-origin' }
  await ask('/releases', { headers: { Cookie: `sid=${canary('made-up session cookie')}` } })
  await ask(`/setup-account?token=${canary('made-up set-up link')}`)

  // What senders prove themselves by, right and wrong, and what they send beside it.
  const secretOf = (kind: string) => canaries.get(`secret of ${kind}`) as string
  const event = JSON.stringify({ action: 'opened', zen: 'Keep it logically awesome.' })
  const signed = `sha256=${createHmac('sha256', canaries.get('second secret of github') as string)
    .update(event)
    .digest('hex')}`
  const beside = {
    'X-GitHub-Event': 'ping',
    'X-GitHub-Delivery': 'd1',
    'X-Api-Key': canary('X-Api-Key'),
    'Proxy-Authorization': `Basic ${canary('Proxy-Authorization')}`,
    'X-Auth-Token': canary('X-Auth-Token'),
    Cookie: `sender=${canary("a sender's cookie")}`,
  }
  const taken = await post('/hooks/github', event, { ...beside, 'X-Hub-Signature-256': signed })
  expect(taken.status).toBe(202)
  expect(
    (await post('/hooks/gitlab', event, { 'X-Gitlab-Token': secretOf('gitlab'), 'X-Gitlab-Event': 'x' })).status,
  ).toBe(202)
  const bearer = (secret: string) => ({ Authorization: `Bearer ${secret}` })
  expect((await post('/hooks/alertmanager', '{"not JSON', bearer(secretOf('alertmanager')))).status).toBe(202)
  await post('/hooks/gitlab', event, { 'X-Gitlab-Token': canary('wrong X-Gitlab-Token') })
  await post('/hooks/grafana', event, bearer(canary('wrong bearer of a webhook')))
  await post(`/hooks/datadog?token=${canary('token in a query')}`, event)
  await post(`/hooks/${canary('token in a path')}`, event)
  await post('/hooks/sentry-sdk', event, { 'X-Sentry-Auth': `Sentry sentry_key=${canary('wrong DSN key')}` })
  await post(`/api/1/envelope/?sentry_key=${canary('DSN key in a query')}`, '{}\n')

  // What would be a line of its own in the log, or colours on a terminal.
  await post(`/hooks/${encodeURIComponent(`x\n${FORGED}\u001b[31m`)}`, event)
  await ask(`/${encodeURIComponent(`\r\n${FORGED}`)}`)

  // The API: wrong tokens, and a right one beside what makes it fail.
  await ask('/api/v1/releases', { headers: bearer(canary('wrong API token')) })
  await post('/api/v1/defects', '{"title":', bearer(tokens[0] as string))
  await post('/api/v1/defects', '{"title":"x","severity":7}', bearer(tokens[1] as string))
  await ask('/api/v1/nothing', { headers: bearer(tokens[1] as string) })

  // Forms that are refused, with a secret typed into them.
  const page = await (await ask('/setup/sentry', { headers: signedIn })).text()
  const csrf = /name="_csrf" value="([^"]+)"/.exec(page)?.[1] as string
  const submit = (path: string, fields: Record<string, string>) =>
    ask(path, { method: 'POST', headers: signedIn, body: new URLSearchParams({ _csrf: csrf, ...fields }) })
  const refused = { slug: 'No slug!', secret: canary('secret in a refused form') }
  expect((await submit('/setup/sentry', refused)).status).toBe(422)
  const wrongTarget = { service: 'nobody', environment: 'production', kind: 'gitlab', project: 'a/b' }
  expect(
    (await submit('/emergency/settings/targets', { ...wrongTarget, secret: canary('token in a refused form') })).status,
  ).toBe(422)

  // The same after the sign-in grew old: what was typed is kept, and the secret is not.
  const store = await openStore({ ...place, exclusive: false })
  await store.db
    .updateTable('sessions')
    .set({ created_at: Date.now() - 3_600_000 })
    .execute()
  await store.close()
  const late = { slug: 'late', secret: canary('secret in a form that came too late') }
  expect((await submit('/setup/sentry', late)).headers.get('Location')).toMatch(/^\/login\?again=1/)

  // Links that people are sent, right and wrong.
  expect((await ask(`/r/${shared}`)).status).toBe(200)
  await ask(`/r/${canary('made-up link of a report')}`)
  await ask(`/join?token=${canary('made-up invitation')}`)
  await ask(`/reset-password?token=${canary('made-up link for a new password')}`)
  await ask('/login/oidc')
  await ask(`/login/oidc/callback?code=${canary('made-up code of a provider')}&state=${canary('made-up state')}`)

  // Everything that shows, tells or hands out.
  const shown = [
    '/',
    '/releases',
    '/defects',
    '/deliveries',
    '/deliveries/1',
    '/deliveries/2',
    '/setup',
    '/setup/github',
  ]
  shown.push('/setup/gitlab', '/setup/sentry-sdk', '/setup/sources/github', '/setup/sources/github/receiving')
  shown.push('/setup/sources/grafana/receiving', '/emergency/settings?kind=gitlab', '/admin/audit', '/admin/audit.csv')
  shown.push(
    '/admin/system',
    '/account',
    '/account/tokens',
    '/deliveries.csv',
    '/metrics',
    '/readyz/full',
    '/search?q=github',
  )
  shown.push(
    '/admin/channels',
    '/admin/channels/1',
    '/admin/users',
    '/admin/users/2',
    '/on-call',
    '/on-call?kind=calendar',
  )
  shown.push('/account/security', '/reports', '/reports/1', '/reports/1/report.md', '/reports/1/report.json', '/rules')
  for (const path of shown) expect([path, (await ask(path, { headers: signedIn })).status]).toEqual([path, 200])
  await ask('/api/v1/deliveries', { headers: bearer(tokens[0] as string) })

  server.process.kill('SIGTERM')
  await server.ended
  backUpBeforeMigrating(sqliteFile(place.dataDir), join(place.dataDir, 'backups'), 'a-copy', new Date())

  // A copy of the key, as the operator must not have it in any other file.
  const key = readFileSync(join(place.dataDir, 'key'))
  canary('the key, in hex', key.toString('hex'))
  canary('the key, in base64', key.toString('base64').slice(0, 40))

  expect(canaries.size).toBeGreaterThanOrEqual(30)
  expect(answers.length).toBeGreaterThan(40)
  expect(answers.map(({ what, text }) => [what, foundIn(text)]).filter(([, found]) => found?.length)).toEqual([])
  expect(server.said().split('\n').length).toBeGreaterThan(5)
  expect(foundIn(server.said())).toEqual([])
  expect(server.said()).not.toMatch(CONTROL)
  expect(
    server
      .said()
      .split('\n')
      .filter((line) => line.startsWith('{') && JSON.parse(line).msg === 'forged'),
  ).toEqual([])
  const files = readdirSync(place.dataDir, { recursive: true, withFileTypes: true })
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => statSync(file).isFile() && !file.endsWith('/key'))
  expect(files.filter((file) => file.endsWith('.db')).length).toBe(2)
  for (const file of files) {
    const bytes = readFileSync(file)
    expect([file, foundIn(bytes)]).toEqual([file, []])
    expect([file, bytes.includes(key)]).toEqual([file, false])
  }
})

test('a canary is found in whatever form it stands', () => {
  const secret = canary('one to be found')
  const basic = (before: string) => Buffer.from(`${before}${secret}:x`).toString('base64')
  for (const text of [`a ${secret} b`, Buffer.from(secret).toString('hex'), ...['', 'a', 'ab', 'user:'].map(basic)])
    expect(foundIn(text)).toEqual(['one to be found'])
  expect(foundIn('nothing')).toEqual([])
})
