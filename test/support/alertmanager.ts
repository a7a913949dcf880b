import { execFile, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { describe, inject, onTestFinished } from 'vitest'
import type { Door } from './receiver.ts'

const run = promisify(execFile)

/** A Prometheus Alertmanager of our own, as Debian packages it. */
export interface Alertmanager {
  /** As Prometheus does for as long as an alert fires, and once more with its end; instants are RFC 3339. */
  add(
    labels: Readonly<Record<string, string>>,
    alert: { readonly start: string; readonly end?: string; readonly summary: string },
  ): Promise<void>
  /** What it logged so far. */
  said(): string
}

const isInstalled = ['prometheus-alertmanager', 'amtool'].every((program) =>
  (process.env.PATH ?? '').split(delimiter).some((folder) => folder && existsSync(join(folder, program))),
)

export function describeWithAlertmanager(name: string, tests: () => void): void {
  if (!isInstalled) console.log('skipped: no Alertmanager here')
  describe.skipIf(!isInstalled)(name, tests)
}

/** Tells at once what it is given, and repeats it every second. Gone when the test ends. */
export async function startAlertmanager({ address, secret }: Pick<Door, 'address' | 'secret'>): Promise<Alertmanager> {
  const folder = mkdtempSync(join(inject('runFolder'), 'alertmanager-'))
  const file = join(folder, 'alertmanager.yml')
  writeFileSync(file, JSON.stringify(configuration(address, secret)))
  const child = spawn(
    'prometheus-alertmanager',
    [
      `--config.file=${file}`,
      `--storage.path=${folder}`,
      '--web.listen-address=127.0.0.1:0',
      // No address: it looks for no others to share alerts with.
      '--cluster.listen-address=',
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  )
  const ended = new Promise<void>((finish) => child.once('close', () => finish()))
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await ended
    rmSync(folder, { recursive: true, force: true })
  })
  const lines: string[] = []
  const said = () => lines.join('\n')
  const listening = new Promise<string>((found, fail) => {
    createInterface({ input: child.stderr }).on('line', (line) => {
      lines.push(line)
      const [, at] = /msg="Listening on" address=(\S+)/.exec(line) ?? []
      if (at) found(`http://${at}`)
    })
    child.once('error', fail)
    void ended.then(() => fail(new Error(`Alertmanager ended before it listened:\n${said()}`)))
  })
  const url = await listening
  return {
    said,
    async add(labels, { start, end, summary }) {
      const pairs = Object.entries(labels).map(([name, value]) => `${name}=${value}`)
      const times = [`--start=${start}`, ...(end === undefined ? [] : [`--end=${end}`])]
      // It would look for its settings in the home of whoever runs the tests.
      const options = { env: { PATH: process.env.PATH, HOME: folder } }
      await run(
        'amtool',
        [`--alertmanager.url=${url}`, 'alert', 'add', ...pairs, ...times, `--annotation=summary=${summary}`],
        options,
      )
    },
  }
}

/** JSON is YAML, too. */
const configuration = (address: string, secret: string) => ({
  route: {
    receiver: 'postflight',
    group_by: ['alertname'],
    group_wait: '10ms',
    group_interval: '200ms',
    repeat_interval: '1s',
  },
  receivers: [
    {
      name: 'postflight',
      webhook_configs: [{ url: address, send_resolved: true, http_config: { authorization: { credentials: secret } } }],
    },
  ],
})
