import { expect, test } from 'vitest'
import { createApp } from '../../src/app.ts'
import { createSource } from '../../src/operations/sources/sources-admin.ts'
import { bodyOf, openApi } from '../support/api.ts'
import { day } from '../support/factories.ts'
import { describeOnEachEngine, type OpenTestStore, testStoresOn } from '../support/stores.ts'

/** What sentry-cli calls, with its bodies; the tool itself is in test/clients. */

const SHA = 'c0ffee254729296a45a3885639ac7e10f9d54979'
const RELEASES = '/api/0/organizations/acme/releases'
const at = (n: number) => new Date(day(n)).toISOString().replace('Z', '123456Z')

async function openCli(openTestStore: OpenTestStore) {
  const api = await openApi(openTestStore)
  const { app } = createApp(api.deps)
  const token = await api.token('deployments:write')
  const send = (method: string) => (path: string, body?: unknown) =>
    app.request(path, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
  return { ...api, get: send('GET'), post: send('POST'), put: send('PUT'), read: api.get }
}

describeOnEachEngine('sentry-cli', (openTestStore) => {
  test('tells of a release, its commits, its deploys and its publication', async () => {
    const { post, put, get, read } = await openCli(openTestStore)
    const made = await post(`${RELEASES}/`, {
      version: 'shop@1.2.0',
      projects: ['shop', 'shop-web'],
      dateStarted: at(1),
    })
    expect(await bodyOf(made, 201)).toMatchObject({ version: 'shop@1.2.0', dateReleased: null })
    const commits = [
      {
        id: SHA,
        message: 'Sell films',
        author_name: 'Ana',
        timestamp: '2026-03-01T10:00:00+01:00',
        patch_set: [{ path: 'src/films.ts', type: 'A' }],
      },
      { id: 'b'.repeat(40), message: null, author_name: null, timestamp: '2026-03-01T09:00:00+01:00', patch_set: [] },
    ]
    await bodyOf(await put(`${RELEASES}/shop@1.2.0/`, { commits }))
    // For both services, of which the deploy does not speak.
    const deploy = { environment: 'production', name: 'run-7', url: null, dateStarted: at(2), dateFinished: at(2.1) }
    expect(await bodyOf(await post(`${RELEASES}/shop@1.2.0/deploys/`, deploy), 201)).toMatchObject({ name: 'run-7' })
    await bodyOf(await put(`${RELEASES}/shop@1.2.0/`, { projects: ['shop'], dateReleased: at(3) }))

    const shop = await bodyOf(await read('/api/v1/releases/shop/1.2.0'))
    expect(shop).toMatchObject({
      name: 'shop@1.2.0',
      commit: SHA,
      commits: 2,
      publishedAt: new Date(day(3)).toISOString(),
    })
    expect(shop.deployments).toMatchObject([{ environment: 'production', startedAt: new Date(day(2)).toISOString() }])
    const web = await bodyOf(await read('/api/v1/releases/shop-web/1.2.0'))
    expect(web).toMatchObject({ commits: 2, publishedAt: null, deployments: [{ environment: 'production' }] })

    const told = await bodyOf(await get(`${RELEASES}/shop@1.2.0/`))
    expect(told.projects).toEqual(['shop', 'shop-web'].map((slug) => ({ slug, name: slug })))
    const deploys = await bodyOf<unknown[]>(await get(`${RELEASES}/shop@1.2.0/deploys/`))
    expect(deploys).toHaveLength(2)
    const listed = await bodyOf<{ version: string }[]>(await get('/api/0/projects/acme/shop/releases/'))
    expect(listed.map(({ version }) => version)).toEqual(['shop@1.2.0'])
  })

  test('asks for the commit of the release before, so that it lists what is new', async () => {
    const { post, get } = await openCli(openTestStore)
    const release = (version: string, ref?: string) =>
      post(`${RELEASES}/`, {
        version,
        projects: ['shop'],
        ...(ref && { refs: [{ repository: 'acme/shop', commit: ref }] }),
      })
    for (const [version, sha] of [
      ['shop@1.0.0', 'a'],
      ['shop@1.1.0', SHA],
      ['shop@2.0.0', 'd'],
    ] as const)
      await release(version, sha.padEnd(40, sha[0]))
    await release('shop@1.2.0')
    const before = async (name: string) =>
      (await bodyOf<{ lastCommit?: { id: string } }>(await get(`${RELEASES}/${name}/previous-with-commits/`)))
        .lastCommit?.id
    expect(await before('shop@1.2.0')).toBe(SHA)
    expect(await before('shop@1.0.0')).toBeUndefined()
    expect(await before('shop@9.9.9')).toBeUndefined()
  })
})

const onSqlite = testStoresOn('sqlite')

test('a project is the service that the source of its SDK is bound to', async () => {
  const { post, read, deps, store } = await openCli(onSqlite)
  const bound = { kind: 'sentry-sdk', slug: 'shop', service: 'acme/shop' }
  await createSource(store, deps.secretBox, bound, deps.clock())
  await bodyOf(await post(`${RELEASES}/`, { version: 'shop@1.2.0', projects: ['shop'] }), 201)
  await bodyOf(await read('/api/v1/releases/acme%2Fshop/1.2.0'))
  // Of another kind of source it is a name like any other.
  await bodyOf(await post(`${RELEASES}/`, { version: 'github@1.2.0', projects: ['github'] }), 201)
  await bodyOf(await read('/api/v1/releases/github/1.2.0'))
})

test('a release that is archived is withdrawn', async () => {
  const { post, read } = await openCli(onSqlite)
  await post(`${RELEASES}/`, { version: 'shop@1.2.0', projects: ['shop'] })
  await bodyOf(await post(`${RELEASES}/`, { version: 'shop@1.2.0', projects: [], status: 'archived' }), 201)
  expect(await bodyOf(await read('/api/v1/releases/shop/1.2.0'))).toMatchObject({ withdrawn: true })
})

test.each<[string, string, unknown, number, RegExp]>([
  ['no version', `${RELEASES}/`, { projects: ['shop'] }, 400, /version/],
  ['no service', `${RELEASES}/`, { version: '1.2.0' }, 400, /projects/],
  [
    'an unknown release without a package',
    `${RELEASES}/1.2.0/deploys/`,
    { environment: 'production' },
    400,
    /projects/,
  ],
  ['no environment', `${RELEASES}/shop@1.2.0/deploys/`, {}, 400, /environment/],
  [
    'a time that is none',
    `${RELEASES}/shop@1.2.0/deploys/`,
    { environment: 'eu', dateFinished: 'soon' },
    422,
    /finishedAt/,
  ],
  ['a list', `${RELEASES}/`, [], 400, /object/],
])('%s is refused in words that the tool shows, and nothing is kept', async (_, path, body, status, words) => {
  const { post, store } = await openCli(onSqlite)
  const answer = await post(path, body)
  expect(answer.headers.get('content-type')).toBe('application/json')
  expect((await bodyOf(answer, status)).detail).toMatch(words)
  expect(await store.db.selectFrom('deliveries').selectAll().execute()).toEqual([])
})
