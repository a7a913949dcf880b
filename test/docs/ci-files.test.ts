import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, expect, inject, onTestFinished, test } from 'vitest'
import { keysIn } from '../../src/core/emergency/key-in-text.ts'
import { SENT_NAMES } from '../../src/outbound/ci/sent-values.ts'

/** The files of docs/ci as they are: their shape, and their scripts run by a real shell against an API on this machine. */

const read = (file: string) => readFileSync(new URL(`../../docs/ci/${file}`, import.meta.url), 'utf8')
const GITHUB = read('github-rollback.yml')
const GITLAB = read('gitlab-rollback.yml')
const JENKINS = read('Jenkinsfile')

/** The blocks behind `|` in YAML, in their order, without their indent. */
function blocksOf(yaml: string): string[] {
  const lines = yaml.split('\n')
  return lines.flatMap((line, i) => {
    if (!/^\s*(?:run:|-) \|$/.test(line)) return []
    const own = line.search(/\S/)
    const rest = lines.slice(i + 1)
    const end = rest.findIndex((one) => one.trim() !== '' && one.search(/\S/) <= own)
    const block = rest.slice(0, end === -1 ? undefined : end)
    const indent = Math.min(...block.filter((one) => one.trim() !== '').map((one) => one.search(/\S/)))
    return [block.map((one) => one.slice(indent)).join('\n')]
  })
}
const scriptsOf = (jenkinsfile: string) =>
  [...jenkinsfile.matchAll(/sh '''\n([\s\S]*?)'''/g)].map(([, script]) => script as string)

const hasTools = ['bash', 'curl', 'jq'].every((tool) => spawnSync(tool, ['--version']).status === 0)

interface Listed {
  readonly id: number
  readonly key: string
}

/** A CI system with its guard: how its list looks, and what its runner puts into variables. */
interface Guarded {
  readonly name: string
  readonly shell: readonly string[]
  readonly scripts: readonly string[]
  /** What its values are called in the environment. */
  readonly variable: (name: string) => string
  readonly list: (runs: readonly Listed[]) => unknown
  readonly runner: (url: string, own: number) => Record<string, string>
  readonly token: string
}

const name = (key: string) => `${key}: rollback of checkout-api in production`
const UPPER: Record<string, string> = { postflight_key: 'POSTFLIGHT_KEY' }

const SYSTEMS: readonly Guarded[] = [
  {
    name: 'GitHub',
    shell: ['bash', '--noprofile', '--norc', '-eo', 'pipefail', '-c'],
    scripts: blocksOf(GITHUB),
    variable: (one) => UPPER[one] ?? one.toUpperCase(),
    list: (runs) => ({
      total_count: runs.length,
      workflow_runs: runs.map(({ id, key }) => ({ id, display_title: name(key) })),
    }),
    runner: (url, own) => ({
      GITHUB_API_URL: url,
      GITHUB_SERVER_URL: 'https://github.com',
      GITHUB_REPOSITORY: 'acme/checkout-api',
      GITHUB_EVENT_NAME: 'workflow_dispatch',
      GITHUB_RUN_ID: String(own),
      GITHUB_RUN_ATTEMPT: '1',
      GH_TOKEN: 'the-token',
    }),
    token: 'Bearer the-token',
  },
  {
    name: 'GitLab',
    shell: ['sh', '-ec'],
    scripts: blocksOf(GITLAB),
    variable: (one) => (one === 'postflight_key' ? one : `postflight_${one}`),
    list: (runs) => [{ id: 1, name: null }, ...runs.map(({ id, key }) => ({ id, name: name(key) }))],
    runner: (url, own) => ({
      CI_API_V4_URL: url,
      CI_PROJECT_ID: '7',
      CI_PIPELINE_SOURCE: 'api',
      CI_PIPELINE_ID: String(own),
      CI_PIPELINE_URL: 'https://gitlab.example/p/1',
      POSTFLIGHT_GUARD_TOKEN: 'the-token',
    }),
    token: 'the-token',
  },
  {
    name: 'Jenkins',
    shell: ['sh', '-xec'],
    scripts: scriptsOf(JENKINS),
    variable: (one) => one,
    list: (runs) => ({
      builds: [
        { number: 1, actions: [{}, { parameters: [] }] },
        ...runs.map(({ id, key }) => ({
          number: id,
          actions: [
            {},
            {
              parameters: [
                { name: 'other', value: 7 },
                { name: 'postflight_key', value: key },
              ],
            },
          ],
        })),
      ],
    }),
    runner: (url, own) => ({
      JOB_URL: `${url}/job/rollback/`,
      BUILD_URL: `${url}/job/rollback/${own}/`,
      BUILD_NUMBER: String(own),
      GUARD: 'user:the-token',
    }),
    token: `Basic ${Buffer.from('user:the-token').toString('base64')}`,
  },
]

const VALUES: Record<string, string> = {
  postflight_key: 'ER-27-1',
  strategy: 'rollback',
  service: 'checkout-api',
  environment: 'production',
  version: '4.17.3',
  ref: '',
}

/** An API that answers with `answer`, and an empty folder to run in. */
async function anApi(answer: () => { status?: number; body: unknown }) {
  const asked: { url: string; authorization: string | undefined; body: string }[] = []
  const respond = async (request: IncomingMessage, response: ServerResponse) => {
    let body = ''
    for await (const chunk of request) body += String(chunk)
    const authorization = request.headers.authorization ?? (request.headers['private-token'] as string | undefined)
    asked.push({ url: request.url ?? '', authorization, body })
    const { status = 200, body: answered } = answer()
    response.writeHead(status, { 'Content-Type': 'application/json' })
    response.end(typeof answered === 'string' ? answered : JSON.stringify(answered))
  }
  const server = createServer((request, response) => void respond(request, response)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const folder = mkdtempSync(join(inject('runFolder'), 'ci-'))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked, folder }
}

async function run(shell: readonly string[], script: string, env: Record<string, string>, folder: string) {
  const [program = 'sh', ...flags] = shell
  const child = spawn(program, [...flags, script], {
    cwd: folder,
    env: { PATH: process.env.PATH, GUARD_PAUSE: '0', ...env },
  })
  let said = ''
  child.stdout.on('data', (chunk) => (said += String(chunk)))
  let errors = ''
  child.stderr.on('data', (chunk) => (errors += String(chunk)))
  const [code] = await once(child, 'close')
  return { code, said, errors }
}

describe.skipIf(!hasTools).each(SYSTEMS)('the guard of $name', (system) => {
  const [guard = ''] = system.scripts

  async function guarded(
    runs: readonly Listed[],
    {
      own = 50,
      values = {},
      runner = {},
      status = 200,
      body,
    }: {
      own?: number
      values?: Record<string, string>
      runner?: Record<string, string>
      status?: number
      body?: string
    } = {},
  ) {
    const api = await anApi(() => ({ status, body: body ?? system.list(runs) }))
    const named = Object.entries({ ...VALUES, ...values }).map(([one, value]) => [system.variable(one), value])
    const env = { ...system.runner(api.url, own), ...runner, ...Object.fromEntries(named) }
    return { ...(await run(system.shell, guard, env, api.folder)), ...api }
  }

  test('lets the only run with the key through', async () => {
    const { code, asked, said, errors } = await guarded([{ id: 50, key: 'ER-27-1' }])
    expect(`${said}${errors.includes('stop') ? errors : ''}`).toBe('')
    expect(code).toBe(0)
    expect(asked.map(({ authorization }) => authorization)).toEqual([system.token])
  })

  test('stops a second one, and names the first', async () => {
    const { code, said } = await guarded([
      { id: 50, key: 'ER-27-1' },
      { id: 49, key: 'ER-27-1' },
    ])
    expect(code).toBe(1)
    expect(said).toMatch(/The key was used before, by \w+ 49\./)
  })

  test('lets the first of two through, also when the second is listed, and counts numbers as numbers', async () => {
    const runs = [
      { id: 100, key: 'ER-27-1' },
      { id: 99, key: 'ER-27-1' },
    ]
    expect((await guarded(runs, { own: 99 })).code).toBe(0)
    expect((await guarded(runs, { own: 100 })).code).toBe(1)
  })

  test('is not moved by runs with other keys', async () => {
    const others = ['ER-27-11', 'ER-27-2', 'ER-2-1', 'ER-127-1', '']
    const { code } = await guarded([{ id: 50, key: 'ER-27-1' }, ...others.map((key, i) => ({ id: 40 + i, key }))])
    expect(code).toBe(0)
  })

  test('stops when the list does not show its own run, cannot be had, or cannot be read', async () => {
    expect(await guarded([])).toMatchObject({ code: 1, said: expect.stringContaining('it may lack others') })
    expect(await guarded([{ id: 49, key: 'ER-27-1' }])).toMatchObject({ code: 1 })
    expect(await guarded([], { status: 401 })).toMatchObject({
      code: 1,
      said: expect.stringContaining('cannot be read'),
    })
    for (const body of ['<html>', '{"message": "x"}', '[1]', '']) expect((await guarded([], { body })).code).toBe(1)
  })

  test.each([
    '',
    'ER-27',
    'ER-27-1;id',
    'er-27-1',
    '27-1',
    'ER-$(touch pwned)-1',
    'ER-27-1\nER-27-2',
    '-ER-27-1',
    'ER-0-1',
    '*',
  ])('stops the key %j before it asks anybody', async (postflight_key) => {
    const { code, asked, folder } = await guarded([{ id: 50, key: postflight_key }], { values: { postflight_key } })
    expect(code).toBe(1)
    expect(asked).toEqual([])
    expect(readdirSync(folder)).toEqual([])
  })

  const HOSTILE = [
    '$(touch pwned)',
    '`touch pwned`',
    '; touch pwned',
    "'; touch pwned; '",
    '"; touch pwned; "',
    '-rf',
    '--upload-pack=x',
    'a b',
    'a\ntouch pwned',
    '*',
    '$IFS',
    '\\',
    'ü',
    '',
  ]
  test.each(['service', 'environment', 'version', 'ref', 'strategy'])(
    'stops what %s could smuggle in',
    async (field) => {
      // An empty ref is none.
      const values = field === 'version' ? HOSTILE : HOSTILE.slice(0, 8)
      for (const value of values) {
        const { code, asked, folder } = await guarded([{ id: 50, key: 'ER-27-1' }], { values: { [field]: value } })
        expect([value, code]).toEqual([value, 1])
        expect(asked).toEqual([])
        expect(readdirSync(folder)).toEqual([])
      }
    },
  )

  test('lets names through that are used', async () => {
    for (const version of ['v4.17.3', '2026.08.14-1', 'release/4.17+build.7', '5bd7f1c0', '@acme/app@1.0'])
      expect((await guarded([{ id: 50, key: 'ER-27-1' }], { values: { version } })).code).toBe(0)
  })

  test('what deploys gets hostile values whole, as words of their own, even without the guard', async () => {
    const deploy = system.scripts.find((script) => script.includes('./deploy ')) ?? ''
    const { folder } = await anApi(() => ({ body: {} }))
    writeFileSync(join(folder, 'deploy'), '#!/bin/sh\nprintf "%s|" "$@" > got\n', { mode: 0o755 })
    for (const version of HOSTILE) {
      const values = { ...VALUES, version }
      const env = Object.fromEntries(Object.entries(values).map(([one, value]) => [system.variable(one), value]))
      expect((await run(system.shell, deploy, env, folder)).code).toBe(0)
      expect(readFileSync(join(folder, 'got'), 'utf8')).toBe(`checkout-api|production|${version}|`)
    }
    expect(existsSync(join(folder, 'pwned'))).toBe(false)
  })

  test('what tells Postflight that the version is live writes JSON, whatever the values', async () => {
    const tell = system.scripts.find((script) => script.includes('/api/v1/deployments')) ?? ''
    const { url, asked, folder } = await anApi(() => ({ status: 201, body: {} }))
    for (const version of ['4.17.3', '$(touch pwned)', '"; touch pwned; "', 'a\ntouch pwned', '\\']) {
      const values = { ...VALUES, version }
      const named = Object.fromEntries(Object.entries(values).map(([one, value]) => [system.variable(one), value]))
      const env = {
        ...system.runner('https://ci.example', 50),
        ...named,
        POSTFLIGHT_URL: url,
        POSTFLIGHT_TOKEN: 'pf_x',
      }
      expect((await run(system.shell, tell, env, folder)).code).toBe(0)
      expect(asked.at(-1)).toMatchObject({ url: '/api/v1/deployments', authorization: 'Bearer pf_x' })
      expect(JSON.parse(asked.at(-1)?.body ?? '')).toEqual({
        id: 'ER-27-1',
        service: 'checkout-api',
        environment: 'production',
        version,
        action: 'rollback',
        url: expect.stringMatching(/^https:\/\//),
      })
    }
    expect(readdirSync(folder)).toEqual([])
  })

  test('what tells Postflight of the run says which and how it stands, and does not hold up the deployment', async () => {
    const reports = system.scripts.filter((script) => script.includes('/api/v1/emergency-releases/'))
    expect(reports).toHaveLength(2)
    const { url, asked, folder } = await anApi(() => ({ body: {} }))
    writeFileSync(join(folder, '.postflight-began'), '')
    const named = Object.fromEntries(Object.entries(VALUES).map(([one, value]) => [system.variable(one), value]))
    const told = { POSTFLIGHT_URL: url, POSTFLIGHT_TOKEN: 'pf_x', CI_JOB_STATUS: 'failed' }
    const env = { ...system.runner('https://ci.example', 50), ...named, ...told }
    for (const [i, status] of ['deploying', 'failed'].entries()) {
      expect((await run(system.shell, reports[i] ?? '', env, folder)).code).toBe(0)
      expect(asked.at(-1)).toMatchObject({ url: '/api/v1/emergency-releases/ER-27/run', authorization: 'Bearer pf_x' })
      const body = JSON.parse(asked.at(-1)?.body ?? '')
      expect(body).toMatchObject({ key: 'ER-27-1', status, url: expect.stringMatching(/^https:/) })
    }
    const nobody = { ...env, POSTFLIGHT_URL: 'http://127.0.0.1:1' }
    expect(await run(system.shell, reports[0] ?? '', nobody, folder)).toMatchObject({
      code: 0,
      said: expect.stringContaining('Postflight was not told.'),
    })
  })

  test('every script is one that its shell can read', () => {
    for (const script of system.scripts) {
      const program = system.shell[0] as string
      expect(spawnSync(program, ['-n', '-c', script], { encoding: 'utf8' }).stderr).toBe('')
    }
  })
})

describe.skipIf(!hasTools)('on GitHub', () => {
  test('a run that somebody repeats stops', async () => {
    const system = SYSTEMS[0] as Guarded
    const api = await anApi(() => ({ body: system.list([{ id: 50, key: 'ER-27-1' }]) }))
    const named = Object.fromEntries(Object.entries(VALUES).map(([one, value]) => [system.variable(one), value]))
    const env = { ...system.runner(api.url, 50), ...named, GITHUB_RUN_ATTEMPT: '2' }
    const { code, said } = await run(system.shell, system.scripts[0] ?? '', env, api.folder)
    expect(code).toBe(1)
    expect(said).toContain('Try again in Postflight')
  })

  test('a list that lags is asked for again', async () => {
    const system = SYSTEMS[0] as Guarded
    let answers = 0
    const late = () => (++answers < 3 ? [] : [{ id: 50, key: 'ER-27-1' }])
    const api = await anApi(() => ({ body: system.list(late()) }))
    const named = Object.fromEntries(Object.entries(VALUES).map(([one, value]) => [system.variable(one), value]))
    const { code } = await run(
      system.shell,
      system.scripts[0] ?? '',
      { ...system.runner(api.url, 50), ...named },
      api.folder,
    )
    expect(code).toBe(0)
    expect(answers).toBe(3)
  })
})

describe('the file for GitHub', () => {
  test('declares what Postflight sends, no more and no less', () => {
    const inputs = GITHUB.slice(GITHUB.indexOf('    inputs:'), GITHUB.indexOf('  repository_dispatch:'))
    expect([...inputs.matchAll(/^ {6}(\w+):/gm)].map(([, one]) => one)).toEqual([...SENT_NAMES])
    expect(GITHUB).toContain('types: [postflight]')
  })

  test('puts no expression into a script', () => {
    const scripts = blocksOf(GITHUB)
    expect(scripts).toHaveLength(5)
    for (const script of scripts) expect(script).not.toContain('${{')
    expect(GITHUB).not.toMatch(/run: (?!\|)/)
  })

  test('names the run by its key first, and by nothing that a branch or a tag may be called', () => {
    const runName = GITHUB.slice(GITHUB.indexOf('run-name: >-'), GITHUB.indexOf('\non:'))
    const used = [...runName.matchAll(/inputs\.(\w+)/g)].map(([, one]) => one)
    expect(used).toEqual(['postflight_key', 'strategy', 'service', 'environment'])
    const shown = runName.replace(/\$\{\{ inputs\.(\w+) \|\| [^}]*\}\}/g, (_, one: string) => VALUES[one] ?? '')
    expect(shown).toMatch(/^run-name: >-\n {2}ER-27-1:\n {2}rollback of\n {2}checkout-api in\n {2}production\n$/)
    expect(keysIn(shown)).toEqual(['ER-27-1'])
  })

  test('runs one at a time for a place, does not stop what runs, and may read only', () => {
    expect(GITHUB).toMatch(
      /concurrency:\n {2}group: >-\n {4}postflight-\$\{\{ inputs\.service .*\n {4}inputs\.environment .*\n {2}cancel-in-progress: false/,
    )
    expect(GITHUB).toMatch(/\npermissions:\n {2}actions: read\n {2}contents: read\n\n/)
    expect(GITHUB).toContain('persist-credentials: false')
  })
})

describe('the file for GitLab', () => {
  test('names the pipeline by its key first, and by nothing that a branch or a tag may be called', () => {
    expect(GITLAB).toContain(
      'POSTFLIGHT_PIPELINE_NAME: "$postflight_key: $postflight_strategy of $postflight_service in $postflight_environment"',
    )
  })

  test('runs only what the API started, one at a time for a place, and is not interrupted', () => {
    expect(GITLAB.match(/if: \$postflight_key && \$CI_PIPELINE_SOURCE =~ \/\^\(api\|trigger\)\$\//g)).toHaveLength(2)
    expect(GITLAB).toContain('resource_group: postflight-$postflight_service-$postflight_environment')
    expect(GITLAB).toContain('interruptible: false')
    expect(GITLAB).not.toMatch(/^ +retry:/m)
  })

  test.skipIf(!hasTools)('says that it failed only of a deployment that began', async () => {
    const report = blocksOf(GITLAB).at(-1) ?? ''
    const { url, asked, folder } = await anApi(() => ({ body: {} }))
    const env = { postflight_key: 'ER-27-1', POSTFLIGHT_URL: url, POSTFLIGHT_TOKEN: 'x', CI_PIPELINE_URL: 'https://x' }
    expect((await run(['sh', '-ec'], report, { ...env, CI_JOB_STATUS: 'failed' }, folder)).code).toBe(0)
    writeFileSync(join(folder, '.postflight-began'), '')
    expect((await run(['sh', '-ec'], report, { ...env, CI_JOB_STATUS: 'success' }, folder)).code).toBe(0)
    expect(asked).toEqual([])
    await run(['sh', '-ec'], report, { ...env, CI_JOB_STATUS: 'failed' }, folder)
    expect(asked).toHaveLength(1)
  })

  test('uses only variables that Postflight sends', () => {
    const used = new Set([...GITLAB.matchAll(/\$\{?postflight_(\w+)/g)].map(([, one]) => one))
    const sent: string[] = SENT_NAMES.map((one) => one.replace(/^postflight_/, ''))
    expect([...used].filter((one) => !sent.includes(one as string))).toEqual([])
  })
})

describe('the file for Jenkins', () => {
  test('declares what Postflight sends, no more and no less', () => {
    expect([...JENKINS.matchAll(/^ {4}string\(name: '(\w+)'/gm)].map(([, one]) => one)).toEqual([...SENT_NAMES])
  })

  test('lets Groovy put nothing into a script', () => {
    expect(scriptsOf(JENKINS)).toHaveLength(5)
    // Between three quotes Groovy reads backslashes only.
    for (const script of scriptsOf(JENKINS)) expect(script).not.toContain('\\')
    expect(JENKINS).not.toMatch(/sh\s*\(?\s*"/)
    expect(JENKINS).toContain('disableConcurrentBuilds()')
  })
})
