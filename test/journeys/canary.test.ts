import { createHmac, randomBytes } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readConfig } from '../../src/config.ts'
import { createApiToken } from '../../src/operations/access/api-tokens.ts'
import { createUser } from '../../src/operations/access/create-user.ts'
import { openSecretBox } from '../../src/operations/access/secret-box.ts'
import { saveTarget } from '../../src/operations/emergency/ci-targets.ts'
import { turnRepairOn } from '../../src/operations/intake/repair-admin.ts'
import { submitNative } from '../../src/operations/intake/submit-native.ts'
import { addSourceSecret, createSource, ensureBuiltInSource } from '../../src/operations/sources/sources-admin.ts'
import { openStore, type StoreOptions, sqliteFile } from '../../src/store/database.ts'
import { backUpBeforeMigrating } from '../../src/store/migration/migration-backup.ts'
import { processingOn } from '../support/processing.ts'
import { launchServer } from '../support/server-process.ts'
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
  await store.close()
  return { password, tokens }
}

test('no secret is in a log, an answer, the database or a copy of it', { timeout: 120_000 }, async () => {
  const place = await testStoresOn('sqlite').newPlace()
  const { password, tokens } = await fill(place)
  const server = launchServer({ dataDir: place.dataDir, environment: { LOG_LEVEL: 'trace' } })
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
