import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { resolve } from 'node:path'
import { AS_SHIPPED } from '../test/support/as-shipped.ts'

const root = resolve(import.meta.dirname, '..')

/** A server under measurement, in a process of its own. */
export interface ServerProcess {
  readonly port: number
  /** CPU time of all its threads so far, microseconds; undefined where /proc is missing. */
  cpuMicros(): number | undefined
  /** Its largest resident memory so far, bytes. */
  peakMemory(): number | undefined
  /** The last it said, for when something goes wrong. */
  said(): string
  /** Ends it without warning, as a crash would. */
  kill(): Promise<void>
}

/** What baseline-server.mjs can be. */
export type Baseline = 'no-op' | 'one-transaction' | 'bare'

/** Postflight as it is shipped: compiled, default settings. `environment` is added to the variables of this process. */
export function startPostflight(environment: Record<string, string>): Promise<ServerProcess> {
  return startServer((port) => [...AS_SHIPPED.words, port], { ...AS_SHIPPED.environment, ...environment })
}

export function startBaseline(kind: Baseline, file: string, secret: string): Promise<ServerProcess> {
  return startServer((port) => [resolve(root, 'bench/baseline-server.mjs'), kind, port, file], { SECRET: secret })
}

/** Runs a command of the compiled CLI and returns what it printed. */
export function postflightCommand(words: readonly string[], environment: Record<string, string>): string {
  return execFileSync(process.execPath, [resolve(root, 'dist/src/cli/main.js'), ...words], {
    env: { ...process.env, ...environment },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}

async function startServer(
  words: (port: string) => readonly string[],
  environment: Record<string, string>,
): Promise<ServerProcess> {
  const port = await freePort()
  const child = spawn(process.execPath, words(String(port)), {
    env: { ...process.env, LOG_LEVEL: 'warn', SOURCE_RATE: '0', ...environment, HOST: '127.0.0.1', PORT: String(port) },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      said = (said + chunk).slice(-4_000)
    })
  const ended = new Promise<void>((finish) => child.once('exit', () => finish()))
  process.once('exit', () => child.kill('SIGKILL'))
  await untilItListens(port, child, () => said)
  return {
    port,
    cpuMicros: () => cpuMicros(child),
    peakMemory: () => peakMemory(child),
    said: () => said,
    async kill() {
      child.kill('SIGKILL')
      await ended
    },
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await new Promise((listening) => probe.once('listening', listening))
  const { port } = probe.address() as AddressInfo
  await new Promise((closed) => probe.close(closed))
  return port
}

async function untilItListens(port: number, child: ChildProcess, said: () => string): Promise<void> {
  const giveUpAt = Date.now() + 60_000
  for (;;) {
    const answer = await fetch(`http://127.0.0.1:${port}/healthz`).catch(() => undefined)
    if (answer) return
    if (child.exitCode !== null || Date.now() > giveUpAt) throw new Error(`the server did not start:\n${said()}`)
    await new Promise((next) => setTimeout(next, 50))
  }
}

/** Linux counts in ticks of 10 ms. */
const MICROS_PER_TICK = 10_000

function cpuMicros(child: ChildProcess): number | undefined {
  const stat = readProc(child, 'stat')
  if (!stat) return undefined
  // The second field is the program's name in brackets and may hold spaces.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) * MICROS_PER_TICK
}

function peakMemory(child: ChildProcess): number | undefined {
  const kib = /^VmHWM:\s+(\d+) kB/m.exec(readProc(child, 'status') ?? '')?.[1]
  return kib ? Number(kib) * 1024 : undefined
}

function readProc(child: ChildProcess, file: string): string | undefined {
  try {
    return readFileSync(`/proc/${child.pid}/${file}`, 'utf8')
  } catch {
    return undefined
  }
}
