import { expect, test } from 'vitest'
import { anAccessApp } from '../support/access-app.ts'
import { addPerson } from '../support/people.ts'

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "font-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "object-src 'none'",
  "require-trusted-types-for 'script'",
  'trusted-types htmx',
]

test('every answer has the security headers: pages, problems, redirects, errors and what is not there', async () => {
  const { browser, store } = await anAccessApp()
  await addPerson(store.db)
  const ana = browser()
  const answers = {
    open: await ana.visit('/open'),
    login: await ana.visit('/login'),
    redirect: await ana.visit('/page'),
    problem: await ana.visit('/api/v1/things'),
    signedIn: await ana.signIn(),
    page: await ana.visit('/page'),
    refused: await ana.visit('/page', { form: {} }),
    fails: await ana.visit('/fails'),
    nothing: await ana.visit('/nowhere'),
    part: await browser().visit('/page', { headers: { 'HX-Request-Type': 'partial' } }),
  }
  expect(Object.values(answers).map(({ status }) => status)).toEqual([200, 200, 303, 401, 303, 200, 403, 500, 404, 401])
  const expected = {
    'Content-Security-Policy': POLICY.join('; '),
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'same-origin',
    'X-Frame-Options': 'DENY',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Permissions-Policy': expect.stringContaining('geolocation=()'),
    'X-Request-Id': expect.stringMatching(/^[0-9a-f-]{36}$/),
    'Access-Control-Allow-Origin': null,
    'Strict-Transport-Security': null,
    'X-Powered-By': null,
  }
  const headersOf = (answer: Response) =>
    Object.fromEntries(Object.keys(expected).map((name) => [name, answer.headers.get(name)]))
  expect(Object.entries(answers).map(([name, answer]) => [name, headersOf(answer)])).toEqual(
    Object.keys(answers).map((name) => [name, expected]),
  )
})

test('browsers are told to stay on https only where the public address is https', async () => {
  const { browser } = await anAccessApp('https://postflight.example')
  expect((await browser().visit('/open')).headers.get('Strict-Transport-Security')).toBe('max-age=31536000')
})

test('the request id is ours and new; the caller’s own is kept beside it when it looks like one', async () => {
  const { browser } = await anAccessApp()
  const open = async (theirs: string) => {
    const answer = await browser().visit('/open', { headers: { 'X-Request-Id': theirs } })
    return { ours: answer.headers.get('X-Request-Id'), upstream: await answer.text() }
  }
  const [one, two] = [await open('theirs-1'), await open('theirs-1')]
  expect(one.ours).not.toBe('theirs-1')
  expect(one.ours).not.toBe(two.ours)
  expect(one.upstream).toBe('upstream: theirs-1')
  expect((await open('a b')).upstream).toBe('upstream: none')
  expect((await open('x'.repeat(129))).upstream).toBe('upstream: none')
})

test('a failure carries the request id that the log has, and not its cause', async () => {
  const { logged, store, browser } = await anAccessApp()
  await addPerson(store.db)
  const ana = browser()
  await ana.signIn()
  const answer = await ana.visit('/fails')
  const id = answer.headers.get('X-Request-Id') ?? 'none'
  expect(logged.some((line) => line.includes(id) && line.includes('boom'))).toBe(true)
  expect(await answer.text()).not.toContain('boom')
})
