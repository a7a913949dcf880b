import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { savePolicy } from '../../src/store/emergency/emergency-settings.ts'
import { closeContexts, describeInBrowser, launchBrowser, signedInContext, watch } from '../support/browser.ts'
import { addSignedIn } from '../support/people.ts'
import { startTestServer, type TestServer } from '../support/running-server.ts'

const PHONE: BrowserContextOptions = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true }
const BEN = { email: 'ben@example.com', name: 'Ben', password: 'correct horse battery 9' }
const DAY_MS = 86_400_000

let browser: Browser

/** From the page of a defect to verified and closed, on a phone, by two people. */
describeInBrowser('the phone path of an emergency release', () => {
  let server: TestServer
  let ben: string

  beforeAll(async () => {
    browser = await launchBrowser()
  })
  afterAll(() => closeContexts(browser))

  beforeEach(async () => {
    server = await startTestServer()
    const { store, clock } = server.deps
    ben = await addSignedIn(store, { ...BEN, role: 'release-manager' }, clock())
    const now = Date.now()
    const deployed = (version: string, at: number) =>
      server.post('/api/v1/deployments', {
        service: 'checkout-api',
        environment: 'production',
        version,
        finishedAt: new Date(at).toISOString(),
      })
    await deployed('4.17.3', now - 9 * DAY_MS)
    await deployed('4.18.0', now - 3_600_000)
    await server.post('/api/v1/defects', {
      service: 'checkout-api',
      environment: 'production',
      version: '4.18.0',
      severity: 'S1',
      title: 'Capture fails with 409',
      occurredAt: new Date(now - 60_000).toISOString(),
    })
    return async () => {
      await server.stop()
      expect(server.errors).toEqual([])
    }
  })

  async function onPhone(session: string, path: string, options: BrowserContextOptions = {}) {
    const context = await signedInContext(browser, { ...server, session }, { ...PHONE, ...options })
    const page = await context.newPage()
    const complaints = options.javaScriptEnabled === false ? { list: [] as string[] } : await watch(page)
    await page.goto(server.base + path)
    return { page, complaints }
  }

  const rows = (table: 'emergency_releases' | 'emergency_steps') =>
    server.deps.store.db.selectFrom(table).selectAll().execute()

  /** The button at the thumb, once it may be pressed. */
  const sticky = (page: Page) => page.locator('.sticky-act').getByRole('button')
  const ready = async (page: Page) => {
    await page.locator('.sticky-act button:not([data-held])').waitFor()
  }

  test('goes from the defect to closed with a tap a screen; a second tap, back and reload change nothing', async () => {
    const { page, complaints } = await onPhone(server.session, '/defects/PF-1')
    await page.locator('.sticky-act').getByRole('link', { name: 'Roll back or fix…' }).tap()
    await page.getByRole('heading', { name: 'Open an emergency release' }).waitFor()
    expect(await page.locator('.tabbar').isVisible()).toBe(false)
    await sticky(page).dblclick()
    await page.waitForURL('**/emergency/ER-1')
    expect(await rows('emergency_releases')).toHaveLength(1)
    // Back to the form, which opens nothing else when sent once more.
    await page.goBack()
    await page.goForward()
    await page.waitForURL('**/emergency/ER-1')

    const other = await onPhone(ben, '/emergency/ER-1')
    // One without scripts does not refresh itself.
    const old = await onPhone(ben, '/emergency/ER-1', { javaScriptEnabled: false })
    await ready(other.page)
    const name = 'Roll back production to 4.17.3'
    const fire = other.page.locator('.sticky-act').getByRole('button', { name })
    expect(await other.page.locator('.tabbar').isVisible()).toBe(false)
    await fire.dblclick({ noWaitAfter: true })
    await other.page.getByText('Deploy it by hand', { exact: false }).first().waitFor()
    // The page that shows it as it was.
    await old.page.locator('.sticky-act').getByRole('button', { name }).tap()
    await old.page.getByText('has moved on').waitFor()
    const approvals = (await rows('emergency_steps')).filter((step) => 'action' in step && step.action === 'approve')
    expect(approvals).toHaveLength(1)
    await other.page.reload()
    await other.page.goBack()
    expect((await rows('emergency_steps')).length).toBe(2)

    await server.post('/api/v1/deployments', {
      service: 'checkout-api',
      environment: 'production',
      version: '4.17.3',
    })
    // The open page hears of it by itself.
    await page.getByRole('heading', { name: 'Verify that it worked' }).waitFor()
    // A minute and a half pass.
    const { db } = server.deps.store
    await db
      .updateTable('emergency_releases')
      .set((eb) => ({ deployed_at: eb('deployed_at', '-', 90_000) }))
      .execute()
    const approval = { ownRequests: 'refused', breakGlass: true } as const
    const { id: environmentId } = await db.selectFrom('environments').select('id').executeTakeFirstOrThrow()
    const policy = { approval, quietMinutes: 1, humanChecks: [] }
    await savePolicy(db, environmentId, policy, { name: 'Ana', now: Date.now() })
    await page.reload()
    await page.locator('.sticky-act').getByRole('button', { name: 'It worked' }).tap()
    await page.locator('.sticky-act').getByRole('button', { name: 'Close ER-1' }).tap()
    await page.getByRole('heading', { name: 'It is over' }).waitFor()
    expect([...complaints.list, ...other.complaints.list]).toEqual([])
  })

  test('does not fire for a tap that was meant for what stood there before', async () => {
    const { page } = await onPhone(server.session, '/emergency/new?defect=PF-1')
    await sticky(page).tap()
    await page.waitForURL('**/emergency/ER-1')
    const other = await onPhone(ben, '/emergency')
    await other.page.goto(`${server.base}/emergency/ER-1`, { waitUntil: 'commit' })
    await other.page.locator('.sticky-act button').waitFor()
    await other.page.evaluate(`document.querySelector('.sticky-act button').click()`)
    expect((await rows('emergency_steps')).length).toBe(1)
  })

  test('says that it sends once it was pressed, and cannot be pressed again', async () => {
    const { page } = await onPhone(server.session, '/emergency/new?defect=PF-1')
    await sticky(page).tap()
    await page.waitForURL('**/emergency/ER-1')
    const other = await onPhone(ben, '/emergency/ER-1')
    await ready(other.page)
    // An answer with which the page stays as it is.
    let asked = 0
    await other.page.route('**/approval', (route) => {
      asked++
      return route.fulfill({ status: 204 })
    })
    const press = `document.querySelector('.sticky-act button').click()`
    await other.page.evaluate(press)
    const pressed = other.page.locator('[data-fire]')
    await expect.poll(() => pressed.allTextContents()).toEqual(['Sending…', 'Sending…'])
    expect(await pressed.first().getAttribute('aria-disabled')).toBe('true')
    await expect.poll(() => asked).toBe(1)
    await other.page.evaluate(press)
    await other.page.evaluate(`document.querySelector('.fire-btn').click()`)
    expect(asked).toBe(1)
  })

  test.each([
    [844, 390],
    [667, 375],
  ])('stands at the right edge of a phone that lies on its side (%i × %i)', async (width, height) => {
    const { page, complaints } = await onPhone(server.session, '/emergency/new?defect=PF-1', {
      viewport: { width, height },
    })
    await ready(page)
    const bar = (await page.locator('.sticky-act').boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 }
    expect(bar.x + bar.width).toBe(width)
    expect(bar.width).toBeLessThan(width / 3)
    // It covers none of what is to be read, and can be pressed without scrolling.
    const heading = (await page.getByRole('heading', { level: 1 }).boundingBox()) ?? { x: 0, width: width }
    expect(heading.x + heading.width).toBeLessThanOrEqual(bar.x)
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0)
    await sticky(page).tap()
    await page.waitForURL(/\/emergency\/ER-1/)
    expect(complaints.list).toEqual([])
  })

  test('hides none of what a defect offers from a phone that lies on its side', async () => {
    const { page } = await onPhone(server.session, '/defects/PF-1', { viewport: { width: 844, height: 390 } })
    const bar = await page.locator('.sticky-act').boundingBox()
    const ends = "[...document.querySelectorAll('.ph .act > *')].map((one) => one.getBoundingClientRect().right)"
    expect(Math.max(...(await page.evaluate<number[]>(ends)))).toBeLessThanOrEqual(bar?.x ?? 0)
    await page.evaluate("document.querySelector('#old').hidden = false")
    const room = "parseInt(getComputedStyle(document.querySelector('#old')).paddingRight)"
    expect(await page.evaluate(room)).toBe(200)
  })

  test('says who else looks at it, until they go', async () => {
    const { page, complaints } = await onPhone(server.session, '/emergency/new?defect=PF-1')
    await ready(page)
    await sticky(page).tap()
    await page.waitForURL(/\/emergency\/ER-1/)
    const other = await onPhone(ben, '/emergency/ER-1')
    await page.locator('#also-here', { hasText: 'Ben is also here' }).waitFor()
    await other.page.locator('#also-here', { hasText: 'Ana is also here' }).waitFor()
    await other.page.context().close()
    await page.locator('#also-here:not(:has-text("Ben"))').waitFor({ state: 'attached' })
    expect(complaints.list).toEqual([])
  })

  test('works without JavaScript', async () => {
    const { page } = await onPhone(server.session, '/emergency/new?defect=PF-1', { javaScriptEnabled: false })
    await sticky(page).tap()
    await page.waitForURL('**/emergency/ER-1')
    const other = await onPhone(ben, '/emergency/ER-1', { javaScriptEnabled: false })
    await sticky(other.page).tap()
    await other.page.getByText('Approved', { exact: true }).first().waitFor()
    expect((await rows('emergency_steps')).length).toBe(2)
  })
})
