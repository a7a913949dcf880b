import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createApp } from '../../src/app.ts'
import type { Actor } from '../../src/core/emergency/approval.ts'
import { beginTotp } from '../../src/operations/access/totp.ts'
import { openEmergency } from '../../src/operations/emergency/open-emergency.ts'
import { scopeOf } from '../../src/web/routes.ts'
import {
  type Complaints,
  closeContexts,
  describeInBrowser,
  expectAccessible,
  expectReadable,
  launchBrowser,
  signedInContext,
  watch,
} from '../support/browser.ts'
import { expectWithinBudget } from '../support/budget.ts'
import { sendBusyWeek } from '../support/busy-week.ts'
import { IDENTITY_HANDLE, makeRemovable } from '../support/removable.ts'
import { makeReports } from '../support/reports.ts'
import { startTestServer, type TestServer } from '../support/running-server.ts'

/** A link to the first report. */
const SHARED = 'a-link-that-was-made'
const TODAY = new Date().toISOString().slice(0, 10)

/** Every page, by the path it is declared with, and addresses that show it. */
const PAGES: Record<string, readonly string[]> = {
  '/': ['/', '/?env=staging', '/?range=6mo'],
  '/releases': ['/releases', '/releases?service=checkout-api', '/releases?verdict=suspect'],
  '/releases/:service/:version': [
    '/releases/checkout-api/4.18.0?defects=regressed',
    '/releases/checkout-api/4.18.0?window=7d&severe=1',
    '/releases/checkout-api/4.18.1',
    '/releases/checkout-api/999.9.9',
    '/releases/checkout-api/0.0.1',
  ],
  '/commits': ['/commits', '/commits?service=checkout-api&env=production&from=2020-01-01&to=2020-06-01&part=all'],
  '/deployments': ['/deployments', '/deployments?env=production&outcome=deployed&from=2020-01-01T00:00:00Z'],
  '/calendar': ['/calendar', '/calendar?view=month', '/calendar?view=list&service=ledger', '/calendar?month=2019-02'],
  '/calendar/:day': [`/calendar/${TODAY}`, '/calendar/2019-02-03'],
  '/calendar/freezes/new': ['/calendar/freezes/new'],
  '/calendar/freezes/:id{[0-9]{1,15}}': ['/calendar/freezes/1', '/calendar/freezes/99'],
  '/calendar/planned/new': ['/calendar/planned/new'],
  '/services': ['/services', '/services?q=nothing'],
  '/services/:service': ['/services/checkout-api', '/services/nobody'],
  '/services/:service/settings': ['/services/checkout-api/settings', '/services/nobody/settings'],
  '/live': ['/live', '/live?show=differing', '/live?q=nothing'],
  '/releases/compare': [
    '/releases/compare',
    '/releases/compare?a=checkout-api@4.18.0&b=checkout-api@4.17.0&env=production',
    '/releases/compare?a=checkout-api@4.18.0&b=checkout-api@4.18.1&c=checkout-api@4.17.0&d=ledger@2026.11.1',
    '/releases/compare?a=checkout-api@999.9.8&b=checkout-api@4.17.0',
  ],
  '/defects': ['/defects', '/defects?status=any', '/defects?status=any&q=nothing+is+called+this'],
  '/defects/views': ['/defects/views'],
  '/defects/new': ['/defects/new'],
  '/defects/:id': ['/defects/PF-1', '/defects/PF-5', '/defects/PF-7', '/defects/PF-999999'],
  '/defects/:id/reports': ['/defects/PF-1/reports', '/defects/PF-1/reports?source=api', '/defects/PF-999999/reports'],
  '/defects/:id/merge': ['/defects/PF-1/merge', '/defects/PF-1/merge?into=PF-5', '/defects/PF-1/merge?into=PF-1'],
  '/defects/:id/split': ['/defects/PF-1/split', '/defects/PF-1/split?report=1'],
  '/admin/channels': ['/admin/channels', '/admin/channels?failed=1'],
  '/admin/channels/new': ['/admin/channels/new', '/admin/channels/new?kind=mail', '/admin/channels/new?kind=webhook'],
  '/admin/channels/:id{[0-9]{1,15}}/removal': ['/admin/channels/1/removal', '/admin/channels/99/removal'],
  '/admin/channels/:id{[0-9]{1,15}}': ['/admin/channels/1', '/admin/channels/99'],
  '/deliveries': ['/deliveries', '/deliveries?state=failed', '/deliveries?q=checkout&range=24h&service=checkout-api'],
  '/deliveries/replay': ['/deliveries/replay', '/deliveries/replay?source=api'],
  '/deliveries/:id{[0-9]{1,15}}/replay': ['/deliveries/1/replay', '/deliveries/6/replay'],
  '/reliability': ['/reliability'],
  '/trends': ['/trends', '/trends?service=checkout-api', '/trends?range=30d'],
  '/trends/quality': ['/trends/quality', '/trends/quality?service=checkout-api'],
  '/trends/delivery': ['/trends/delivery', '/trends/delivery?service=checkout-api'],
  '/deliveries/:id{[0-9]{1,15}}': ['/deliveries/1', '/deliveries/6', '/deliveries/999999'],
  '/setup': ['/setup'],
  '/setup/curl': ['/setup/curl'],
  '/setup/github-actions': ['/setup/github-actions'],
  '/setup/github': ['/setup/github'],
  '/setup/gitlab': ['/setup/gitlab'],
  '/setup/azure-devops': ['/setup/azure-devops'],
  '/setup/argocd': ['/setup/argocd'],
  '/setup/bitbucket': ['/setup/bitbucket'],
  '/setup/datadog': ['/setup/datadog'],
  '/setup/jenkins': ['/setup/jenkins'],
  '/setup/cdevents': ['/setup/cdevents'],
  '/setup/alertmanager': ['/setup/alertmanager'],
  '/setup/sentry': ['/setup/sentry'],
  '/setup/sentry-sdk': ['/setup/sentry-sdk'],
  '/setup/pagerduty': ['/setup/pagerduty'],
  '/setup/grafana': ['/setup/grafana'],
  '/setup/jira': ['/setup/jira'],
  '/setup/opsgenie': ['/setup/opsgenie'],
  '/setup/standard-webhooks': ['/setup/standard-webhooks'],
  '/setup/generic': ['/setup/generic'],
  '/setup/sources/:slug{[a-z0-9-]+}': ['/setup/sources/api', '/setup/sources/github', '/setup/sources/nobody'],
  '/setup/sources/:slug{[a-z0-9-]+}/mapping': ['/setup/sources/generic/mapping', '/setup/sources/api/mapping'],
  '/setup/sources/:slug{[a-z0-9-]+}/rules/:id{[0-9]{1,15}}/removal': ['/setup/sources/api/rules/1/removal'],
  '/setup/sources/:slug{[a-z0-9-]+}/identity/:id{[0-9]{1,15}}/removal': ['/setup/sources/api/identity/1/removal'],
  '/setup/sources/:slug{[a-z0-9-]+}/identity': ['/setup/sources/api/identity', '/setup/sources/nobody/identity'],
  '/admin/audit': ['/admin/audit', '/admin/audit?who=nobody&what=sources&from=2026-01-01&subject=defect:1'],
  '/admin/system': ['/admin/system'],
  '/search': ['/search', '/search?q=checkout', '/search?q=no+such+thing'],
  '/setup/sources/:slug{[a-z0-9-]+}/receiving': ['/setup/sources/github/receiving', '/setup/sources/api/receiving'],
  '/setup/sources/:slug{[a-z0-9-]+}/redeliveries': [
    '/setup/sources/github/redeliveries',
    '/setup/sources/nobody/redeliveries',
  ],
  '/reports': ['/reports', '/reports?service=checkout-api&version=4.18.0', '/reports?before=1'],
  '/reports/:id{[0-9]{1,15}}/removal': ['/reports/1/removal', '/reports/2/removal'],
  '/reports/:id{[0-9]{1,15}}/links/:link{[0-9]{1,15}}/ending': ['/reports/1/links/1/ending'],
  '/reports/schedules/:id{[0-9]{1,15}}/removal': ['/reports/schedules/1/removal'],
  '/reports/:id{[0-9]{1,15}}': ['/reports/1', '/reports/2', '/reports/99'],
  '/r/:token': ['/r/wrong', `/r/${SHARED}`],
  '/emergency': ['/emergency'],
  '/emergency/new': [
    '/emergency/new',
    '/emergency/new?defect=PF-1',
    '/emergency/new?service=ledger&environment=production&kind=hotfix',
  ],
  '/emergency/settings': ['/emergency/settings'],
  '/emergency/settings/targets/:id{[0-9]{1,15}}/removal': ['/emergency/settings/targets/1/removal'],
  '/emergency/:id': ['/emergency/ER-1', '/emergency/ER-999'],
  '/rules': ['/rules'],
  '/rules/new': ['/rules/new'],
  '/rules/:id': ['/rules/1', '/rules/4', '/rules/999'],
  '/rules/:id/removal': ['/rules/1/removal', '/rules/999/removal'],
  '/on-call/:id/removal': ['/on-call/1/removal'],
  '/on-call': ['/on-call', '/on-call?kind=calendar'],
  '/account': ['/account'],
  '/account/tokens': ['/account/tokens'],
  '/account/tokens/:id/revocation': ['/account/tokens/1/revocation'],
  '/login': ['/login', '/login?again=1'],
  '/login/code': ['/login/code'],
  '/login/oidc': ['/login/oidc'],
  '/login/oidc/callback': ['/login/oidc/callback'],
  '/login/oidc/sign-out': ['/login/oidc/sign-out'],
  '/account/security': ['/account/security'],
  '/account/security/totp': ['/account/security/totp'],
  '/setup-account': ['/setup-account?token=wrong'],
  '/admin': ['/admin'],
  '/admin/users': ['/admin/users'],
  '/admin/users/new': ['/admin/users/new'],
  '/admin/users/:id{[0-9]{1,15}}': ['/admin/users/1', '/admin/users/99'],
  '/admin/users/:id{[0-9]{1,15}}/disable': ['/admin/users/1/disable', '/admin/users/2/disable'],
  '/admin/users/:id{[0-9]{1,15}}/identities/removal': [`/admin/users/2/identities/removal?identity=${IDENTITY_HANDLE}`],
  '/admin/users/invitations/:id{[0-9]{1,15}}/withdrawal': ['/admin/users/invitations/1/withdrawal'],
  '/admin/environments': ['/admin/environments', '/admin/environments?q=nowhere'],
  '/admin/environments/:id{[0-9]{1,15}}': ['/admin/environments/1', '/admin/environments/99'],
  '/admin/retention': ['/admin/retention', '/admin/retention?count=1'],
  '/join': ['/join?token=wrong'],
  '/reset-password': ['/reset-password?token=wrong'],
  '/forgot': ['/forgot'],
  '/kept-forms/:id': ['/kept-forms/none'],
  'no such page': ['/nowhere'],
}

/** No pages of their own: reloading a refused form leads back to its defect. */
const LEAD_BACK = ['status', 'fixed-in', 'severity', 'times', 'assignee', 'comments', 'attribution', 'identity'].map(
  (action) => `/defects/:id/${action}`,
)
for (const what of [
  ...['approval', 'dispatch', 'version', 'verification', 'checks', 'closure', 'cancellation', 'notes', 'review'],
  ...['timeline.md', 'timeline.json'],
])
  LEAD_BACK.push(`/emergency/:id/${what}`)
LEAD_BACK.push('/emergency/settings/targets', '/emergency/settings/policies')
LEAD_BACK.push('/rules/rollbacks', '/rules/rollbacks/removal', '/on-call/:id')
LEAD_BACK.push('/rules/:id/switch', '/rules/:id/mute')
LEAD_BACK.push('/account/security/totp/confirmation', '/account/security/recovery-codes')
LEAD_BACK.push('/account/time-zone', '/defects/views/change', '/defects/bulk')
for (const what of [':id{[0-9]{1,15}}/test', 'messages/:id{[0-9]{1,15}}/resending'])
  LEAD_BACK.push(`/admin/channels/${what}`)
LEAD_BACK.push('/account/password', '/account/tokens/:id/replacement')
for (const act of ['access', 'enable', 'reset-link']) LEAD_BACK.push(`/admin/users/:id{[0-9]{1,15}}/${act}`)
for (const what of ['owner', 'detection', 'order', 'dependencies'])
  LEAD_BACK.push(`/services/:service/settings/${what}`)
LEAD_BACK.push('/account/security/identities/removal', '/account/security/passkeys/removal')
LEAD_BACK.push('/admin/environments/:id{[0-9]{1,15}}/tier')

for (const what of ['report.html', 'report.md', 'report.json', 'links'])
  LEAD_BACK.push(`/reports/:id{[0-9]{1,15}}/${what}`)

LEAD_BACK.push('/reports/schedules', '/reports/schedules/:id{[0-9]{1,15}}/switch')

interface LookOptions {
  readonly name: string
  readonly colours: readonly ['light' | 'dark', 'light' | 'dark']
  readonly context: BrowserContextOptions
}

const LOOKS: readonly LookOptions[] = [
  { name: 'wide', colours: ['light', 'dark'], context: { viewport: { width: 1440, height: 900 } } },
  {
    name: 'phone',
    colours: ['dark', 'light'],
    context: { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true },
  },
]

const allAddresses = (): string[] => Object.values(PAGES).flat()
const firstAddresses = (): string[] => Object.values(PAGES).flatMap((addresses) => addresses.slice(0, 1))

const STATES = [
  // With nothing to tell apart the first address of each page is enough.
  { state: 'before anything was received', fill: async () => {}, addresses: firstAddresses },
  { state: 'in a busy week', fill: sendBusyWeekWithEmergency, addresses: allAddresses },
]

/**
 * And an emergency release that waits for its approval, of which people cannot be told: there is no mail server; and an
 * authenticator app that waits for its first code.
 */
async function sendBusyWeekWithEmergency(server: TestServer): Promise<void> {
  await sendBusyWeek(server)
  await makeRemovable(server.deps, { service: 'ledger', environment: 'staging' })
  await makeReports(server.deps.store, SHARED)
  const actor: Actor = { id: 'user:9', name: 'Ben', kind: 'person', mayFire: true, signedInAt: undefined }
  const wish = { service: 'checkout-api', environment: 'production', strategy: 'hotfix', version: '4.18.9' }
  const opening = await openEmergency(
    server.deps,
    { ...wish, ref: 'hotfix/capture', reason: 'Captures fail with 409 on retried payment intents.', defectIds: [1] },
    { actor, formKey: 'x', now: Date.now() },
  )
  expect(opening.kind).toBe('opened')
  const { store, secretBox } = server.deps
  const { id } = await store.db.selectFrom('users').select('id').executeTakeFirstOrThrow()
  expect(await beginTotp(store, secretBox, id, Date.now())).toBe(true)
}

let browser: Browser

describeInBrowser('every page', () => {
  beforeAll(async () => {
    browser = await launchBrowser()
  })
  afterAll(() => closeContexts(browser))

  describe.each(STATES.map((one) => [one.state, one] as const))('%s', (_state, { fill, addresses }) => {
    let server: TestServer
    beforeAll(async () => {
      server = await startTestServer()
      await fill(server)
    })
    afterAll(() => server?.stop())

    test('is in the list that is looked at', () => {
      expect(pagesOf(server).filter((path) => !(path in PAGES || LEAD_BACK.includes(path)))).toEqual([])
    })

    describe('wide and on a phone, light and dark', () => {
      let looks: Look[]
      beforeAll(async () => {
        looks = await Promise.all(LOOKS.map((look) => openLook(server, look)))
      })
      afterAll(() => Promise.all((looks ?? []).map(({ page }) => page.context().close())))

      // Both at a time: each has a process of its own, and they take as long as the slower one.
      test.each(addresses())('%s', async (path) => {
        await Promise.all(
          looks.map((look) =>
            expectGood(look, server.base + path).catch((error: Error) => {
              throw new Error(`${look.name}: ${error.message}`, { cause: error })
            }),
          ),
        )
      })
    })

    test('and the server logged no error', () => {
      expect(server.errors).toEqual([])
    })
  })
})

interface Look {
  readonly name: string
  readonly page: Page
  readonly complaints: Complaints
  readonly colours: LookOptions['colours']
}

async function openLook(server: TestServer, { name, colours, context }: LookOptions): Promise<Look> {
  const page = await (await signedInContext(browser, server, context)).newPage()
  return { name, page, complaints: await watch(page), colours }
}

/** Reads well by eye, by reader and by budget, at this width and in both colours, and the browser has nothing to say. */
async function expectGood({ page, complaints, colours: [first, second] }: Look, address: string): Promise<void> {
  complaints.list.length = 0
  await page.emulateMedia({ colorScheme: first })
  const answer = await page.goto(address)
  const status = answer?.status() ?? 0
  expect(status).toBeLessThan(500)
  await expectAccessible(page)
  expect(await widerThanScreen(page)).toBe(0)
  expect(await cutOffTables(page)).toEqual([])
  expect(await misnamedCells(page)).toEqual([])
  await expectWithinBudget(page, (await answer?.body()) ?? Buffer.of())
  // What is where does not depend on the colours.
  await page.emulateMedia({ colorScheme: second })
  await expectReadable(page)
  // The browser itself notes that a page was not found, even when that page is what was asked for.
  const expected = status >= 400 ? 'console: Failed to load resource: the server responded with' : undefined
  expect(complaints.list.filter((text) => !expected || !text.startsWith(expected))).toEqual([])
}

/** Paths of the site map that answer with a whole page. */
const pagesOf = (server: TestServer): string[] =>
  createApp(server.deps)
    .declared.filter(({ method, policy }) => method === 'GET' && policy !== 'source' && scopeOf(policy) === undefined)
    .map(({ path }) => path)
    .filter(
      (path) =>
        !/^\/(api|assets|events|healthz|livez|readyz|metrics|favicon)\b/.test(path) &&
        !/\/(received|suggest|presence|newer)$|^\/setup\/.*\/replay$|\.csv$/.test(path),
    )

/**
 * The tables of which a phone shows a part only after scrolling sideways. What compares columns (months, releases, the
 * series of a chart) keeps them beside each other; how much a wide window has room for depends on how long the words are.
 */
const cutOffTables = (page: Page): Promise<unknown> =>
  page.evaluate(`[...document.querySelectorAll('.tw')]
    .filter(() => matchMedia('(max-width: 720px)').matches)
    .filter((box) => box.checkVisibility({ contentVisibilityAuto: true }) && box.scrollWidth > box.clientWidth + 1)
    .filter((box) => !box.querySelector('.figures, .heat, .t-measures'))
    .map((box) => box.getAttribute('aria-label'))`)

/** What a cell is called on a phone where that is not what stands above its column. */
const misnamedCells = (page: Page): Promise<unknown> =>
  page.evaluate(`[...document.querySelectorAll('.t.named [data-col]')]
    .filter((cell) => cell.closest('table').tHead.rows[0].cells[cell.cellIndex].textContent !== cell.dataset.col)
    .map((cell) => cell.dataset.col)`)

/** Pixels by which the page would have to be scrolled sideways. */
const widerThanScreen = (page: Page): Promise<unknown> =>
  page.evaluate('Math.max(0, document.documentElement.scrollWidth - document.documentElement.clientWidth)')
