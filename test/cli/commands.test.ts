import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { runCommand } from '../../src/cli/program.ts'
import { refusalMessage } from '../../src/cli/refusal.ts'
import { readConfig } from '../../src/config.ts'
import { submitNative } from '../../src/operations/intake/submit-native.ts'
import { PruningClaim } from '../../src/operations/retention/pruning-record.ts'
import { setRetention } from '../../src/operations/retention/retention-setting.ts'
import { startServer } from '../../src/serve.ts'
import { openStore } from '../../src/store/database.ts'
import { day } from '../support/factories.ts'
import { processingOn, silentLog } from '../support/processing.ts'
import { testStoresOn } from '../support/stores.ts'
import { type TestTerminal, testTerminal } from '../support/terminal.ts'

const PASSWORD = 'seven grey herons by the lock'

/** An installation of its own; `run` gives the exit code and what was printed. */
async function installation() {
  const { dataDir } = await testStoresOn('sqlite').newPlace()
  const run = async (
    args: readonly string[],
    options: Parameters<typeof testTerminal>[1] & { env?: Record<string, string> } = {},
  ) => {
    const terminal: TestTerminal = testTerminal({ DATA_DIR: dataDir, ...options.env }, options)
    const exitCode = await runCommand(args, terminal)
    return { exitCode, out: terminal.out(), err: terminal.err() }
  }
  const store = async () => {
    const opened = await openStore({ dataDir, exclusive: false, writerThread: false })
    onTestFinished(() => opened.close())
    return opened
  }
  const file = (name: string, text: string) => {
    writeFileSync(join(dataDir, name), text)
    return join(dataDir, name)
  }
  return { dataDir, run, store, file }
}

test('migrate makes an empty folder usable and may be run again', async () => {
  const { dataDir, run } = await installation()
  const empty = join(dataDir, 'fresh')
  mkdirSync(empty)
  for (let i = 0; i < 2; i++)
    expect(await run(['migrate'], { env: { DATA_DIR: empty } })).toMatchObject({
      exitCode: 0,
      out: `The schema is up to date (SQLite in ${empty}).\n`,
    })
})

test('a token is alone on standard output', async () => {
  const { run } = await installation()
  const { exitCode, out, err } = await run(['token', 'create', '--name', 'CI', '--scopes', 'deployments:write, read'])
  expect(exitCode).toBe(0)
  expect(out).toMatch(/^pf_[\w-]{43}\n$/)
  expect(err).toContain('not be shown again')
})

test('an unknown scope is refused in one line, without a stack trace', async () => {
  const { run } = await installation()
  const { exitCode, out, err } = await run(['token', 'create', '--name', 'CI', '--scopes', 'everything'])
  expect({ exitCode, out }).toEqual({ exitCode: 1, out: '' })
  expect(err).toMatch(/^postflight: There is no scope “everything”.*\n$/)
})

test('a source is printed with its address and its secret', async () => {
  const { run } = await installation()
  const env = { PUBLIC_URL: 'https://postflight.example.com' }
  const secret = randomBytes(16).toString('hex')
  expect(await run(['source', 'create', 'github', '--slug', 'shop', '--secret', secret], { env })).toEqual({
    exitCode: 0,
    out: `URL     https://postflight.example.com/hooks/shop\nSecret  ${secret}\n`,
    err: '',
  })
  expect((await run(['source', 'create', 'github', '--slug', 'shop'])).err).toContain('already')
  expect(await run(['source', 'create', 'carrier-pigeon'])).toMatchObject({ exitCode: 1, out: '' })
})

test('gap repair is turned on with a token that is piped in, typed or in the environment, and off again', async () => {
  const { run, store } = await installation()
  await run(['source', 'create', 'github'])
  const hook = 'https://api.github.com/repos/acme/shop/hooks/1'
  const on = ['source', 'repair', 'github', '--hook', hook]
  const { db } = await store()
  const sealed = () => db.selectFrom('source_repairs').select(['hook_url', 'sealed_token']).execute()
  for (const options of [
    { stdin: 'piped-canary\n' },
    { keys: ['typed-canary\r'] },
    { env: { GITHUB_TOKEN: 'environment-canary' } },
  ]) {
    const { exitCode, out, err } = await run(on, options)
    expect({ exitCode, out }).toEqual({ exitCode: 0, out: '' })
    expect(err).toContain(`asked for again at ${hook}`)
    expect(err).not.toContain('canary')
    expect(await sealed()).toEqual([{ hook_url: hook, sealed_token: expect.stringMatching(/^box1\./) }])
  }
  expect((await run(['source', 'repair', 'github', '--off'])).err).toContain('is off and its token removed')
  expect(await sealed()).toEqual([])
  expect((await run(['source', 'repair', 'github', '--off'])).err).toContain('was off already')
})

test.each([
  [['--hook', 'https://api.github.com/repos/acme/shop/hooks/1'], 'put it into GITHUB_TOKEN or pipe it in'],
  [[], 'Give either --hook <url> or --off.'],
  [['--hook', 'x', '--off'], 'Give either --hook <url> or --off.'],
])('gap repair with %j and no token is refused in one line', async (options, reason) => {
  const { run } = await installation()
  await run(['source', 'create', 'github'])
  const { exitCode, err } = await run(['source', 'repair', 'github', ...options])
  expect(exitCode).toBe(1)
  expect(err).toMatch(/^postflight: [^\n]*\n$/)
  expect(err).toContain(reason)
})

test('a user is made with the password from the environment', async () => {
  const { run, store } = await installation()
  const create = ['user', 'create', '--email', 'Ana@Example.com', '--role', 'admin']
  expect((await run(create, { env: { POSTFLIGHT_PASSWORD: PASSWORD } })).exitCode).toBe(0)
  const { db } = await store()
  expect(await db.selectFrom('users').select(['email', 'role']).execute()).toEqual([
    { email: 'ana@example.com', role: 'admin' },
  ])
  const again = await run(create, { env: { POSTFLIGHT_PASSWORD: PASSWORD } })
  expect(again).toMatchObject({ exitCode: 1, err: 'postflight: email: There is a user with this address already.\n' })
})

test('without it the password is asked for twice and never shown', async () => {
  const { run } = await installation()
  const create = ['user', 'create', '--email', 'ben@example.com', '--role', 'engineer']
  const differ = await run(create, { keys: [`${PASSWORD}\r`, `${PASSWORD}!\r`] })
  expect(differ).toMatchObject({ exitCode: 1, err: expect.stringContaining('The two passwords differ.') })
  const corrected = await run(create, { keys: [`${PASSWORD}x\u007f\r`, `${PASSWORD}\n`] })
  expect(corrected.exitCode).toBe(0)
  expect(corrected.out + corrected.err).not.toContain('herons')
  expect(await run(create, { keys: ['half\u0003'] })).toMatchObject({ exitCode: 1 })
  expect((await run(create)).err).toContain('put it into POSTFLIGHT_PASSWORD')
})

test('check-config shows the settings with passwords masked, and names a bad one', async () => {
  const { run } = await installation()
  const good = await run(['check-config'], { env: { DATABASE_URL: 'postgres://ana:geheim@db/postflight' } })
  expect(good.exitCode).toBe(0)
  expect(good.out).toMatch(/^database +postgres:\/\/ana:\*\*\*\*@db\/postflight$/m)
  expect(good.out).not.toContain('geheim')
  const bad = await run(['check-config'], { env: { PORT: 'abc', LOG_LEVEL: 'loud', OUTBOUND_ALLOW: '127.0.0.0/8' } })
  expect(bad).toMatchObject({ exitCode: 1, out: '' })
  expect(bad.err).toMatch(/PORT: [\s\S]*LOG_LEVEL: [\s\S]*OUTBOUND_ALLOW: .*name each address/)
  const open = await run(['check-config'], { env: { OUTBOUND_ALLOW: 'ghes.example, 10.0.0.0/8' } })
  expect(open.out).toMatch(/^outbound +public internet, ghes\.example, 10\.0\.0\.0\/8$/m)
})

test('check-config shows where mail goes without its password, and wants both halves of it', async () => {
  const { run } = await installation()
  const SMTP_URL = 'smtp://ana:geheim@mail.example:587'
  const good = await run(['check-config'], { env: { SMTP_URL, MAIL_FROM: 'Postflight <postflight@b.example>' } })
  expect(good.out).toMatch(/^mail +mail\.example:587, from Postflight <postflight@b\.example>$/m)
  expect(good.out).not.toContain('geheim')
  const half = await run(['check-config'], { env: { SMTP_URL } })
  expect(half).toMatchObject({ exitCode: 1, err: expect.stringContaining('mail needs both') })
  const bad = await run(['check-config'], {
    env: { SMTP_URL: 'geheim@mail.example', MAIL_FROM: 'a@b.example\r\nBcc: x@evil.example' },
  })
  expect(bad.err).toMatch(/SMTP_URL: must start with smtp[\s\S]*MAIL_FROM: must be an address/)
  expect(bad.err).not.toContain('geheim')
})

test('a command nobody knows fails, asking for help does not', async () => {
  const { run } = await installation()
  expect(await run(['destroy'])).toMatchObject({
    exitCode: 1,
    err: expect.stringContaining("unknown command 'destroy'"),
  })
  const help = await run(['--help'])
  expect(help.exitCode).toBe(0)
  for (const command of ['serve', 'migrate', 'token', 'source', 'user', 'import', 'check-config', 'demo'])
    expect(help.out).toMatch(new RegExp(`^  ${command} `, 'm'))
})

const CSV = `service,tag,environment,finishedAt
shop,1.0.0,production,2026-03-02T10:00:00Z
shop,,production,2026-03-03T10:00:00Z
shop,1.1.0,production,2026-03-04
`

test('import tells rows read, accepted and refused, the refused ones on standard error', async () => {
  const { run, file } = await installation()
  const { exitCode, out, err } = await run(['import', 'deployments', file('past.csv', CSV), '--map', 'version=tag'])
  expect(exitCode).toBe(0)
  expect(out).toBe('3 rows read.\n2 accepted: 2 created, 0 updated, 0 unchanged.\n1 refused. 0.0 seconds.\n')
  expect(err).toBe('line 3: version (column tag) is required\n')
})

test('import says how many rows have no time, since they count as of now', async () => {
  const { run, file } = await installation()
  const { out, err } = await run(['import', 'defects', file('past.csv', 'title,occurredAt\nOld,2026-03-02\nWhen,\n')])
  expect(out).toContain('2 accepted: 2 created')
  expect(err).toBe('Without a time: 1. They count as of now; map one, or leave these rows out.\n')
})

test('import writes the refused rows to a file when asked', async () => {
  const { dataDir, run, file } = await installation()
  const errors = join(dataDir, 'refused.txt')
  const { err } = await run([
    'import',
    'deployments',
    file('past.csv', CSV),
    '--map',
    'version=tag',
    '--errors',
    errors,
  ])
  expect(err).toBe('')
  expect(readFileSync(errors, 'utf8')).toBe('line 3: version (column tag) is required\n')
})

test('import a second time goes on where the first ended; with another mapping it begins anew', async () => {
  const { run, file } = await installation()
  const args = ['import', 'deployments', file('past.csv', CSV), '--map', 'version=tag']
  await run(args)
  expect((await run(args)).out).toContain('3 rows read, 3 of them done by an earlier run.')
  expect((await run([...args, '--restart'])).out).toContain('2 unchanged.')
  expect((await run([...args, '--constant', 'actor=Ana'])).out).toMatch(
    /^3 rows read\.\n2 accepted: 0 created, 2 updated/,
  )
})

test('import reads standard input, NDJSON and other delimiters', async () => {
  const { run, file } = await installation()
  const defect = { title: 'Cart empty', service: 'shop', occurredAt: '2026-03-02T11:00:00Z' }
  const ndjson = `${JSON.stringify(defect)}\n`
  expect((await run(['import', 'defects', '-', '--format', 'ndjson'], { stdin: ndjson })).out).toContain('1 created')
  expect((await run(['import', 'defects', file('past.jsonl', ndjson)])).out).toContain('1 unchanged')
  const semicolons = 'title;occurredAt\nSlow; 2026-03-02\n"Slow; search";2026-03-02\n'
  const { out, err } = await run(['import', 'defects', '-', '--delimiter', ';'], { stdin: semicolons })
  expect(out).toContain('2 accepted')
  expect(err).toBe('')
})

test('import shows its progress to a person only', async () => {
  const { run, file } = await installation()
  const args = ['import', 'deployments', file('past.csv', CSV), '--map', 'version=tag', '--restart']
  expect((await run(args, { isTTY: true })).err).toContain('[########################] 100 %')
  expect((await run(args)).err).not.toContain('%')
})

test.each([
  [['import', 'defects', '/nowhere/at/all.csv'], 'There is no /nowhere/at/all.csv.'],
  [['import', 'defects', '-', '--map', 'titel=x'], 'defects have no field "titel"'],
  [['import', 'defects', '-', '--format', 'xml'], 'choose csv or ndjson'],
  [['import', 'defects', '-', '--delimiter', '||'], 'give one character'],
  [['import', 'defects', '-'], 'The table is empty'],
  [['demo', '--seed', 'luck'], 'give a whole number'],
])('%j is refused in one line', async (args, reason) => {
  const { run } = await installation()
  const { exitCode, out, err } = await run(args)
  expect({ exitCode, out }).toEqual({ exitCode: 1, out: '' })
  expect(err).toMatch(/^postflight: [^\n]*\n$/)
  expect(err).toContain(reason)
})

test('refusals of the system are told in words, and faults of ours are not hidden', () => {
  const coded = (code: string) => refusalMessage(Object.assign(new Error('raw'), { code }))
  expect(coded('SQLITE_BUSY')).toContain('The database is busy')
  expect(coded('SQLITE_FULL')).toBe('The disk is full.')
  expect(coded('28P01')).toBe('PostgreSQL refuses: raw')
  expect(refusalMessage(new TypeError('x is undefined'))).toBeUndefined()
  expect(refusalMessage(undefined)).toBeUndefined()
})

test('commands work beside a running server, which sees what they did', async () => {
  const { dataDir, run, file } = await installation()
  const config = readConfig({ DATA_DIR: dataDir, PORT: '0', LOG_LEVEL: 'silent' })
  const onBroken = (error: unknown) => {
    throw error
  }
  const server = await startServer(config, { log: silentLog, onBroken, clock: () => day(90) })
  onTestFinished(() => server.stop())
  const token = (await run(['token', 'create', '--name', 'reader', '--scopes', 'read'])).out.trim()
  expect((await run(['import', 'deployments', file('past.csv', CSV), '--map', 'version=tag'])).exitCode).toBe(0)
  const response = await fetch(`http://127.0.0.1:${server.port}/api/v1/deployments`, {
    headers: { authorization: `Bearer ${token}` },
  })
  expect(response.status).toBe(200)
  expect(((await response.json()) as { items: unknown[] }).items).toHaveLength(2)
})

test('the program as it is started: exit code, output and refusal', async () => {
  const { dataDir } = await installation()
  const start = (args: readonly string[], env: Record<string, string> = {}) =>
    new Promise<{ exitCode: number | null; out: string; err: string }>((resolve) => {
      const child = spawn(process.execPath, ['--import', 'tsx', 'src/cli/main.ts', ...args], {
        env: { PATH: process.env.PATH, DATA_DIR: dataDir, ...env },
      })
      let [out, err] = ['', '']
      child.stdout.on('data', (chunk) => {
        out += chunk
      })
      child.stderr.on('data', (chunk) => {
        err += chunk
      })
      child.on('close', (exitCode) => resolve({ exitCode, out, err }))
    })
  const made = await start(['token', 'create', '--name', 'CI', '--scopes', 'read'])
  expect(made).toMatchObject({ exitCode: 0, out: expect.stringMatching(/^pf_[\w-]{43}\n$/) })
  const refused = await start(['check-config'], { PORT: '-1' })
  expect(refused).toMatchObject({ exitCode: 1, out: '', err: expect.stringMatching(/^postflight: PORT: .*\n$/) })
})

test('the order policy of a service is set by name; a wrong one is refused with the choices', async () => {
  const { run, store } = await installation()
  await (await store()).db
    .insertInto('services')
    .values({ name: 'web', order_policy: 'semver', created_at: 0 })
    .execute()
  expect(await run(['service', 'order', 'web', 'calendar'])).toMatchObject({ exitCode: 0 })
  const { order_policy } = await (await store()).db.selectFrom('services').selectAll().executeTakeFirstOrThrow()
  expect(order_policy).toBe('calendar')
  expect(await run(['service', 'order', 'web', 'manual', 'zest', 'amber'])).toMatchObject({ exitCode: 0 })
  const { manual_order_json: listed } = await (await store()).db
    .selectFrom('services')
    .selectAll()
    .executeTakeFirstOrThrow()
  expect(listed).toBe('["zest","amber"]')
  expect(await run(['service', 'order', 'web', 'manual'])).toMatchObject({ exitCode: 1 })
  expect(await run(['service', 'order', 'web', 'semver', '1.0.0'])).toMatchObject({ exitCode: 1 })
  const refused = await run(['service', 'order', 'web', 'alphabetical'])
  expect(refused).toMatchObject({ exitCode: 1, err: expect.stringContaining('semver, calendar, deployed-at') })
  expect(await run(['service', 'order', 'nobody', 'semver'])).toMatchObject({ exitCode: 1 })
})

test('what admins set of how long things are kept holds for commands', async () => {
  const { run, store } = await installation()
  const opened = await store()
  const configured = readConfig({}).retention
  await setRetention(opened, configured, { bodiesDays: 30 }, { now: day(1) })
  expect((await run(['prune', '--dry-run'])).out).toContain(
    'Bodies are kept for 30 days, of failed deliveries for 365;',
  )
  const item = { service: 'web', environment: 'production', version: '1.0.0' }
  const receivedAt = day(50)
  await submitNative(await processingOn(opened), { kind: 'deployments', items: [item], receivedAt })
  expect((await run(['prune'])).out).toContain('Let go of 1 bodies of deliveries.')
})

test('what is old is let go of when asked, or only counted', async () => {
  const { run, store } = await installation()
  const { db } = await store()
  await db.insertInto('login_attempts').values({ subject: 'a', failures: 1, blocked_until: 0, last_at: 0 }).execute()
  const counted = await run(['prune', '--dry-run'])
  expect(counted).toMatchObject({ exitCode: 0, out: expect.stringContaining('Would let go of 1 failed sign-ins.') })
  expect(counted.out).toContain(
    'Bodies are kept for 90 days, of failed deliveries for 365; deliveries for 400, messages to people for 90; reports for good.',
  )
  expect(await db.selectFrom('login_attempts').selectAll().execute()).toHaveLength(1)
  expect(await run(['prune'])).toMatchObject({
    exitCode: 0,
    out: expect.stringContaining('Let go of 1 failed sign-ins.'),
  })
  expect(await db.selectFrom('login_attempts').selectAll().execute()).toEqual([])
  await PruningClaim.take({ db, transaction: (work) => db.transaction().execute(work) }, 'a server', day(90))
  expect(await run(['prune'])).toMatchObject({
    exitCode: 1,
    err: expect.stringContaining('Another process is pruning'),
  })
  const refused = await run(['check-config'], { env: { KEEP_DELIVERIES_DAYS: '30' } })
  expect(refused).toMatchObject({
    exitCode: 1,
    err: expect.stringContaining('KEEP_DELIVERIES_DAYS: a delivery is kept'),
  })
})

test('dependencies and who runs a service are set by name, and learning can be asked for', async () => {
  const { run, store } = await installation()
  for (const name of ['web', 'auth'])
    await (await store()).db.insertInto('services').values({ name, order_policy: 'semver', created_at: 0 }).execute()
  expect(await run(['service', 'depends', 'web', 'auth'])).toMatchObject({ exitCode: 0 })
  const dependencies = async () => (await store()).db.selectFrom('service_dependencies').selectAll().execute()
  expect(await dependencies()).toEqual([{ service_id: 1, depends_on_id: 2 }])
  expect(await run(['service', 'depends', 'web'])).toMatchObject({ exitCode: 0 })
  expect(await dependencies()).toEqual([])
  for (const wrong of [['nobody'], ['web', 'nobody'], ['web', 'web']])
    expect(await run(['service', 'depends', ...wrong])).toMatchObject({
      exitCode: 1,
      err: expect.stringMatching(/no service|itself/),
    })

  expect(await run(['service', 'detection', 'web', 'shipped'])).toMatchObject({ exitCode: 0 })
  const { detection } = await (await store()).db.selectFrom('services').selectAll().executeTakeFirstOrThrow()
  expect(detection).toBe('shipped')
  expect(await run(['service', 'detection', 'web', 'boxed'])).toMatchObject({ exitCode: 1 })
  expect(await run(['service', 'detection', 'nobody', 'hosted'])).toMatchObject({ exitCode: 1 })

  expect(await run(['learn'])).toMatchObject({ exitCode: 0, out: expect.stringContaining('too little to learn from') })
})

test('users are listed, limited, disabled and helped back in', async () => {
  const { run } = await installation()
  const env = { POSTFLIGHT_PASSWORD: PASSWORD }
  await run(['user', 'create', '--email', 'ana@example.com', '--role', 'admin'], { env })
  await run(['user', 'create', '--email', 'ben@example.com', '--role', 'viewer'], { env })
  expect((await run(['user', 'disable', 'ana@example.com'])).err).toContain('the last admin')
  expect((await run(['user', 'role', 'ana@example.com', 'viewer'])).exitCode).toBe(1)
  expect((await run(['user', 'role', 'ben@example.com', 'engineer', '--services', 'shop, cart'])).exitCode).toBe(0)
  expect((await run(['user', 'disable', 'Ben@example.com'])).exitCode).toBe(0)
  expect((await run(['user', 'list'])).out).toContain(
    'ben@example.com\tengineer\tonly cart, shop\tnever seen\tdisabled\n',
  )
  expect((await run(['user', 'reset-link', 'ben@example.com'])).err).toContain('Enable them first.')
  await run(['user', 'enable', 'ben@example.com'])
  expect((await run(['user', 'reset-link', 'ben@example.com'])).out).toMatch(/^http:.*\/reset-password\?token=.{43}\n$/)
  expect((await run(['user', 'disable', 'eve@example.com'])).err).toContain('There is no user eve@example.com.')
})

test('who lost their phone signs in by the password alone again', async () => {
  const { run } = await installation()
  const env = { POSTFLIGHT_PASSWORD: PASSWORD }
  await run(['user', 'create', '--email', 'ana@example.com', '--role', 'admin'], { env })
  const said = await run(['user', 'forget-factors', 'ana@example.com'])
  expect(said.out).toBe('ana@example.com: 0 authenticator app and 0 passkeys gone; all sessions ended.\n')
  expect((await run(['user', 'forget-factors', 'eve@example.com'])).err).toContain('There is no user eve@example.com.')
})

test('tokens are listed, replaced with an overlap and revoked', async () => {
  const { run } = await installation()
  const create = [
    'token',
    'create',
    '--name',
    'CI',
    '--scopes',
    'deployments:write',
    '--services',
    'shop',
    '--days',
    '30',
  ]
  const made = await run(create)
  const rotated = await run(['token', 'rotate', '1', '--overlap', '1'])
  expect(rotated.out).toMatch(/^pf_[\w-]{43}\n$/)
  expect(rotated.out).not.toBe(made.out)
  expect((await run(['token', 'rotate', '1'])).err).toContain('was replaced already')
  expect((await run(['token', 'rotate', '2', '--overlap', '169'])).exitCode).toBe(1)
  expect((await run(['token', 'revoke', '2'])).exitCode).toBe(0)
  expect((await run(['token', 'revoke', '2'])).err).toContain('There is no token 2 in force')
  const { out } = await run(['token', 'list'])
  expect(out).toMatch(/^2\tpf_.{6}…\tCI\tdeployments:write\tshop\tnever used\trevoked$/m)
  expect(out).toMatch(/^1\t.*\tends \d{4}-\d\d-\d\d$/m)
  expect((await run([...create.slice(0, -1), '400'])).err).toContain('within a year')
})
