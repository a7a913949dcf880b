import { createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { bodyOf } from '../support/api.ts'
import { openPages, type Pages, textOf } from '../support/pages.ts'
import { describeOnEachEngine, testStoresOn } from '../support/stores.ts'

const onSqlite = testStoresOn('sqlite')

/** A signed GitHub delivery, processed. */
async function fromGitHub(pages: Pages, event: string, body: string, id: string): Promise<number> {
  const answer = await pages.app.request('/hooks/github', {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      'X-GitHub-Event': event,
      'X-GitHub-Delivery': id,
      'X-Hub-Signature-256': `sha256=${createHmac('sha256', 'a-secret-for-the-tests').update(body).digest('hex')}`,
    },
    body,
  })
  const { delivery } = await bodyOf<{ delivery: string }>(answer, 202)
  await pages.deps.processor.runUntilIdle()
  return Number(delivery)
}

const pushOf = (digit: string) =>
  JSON.stringify({
    ref: 'refs/heads/main',
    before: '0'.repeat(40),
    after: digit.repeat(40),
    commits: [{ id: digit.repeat(40), message: 'Fix' }],
    repository: { full_name: 'acme/checkout-api' },
  })

const deployment = (version: string) => ({ service: 'checkout-api', version, environment: 'production' })

describe('the list', () => {
  test('says what each delivery said and what came of it', async () => {
    const pages = await openPages(onSqlite)
    await bodyOf(await pages.post('/api/v1/deployments', deployment('4.18.0')), 202)
    await fromGitHub(pages, 'star', '{"action":"created"}', 'g-1')
    await fromGitHub(pages, 'deployment', 'not json', 'g-2')
    const text = textOf(await pages.read('/deliveries'))
    expect(text).toContain('checkout-api 4.18.0 to production')
    expect(text).toMatch(/Processed 1 .*Ignored 1 .*Failed 1/)
    expect(text).toContain('Replay 1 failed…')
  })

  test('can be narrowed by state and source; what does not exist is said', async () => {
    const pages = await openPages(onSqlite)
    await bodyOf(await pages.post('/api/v1/deployments', deployment('4.18.0')), 202)
    await fromGitHub(pages, 'deployment', 'not json', 'g-2')
    expect(textOf(await pages.read('/deliveries?state=failed'))).not.toContain('4.18.0')
    expect(textOf(await pages.read('/deliveries?source=api'))).toContain('4.18.0')
    expect(textOf(await pages.read('/deliveries?source=github'))).not.toContain('4.18.0')
    expect(textOf(await pages.read('/deliveries?state=lost&source=x'))).toContain(
      'Unknown state ‘lost’. Showing all. Unknown source ‘x’. Showing all.',
    )
  })

  test('can be narrowed by what it was about, by what it is called, by time and by words', async () => {
    let now = Date.UTC(2026, 5, 1)
    const pages = await openPages(onSqlite, { clock: () => now })
    await bodyOf(await pages.post('/api/v1/deployments', deployment('4.17.0')), 202)
    now += 3 * 3_600_000
    await bodyOf(await pages.post('/api/v1/defects', { title: 'Timeout', service: 'search' }), 202)
    await fromGitHub(pages, 'star', '{"action":"created"}', 'g-1')
    const found = async (query: string) => {
      const html = await pages.read(`/deliveries?${query}`)
      return [...html.matchAll(/class="ttl" href="[^"]*" title="([^"]*)"/g)].map(([, title]) => title)
    }
    expect(await found('')).toEqual(['star', 'Timeout', 'checkout-api 4.17.0 to production'])
    expect(await found('service=checkout-api')).toEqual(['checkout-api 4.17.0 to production'])
    expect(await found('service=search')).toEqual(['Timeout'])
    expect(await found('event=star')).toEqual(['star'])
    expect(await found('range=1h')).toEqual(['star', 'Timeout'])
    expect(await found(`to=${new Date(now - 1).toISOString()}`)).toEqual(['checkout-api 4.17.0 to production'])
    expect(await found(`from=${new Date(now).toISOString()}&state=ignored`)).toEqual(['star'])
    expect(await found('q=TIMEOUT')).toEqual(['Timeout'])
    expect(await found('q=4.17')).toEqual(['checkout-api 4.17.0 to production'])
    expect(textOf(await pages.read('/deliveries?q=1'))).toContain('Delivery 1 is the one with this number.')
  })

  test('says which delivery brought the same before, and that nothing changed', async () => {
    const pages = await openPages(onSqlite)
    const body = JSON.stringify({ action: 'created' })
    const first = await fromGitHub(pages, 'push', pushOf('a'), 'g-1')
    const again = await fromGitHub(pages, 'push', pushOf('a'), 'g-2')
    await fromGitHub(pages, 'star', body, 'g-3')
    expect(textOf(await pages.read('/deliveries'))).toContain(`Same as ${first} , nothing changed`)
    expect(await pages.read(`/deliveries/${again}`)).toContain(`href="/deliveries/${first}"`)
  })

  test('an empty one leads to the set-up', async () => {
    const pages = await openPages(onSqlite)
    expect(await pages.read('/deliveries')).toContain('<a href="/setup">Set up a source</a>')
  })
})

describeOnEachEngine('the pages of the list', (openTestStore) => {
  test('together hold every delivery once, newest first', async () => {
    const pages = await openPages(openTestStore)
    const source = await pages.store.db
      .selectFrom('sources')
      .select('id')
      .where('slug', '=', 'github')
      .executeTakeFirstOrThrow()
    await pages.store.db
      .insertInto('deliveries')
      .values(
        Array.from({ length: 120 }, (_, i) => ({
          source_id: source.id,
          delivery_key: `key-${i}`,
          body_sha256: '',
          received_at: i,
          headers_json: '{}',
          state: 'ignored',
          attempts: 1,
          conclusions_json: '[]',
          replay_suspect: 0 as const,
          due_at: null,
          reason: 'Not a deployment event',
          body: new Uint8Array(),
        })),
      )
      .execute()
    const ids: number[] = []
    const ranges: (string | undefined)[] = []
    let path: string | undefined = '/deliveries'
    while (path) {
      const html: string = await pages.read(path)
      ids.push(...[...html.matchAll(/class="ttl" href="\/deliveries\/(\d+)"/g)].map(([, id]) => Number(id)))
      ranges.push(/\d+–\d+ of \d+/.exec(html)?.[0])
      path = /href="(\/deliveries\?before=\d+&amp;shown=\d+)" rel="next"/.exec(html)?.[1]?.replace('&amp;', '&')
    }
    const all = await pages.store.db.selectFrom('deliveries').select('id').orderBy('id', 'desc').execute()
    expect(ids).toEqual(all.map(({ id }) => id))
    expect(ranges).toEqual(['1–50 of 120', '51–100 of 120', '101–120 of 120'])
  })
})

describe('one delivery', () => {
  test('shows the request, the body and what was concluded, with links', async () => {
    const pages = await openPages(onSqlite)
    const { delivery } = await bodyOf<{ delivery: string }>(
      await pages.post('/api/v1/deployments', deployment('4.18.0')),
      202,
    )
    const html = await pages.read(`/deliveries/${delivery}`)
    expect(html).toContain('href="/releases/checkout-api/4.18.0"')
    expect(textOf(html)).toContain('checkout-api 4.18.0 was deployed to production')
    expect(html).toContain('&quot;version&quot;: &quot;4.18.0&quot;')
    expect(await pages.read(`/deliveries/${delivery}?body=raw`)).toContain('&quot;version&quot;:&quot;4.18.0&quot;')
  })

  test('of a push says what was pushed, and the release built from it shows its commits', async () => {
    const pages = await openPages(onSqlite)
    const [first, second] = ['a'.repeat(40), 'b'.repeat(40)]
    const repository = { full_name: 'acme/checkout-api' }
    const build = (sha: string, created_at: string) =>
      JSON.stringify({
        deployment: { id: created_at, sha, ref: 'main', environment: 'production', created_at },
        deployment_status: { state: 'success', environment: 'production', created_at },
        repository,
      })
    const commits = [{ id: second, message: 'Retry capture once\n\nThe gateway drops one.', author: { name: 'Ana' } }]
    const push = JSON.stringify({ ref: 'refs/heads/main', before: first, after: second, commits, repository })
    await fromGitHub(pages, 'deployment_status', build(first, '2026-03-02T10:00:00Z'), 'g-1')
    await fromGitHub(pages, 'deployment_status', build(second, '2026-03-03T10:00:00Z'), 'g-2')
    const id = await fromGitHub(pages, 'push', push, 'g-3')
    expect(textOf(await pages.read(`/deliveries/${id}`))).toContain('Push of 1 commit to acme/checkout-api (new)')
    expect(textOf(await pages.read('/deliveries'))).toContain('1 commit , new')
    const release = await pages.read(`/releases/acme%2Fcheckout-api/${second}`)
    expect(textOf(release)).toContain('Retry capture once Ana')
  })

  test('a body full of markup stays text', async () => {
    const pages = await openPages(onSqlite)
    const id = await fromGitHub(pages, 'deployment', '</pre><script>alert(1)</script>', 'g-1')
    const html = await pages.read(`/deliveries/${id}`)
    expect(html).not.toContain('<script>alert')
    expect(html).toContain('&lt;/pre&gt;&lt;script&gt;')
  })

  test('shows no credential, even if one was stored', async () => {
    const pages = await openPages(onSqlite)
    const id = await fromGitHub(pages, 'star', '{}', 'g-1')
    const headers_json = JSON.stringify({ authorization: 'Bearer hush', 'x-api-key': 'hush', 'user-agent': 'curl' })
    await pages.store.db.updateTable('deliveries').set({ headers_json }).where('id', '=', id).execute()
    const html = await pages.read(`/deliveries/${id}`)
    expect(html).toContain('curl')
    expect(html).not.toContain('hush')
  })

  test('that is not there is a 404', async () => {
    const pages = await openPages(onSqlite)
    for (const id of ['1', '999999999999999', 'abc']) expect((await pages.visit(`/deliveries/${id}`)).status).toBe(404)
  })
})

describe('a replay', () => {
  test('processes a failed delivery again and leads back to it', async () => {
    const pages = await openPages(onSqlite)
    const id = await fromGitHub(pages, 'deployment', 'not json', 'g-1')
    // As after a mended sender: the same delivery can be read now.
    await pages.store.db
      .updateTable('deliveries')
      .set({ body: new TextEncoder().encode('{"action":"created"}'), headers_json: '{"x-github-event":"star"}' })
      .where('id', '=', id)
      .execute()
    const answer = await pages.submit(`/deliveries/${id}/replay`)
    expect([answer.status, answer.headers.get('Location')]).toEqual([303, `/deliveries/${id}`])
    expect(textOf(await pages.read(`/deliveries/${id}`))).toContain('Waits to be processed')
    await pages.deps.processor.runUntilIdle()
    expect(textOf(await pages.read(`/deliveries/${id}`))).toContain('Ignored:')
  })

  test('of all that failed says how many', async () => {
    const pages = await openPages(onSqlite)
    await fromGitHub(pages, 'deployment', 'not json', 'g-1')
    await fromGitHub(pages, 'deployment', 'nor this', 'g-2')
    const asked = await pages.read('/deliveries/replay')
    expect(textOf(asked)).toContain('Replay 2 failed deliveries?')
    const upTo = /name="upTo" value="(\d+)"/.exec(asked)?.[1] as string
    // One that fails after somebody was told how many is not among them.
    await fromGitHub(pages, 'deployment', 'nor that', 'g-3')
    const answer = await pages.submit('/deliveries/replay', { upTo })
    expect(answer.headers.get('Location')).toBe('/deliveries?replayed=2')
    expect(textOf(await pages.read('/deliveries?replayed=2'))).toContain('2 deliveries are being processed again')
  })

  test('of a selection takes those alone, and nothing when the selection cannot be read', async () => {
    const pages = await openPages(onSqlite)
    await fromGitHub(pages, 'deployment', 'not json', 'g-1')
    await fromGitHub(pages, 'release', 'nor this', 'g-2')
    const asked = await pages.read('/deliveries/replay?event=release')
    expect(textOf(asked)).toContain('Replay 1 failed delivery?')
    expect(textOf(asked)).toContain('of kind release')
    const answer = await pages.submit('/deliveries/replay', { event: 'release', upTo: '99' })
    expect(answer.headers.get('Location')).toBe('/deliveries?replayed=1')
    for (const form of [{}, { upTo: '99', source: 'gone' }]) {
      const refused = await pages.submit('/deliveries/replay', form)
      expect(refused.headers.get('Location')).toBe('/deliveries/replay')
    }
    expect(textOf(await pages.read('/deliveries/replay?source=api'))).toContain('Nothing to replay')
  })

  test('is shown before it is done, and is then told among the steps', async () => {
    const pages = await openPages(onSqlite)
    const id = await fromGitHub(pages, 'deployment', 'not json', 'g-1')
    expect(textOf(await pages.read(`/deliveries/${id}`))).toContain(`Replay delivery ${id}…`)
    expect(textOf(await pages.read(`/deliveries/${id}/replay`))).toContain('It would fail again:')
    const { delivery } = await bodyOf<{ delivery: string }>(
      await pages.post('/api/v1/deployments', deployment('4.18.0')),
      202,
    )
    expect(textOf(await pages.read(`/deliveries/${delivery}/replay`))).toContain('Nothing would change.')
    await pages.submit(`/deliveries/${delivery}/replay`)
    expect(textOf(await pages.read(`/deliveries/${delivery}/replay`))).toContain('It waits to be processed')
    await pages.deps.processor.runUntilIdle()
    expect(textOf(await pages.read(`/deliveries/${delivery}`))).toMatch(
      /Steps .*Processed .*Replayed by \w+ .*Processed/,
    )
    expect((await pages.visit('/deliveries/987654/replay')).status).toBe(404)
  })

  test('needs the token of the session', async () => {
    const pages = await openPages(onSqlite)
    const id = await fromGitHub(pages, 'deployment', 'not json', 'g-1')
    expect((await pages.submit(`/deliveries/${id}/replay`, { _csrf: 'forged' })).status).toBe(403)
    expect(textOf(await pages.read(`/deliveries/${id}`))).toContain('Failed')
  })
})
