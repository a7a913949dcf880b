import { spawn, spawnSync } from 'node:child_process'
import { createWriteStream, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { z } from 'zod'

/** All of its modules but two: `nikto` and `wapp` fetch what they look for from the internet first. */
export const MODULES = [
  'backup',
  'blindsql',
  'brute_login_form',
  'buster',
  'cookieflags',
  'crlf',
  'csp',
  'csrf',
  'exec',
  'file',
  'htaccess',
  'http_headers',
  'methods',
  'permanentxss',
  'redirect',
  'shellshock',
  'sql',
  'ssrf',
  'xss',
  'xxe',
] as const

export interface WapitiRun {
  readonly address: string
  /** Loopback; where it would have the server call. */
  readonly endpoint: string
  readonly startAt?: readonly string[]
  readonly headers?: readonly string[]
  readonly cookie?: { readonly name: string; readonly value: string }
  readonly crawlSeconds: number
  /** For each module; it ends after the address that it is at. */
  readonly attackSeconds: number
}

/** Something that a scanner found, as it says it. */
export interface Finding {
  readonly kind: string
  readonly method: string
  readonly path: string
  readonly parameter: string
  readonly info: string
}

/** Its version; undefined where it is not installed. */
export function wapitiVersion(): string | undefined {
  const { stdout } = spawnSync('wapiti', ['--version'], { encoding: 'utf8' })
  return /Wapiti[- ](\d[\w.]*)/.exec(stdout ?? '')?.[1]
}

/**
 * Runs it to its end; what it says goes to `wapiti.log` in the folder.
 * @throws when it ends without a report
 */
export async function runWapiti(folder: string, run: WapitiRun): Promise<Finding[]> {
  mkdirSync(folder, { recursive: true })
  const report = join(folder, 'report.json')
  const words = ['-u', `${run.address}/`, '--scope', 'folder', '--no-bugreport', '--endpoint', run.endpoint]
  words.push('-m', MODULES.join(','), '-l', '2', '-v', '1', '-f', 'json', '-o', report)
  words.push('--store-session', join(folder, 'session'), '--store-config', join(folder, 'config'))
  words.push('--depth', '6', '--max-links-per-page', '60', '--max-files-per-dir', '12', '--timeout', '10')
  words.push('--max-scan-time', String(run.crawlSeconds), '--max-attack-time', String(run.attackSeconds))
  for (const address of run.startAt ?? []) words.push('-s', address)
  for (const header of run.headers ?? []) words.push('-H', header)
  if (run.cookie) words.push('-c', writeCookie(folder, run))
  const child = spawn('wapiti', words, {
    cwd: folder,
    env: { PATH: process.env.PATH, HOME: folder, LANG: 'C.UTF-8', PYTHONWARNINGS: 'ignore', PYTHONUNBUFFERED: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const killWithUs = () => child.kill('SIGKILL')
  process.once('exit', killWithUs)
  const ended = new Promise((resolve) => child.once('close', resolve))
  await Promise.all([
    pipeline(child.stdout, createWriteStream(join(folder, 'wapiti.log'))),
    pipeline(child.stderr, createWriteStream(join(folder, 'wapiti-errors.log'))),
  ])
  const code = await ended
  process.off('exit', killWithUs)
  if (code !== 0) throw new Error(`wapiti ended with ${code}; see ${folder}/wapiti-errors.log`)
  return readReport(readFileSync(report, 'utf8'))
}

function writeCookie(folder: string, { address, cookie }: WapitiRun): string {
  const file = join(folder, 'cookies.json')
  const { name = '', value } = cookie ?? {}
  const host = new URL(address).hostname
  writeFileSync(
    file,
    JSON.stringify({ [host]: { '/': { [name]: { value, version: 0, expires: null, port: null, secure: false } } } }),
  )
  return file
}

const found = z.record(
  z.string(),
  z.array(
    z.object({
      method: z.string(),
      path: z.string(),
      info: z.string(),
      parameter: z.string().nullish(),
    }),
  ),
)
const reportSchema = z.object({ vulnerabilities: found, anomalies: found, additionals: found })

/** @throws ZodError when it is no report of Wapiti's */
export function readReport(json: string): Finding[] {
  const { vulnerabilities, anomalies, additionals } = reportSchema.parse(JSON.parse(json))
  return [vulnerabilities, anomalies, additionals].flatMap((group) =>
    Object.entries(group).flatMap(([kind, all]) =>
      all.map(({ parameter, ...finding }) => ({ kind, ...finding, parameter: parameter ?? '' })),
    ),
  )
}
