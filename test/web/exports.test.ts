import { parse } from 'csv-parse/sync'
import { sql } from 'kysely'
import { expect, onTestFinished, test } from 'vitest'
import { openPages } from '../support/pages.ts'
import { startTestServer } from '../support/running-server.ts'
import { describeOnEachEngine, testStoresOn } from '../support/stores.ts'

const read = (csv: string): Record<string, string>[] => parse(csv, { bom: true, columns: true })

describeOnEachEngine('lists as CSV', (openTestStore) => {
  const open = async () => {
    const pages = await openPages(openTestStore)
    const send = async (path: string, items: object[]) => {
      const answer = await pages.post(path, items)
      if (!answer.ok) throw new Error(await answer.text())
    }
    await send('/api/v1/deployments', [
      {
        id: 'd1',
        service: 'checkout-api',
        version: '4.18.0',
        environment: 'production',
        status: 'succeeded',
        finishedAt: '2026-03-02T10:00:00Z',
      },
    ])
    const items = Array.from({ length: 3 }, (_, i) => ({
      id: `b${i}`,
      title: i === 0 ? '=HYPERLINK("http://evil.example")' : `Fault ${i}, "again"`,
      service: 'checkout-api',
      severity: i % 2 === 0 ? 'S1' : 'S3',
      occurredAt: '2026-03-03T10:00:00Z',
    }))
    await send('/api/v1/defects', items)
    return pages
  }

  const openMany = async (count: number) => {
    const pages = await openPages(openTestStore)
    const rows = Array.from({ length: count }, (_, i) => ({
      title: `Fault ${i}`,
      severity: i % 2 === 0 ? 'S1' : 'S3',
      status: 'open',
      open: 1 as const,
      first_seen_at: i % 7,
      last_seen_at: i,
      detected_at: i,
      occurrences: i % 5,
      status_at: i,
      fixed_in_json: '[]',
      decisions_json: '{}',
      attribution: 'unattributed',
      attribution_method: 'none',
    }))
    for (let i = 0; i < count; i += 500)
      await pages.store.db
        .insertInto('defects')
        .values(rows.slice(i, i + 500))
        .execute()
    return pages
  }

  test('defects come with the filter and order of their page, and cannot be run by a spreadsheet', async () => {
    const { visit } = await open()
    const answer = await visit('/defects.csv?severity=S1&status=any&sort=first_seen')
    expect(answer.headers.get('Content-Type')).toMatch(/^text\/csv; charset=utf-8/)
    expect(answer.headers.get('Content-Disposition')).toMatch(/^attachment; filename="defects-2026-\d\d-\d\d\.csv"$/)
    const text = await answer.text()
    expect(text.split('\r\n')[0]).toContain('id,title,severity')
    const rows = read(text)
    expect(rows.map(({ id, severity }) => [id, severity])).toEqual([
      ['PF-1', 'S1'],
      ['PF-3', 'S1'],
    ])
    expect(rows[0]).toMatchObject({
      title: `'=HYPERLINK("http://evil.example")`,
      first_seen: '2026-03-03T10:00:00.000Z',
      service: 'checkout-api',
      suspect_version: '4.18.0',
    })
  })

  test('releases and deliveries are there, too', async () => {
    const { visit } = await open()
    const releases = read(await (await visit('/releases.csv?service=checkout-api')).text())
    expect(releases).toMatchObject([
      { version: '4.18.0', live_in: 'production', open_s1: '2', first_production: '2026-03-02T10:00:00.000Z' },
    ])
    expect(await (await visit('/releases.csv?range=24h')).text()).not.toContain('4.18.0')
    const deliveries = read(await (await visit('/deliveries.csv?state=processed')).text())
    expect(deliveries.map(({ id, source, state }) => [id, source, state])).toEqual([
      ['2', 'api', 'processed'],
      ['1', 'api', 'processed'],
    ])
  })

  test('deployments are there, of a service, a release, a place or a stretch of time', async () => {
    const { visit, post, read: readPage } = await open()
    await post('/api/v1/deployments', [
      { service: 'ledger', version: '=1+1', environment: 'staging', finishedAt: '2026-03-02T11:00:00Z', actor: 'Ana' },
      { service: 'checkout-api', version: '4.19.0', environment: 'production', finishedAt: '2026-03-04T10:00:00Z' },
    ])
    const versions = async (query: string) =>
      read(await (await visit(`/deployments.csv?${query}`)).text()).map(({ version }) => version)
    expect(await versions('')).toEqual(['4.19.0', `'=1+1`, '4.18.0'])
    expect(await versions('service=checkout-api')).toEqual(['4.19.0', '4.18.0'])
    expect(await versions('service=checkout-api&release=4.18.0')).toEqual(['4.18.0'])
    expect(await versions('env=staging')).toEqual([`'=1+1`])
    expect(await versions('from=2026-03-02T10:00:00Z&to=2026-03-02T11:00:00Z')).toEqual(['4.18.0'])
    const [last] = read(await (await visit('/deployments.csv?service=checkout-api')).text())
    expect(last).toMatchObject({
      environment: 'production',
      status: 'succeeded',
      effect: 'deploy',
      at: '2026-03-04T10:00:00.000Z',
      replaced: '4.18.0',
      source: 'api',
    })
    // What is not there is not everything.
    for (const query of ['service=none', 'env=prd', 'service=ledger&release=9', 'release=4.18.0', 'from=yesterday'])
      expect((await visit(`/deployments.csv?${query}`)).status).toBe(404)
    for (const path of ['/defects.csv', '/releases.csv'])
      expect((await visit(`${path}?service=none`)).status, path).toBe(404)
    // Each page that shows some has the file of just these.
    for (const path of ['/services/ledger', '/releases/checkout-api/4.18.0', '/calendar/2026-03-02']) {
      const link = /href="(\/deployments\.csv[^"]+)"/.exec(await readPage(path))?.[1]?.replaceAll('&amp;', '&')
      expect(read(await (await visit(link ?? '/none')).text()).length).toBeGreaterThan(0)
    }
  })

  test('every row is there once, however many portions it takes', async () => {
    const { visit } = await openMany(1_201)
    for (const sort of ['worst', '-first_seen', 'occurrences']) {
      const rows = read(await (await visit(`/defects.csv?sort=${sort}`)).text())
      expect(new Set(rows.map(({ id }) => id)).size).toBe(1_201)
      expect(rows).toHaveLength(1_201)
    }
  })

  test('two are read at once; a third waits until one of them has ended or was left', async () => {
    const { visit } = await open()
    const [first, second] = [await visit('/defects.csv'), await visit('/releases.csv')]
    const third = await visit('/deliveries.csv')
    expect([third.status, third.headers.get('Retry-After')]).toEqual([503, '20'])
    await first.text()
    expect((await visit('/deliveries.csv')).status).toBe(200)
    expect((await visit('/deliveries.csv')).status).toBe(503)
    await second.body?.cancel()
    expect((await visit('/deliveries.csv')).status).toBe(200)
  })

  test('no more is read than is taken', async () => {
    const { visit } = await openMany(1_201)
    const reader = (await visit('/defects.csv')).body?.getReader() as ReadableStreamDefaultReader<Uint8Array>
    const lines = async () => new TextDecoder().decode((await reader.read()).value).split('\r\n').length - 1
    expect([await lines(), await lines(), await lines(), await lines()]).toEqual([1, 500, 500, 201])
    expect((await reader.read()).done).toBe(true)
  })

  test('asking for the headers alone takes no turn', async () => {
    const { app, cookie } = await open()
    for (let i = 0; i < 3; i++) {
      const answer = await app.request('/defects.csv', { method: 'HEAD', headers: { Cookie: cookie } })
      expect(answer.status).toBe(200)
    }
  })
})

test('an export that is not finished when the server stops ends broken, not short', async () => {
  const stop = new AbortController()
  const { visit } = await openPages(testStoresOn('sqlite'), { stopping: stop.signal })
  const answer = await visit('/defects.csv')
  stop.abort()
  await expect(answer.text()).rejects.toThrow('broken off')
  expect((await visit('/defects.csv')).status).toBe(503)
})

test('whoever leaves in the middle makes room for others', async () => {
  const server = await startTestServer()
  onTestFinished(() => server.stop())
  // Far more than the buffers between two sockets hold.
  await sql`
    with recursive numbers (n) as (select 1 union all select n + 1 from numbers where n < 40000)
    insert into defects (title, severity, status, open, first_seen_at, last_seen_at, detected_at, occurrences,
      status_at, fixed_in_json, decisions_json, attribution, attribution_method)
    select printf('%.*c', 1000, 'x'), 'S3', 'open', 1, n, n, n, 1, n, '[]', '{}', 'unattributed', 'none' from numbers
  `.execute(server.deps.store.db)
  const take = async () => {
    const leave = new AbortController()
    const headers = { Cookie: `sid=${server.session}` }
    const answer = await fetch(`${server.base}/defects.csv`, { headers, signal: leave.signal })
    return { answer, leave }
  }
  const [first, second] = [await take(), await take()]
  await first.answer.body?.getReader().read()
  expect((await take()).answer.status).toBe(503)
  first.leave.abort()
  second.leave.abort()
  const askOnce = async () => {
    const { answer, leave } = await take()
    leave.abort()
    return answer.status
  }
  await expect.poll(askOnce).toBe(200)
  expect(server.errors).toEqual([])
})
