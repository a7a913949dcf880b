import { fork } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import Sqlite from 'better-sqlite3'
import { postflightCommand, type ServerProcess, startBaseline, startPostflight } from './server-process.ts'

const CONNECTIONS = [1, 16, 64] as const
const CONTESTANTS = ['no-op', 'one-transaction', 'bare', 'postflight'] as const
export type Contestant = (typeof CONTESTANTS)[number]

export interface IngestOptions {
  readonly rounds: number
  readonly seconds: number
}

/** One contestant under one number of connections for some seconds. */
export interface IngestRun {
  readonly round: number
  readonly contestant: Contestant
  readonly connections: number
  readonly perSecond: number
  /** Milliseconds, as the sender sees them. */
  readonly p50: number
  readonly p99: number
  /** Of the whole server process; undefined where /proc is missing. */
  readonly cpuMicrosPerRequest: number | undefined
  readonly peakMemoryMiB: number | undefined
  readonly acknowledged: number
  /** Rows on disk after the server was killed; undefined for no-op, which keeps none. */
  readonly kept: number | undefined
  readonly otherAnswers: Record<string, number>
}

interface LoadReport {
  readonly requests: number
  readonly seconds: number
  readonly p50: number
  readonly p99: number
  readonly accepted: number
  readonly otherAnswers: Record<string, number>
}

export const SECRET = 'a-secret-of-32-characters-length'
/** Until the compiler has seen what matters: Postflight reaches its rate in the third or fourth second. */
const WARM_UP_SECONDS = 4

/**
 * Measures all three in turn, round after round, so that whatever else the machine does meets them alike. Every server
 * starts fresh on an empty database and is killed, not stopped, before its rows are counted.
 */
export async function measureIngest(options: IngestOptions, onRun: (run: IngestRun) => void): Promise<IngestRun[]> {
  const runs: IngestRun[] = []
  for (let round = 1; round <= options.rounds; round++)
    for (const connections of CONNECTIONS)
      for (const contestant of CONTESTANTS) {
        const run = { round, ...(await measure(contestant, connections, options.seconds)) }
        onRun(run)
        runs.push(run)
      }
  return runs
}

async function measure(
  contestant: Contestant,
  connections: number,
  seconds: number,
): Promise<Omit<IngestRun, 'round'>> {
  const folder = mkdtempSync(join(tmpdir(), 'postflight-bench-'))
  try {
    const server = await startContestant(contestant, folder)
    const { report, cpuMicros } = await load(server, connections, seconds)
    const peakMemory = server.peakMemory()
    await server.kill()
    return {
      contestant,
      connections,
      perSecond: report.requests / report.seconds,
      p50: report.p50,
      p99: report.p99,
      cpuMicrosPerRequest: cpuMicros === undefined ? undefined : cpuMicros / report.requests,
      peakMemoryMiB: peakMemory === undefined ? undefined : peakMemory / 1024 ** 2,
      acknowledged: report.accepted,
      kept: contestant === 'no-op' ? undefined : countDeliveries(join(folder, 'postflight.db')),
      otherAnswers: report.otherAnswers,
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function startContestant(contestant: Contestant, folder: string): Promise<ServerProcess> {
  if (contestant !== 'postflight') return startBaseline(contestant, join(folder, 'postflight.db'), SECRET)
  const environment = { DATA_DIR: folder }
  postflightCommand(['source', 'create', 'github', '--slug', 'github', '--secret', SECRET], environment)
  return startPostflight(environment)
}

/** Runs the sender to its end; `cpuMicros` is what the server spent in the measured time. */
export async function load(server: ServerProcess, connections: number, seconds: number) {
  const words = [server.port, connections, WARM_UP_SECONDS, seconds].map(String)
  const sender = fork(resolve(import.meta.dirname, 'load.mjs'), [...words, SECRET], { execArgv: [] })
  return new Promise<{ report: LoadReport; cpuMicros: number | undefined }>((finish, fail) => {
    let before: number | undefined
    let cpuMicros: number | undefined
    sender.on('message', (message) => {
      if (message === 'measuring') before = server.cpuMicros()
      else if (message === 'measured') {
        const after = server.cpuMicros()
        cpuMicros = before === undefined || after === undefined ? undefined : after - before
      } else finish({ report: message as LoadReport, cpuMicros })
    })
    sender.once('error', fail)
    sender.once('exit', (code) => fail(new Error(`the sender ended with ${code} before it reported`)))
  })
}

function countDeliveries(file: string): number {
  const db = new Sqlite(file, { readonly: false })
  try {
    return db.prepare('select count(*) from deliveries').pluck().get() as number
  } finally {
    db.close()
  }
}
