import { HTTPException } from 'hono/http-exception'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { NotInTime } from '../../src/store/inbox/accept-deadline.ts'
import { Overloaded } from '../../src/store/inbox/group-commit.ts'
import { UploadAborted } from '../../src/web/server/body.ts'
import { type Api, openApi } from '../support/api.ts'
import { testStoresOn } from '../support/stores.ts'

const PASSWORD = 'hunter2 and where the database is'
let thrown: unknown
let api: Api
beforeAll(async () => {
  const fail = () => {
    throw thrown
  }
  api = await openApi(testStoresOn('sqlite'), {
    more: (routes) => {
      routes.get('/api/v1/broken', 'open', fail)
      routes.get('/broken', 'open', fail)
    },
  })
})
let before = 0
beforeEach(() => {
  before = api.logged.length
})
const loggedNow = () => api.logged.slice(before)
const ask = async (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  await api.app.request(path, { method, headers })
const asBrowser = { Accept: 'text/html,application/xhtml+xml,*/*;q=0.8' }

describe('an error nobody expected', () => {
  test('is a 500 that shows nothing of itself, logged once with the id the answer carries', async () => {
    thrown = new Error(PASSWORD)
    const response = await ask('/api/v1/broken')
    const text = await response.text()
    expect(response.status).toBe(500)
    expect(response.headers.get('Content-Type')).toBe('application/problem+json')
    expect(text).not.toContain('hunter2')
    expect(loggedNow()).toHaveLength(1)
    expect(loggedNow()[0]).toMatchObject({
      requestId: response.headers.get('X-Request-Id'),
      path: '/api/v1/broken',
      err: { message: PASSWORD },
    })
  })

  test('is a page for a browser, with the request id to quote', async () => {
    thrown = new Error(PASSWORD)
    const response = await ask('/broken', asBrowser)
    const text = await response.text()
    expect(response.status).toBe(500)
    expect(text).toContain('<h1>Something went wrong</h1>')
    const id = response.headers.get('X-Request-Id') ?? 'no request id'
    expect(text).toMatch(new RegExp(`id="for-support">Postflight [\\d.]+, error 500, request <code>${id}</code>`))
    expect(text).toContain('data-copy="#for-support"')
    expect(text).not.toContain('hunter2')
  })

  test('is not what a wrong address is', async () => {
    expect(await (await ask('/no-such-page', asBrowser)).text()).not.toContain('Copy for support')
  })

  test('is a note alone for a part of a page', async () => {
    thrown = new Error(PASSWORD)
    const text = await (await ask('/broken', { ...asBrowser, 'HX-Request-Type': 'partial' })).text()
    expect(text).toContain('role="alert"')
    expect(text).not.toContain('<html')
  })
})

describe('errors with a meaning of their own', () => {
  test.each([
    ['too much waits', new Overloaded('5000 rows are waiting')],
    ['it is not on disk in time', new NotInTime('not on disk after 5000 ms')],
    ['SQLite is locked', Object.assign(new Error('x'), { code: 'SQLITE_BUSY' })],
    ['PostgreSQL is locked', Object.assign(new Error('x'), { code: '55P03' })],
    ['PostgreSQL is gone', Object.assign(new Error('x'), { code: 'ECONNREFUSED' })],
    ['PostgreSQL stops', Object.assign(new Error('x'), { code: '57P01' })],
    ['the disk is broken', Object.assign(new Error('x'), { code: 'SQLITE_IOERR_FSYNC' })],
    ["SQLite's shared memory has no room", Object.assign(new Error('x'), { code: 'SQLITE_IOERR_SHMSIZE' })],
    ['SQLite has no room', Object.assign(new Error('x'), { code: 'SQLITE_FULL' })],
    ['PostgreSQL has no room', Object.assign(new Error('x'), { code: '53100' })],
    ['the disk has no room', Object.assign(new Error('x'), { code: 'ENOSPC' })],
    ['SQLite is locked', Object.assign(new Error('x'), { code: 'SQLITE_BUSY' })],
    ['PostgreSQL found a deadlock', Object.assign(new Error('x'), { code: '40P01' })],
  ])('%s: 503 with a time to come back, and not always the same', async (_, error) => {
    thrown = error
    const waits = new Set<number>()
    for (let i = 0; i < 40; i++) {
      const response = await ask('/api/v1/broken')
      expect(response.status).toBe(503)
      waits.add(Number(response.headers.get('Retry-After')))
    }
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(4)
    expect(Math.max(...waits)).toBeLessThanOrEqual(8)
    expect(waits.size).toBeGreaterThan(1)
  })

  test('a storm of refusals is one line in the log', async () => {
    thrown = Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' })
    const fresh = await openApi(testStoresOn('sqlite'), {
      more: (routes) => {
        routes.get('/api/v1/broken', 'open', () => {
          throw thrown
        })
      },
    })
    for (let i = 0; i < 40; i++) await fresh.app.request('/api/v1/broken')
    expect(fresh.logged).toMatchObject([{ msg: 'the disk is full' }])
  })

  test('a page gets its 503 with a time to come back as well', async () => {
    thrown = new Overloaded('5000 rows are waiting')
    const response = await ask('/broken', asBrowser)
    expect([response.status, response.headers.get('Content-Type')]).toEqual([503, 'text/html; charset=UTF-8'])
    expect(Number(response.headers.get('Retry-After'))).toBeGreaterThanOrEqual(4)
  })

  test('an HTTPException keeps its status and words and is not logged', async () => {
    thrown = new HTTPException(403, { message: 'Nothing was changed.' })
    const response = await ask('/api/v1/broken')
    expect(response.status).toBe(403)
    expect(await response.json()).toMatchObject({ detail: 'Nothing was changed.' })
    expect(loggedNow()).toEqual([])
  })

  test('an upload that ended early is no error of ours', async () => {
    thrown = new UploadAborted('the upload ended early')
    expect((await ask('/api/v1/broken')).status).toBe(400)
    expect(loggedNow()).toMatchObject([{ level: 20 }])
  })
})

describe('an address or method that is not there', () => {
  test('404 as a problem for programs and as a page for browsers', async () => {
    const problem = await ask('/api/v1/nothing')
    expect([problem.status, problem.headers.get('Content-Type')]).toEqual([404, 'application/problem+json'])
    expect(await problem.json()).toMatchObject({ type: 'about:blank', title: 'Not Found', status: 404 })
    const asked = await ask('/nothing', { Accept: 'application/json' })
    expect(asked.headers.get('Content-Type')).toBe('application/problem+json')
    const page = await ask('/nothing', asBrowser)
    expect([page.status, page.headers.get('Content-Type')]).toEqual([404, 'text/html; charset=UTF-8'])
    expect(await page.text()).toContain('<h1>Page not found</h1>')
  })

  test.each([
    ['DELETE', '/api/v1/deployments', 'GET, HEAD, POST'],
    ['PUT', '/api/v1/defects/PF-1', 'GET, HEAD, PATCH'],
    ['GET', '/hooks/github', 'POST'],
    ['OPTIONS', '/api/v1/live', 'GET, HEAD'],
  ])('%s %s is a 405 that allows %s', async (method, path, allowed) => {
    const response = await ask(path, {}, method)
    expect(response.status).toBe(405)
    expect(response.headers.get('Allow')?.split(', ').sort().join(', ')).toBe(allowed)
    expect(response.headers.get('Content-Type')).toBe('application/problem+json')
  })

  test('a NUL in the address is refused everywhere', async () => {
    for (const path of ['/api/v1/releases/a/%00', '/api/v1/defects?q=%00', '/broken/%00'])
      expect([path, (await api.get(path)).status]).toEqual([path, 400])
  })
})
