import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createApp } from '../../src/app.ts'
import type { Actor } from '../../src/core/emergency/approval.ts'
import { beginTotp } from '../../src/operations/access/totp.ts'
import { openEmergency } from '../../src/operations/emergency/open-emergency.ts'
import { scopeOf } from '../../src/web/routes.ts'
import {
  type Complaints,
  describeInBrowser,
  expectAccessible,
  expectReadable,
  launchBrowser,
  signedInContext,
  watch,
} from '../support/browser.ts'
import { expectWithinBudget } from '../support/budget.ts'
import { sendBusyWeek } from '../support/busy-week.ts'
import { startTestServer, type TestServer } from '../support/running-server.ts'

const TODAY = new Date().toISOString().slice(0, 10)

/** Every page, by the path it is declared with, and addresses that show it. */
const PAGES: Record<string, readonly string[]> = {
  '/': ['/', '/?env=staging'],
  '/releases': ['/releases', '/releases?service=checkout-api'],
  '/releases/:service/:version': [
    '/releases/checkout-api/4.18.0?defects=regressed',
    '/releases/checkout-api/4.18.1',
    '/releases/checkout-api/999.9.9',
    '/releases/checkout-api/0.0.1',
  ],
  '/calendar': ['/calendar', '/calendar?view=month', '/calendar?view=list&service=ledger', '/calendar?month=2019-02'],
  '/calendar/:day': [`/calendar/${TODAY}`, '/calendar/2019-02-03'],
  '/calendar/freezes/new': ['/calendar/freezes/new'],
  '/calendar/freezes/:id{[0-9]{1,15}}': ['/calendar/freezes/1', '/calendar/freezes/99'],
  '/calendar/planned/new': ['/calendar/planned/new'],
  '/services': ['/services', '/services?q=nothing'],
  '/services/:service': ['/services/checkout-api', '/services/nobody'],
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
  '/defects/:id/merge': ['/defects/PF-1/merge', '/defects/PF-1/merge?into=PF-5', '/defects/PF-1/merge?into=PF-1'],
  '/defects/:id/split': ['/defects/PF-1/split', '/defects/PF-1/split?report=1'],
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
  '/setup/sources/:slug{[a-z0-9-]+}/identity': ['/setup/sources/api/identity', '/setup/sources/nobody/identity'],
  '/admin/audit': ['/admin/audit', '/admin/audit?who=nobody&what=sources&from=2026-01-01&subject=defect:1'],
  '/admin/system': ['/admin/system'],
  '/search': ['/search', '/search?q=checkout', '/search?q=no+such+thing'],
  '/setup/sources/:slug{[a-z0-9-]+}/receiving': ['/setup/sources/github/receiving', '/setup/sources/api/receiving'],
  '/emergency': ['/emergency'],
  '/emergency/new': [
    '/emergency/new',
    '/emergency/new?defect=PF-1',
    '/emergency/new?service=ledger&environment=production&kind=hotfix',
  ],
  '/emergency/settings': ['/emergency/settings'],
  '/emergency/:id': ['/emergency/ER-1', '/emergency/ER-999'],
  '/account': ['/account'],
  '/account/tokens': ['/account/tokens'],
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
  '/join': ['/join?token=wrong'],
  '/reset-password': ['/reset-password?token=wrong'],
  '/forgot': ['/forgot'],
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
LEAD_BACK.push('/account/security/totp/confirmation', '/account/security/recovery-codes')
LEAD_BACK.push('/account/time-zone', '/defects/views/change', '/defects/bulk')
LEAD_BACK.push('/account/password', '/account/tokens/:id/revocation', '/account/tokens/:id/replacement')
for (const act of ['access', 'disable', 'enable', 'reset-link']) LEAD_BACK.push(`/admin/users/:id{[0-9]{1,15}}/${act}`)

const LOOKS: Record<string, BrowserContextOptions> = {
  'wide, light, then dark': { viewport: { width: 1440, height: 900 } },
  'phone, dark, then light': { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true },
}

const STATES = [
  { state: 'before anything was received', fill: async () => {} },
  { state: 'in a busy week', fill: sendBusyWeekWithEmergency },
]

/** And an emergency release that waits for its approval, and an authenticator app that waits for its first code. */
async function sendBusyWeekWithEmergency(server: TestServer): Promise<void> {
  await sendBusyWeek(server)
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
  afterAll(() => browser?.close())

  describe.each(STATES.map((one) => [one.state, one] as const))('%s', (_state, { fill }) => {
    let server: TestServer
    beforeAll(async () => {
      server = await startTestServer()
      await fill(server)
    })
    afterAll(() => server?.stop())

    test('is in the list that is looked at', () => {
      expect(pagesOf(server).filter((path) => !(path in PAGES || LEAD_BACK.includes(path)))).toEqual([])
    })

    describe.each(Object.keys(LOOKS))('%s', (look) => {
      const [first, second] = look.startsWith('wide') ? (['light', 'dark'] as const) : (['dark', 'light'] as const)
      let page: Page
      let complaints: Complaints
      beforeAll(async () => {
        page = await (await signedInContext(browser, server, LOOKS[look])).newPage()
        complaints = await watch(page)
      })
      afterAll(() => page?.context().close())

      test.each(Object.values(PAGES).flat())('%s', async (path) => {
        complaints.list.length = 0
        await page.emulateMedia({ colorScheme: first })
        const answer = await page.goto(server.base + path)
        const status = answer?.status() ?? 0
        expect(status).toBeLessThan(500)
        await expectAccessible(page)
        expect(await widerThanScreen(page)).toBe(0)
        await expectWithinBudget(page, (await answer?.body()) ?? Buffer.of())
        // What is where does not depend on the colours.
        await page.emulateMedia({ colorScheme: second })
        await expectReadable(page)
        // The browser itself notes that a page was not found, even when that page is what was asked for.
        const expected = status >= 400 ? 'console: Failed to load resource: the server responded with' : undefined
        expect(complaints.list.filter((text) => !expected || !text.startsWith(expected))).toEqual([])
      })
    })

    test('and the server logged no error', () => {
      expect(server.errors).toEqual([])
    })
  })
})

/** Paths of the site map that answer with a whole page. */
const pagesOf = (server: TestServer): string[] =>
  createApp(server.deps)
    .declared.filter(({ method, policy }) => method === 'GET' && policy !== 'source' && scopeOf(policy) === undefined)
    .map(({ path }) => path)
    .filter(
      (path) =>
        !/^\/(api|assets|events|healthz|livez|readyz|metrics|favicon)\b/.test(path) &&
        !/\/(received|suggest)$|^\/setup\/.*\/replay$|\.csv$/.test(path),
    )

/** Pixels by which the page would have to be scrolled sideways. */
const widerThanScreen = (page: Page): Promise<unknown> =>
  page.evaluate('Math.max(0, document.documentElement.scrollWidth - document.documentElement.clientWidth)')
