import { expect, test } from 'vitest'
import { SESSION_IDLE_MS } from '../../src/operations/access/sessions.ts'
import { day, hours } from '../support/factories.ts'
import { openPages } from '../support/pages.ts'
import { testStoresOn } from '../support/stores.ts'
import { addressOf, openToAll } from '../support/visitors.ts'

/** What open pages ask for by themselves, as htmx and the event stream do. */
const BY_ITSELF = [
  'GET /emergency/:id/presence',
  'GET /events',
  'GET /setup/github/received',
  'GET /setup/sources/:slug{[a-z0-9-]+}/replay',
]

async function withClock() {
  const time = { now: day(1) }
  const pages = await openPages(testStoresOn('sqlite'), { clock: () => time.now })
  const isIn = async () => (await pages.visit('/account')).status === 200
  return { time, pages, isIn }
}

/** As often as an hour, which is often enough for a use to be noted each time. */
async function anOpenPage(time: { now: number }, ms: number, ask: () => Promise<Response>): Promise<void> {
  for (const end = time.now + ms; time.now < end; time.now += hours(1)) await (await ask()).body?.cancel()
}

test('what pages ask for by themselves is declared so', async () => {
  const { declared } = await openToAll()
  const passive = declared.filter(({ policy }) => policy === 'passive').map(({ method, path }) => `${method} ${path}`)
  expect(passive.filter((route) => !/^GET \/setup\/\w+(-\w+)*\/received$/.test(route)).sort()).toEqual(
    BY_ITSELF.filter((route) => !route.endsWith('/received')),
  )
  expect(passive).toContain('GET /setup/github/received')
})

test.each(BY_ITSELF)('a page that only asks for %s goes idle', async (route) => {
  const { time, pages, isIn } = await withClock()
  const path = addressOf({ method: 'GET', path: route.slice(4), policy: 'passive' })
  await anOpenPage(time, SESSION_IDLE_MS, () => pages.visit(path))
  expect(await isIn()).toBe(false)
})

test.each(['/', '/emergency', '/defects', '/deliveries'])('so does %s, which refreshes itself', async (path) => {
  const { time, pages, isIn } = await withClock()
  expect(await pages.read(path)).toContain('hx-trigger="refresh"')
  await anOpenPage(time, SESSION_IDLE_MS, () => pages.visit(path, { part: true }))
  expect(await isIn()).toBe(false)
})

test.each(['/', '/emergency', '/account'])('a click that leads to %s keeps it in', async (path) => {
  const { time, pages, isIn } = await withClock()
  await anOpenPage(time, SESSION_IDLE_MS * 2, () => pages.visit(path))
  expect(await isIn()).toBe(true)
})

test('a form that was sent keeps it in, whatever htmx calls it', async () => {
  const { time, pages, isIn } = await withClock()
  const send = async () =>
    await pages.app.request('/account/time-zone', {
      method: 'POST',
      headers: { Cookie: pages.cookie, 'Sec-Fetch-Site': 'same-origin', 'HX-Request-Type': 'partial' },
      body: new URLSearchParams({ _csrf: pages.csrfToken, zone: 'Europe/Vienna' }),
    })
  await anOpenPage(time, SESSION_IDLE_MS * 2, send)
  expect(await isIn()).toBe(true)
})
