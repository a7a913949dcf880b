import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { startCanary } from './canary.ts'
import { judge, placeOf } from './explained.ts'
import { againWithLoopbackAlone, canHaveLoopbackAlone, hasLoopbackAlone } from './loopback-alone.ts'
import { asked, keptBack, PASSES, type Pass } from './passes.ts'
import { type Passed, passThrough } from './passing-through.ts'
import { type SeededServer, startSeeded } from './seeded-server.ts'
import { type Finding, MODULES, runWapiti, wapitiVersion } from './wapiti.ts'

/**
 * npm run scan -- [--only nobody,admin,api] [--crawl-seconds 180] [--attack-seconds 60]
 * Has Wapiti (`apt-get install wapiti`) attack the server as it is shipped: as nobody, as an admin, and the API with a token.
 * Prints Markdown and writes reports/scan; ends with 1 when something was found that is not explained, and with 2 where it
 * cannot be done.
 */
const { values } = parseArgs({
  options: {
    only: { type: 'string', default: 'nobody,admin,api' },
    'crawl-seconds': { type: 'string', default: '180' },
    'attack-seconds': { type: 'string', default: '60' },
  },
})
const seconds = (name: 'crawl-seconds' | 'attack-seconds'): number => {
  const value = Number(values[name])
  if (!(Number.isSafeInteger(value) && value > 0)) throw new Error(`--${name} must be a whole number above 0`)
  return value
}
const limits = { crawlSeconds: seconds('crawl-seconds'), attackSeconds: seconds('attack-seconds') }
const chosen = PASSES.filter((pass) => values.only.split(',').includes(pass))
if (chosen.length === 0) throw new Error(`--only takes ${PASSES.join(', ')}`)

const version = wapitiVersion()
if (version === undefined) stopFor('Wapiti is not installed (apt-get install wapiti); nothing was scanned.')
else if (hasLoopbackAlone()) process.exitCode = await scan(version)
else if (canHaveLoopbackAlone()) process.exitCode = againWithLoopbackAlone()
else stopFor('No network namespace can be made here (unshare, ip), and attacks must not leave; nothing was scanned.')

function stopFor(reason: string): void {
  console.log(reason)
  process.exitCode = 2
}

async function scan(wapiti: string): Promise<number> {
  const reports = resolve(import.meta.dirname, '../../reports/scan')
  rmSync(reports, { recursive: true, force: true })
  const dataDir = mkdtempSync(join(tmpdir(), 'postflight-scan-'))
  const canary = await startCanary()
  const seeded = await startSeeded(dataDir, Date.now())
  console.log(`# Scan\n\nWapiti ${wapiti}: ${MODULES.join(', ')}\n`)
  try {
    const passes = []
    for (const pass of chosen) {
      const startedAt = performance.now()
      const between = await passThrough(seeded.address, keptBack[pass])
      const run = {
        ...limits,
        address: between.address,
        endpoint: canary.address,
        ...asked(pass, between.address, seeded),
      }
      const said = await runWapiti(join(reports, pass), run)
      between.close()
      const { passed } = between
      const lasted = Math.round((performance.now() - startedAt) / 1000)
      const findings = [...said, ...ofFailures(passed), ...(await ofLosses(pass, seeded)), ...ofCalls(canary.called)]
      passes.push({ pass, seconds: lasted, passed, ...judge(findings) })
      print(passes.at(-1) as PassReport)
    }
    writeFileSync(
      join(reports, 'scan.json'),
      `${JSON.stringify({ wapiti, modules: MODULES, limits, passes }, toJson, 2)}\n`,
    )
    return passes.every(({ unexplained }) => unexplained.length === 0) ? 0 : 1
  } finally {
    canary.close()
    seeded.server.process.kill('SIGTERM')
    const ending = await seeded.server.ended
    mkdirSync(reports, { recursive: true })
    writeFileSync(join(reports, 'server.log'), `${seeded.server.said()}\nended: ${ending}\n`)
    rmSync(dataDir, { recursive: true, force: true })
  }
}

/** The server's own mistakes, whether Wapiti minds them or not. */
function ofFailures({ failures }: Passed): Finding[] {
  const kind = 'Answered 500 or more'
  return failures.map(({ method, url, status }) => ({ kind, method, path: url, parameter: '', info: String(status) }))
}

/** An attack by somebody who was shut out in its course says little. */
async function ofLosses(pass: Pass, { address, session, token }: SeededServer): Promise<Finding[]> {
  const [path, headers] =
    pass === 'api'
      ? ['/api/v1/services', { authorization: `Bearer ${token}` }]
      : ['/admin/users', { cookie: `sid=${session}` }]
  const status = await fetch(address + path, { headers, redirect: 'manual' }).then(
    (answer) => answer.status,
    (error: unknown) => String(error),
  )
  if (status === 200) return []
  return [{ kind: 'Shut out', method: 'GET', path, parameter: '', info: `answered ${status} at the end` }]
}

function ofCalls(called: readonly string[]): Finding[] {
  return called.map((path) => ({ kind: 'Led to call an address', method: 'GET', path, parameter: '', info: '' }))
}

interface PassReport extends ReturnType<typeof judge> {
  readonly pass: Pass
  readonly seconds: number
  readonly passed: Passed
}

function print({ pass, seconds: lasted, passed, explained, unexplained }: PassReport): void {
  const answers = [...passed.answers].toSorted(([a], [b]) => a - b).map(([status, times]) => `${times} × ${status}`)
  console.log(`## As ${pass}, ${lasted} s\n`)
  console.log(
    `${passed.requests.toLocaleString('en')} requests, ${passed.pages.size} pages, ${passed.keptBack} kept back; ${answers.join(', ')}\n`,
  )
  for (const { by, findings } of explained) console.log(`- explained: ${findings.length} × ${by.kind}: ${by.because}`)
  for (const finding of unexplained) console.log(`- FINDING: ${finding.kind}: ${placeOf(finding)}`)
  console.log('')
}

/** JSON has no maps and sets. */
function toJson(_: string, value: unknown): unknown {
  if (value instanceof RegExp) return value.source
  if (value instanceof Set) return [...value].toSorted()
  return value instanceof Map ? Object.fromEntries(value) : value
}
