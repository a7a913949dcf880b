import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Actor } from '../../src/core/emergency/approval.ts'
import { openEmergency } from '../../src/operations/emergency/open-emergency.ts'
import {
  type Complaints,
  closeContexts,
  describeInBrowser,
  launchBrowser,
  signedInContext,
  watch,
} from '../support/browser.ts'
import { ANA, startBareServer, startTestServer, type TestServer } from '../support/running-server.ts'

let browser: Browser
const DAY_MS = 86_400_000
const ago = (ms: number): string => new Date(Date.now() - ms).toISOString()

describeInBrowser('what people do in the browser', () => {
  let server: TestServer

  beforeAll(async () => {
    browser = await launchBrowser()
  })
  afterAll(() => closeContexts(browser))

  beforeEach(async () => {
    server = await startTestServer()
    return async () => {
      await server.stop()
      expect(server.errors).toEqual([])
    }
  })

  /** A watched page of Ana's; closed with its context when the test ends. */
  async function open(path: string, options: { javaScriptEnabled?: boolean } = {}) {
    const context = await signedInContext(browser, server, { viewport: { width: 1280, height: 900 }, ...options })
    const page = await context.newPage()
    const complaints: Complaints = options.javaScriptEnabled === false ? { list: [] } : await watch(page)
    await page.goto(server.base + path)
    return { page, complaints, close: () => context.close() }
  }

  test('a defect is reported, triaged and commented on without JavaScript', async () => {
    const { page, close } = await open('/defects', { javaScriptEnabled: false })
    await page.getByRole('link', { name: 'New defect' }).first().click()
    await page.getByLabel('Title').fill('Capture fails with 409')
    await page.getByLabel('Service').fill('checkout-api')
    await page.getByLabel('Severity').selectOption('S2')
    await page.getByRole('button', { name: 'Report defect' }).click()
    await expectHeading(page, 'Capture fails with 409')
    expect(new URL(page.url()).pathname).toBe('/defects/PF-1')

    await page.locator('summary', { hasText: 'Status' }).click()
    await page.getByRole('radio', { name: 'Triaged' }).check()
    await page.getByRole('button', { name: 'Set status' }).click()
    await page.getByText('set the status').waitFor()
    expect(await page.locator('summary', { hasText: 'Status' }).textContent()).toContain('Triaged')

    await page.getByLabel('Comment').fill('Seen by <b>three</b> customers')
    await page.getByRole('button', { name: 'Post' }).click()
    await page.getByText('Seen by <b>three</b> customers').waitFor()
    await close()
  })

  test('a form that was filled in wrongly comes back with what was typed, without JavaScript', async () => {
    const { page, close } = await open('/defects/new', { javaScriptEnabled: false })
    await page.getByLabel('Service').fill('checkout-api')
    await page.getByRole('button', { name: 'Report defect' }).click()
    await page.getByRole('alert').waitFor()
    expect(await page.getByLabel('Service').inputValue()).toBe('checkout-api')
    await close()
  })

  test('a deployment appears on the open overview by itself', async () => {
    await server.post('/api/v1/deployments', { service: 'ledger', version: '1.0.0', environment: 'production' })
    const { page, complaints, close } = await open('/')
    await page.locator('#live', { hasText: 'Live' }).waitFor()
    await page.evaluate('window.neverReloaded = true')
    await server.post('/api/v1/deployments', { service: 'checkout-api', version: '4.18.0', environment: 'production' })
    await page.locator('#changes').getByText('4.18.0').first().waitFor()
    expect(await page.evaluate('window.neverReloaded')).toBe(true)
    expect(complaints.list).toEqual([])
    await close()
  })

  test('how many defects are new is said while somebody is at work in the list', async () => {
    const report = (title: string, environment = 'production') =>
      server.post('/api/v1/defects', { service: 'ledger', environment, title })
    await report('Capture fails')
    const { page, complaints, close } = await open('/defects?env=production')
    await page.locator('#live', { hasText: 'Live' }).waitFor()
    await page.getByRole('link', { name: 'Capture fails' }).focus()
    await report('Only in staging', 'staging')
    await report('Total is stale')
    await page.locator('#stale', { hasText: '1 new defect, show' }).waitFor()
    await report('Search is slow')
    await page.locator('#stale', { hasText: '2 new defects, show' }).click()
    await page.getByRole('link', { name: 'Search is slow' }).waitFor()
    expect(await page.locator('#stale').isVisible()).toBe(false)
    expect(await page.getByText('Only in staging').count()).toBe(0)
    // From there it counts anew.
    await page.getByRole('link', { name: 'Capture fails' }).focus()
    await report('Refunds fail')
    await page.locator('#stale', { hasText: '1 new defect, show' }).waitFor()
    expect(complaints.list).toEqual([])
    await close()
  })

  test('an emergency release that is opened elsewhere shows on the open overview, and is said', async () => {
    await server.post('/api/v1/deployments', [
      { id: 'l1', service: 'ledger', version: '1.0.0', environment: 'production', finishedAt: ago(9 * DAY_MS) },
      { id: 'l2', service: 'ledger', version: '1.1.0', environment: 'production', finishedAt: ago(DAY_MS) },
    ])
    const { page, complaints, close } = await open('/')
    await page.locator('#live', { hasText: 'Live' }).waitFor()
    expect(await page.title()).toBe('Overview · Postflight')
    const actor: Actor = { id: 'user:9', name: 'Ben', kind: 'person', mayFire: true, signedInAt: undefined }
    await openEmergency(
      server.deps,
      {
        ...{ service: 'ledger', environment: 'production', strategy: 'rollback', version: '1.0.0' },
        ...{ reason: 'Captures fail with 409.', defectIds: [] },
      },
      { actor, formKey: 'x', now: Date.now() },
    )
    await page.getByRole('link', { name: 'Join ER-1' }).waitFor()
    expect(await page.title()).toBe('(1) Overview · Postflight')
    expect(await page.locator('#nav a[aria-current=page] ~ a', { hasText: 'Emergency' }).textContent()).toContain('1')
    expect(await page.locator('#say-now').textContent()).toBe(
      'ER-1 Roll back production to 1.0.0: Waiting for approval',
    )
    expect(complaints.list).toEqual([])
    await close()
  })

  test('the first steps turn into the overview when the first deployment comes in', async () => {
    const { page, complaints, close } = await open('/')
    await page.getByText('Three steps').waitFor()
    expect(await page.locator('main').textContent()).toContain(`${server.base}/api/v1/deployments`)
    await page.locator('#live', { hasText: 'Live' }).waitFor()
    await server.post('/api/v1/deployments', { service: 'checkout-api', version: '4.18.0', environment: 'production' })
    await page.locator('#changes').getByText('4.18.0').first().waitFor()
    expect(complaints.list).toEqual([])
    await close()
  })

  test('defects are walked through with j and k and opened with Enter', async () => {
    await server.post('/api/v1/defects', [
      { title: 'The worse one', severity: 'S1', id: 'A' },
      { title: 'The other one', severity: 'S3', id: 'B' },
    ])
    const { page, complaints, close } = await open('/defects')
    await page.keyboard.press('j')
    expect(await focused(page)).toBe('The worse one')
    await page.keyboard.press('j')
    expect(await focused(page)).toBe('The other one')
    await page.keyboard.press('k')
    expect(await focused(page)).toBe('The worse one')
    await page.keyboard.press('Enter')
    await expectHeading(page, 'The worse one')
    expect(complaints.list).toEqual([])
    await close()
  })

  test('a click that is overtaken by another does not win', async () => {
    const { page, complaints, close } = await open('/')
    let overtaken: Promise<void> | undefined
    await page.route('**/releases', async (route) => {
      // Answered only after the page of the second click is there.
      overtaken = page.getByRole('heading', { level: 1, name: 'Defects' }).waitFor()
      await overtaken.catch(() => {})
      await route.continue().catch(() => {})
    })
    const nav = page.getByRole('navigation').first()
    await nav.getByRole('link', { name: 'Releases' }).click()
    await nav.getByRole('link', { name: /^Defects/ }).click()
    await expectHeading(page, 'Defects')
    await overtaken
    await page.goBack()
    await page.getByText('Three steps').waitFor()
    expect(complaints.list).toEqual([])
    await close()
  })
})

describeInBrowser('the first person', () => {
  test('creates the first account with the link of the first start, and signs in again later', async () => {
    const server = await startBareServer()
    browser = await launchBrowser()
    const page = await (await browser.newContext()).newPage()
    const complaints = await watch(page)
    await page.goto(server.firstRun?.setupLink ?? '')
    await page.getByLabel('E-mail').fill(ANA.email)
    await page.getByLabel('Password', { exact: true }).fill(ANA.password)
    await page.getByRole('button').last().click()
    await page.getByText('Three steps').waitFor()

    // Leave first: the open page's event stream would be refused without a session, and the browser says so.
    await page.goto('about:blank')
    await page.context().clearCookies()
    await page.goto(`${server.base}/defects?status=any`)
    await expectHeading(page, 'Sign in')
    await page.getByLabel('E-mail').fill(ANA.email)
    await page.getByLabel('Password', { exact: true }).fill(ANA.password)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await expectHeading(page, 'Defects')
    expect(page.url()).toBe(`${server.base}/defects?status=any`)
    expect(complaints.list).toEqual([])

    // The link was for once.
    await page.goto(server.firstRun?.setupLink ?? '')
    expect(await page.getByLabel('Password', { exact: true }).count()).toBe(0)
    await page.context().close()
    await server.stop()
    expect(server.errors).toEqual([])
  })
})

const expectHeading = (page: Page, name: string): Promise<void> =>
  page.getByRole('heading', { level: 1, name }).first().waitFor()

const focused = (page: Page): Promise<unknown> => page.evaluate('document.activeElement?.textContent?.trim()')
