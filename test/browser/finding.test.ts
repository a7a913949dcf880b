import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { closeContexts, describeInBrowser, launchBrowser, signedInContext, watch } from '../support/browser.ts'
import { startTestServer, type TestServer } from '../support/running-server.ts'

let browser: Browser

describeInBrowser('finding and handling many things', () => {
  let server: TestServer

  beforeAll(async () => {
    browser = await launchBrowser()
    server = await startTestServer()
    await server.post('/api/v1/deployments', [
      { id: 'a', service: 'checkout-api', version: '4.18.0', environment: 'production', status: 'succeeded' },
    ])
    await server.post('/api/v1/defects', [
      { id: 'A', title: 'Capture fails with 409', severity: 'S1', service: 'checkout-api' },
      { id: 'B', title: 'Basket is slow', severity: 'S3', service: 'checkout-api' },
      { id: 'C', title: 'Label is cut off', severity: 'S4', service: 'checkout-api' },
    ])
  })
  afterAll(async () => {
    await closeContexts(browser)
    await server?.stop()
    expect(server?.errors).toEqual([])
  })

  async function open(path: string, options: BrowserContextOptions = {}) {
    const context = await signedInContext(browser, server, { viewport: { width: 1280, height: 900 }, ...options })
    const page = await context.newPage()
    const complaints = options.javaScriptEnabled === false ? { list: [] } : await watch(page)
    await page.goto(server.base + path)
    return { page, complaints, close: () => context.close() }
  }

  test('a defect is triaged without a mouse', async () => {
    const { page, complaints, close } = await open('/defects')
    await page.keyboard.press('j')
    await page.keyboard.press('Enter')
    await expectHeading(page, 'Capture fails with 409')
    await tabTo(page, 'summary', 'Status')
    await page.keyboard.press('Enter')
    await page.getByRole('radio', { name: 'Triaged' }).waitFor()
    await page.keyboard.press('Tab')
    expect(await page.evaluate('document.activeElement.value')).toBe('triaged')
    await page.keyboard.press('Space')
    await page.keyboard.press('Enter')
    await page.locator('summary', { hasText: 'Triaged' }).waitFor()
    expect(complaints.list).toEqual([])
    await close()
  })

  test('the palette opens what was meant: Ctrl K, some letters, Enter', async () => {
    const { page, complaints, close } = await open('/')
    await page.keyboard.press('Control+k')
    const question = page.getByRole('combobox', { name: 'Search or jump to' })
    // With nothing typed it offers pages.
    await expect.poll(() => page.getByRole('option', { name: 'Live board' }).count()).toBe(1)
    await page.keyboard.type('basket')
    const found = page.getByRole('option', { name: /Basket is slow/ })
    await found.waitFor()
    await expect.poll(() => found.getAttribute('aria-selected')).toBe('true')
    expect(await question.getAttribute('aria-activedescendant')).toBe(await found.getAttribute('id'))
    expect(await question.getAttribute('aria-expanded')).toBe('true')
    await page.keyboard.press('Enter')
    await expectHeading(page, 'Basket is slow')
    expect(await page.getByRole('dialog').count()).toBe(0)
    expect(complaints.list).toEqual([])
    await close()
  })

  test.each([
    ['/?range=7d', 'Copy link to this moment'],
    ['/trends?range=30d', 'Copy link to these days'],
  ])('the palette copies the link to what %s shows, by keyboard alone', async (path, name) => {
    const { page, complaints, close } = await open(path, { permissions: ['clipboard-read', 'clipboard-write'] })
    const link = await page
      .locator('main a[data-copy-link]')
      .evaluate((one) => (one as unknown as { href: string }).href)
    await page.keyboard.press('Control+k')
    const found = page.getByRole('option', { name })
    await found.waitFor()
    await page.keyboard.type('copy lin')
    await expect.poll(() => found.getAttribute('aria-selected')).toBe('true')
    const question = page.getByRole('combobox', { name: 'Search or jump to' })
    expect(await question.getAttribute('aria-activedescendant')).toBe(await found.getAttribute('id'))
    await page.keyboard.press('Enter')
    await expect.poll(() => page.locator('#say').textContent()).toBe('Copied')
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(link)
    expect(await page.getByRole('dialog').count()).toBe(0)
    expect(link).toMatch(/from=.*to=/)
    expect(complaints.list).toEqual([])
    await close()
  })

  test('the palette offers no link to copy where the page has none', async () => {
    const { page, close } = await open('/defects')
    await page.keyboard.press('Control+k')
    await page.getByRole('option', { name: 'Live board' }).waitFor()
    expect(await page.getByRole('option', { name: /Copy link/ }).count()).toBe(0)
    await close()
  })

  test('arrows choose in the palette, Escape gives the focus back', async () => {
    const { page, complaints, close } = await open('/defects')
    await page.keyboard.press('j')
    await page.keyboard.press('/')
    await page.keyboard.type('checkout')
    const options = page.getByRole('option')
    await page.getByRole('option', { name: 'checkout-api 4.18.0' }).waitFor()
    const chosen = () => page.locator('[role=option][aria-selected=true]').textContent()
    expect(await chosen()).toBe('checkout-api')
    await page.keyboard.press('ArrowDown')
    expect(await chosen()).toBe('checkout-api 4.18.0')
    await page.keyboard.press('ArrowUp')
    await page.keyboard.press('ArrowUp')
    expect(await chosen()).toBe(await options.last().textContent())
    await page.keyboard.press('Escape')
    expect(await page.evaluate('document.activeElement.textContent.trim()')).toBe('Capture fails with 409')
    expect(complaints.list).toEqual([])
    await close()
  })

  test('Enter before an answer is there asks for the page of that very question', async () => {
    const { page, close } = await open('/')
    await page.keyboard.press('Control+k')
    await page.getByRole('option', { name: 'Live board' }).waitFor()
    await page.route('**/search/suggest*', () => {})
    await page.keyboard.type('PF-3')
    await page.keyboard.press('Enter')
    await expectHeading(page, 'Label is cut off')
    await close()
  })

  test('rows are selected with x and changed together', async () => {
    const { page, complaints, close } = await open('/defects')
    const before = await page.locator('table').boundingBox()
    await page.keyboard.press('j')
    await page.keyboard.press('j')
    await page.keyboard.press('x')
    await page.keyboard.press('j')
    await page.keyboard.press('x')
    await page.getByText('2 selected').waitFor()
    expect(await page.locator('table').boundingBox()).toEqual(before)
    await page.locator('select[name=change]').selectOption('severity:S2')
    await page.getByRole('button', { name: 'Change selected' }).click()
    await page.getByText('Set the severity to S2 for 2 defects.').waitFor()
    expect(await page.locator('.t-defects .sev').allTextContents()).toEqual([
      'Severity S1',
      'Severity S2',
      'Severity S2',
    ])
    // Said once.
    await page.reload()
    expect(await page.getByText('Set the severity').count()).toBe(0)
    expect(complaints.list).toEqual([])
    await close()
  })

  test('news moves no row while some are selected', async () => {
    const { page, complaints, close } = await open('/defects?q=basket')
    await page.locator('#live', { hasText: 'Live' }).waitFor()
    await page.getByRole('checkbox', { name: /Basket is slow/ }).check()
    await page.evaluate('document.activeElement.blur()')
    await server.post('/api/v1/defects', [{ id: 'D', title: 'Basket is empty', severity: 'S1' }])
    await page.getByText('1 new defect, show').waitFor()
    expect(await page.getByText('1 selected').isVisible()).toBe(true)
    await page.getByText('1 new defect, show').click()
    await page.getByText('Basket is empty').waitFor()
    expect(complaints.list).toEqual([])
    await close()
  })

  test('rows are changed together without JavaScript', async () => {
    const { page, close } = await open('/defects', { javaScriptEnabled: false })
    expect(await page.getByRole('button', { name: 'Change selected' }).isVisible()).toBe(false)
    await page.getByRole('checkbox', { name: /Label is cut off/ }).check()
    await page.locator('select[name=change]').selectOption('owner:1')
    await page.getByRole('button', { name: 'Change selected' }).click()
    await page.getByText('Set the owner to Ana for 1 defect.').waitFor()
    await close()
  })

  test('single keys can be switched off', async () => {
    const { page, close } = await open('/defects')
    await page.keyboard.press('?')
    await page.getByRole('checkbox', { name: 'Single-key shortcuts are on' }).uncheck()
    await page.keyboard.press('Escape')
    for (const key of ['j', 'x', '/', '?']) await page.keyboard.press(key)
    expect(await page.locator('dialog[open]').count()).toBe(0)
    expect(await page.evaluate('document.activeElement.tagName')).not.toBe('A')
    await close()
  })

  test('the time zone of the browser is offered, and taken with one press', async () => {
    const { page, complaints, close } = await open('/account', { timezoneId: 'Asia/Tokyo' })
    await page.getByRole('button', { name: 'Use Asia/Tokyo' }).click()
    await page.locator('.clock', { hasText: 'Asia/Tokyo' }).waitFor()
    expect(await page.getByRole('button', { name: 'Use Asia/Tokyo' }).count()).toBe(0)
    const [shown, told] = (await page.evaluate(
      "[document.querySelector('[data-clock]').textContent, document.querySelector('[data-clock]').dateTime]",
    )) as [string, string]
    expect(Number(shown.slice(0, 2))).toBe((new Date(told).getUTCHours() + 9) % 24)
    expect(complaints.list).toEqual([])
    await close()
  })
})

const expectHeading = (page: Page, name: string): Promise<void> =>
  page.getByRole('heading', { level: 1, name }).first().waitFor()

/** Presses Tab until the focus is on such an element with such a text. */
async function tabTo(page: Page, selector: string, text: string): Promise<void> {
  for (let i = 0; i < 40; i++) {
    await page.keyboard.press('Tab')
    const there = `document.activeElement.matches('${selector}') && document.activeElement.textContent.includes('${text}')`
    if (await page.evaluate(there)) return
  }
  throw new Error(`Tab does not reach ${text}`)
}
