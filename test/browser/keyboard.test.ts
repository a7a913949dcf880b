import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { closeContexts, describeInBrowser, launchBrowser, signedInContext, watch } from '../support/browser.ts'
import { addSignedIn } from '../support/people.ts'
import { startTestServer, type TestServer } from '../support/running-server.ts'

const BEN = { email: 'ben@example.com', name: 'Ben', password: 'correct horse battery 9' }
const DAY_MS = 86_400_000
/** More stops than any page has before what its reader came for. */
const MOST_STOPS = 60

let browser: Browser

/** Walks in which no mouse is touched: wherever the focus is, it can be seen. */
describeInBrowser('with the keyboard alone', () => {
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
    for (const [version, at] of [
      ['4.17.3', now - 9 * DAY_MS],
      ['4.18.0', now - 3_600_000],
    ] as const)
      await server.post('/api/v1/deployments', {
        service: 'checkout-api',
        environment: 'production',
        version,
        finishedAt: new Date(at).toISOString(),
      })
    await server.post(
      '/api/v1/defects',
      ['Capture fails with 409', 'Total is stale'].map((title, i) => ({
        service: 'checkout-api',
        environment: 'production',
        version: '4.18.0',
        severity: `S${i + 1}`,
        title,
        occurredAt: new Date(now - 60_000).toISOString(),
      })),
    )
    return async () => {
      await server.stop()
      expect(server.errors).toEqual([])
    }
  })

  async function open(session: string, path: string) {
    const context = await signedInContext(browser, { ...server, session }, { viewport: { width: 1280, height: 800 } })
    const page = await context.newPage()
    const complaints = await watch(page)
    await page.goto(server.base + path)
    await page.locator('html.js').waitFor()
    return { page, complaints }
  }

  test('a defect is found, given a status, a severity and an owner, and left again', async () => {
    const { page, complaints } = await open(server.session, '/defects')
    await page.keyboard.press('j')
    await expectSeen(page)
    expect((await focus(page)).name).toBe('Capture fails with 409')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: 'Capture fails with 409' }).waitFor()
    await expectFocus(page, /Capture fails with 409/)

    await tabTo(page, /^Status/)
    await page.keyboard.press('Enter')
    await tabTo(page, /^(Triaged|New)$/)
    await choose(page, 'Triaged')
    await tabTo(page, /^Set status/)
    await page.keyboard.press('Enter')
    await page.getByText('set the status').waitFor()
    await expectKept(page)

    await tabTo(page, /^Severity/)
    await page.keyboard.press('Enter')
    await tabTo(page, /^S[1-4]/)
    await choose(page, 'S2')
    await tabTo(page, /^Set severity/)
    await page.keyboard.press('Enter')
    await page.getByText('set the severity').waitFor()
    await expectKept(page)

    await tabTo(page, /^Owner: /)
    await page.keyboard.press('Enter')
    await tabTo(page, /^Owner$/)
    await page.keyboard.type('Ben')
    await tabTo(page, /^Set owner/)
    await page.keyboard.press('Enter')
    await page.locator('summary', { hasText: 'Owner: Ben' }).waitFor()
    await expectKept(page)

    // What was changed on the way is no step of its own.
    await page.goBack()
    await page.getByRole('heading', { level: 1, name: 'Defects' }).waitFor()
    await expectKept(page)
    await page.keyboard.press('j')
    await expectSeen(page)
    expect(complaints.list).toEqual([])
  })

  test('a menu that is left by Escape gives the focus back', async () => {
    const { page } = await open(server.session, '/defects/PF-1')
    await tabTo(page, /^Status/)
    await page.keyboard.press('Enter')
    await tabTo(page, /^(Triaged|New)$/)
    await page.keyboard.press('Escape')
    await expectFocus(page, /^Status/)
  })

  test('the palette finds a defect and a page, opens them, and gives the focus back when it is left', async () => {
    const { page, complaints } = await open(server.session, '/releases')
    await tabTo(page, /^checkout-api 4\.18\.0$/)
    await page.keyboard.press('Control+k')
    await page.locator('#palette-hits [role=option]').first().waitFor()
    await expectSeen(page)
    await page.keyboard.press('Escape')
    await expectFocus(page, /^checkout-api 4\.18\.0$/)
    await page.keyboard.press('Control+k')
    await page.keyboard.type('stale')
    await page.locator('#palette-hits [role=option]', { hasText: 'Total is stale' }).waitFor()
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: 'Total is stale' }).waitFor()
    await expectKept(page)
    await page.keyboard.press('/')
    await page.keyboard.type('trends')
    await page.locator('#palette-hits [aria-selected=true]', { hasText: 'Trends' }).waitFor()
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: 'Trends' }).waitFor()
    await expectKept(page)
    expect(complaints.list).toEqual([])
  })

  test('what changes by itself takes the focus from nobody', async () => {
    const { page } = await open(server.session, '/releases/checkout-api/4.18.0')
    await page.locator('#live', { hasText: 'Live' }).waitFor()
    await tabTo(page, /^Total is stale$/)
    await server.post('/api/v1/defects', {
      service: 'checkout-api',
      environment: 'production',
      version: '4.18.0',
      severity: 'S1',
      title: 'Refunds fail',
    })
    // Nothing moves under it; a button offers what is new, and the focus is somewhere afterwards.
    await page.locator('#stale').waitFor()
    await expectFocus(page, /^Total is stale$/)
    await page.locator('#stale').focus()
    await page.keyboard.press('Enter')
    await page.locator('#defects').getByText('Refunds fail').waitFor()
    await expectKept(page)
  })

  test('at three in the morning: from the link in a message to a roll-back under way', async () => {
    const { page, complaints } = await open(server.session, '/defects/PF-1')
    await page.keyboard.press('Tab')
    await expectFocus(page, /^Skip to/)
    await page.keyboard.press('Enter')
    // Few stops from there to what is to be done.
    expect(await tabTo(page, /^Emergency release…/)).toBeLessThanOrEqual(8)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: 'Open an emergency release' }).waitFor()
    await expectKept(page)
    await tabTo(page, /^Open emergency release/)
    await page.keyboard.press('Enter')
    // What fires comes as a page of its own, at whose beginning the way to the content is.
    await page.waitForURL('**/emergency/ER-1')
    await page.keyboard.press('Tab')
    await expectFocus(page, /^Skip to/)

    const other = await open(ben, '/emergency/ER-1')
    await tabTo(other.page, /^Roll back production to 4\.17\.3/)
    await other.page.locator('main button[data-fire]:focus:not([data-held])').waitFor()
    await other.page.keyboard.press('Enter')
    await other.page.getByText('Deploy it by hand', { exact: false }).first().waitFor()

    // She sees how it goes on, wherever she was when the page changed by itself.
    await page.goto(`${server.base}/emergency`)
    await page.locator('html.js').waitFor()
    await tabTo(page, /^Roll back production to 4\.17\.3/)
    await page.keyboard.press('Enter')
    await page.waitForURL('**/emergency/ER-1')
    await expectKept(page)
    await server.post('/api/v1/deployments', { service: 'checkout-api', environment: 'production', version: '4.17.3' })
    await page.getByRole('heading', { name: 'Verify that it worked' }).waitFor()
    await expectKept(page)
    expect([...complaints.list, ...other.complaints.list]).toEqual([])
  })
})

interface Focus {
  readonly name: string
  readonly tag: string
  readonly checked: boolean
  /** Why one does not see it, or not that it has the focus. */
  readonly trouble: string | undefined
}

const FOCUS = `(() => {
  const element = document.activeElement
  const label = element.getAttribute('aria-label') ?? element.labels?.[0]?.textContent ?? element.textContent ?? ''
  const box = element.getBoundingClientRect()
  const [x, y] = [box.left + Math.min(box.width, 40) / 2, box.top + Math.min(box.height, 40) / 2]
  const top = document.elementFromPoint(x, y)
  // The ring may be drawn by what stands around a control.
  const hasRing = (one) => {
    const style = one && getComputedStyle(one)
    return style && (style.outlineStyle !== 'none' || style.boxShadow !== 'none')
  }
  const trouble = () => {
    if (element === document.body) return 'the focus is lost'
    if (box.width === 0 || box.height === 0) return 'it has no size'
    if (box.bottom <= 0 || box.top >= innerHeight) return 'it is outside the window'
    if (!top || !(element.contains(top) || top.contains(element))) return 'something lies over it: ' + top?.outerHTML.slice(0, 120)
    if (!element.matches(':focus-visible')) return 'it does not show'
    if (!hasRing(element) && !hasRing(element.closest('label, .search, dialog'))) return 'no ring is drawn around it'
  }
  return {
    name: label.replace(/\\s+/g, ' ').trim(),
    tag: element.tagName.toLowerCase(),
    checked: element.checked === true,
    trouble: trouble(),
  }
})()`

/** What has the focus, and whether one sees that. */
const focus = (page: Page): Promise<Focus> => page.evaluate(FOCUS)

async function expectSeen(page: Page): Promise<Focus> {
  const at = await focus(page)
  expect(at.trouble && `${at.tag} “${at.name.slice(0, 80)}”: ${at.trouble}`).toBeUndefined()
  return at
}

/** After a part or the whole of the page was replaced. */
async function expectKept(page: Page): Promise<void> {
  await expect.poll(async () => (await focus(page)).tag).not.toBe('body')
}

async function expectFocus(page: Page, name: RegExp): Promise<void> {
  await expect.poll(async () => (await focus(page)).name).toMatch(name)
}

/** Tab by tab to the control of that name; every stop on the way can be seen. */
async function tabTo(page: Page, name: RegExp): Promise<number> {
  const passed: string[] = []
  for (let stops = 1; stops <= MOST_STOPS; stops++) {
    await page.keyboard.press('Tab')
    // Behind the last control of the page comes the browser.
    if ((await focus(page)).tag === 'body') break
    const at = await expectSeen(page)
    if (name.test(at.name)) return stops
    passed.push(`${at.tag} ${at.name.slice(0, 40)}`)
  }
  throw new Error(`no ${name}: ${passed.join(' · ')}`)
}

/** In a group of radio buttons the arrow keys choose. */
async function choose(page: Page, name: string): Promise<void> {
  for (let i = 0; i < 12; i++) {
    const at = await focus(page)
    if (at.name.startsWith(name) && at.checked) return
    await page.keyboard.press(i === 0 && at.name.startsWith(name) ? 'Space' : 'ArrowDown')
  }
  throw new Error(`no ${name} to choose`)
}
