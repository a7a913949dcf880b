import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createApp } from '../../src/app.ts'
import { createApiToken } from '../../src/operations/access/api-tokens.ts'
import { keepForm } from '../../src/operations/access/kept-forms.ts'
import { beginSession } from '../../src/operations/access/sessions.ts'
import { submitNative } from '../../src/operations/intake/submit-native.ts'
import { insertIdentity } from '../../src/store/access/outside-identities.ts'
import { insertPasskey } from '../../src/store/access/passkeys.ts'
import { scopeOf } from '../../src/web/routes.ts'
import { closeContexts, describeInBrowser, launchBrowser, signedInContext } from '../support/browser.ts'
import { at, HOSTILE_TEXTS } from '../support/hostile-texts.ts'
import { addPerson } from '../support/people.ts'
import { startTestServer, type TestServer } from '../support/running-server.ts'
import { strangersOn } from '../support/strangers.ts'

/**
 * Text that tries to be a program, in every field that people fill: by their forms, as far as these take it, all of the texts
 * one after the other. What follows every link from the overview then sees every page, without our Content-Security-Policy.
 */

const PLACE = { service: at(HOSTILE_TEXTS, 0), environment: at(HOSTILE_TEXTS, 30) }
const encoded = encodeURIComponent
const SHORT = HOSTILE_TEXTS.filter((text) => text.length <= 60)

let browser: Browser
let server: TestServer
let tabs: Page[]
let kept: string
let csrf: string | undefined
const hits: string[] = []
/** Columns that hold what people typed, or their names. */
const FIELDS = [
  'account_links.name',
  'api_tokens.name',
  'audit_entries.actor_name',
  'audit_entries.change_json',
  'audit_entries.subject_name',
  'channels.name',
  'deploy_locks.reason',
  'emergency_releases.reason',
  'emergency_releases.ref',
  'emergency_steps.detail_json',
  'freezes.reason',
  'outside_identities.issuer',
  'outside_identities.subject',
  'passkeys.name',
  'report_links.made_by',
  'report_schedules.made_by',
  'report_snapshots.snapshot_json',
  'report_snapshots.title',
  'rules.name',
  'saved_views.name',
  'services.owner',
  'service_rules.pattern',
  'service_rules.service',
  'sessions.user_agent',
  'users.name',
]
/** As many of one kind of page as are looked at. */
const ADDRESSES_OF_A_ROUTE = 2
/** Pages with what people typed; that the links lead to each is what makes the test one. */
const REACHED = [
  '/',
  '/account',
  '/account/security',
  '/account/tokens',
  '/admin/audit',
  '/admin/channels',
  '/admin/channels/:id{[0-9]{1,15}}',
  '/admin/users',
  '/admin/users/:id{[0-9]{1,15}}',
  '/calendar',
  '/calendar/:day',
  '/defects',
  '/defects/:id',
  '/defects/:id/merge',
  '/defects/:id/split',
  '/defects/views',
  '/deliveries',
  '/deliveries/:id{[0-9]{1,15}}',
  '/emergency',
  '/emergency/:id',
  '/emergency/new',
  '/emergency/settings',
  '/join',
  '/kept-forms/:id',
  '/live',
  '/on-call',
  '/r/:token',
  '/releases',
  '/releases/:service/:version',
  '/reports',
  '/reports/:id{[0-9]{1,15}}',
  '/rules',
  '/rules/:id',
  '/search',
  '/services',
  '/services/:service',
  '/services/:service/settings',
  '/setup',
  '/setup/sources/:slug{[a-z0-9-]+}',
  '/setup/sources/:slug{[a-z0-9-]+}/identity',
  '/setup/sources/:slug{[a-z0-9-]+}/receiving',
]
/** What no link leads to, or only a form. */
const BESIDE = ['/defects/PF-3/split', '/search?q=script', '/search/suggest?q=script', '/setup/sources/hooked/identity']

/** Links to what is shown once, for people without a session. */
const links: string[] = []

async function visit(path: string): Promise<Response> {
  return await fetch(server.base + path, { headers: { Cookie: `sid=${server.session}` }, redirect: 'manual' })
}

/** Forms of one page, sent as a browser does. @returns how many were taken */
async function sendAll(path: string, forms: readonly Record<string, string>[]): Promise<number> {
  csrf ??= /name="_csrf" value="([^"]+)"/.exec(await (await visit('/account')).text())?.[1] ?? ''
  let taken = 0
  for (const form of forms) {
    const answer = await fetch(server.base + path, {
      method: 'POST',
      redirect: 'manual',
      headers: { Cookie: `sid=${server.session}`, 'Sec-Fetch-Site': 'same-origin' },
      body: new URLSearchParams({ _csrf: csrf, ...form }),
    })
    const text = await answer.text()
    if (answer.status < 400) taken++
    links.push(...[...text.matchAll(/\/(?:join|r|reset-password)[/?][\w=-]{43,}/g)].map(([link]) => link))
  }
  return taken
}

/** Every text in a field of a form; the form must take most of them. */
async function everyTextIn(path: string, formOf: (text: string, n: number) => Record<string, string>, least = 100) {
  expect([path, (await sendAll(path, HOSTILE_TEXTS.map(formOf))) >= least]).toEqual([path, true])
}

async function fill(): Promise<void> {
  const { deps } = server
  const { store } = deps
  const now = deps.clock()
  const iso = (hoursAgo: number) => new Date(now - hoursAgo * 3_600_000).toISOString()
  const tell = async (kind: 'deployments' | 'defects', items: readonly Record<string, unknown>[]) =>
    await submitNative(deps, { kind, items, receivedAt: now })
  await tell('deployments', [
    { ...PLACE, version: at(HOSTILE_TEXTS, 1), finishedAt: iso(48) },
    { ...PLACE, version: at(HOSTILE_TEXTS, 2), finishedAt: iso(2) },
  ])
  await tell(
    'defects',
    HOSTILE_TEXTS.slice(0, 8).map((title, n) => ({ ...PLACE, title, id: `${n}`, severity: 'S1', occurredAt: iso(1) })),
  )
  await deps.processor.runUntilIdle()
  await store.db
    .updateTable('users')
    .set({ name: at(HOSTILE_TEXTS, 1) })
    .execute()

  // People and programs.
  for (const [n, name] of HOSTILE_TEXTS.entries()) {
    const userId = await addPerson(store.db, { email: `person-${n}@example.com`, name, role: 'viewer' })
    if (n < 3) await beginSession(store.db, userId, { address: '192.0.2.1', userAgent: name }, now)
    await createApiToken(store, { name, scopes: ['read'], services: [name.slice(0, 100)] }, now)
    await beginSession(store.db, 1, { address: '192.0.2.1', userAgent: name }, now)
    const credential = { credentialId: `c${n}`, publicKey: '', signCount: 0, transports: [], userHandle: 'h' }
    await insertPasskey(store.db, { ...credential, userId: 1, name, createdAt: now })
    await insertIdentity(store.db, { issuer: name, subject: name, userId: 1 }, now)
  }
  await sendAll('/admin/users/new', [
    { email: 'eve@example.com', name: at(HOSTILE_TEXTS, 3), role: 'viewer', services: SHORT.join(', ') },
  ])
  const fields = HOSTILE_TEXTS.map((text) => [text, text] as const)
  kept =
    (await keepForm(
      store,
      deps.secretBox,
      1,
      { action: '/page', back: '/', fields, secrets: HOSTILE_TEXTS.slice(0, 5) },
      now,
    )) ?? ''

  // Defects.
  await everyTextIn('/defects/new', (title, n) => ({
    title,
    description: title,
    service: PLACE.service,
    severity: 'S2',
    key: `${n}`,
  }))
  await everyTextIn('/defects/PF-1/comments', (text) => ({ text }))
  await everyTextIn('/defects/views', (name) => ({ name: name.slice(0, 60), query: 'status=open', shared: 'yes' }), 20)
  await sendAll('/defects/PF-2/merge', [{ into: 'PF-3', reason: at(HOSTILE_TEXTS, 4) }])
  await sendAll('/defects/PF-4/status', [{ status: 'wont-fix', reason: at(HOSTILE_TEXTS, 5) }])
  await sendAll('/defects/PF-5/attribution', [{ decision: 'not-a-change', reason: at(HOSTILE_TEXTS, 6) }])

  // What is planned and forbidden.
  await everyTextIn('/calendar/freezes/new', (reason) => ({
    ...PLACE,
    service: '',
    from: field(now),
    to: field(now + 7_200_000),
    reason,
  }))
  await everyTextIn('/calendar/planned/new', (version) => ({
    service: PLACE.service,
    version,
    kind: '',
    plannedAt: field(now + 3_600_000),
  }))
  await sendAll(
    '/emergency/locks',
    HOSTILE_TEXTS.slice(0, 12).map((reason) => ({ ...PLACE, service: '', reason })),
  )

  // Sources and what goes out.
  await sendAll(`/services/${encoded(PLACE.service)}/settings/owner`, [{ owner: at(HOSTILE_TEXTS, 12) }])
  await sendAll('/setup/generic', [{ slug: 'hooked' }])
  await everyTextIn(
    '/setup/sources/hooked/rules',
    (text) => ({ field: 'label.team', pattern: text, service: text }),
    20,
  )
  await sendAll('/setup/sources/hooked/default', [{ default: at(HOSTILE_TEXTS, 7) }])
  await everyTextIn(
    '/admin/channels/new',
    (name) => ({ ...CHANNEL, name: name.slice(0, 80), url: `https://hooks.example/${encoded(name)}` }),
    20,
  )
  await everyTextIn('/rules', (name) => ({ ...RULE, name, services: name }), 20)
  await sendAll('/on-call', [{ ...ROTATION, names: HOSTILE_TEXTS.slice(0, 40).join('\n') }])
  await sendAll('/emergency/settings/targets', [
    { ...PLACE, kind: 'gitlab', project: 'a/b', ref: at(HOSTILE_TEXTS, 8), secret: 'x' },
  ])
  await sendAll('/emergency/settings/policies', [
    {
      environment: PLACE.environment,
      ownRequests: 'allowed',
      quietMinutes: '5',
      humanChecks: HOSTILE_TEXTS.slice(0, 10).join('\n'),
    },
  ])

  // An emergency release.
  for (let id = 1; id <= 12; id++) await sendAll(`/emergency/locks/${id}/release`, [{}])
  const wish = {
    ...PLACE,
    strategy: 'hotfix',
    version: at(HOSTILE_TEXTS, 9),
    ref: at(HOSTILE_TEXTS, 10),
    reason: at(HOSTILE_TEXTS, 11),
    key: 'k',
  }
  expect(await sendAll('/emergency/new', [wish])).toBe(1)
  await everyTextIn('/emergency/ER-1/notes', (text, n) => ({ text, step: '1', key: `n${n}` }), 1)

  // Reports, shared and planned.
  expect(await sendAll('/reports', [{ kind: 'release', service: PLACE.service, version: at(HOSTILE_TEXTS, 1) }])).toBe(
    1,
  )
  const days = { from: iso(72).slice(0, 10), to: iso(0).slice(0, 10) }
  expect(await sendAll('/reports', [{ kind: 'period', of: PLACE.service, env: PLACE.environment, ...days }])).toBe(1)
  for (const id of [1, 2]) await sendAll(`/reports/${id}/links`, [{ days: '7' }])
  await sendAll('/reports/schedules', [{ cadence: 'weekly', service: PLACE.service }])
}

/** Routes of pages and files that a person with a session may ask for. */
const pageRoutes = (of: TestServer): { readonly path: string; readonly is: RegExp }[] =>
  createApp(of.deps)
    .declared.filter(({ method, policy }) => method === 'GET' && policy !== 'source' && scopeOf(policy) === undefined)
    .map(({ path }) => ({ path, is: new RegExp(`^${path.replace(PARAMETER, '[^/]+')}$`) }))

/** `:id`, `:id{[0-9]{1,15}}` or `:slug{[a-z0-9-]+}` of a route. */
const PARAMETER = /:[a-z]+(\{\[[^\]]*\](\+|\{[\d,]+\})\})?/gi

interface Address {
  readonly path: string
  /** Its kind, as the site map has it. */
  readonly route: string
}

/** Looks at all of them, one in each tab at a time. @returns what came of each, in their order */
async function inTabs<T>(chosen: readonly Address[], look: (tab: Page, address: Address) => Promise<T>): Promise<T[]> {
  const results: T[] = []
  const waiting = [...chosen.entries()]
  const work = async (tab: Page) => {
    for (let next = waiting.shift(); next; next = waiting.shift()) results[next[0]] = await look(tab, next[1])
  }
  await Promise.all(tabs.map(work))
  return results
}

/** A file that a browser saves and does not look into. */
const isInert = ({ headers }: Response): boolean =>
  headers.get('X-Content-Type-Options') === 'nosniff' &&
  headers.get('Content-Disposition')?.startsWith('attachment') === true

const field = (instant: number): string => new Date(instant).toISOString().slice(0, 16)
const CHANNEL = {
  kind: 'webhook',
  leastSeverity: 'S2',
  cap: '20',
  digest: '0',
  enabled: '1',
  events: 'defect-attributed',
}
const RULE = {
  trigger: 'attributed',
  probability: '60',
  verdict: 'suspect',
  severity: 'S2',
  releaseAgeHours: '24',
  'tier-production': '1',
  notify: '1',
  aDay: '3',
  oncePer: 'release',
  on: '1',
  do: 'save',
}
const ROTATION = {
  kind: 'rotation',
  service: '',
  zone: 'Europe/Berlin',
  starts: '2026-01-05T09:00',
  every: '1',
  unit: 'weeks',
  overrides: '',
}

describeInBrowser('text of people that tries to be a program', () => {
  beforeAll(async () => {
    browser = await launchBrowser()
    server = await startTestServer()
    await fill()
    const context = await signedInContext(browser, server, { bypassCSP: true })
    await context.exposeBinding('xss', ({ page }, n: number) => void hits.push(`${page.url()}: ${n}`))
    context.on('dialog', (dialog) => {
      hits.push(`${dialog.page()?.url()}: ${dialog.message()}`)
      void dialog.dismiss()
    })
    // Each has a process of its own.
    tabs = [await context.newPage(), await context.newPage()]
  }, 240_000)
  afterAll(async () => {
    await closeContexts(browser)
    await server?.stop()
  })

  test('is stored in every field that people fill', async () => {
    const { db } = server.deps.store
    const without: string[] = []
    for (const field of FIELDS) {
      const [table = '', column = ''] = field.split('.')
      const rows = await db
        .selectFrom(table as 'users')
        .select(column as 'name')
        .execute()
      if (!rows.some((row) => String(Object.values(row)[0]).includes('xss('))) without.push(field)
    }
    expect(without).toEqual([])
  })

  test('is shown as text on every page that a link leads to, and in every file', { timeout: 300_000 }, async () => {
    const routes = pageRoutes(server)
    const seen = new Map<string, number>()
    const files: string[] = []
    const wrong: string[] = []
    const known = new Set<string>()
    /** Those of the addresses, in order, that were not come by before and of whose kind more are to be looked at. */
    const chosenOf = (paths: readonly string[]): Address[] =>
      paths.flatMap((path) => {
        if (known.size === known.add(path).size) return []
        const route = routes.find(({ is }) => is.test(path.split('?')[0] ?? ''))?.path
        const count = seen.get(route ?? '') ?? 0
        if (route === undefined || count >= ADDRESSES_OF_A_ROUTE) return []
        seen.set(route, count + 1)
        return [{ path, route }]
      })
    const look = async (tab: Page, { path, route }: Address): Promise<string[]> => {
      const answer = await visit(path)
      await answer.body?.cancel()
      if (answer.status >= 300 && answer.status < 400) return []
      const isSaved = answer.headers.has('Content-Disposition')
      if (isSaved || !(answer.headers.get('Content-Type') ?? '').startsWith('text/html')) {
        files.push(route)
        if (!isInert(answer)) wrong.push(`${path} might be run`)
        return []
      }
      await tab.goto(server.base + path)
      wrong.push(...(await strangersOn(tab)).map((stranger) => `${path} ${stranger}`))
      const hrefs = await tab.$$eval('a[href^="/"]', (all) => all.map((link) => link.getAttribute('href') ?? ''))
      return hrefs.map((one) => one.split('#')[0] ?? '')
    }
    let chosen = chosenOf(['/', `/kept-forms/${kept}`, ...links, ...BESIDE])
    while (chosen.length > 0) chosen = chosenOf((await inTabs(chosen, look)).flat())
    expect(wrong).toEqual([])
    expect(hits).toEqual([])
    expect(server.errors).toEqual([])
    expect(REACHED.filter((path) => !seen.has(path))).toEqual([])
    expect(new Set(files).size).toBeGreaterThan(12)
  })
})
