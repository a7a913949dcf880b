import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createApiToken } from '../../src/operations/access/api-tokens.ts'
import { senderSettings } from '../../src/operations/sources/sender-settings.ts'
import { createSource } from '../../src/operations/sources/sources-admin.ts'
import { startTestServer, type TestServer } from '../support/running-server.ts'

/** The real SDK and the real command line tool of Sentry, as they come from npm, over loopback. */

const run = promisify(execFile)
const PROGRAM = join(import.meta.dirname, 'reporting-program.mjs')

let server: TestServer
let dsn: string
let home: string

beforeAll(async () => {
  server = await startTestServer()
  home = mkdtempSync(join(tmpdir(), 'postflight-sentry-'))
  const { store, secretBox, config, clock } = server.deps
  const made = await createSource(store, secretBox, { kind: 'sentry-sdk', slug: 'checkout' }, clock())
  const [setting] = senderSettings('dsn-key', { publicUrl: config.publicUrl, ...made }, made.secret)
  dsn = setting?.value ?? ''
})
afterAll(async () => {
  await server.stop()
  rmSync(home, { recursive: true, force: true })
  expect(server.errors).toEqual([])
})

async function apiToken(...scopes: string[]): Promise<string> {
  const { store, clock } = server.deps
  return (await createApiToken(store, { name: 'pipeline', scopes }, clock())).token
}

async function read(path: string): Promise<Record<string, unknown>> {
  const headers = { Authorization: `Bearer ${await apiToken('read')}` }
  return (await (await fetch(server.base + path, { headers })).json()) as Record<string, unknown>
}

const program = (...args: string[]) =>
  run(process.execPath, [PROGRAM, ...args], { env: { PATH: process.env.PATH, HOME: home, SENTRY_DSN: dsn } })

test('errors and sessions that the SDK for Node reports are defects and crash-free sessions', async () => {
  await server.post('/api/v1/deployments', { service: 'checkout', version: '2.4.1', environment: 'production' })
  await Promise.all([program('17'), expect(program('18', 'crashes')).rejects.toThrow(/out of stock/)])

  const defects = async () => (await read('/api/v1/defects?service=checkout')).items as Record<string, unknown>[]
  const sightings = async () => (await defects()).reduce((sum, one) => sum + Number(one.occurrences), 0)
  await expect.poll(sightings).toBe(3)
  const found = await defects()
  expect(found.map(({ title, occurrences, severity }) => [title, occurrences, severity]).sort()).toEqual([
    ['RangeError: out of stock', 1, 'S1'],
    // Of two runs, with another order each.
    [expect.stringMatching(/^TypeError: order 1[78] has no total$/), 2, 'S2'],
  ])
  const sessions = async () => (await read('/api/v1/releases/checkout/2.4.1')).sessions as Record<string, unknown>[]
  await expect.poll(async () => (await sessions())[0]?.crashed).toBe(1)
  expect(await sessions()).toMatchObject([{ environment: 'production', total: 2, crashed: 1, crashFree: 0.5 }])
})

/** Where the package of the tool has no binary for this platform, there is nothing to test. */
function cliPath(): string | undefined {
  try {
    return (createRequire(import.meta.url)('@sentry/cli') as { SentryCli: { getPath(): string } }).SentryCli.getPath()
  } catch {
    return undefined
  }
}

/** Runs the tool with a token of its own, in a folder of its own. */
async function theCli() {
  const env = {
    PATH: process.env.PATH,
    HOME: home,
    SENTRY_URL: `${server.base}/`,
    SENTRY_ORG: 'any',
    SENTRY_PROJECT: 'shop',
    SENTRY_AUTH_TOKEN: await apiToken('deployments:write'),
    SENTRY_DISABLE_UPDATE_CHECK: '1',
  }
  const cli = async (command: string, more: Record<string, string> = {}) =>
    (await run(cliPath() ?? '', command.split(' '), { env: { ...env, ...more }, cwd: home })).stdout
  return cli
}

test.skipIf(cliPath() === undefined)('sentry-cli makes a release, deploys and finalizes it', async () => {
  const cli = await theCli()
  expect(await cli('info')).toContain(server.base)
  expect(await cli('releases new shop@1.2.0+build.7')).toContain('Created release shop@1.2.0+build.7')
  expect(await read('/api/v1/releases/shop/1.2.0+build.7')).toMatchObject({
    name: 'shop@1.2.0+build.7',
    publishedAt: null,
    deployments: [],
  })
  const deploy = 'deploys new -r shop@1.2.0+build.7 -e production -n run-7 -t 42'
  // That the pipeline does it again changes nothing.
  for (let i = 0; i < 2; i++) expect(await cli(deploy)).toContain("Created new deploy run-7 for 'production'")
  await cli('releases finalize shop@1.2.0+build.7')
  const release = await read('/api/v1/releases/shop/1.2.0+build.7')
  expect(release.publishedAt).not.toBeNull()
  expect(release.deployments).toMatchObject([{ environment: 'production', status: 'succeeded', live: true }])
  expect(await cli('deploys list -r shop@1.2.0+build.7')).toContain('production')
  expect(await cli('releases info shop@1.2.0+build.7')).toContain('shop@1.2.0+build.7')
  expect(await cli('releases list')).toContain('shop@1.2.0+build.7')

  await expect(cli('releases info shop@9.9.9')).rejects.toMatchObject({ code: 1 })
  // Neither known nor with a package in its name: the tool says what is missing.
  await expect(cli('deploys new -r 9.9.9 -e production')).rejects.toThrow(/projects: is required/)
  const other = { SENTRY_AUTH_TOKEN: await apiToken('read') }
  await expect(cli('releases new shop@1.3.0', other)).rejects.toThrow(/http status: 403/)
})

test.skipIf(cliPath() === undefined)('sentry-cli lists the commits of a release since the one before', async () => {
  const cli = await theCli()
  const git = (...args: string[]) =>
    run('git', ['-c', 'user.name=Ana', '-c', 'user.email=ana@example.com', ...args], {
      cwd: home,
      env: { HOME: home, PATH: process.env.PATH },
    })
  const commit = async (message: string) => {
    await git('commit', '--allow-empty', '-m', message)
    return (await git('rev-parse', 'HEAD')).stdout.trim()
  }
  await git('init', '-q')
  await commit('Sell books')
  const first = await commit('Sell records')
  await cli('releases set-commits books@1.0.0 --local --initial-depth 20', { SENTRY_PROJECT: 'books' })
  expect(await read('/api/v1/releases/books/1.0.0')).toMatchObject({ commit: first, commits: 2 })
  const second = await commit('Sell films')
  await cli('releases set-commits books@1.1.0 --local --initial-depth 20', { SENTRY_PROJECT: 'books' })
  expect(await read('/api/v1/releases/books/1.1.0')).toMatchObject({ commit: second, commits: 1 })
})
