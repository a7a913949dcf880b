import { type ChildProcess, spawn } from 'node:child_process'
import { resolve } from 'node:path'
import { createInterface } from 'node:readline'

const root = resolve(import.meta.dirname, '../..')
/** As in development, so that tests need no build; drills run what is shipped (as-shipped.ts). */
const FROM_SOURCE = ['--import', 'tsx', resolve(root, 'src/main.ts')]

export interface LaunchOptions {
  readonly dataDir: string
  readonly databaseUrl?: string | undefined
  /** Added to a bare environment: nothing of the caller's own but PATH. */
  readonly environment?: Readonly<Record<string, string>>
  /** What Node is to run. */
  readonly program?: readonly string[]
  /** A command that runs the server, as `unshare …` does. */
  readonly within?: readonly string[]
}

/** How a process ended: its exit code, or the signal that ended it. */
export type Ending = number | NodeJS.Signals

/** The real server in a process of its own, on a port that it chose. */
export interface LaunchedServer {
  readonly process: ChildProcess
  /** `http://127.0.0.1:<port>`; rejects when it ends before it listens, with the ending and what it said. */
  readonly listening: Promise<string>
  readonly ended: Promise<Ending>
  /** What it said so far on both streams. */
  said(): string
}

export function launchServer(options: LaunchOptions): LaunchedServer {
  const [command = '', ...words] = [...(options.within ?? []), process.execPath, ...(options.program ?? FROM_SOURCE)]
  const child = spawn(command, words, {
    env: {
      PATH: process.env.PATH,
      PORT: '0',
      LOG_LEVEL: 'error',
      // What it can take is tested, not what it is let take.
      SOURCE_RATE: '0',
      DATA_DIR: options.dataDir,
      ...(options.databaseUrl && { DATABASE_URL: options.databaseUrl }),
      ...options.environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const killWithUs = () => child.kill('SIGKILL')
  process.once('exit', killWithUs)
  const lines: string[] = []
  const said = () => lines.join('\n')
  const ended = new Promise<Ending>((finish, fail) => {
    child.once('error', fail)
    // Not `exit`: what it said last should have been heard.
    child.once('close', (code, signal) => {
      process.off('exit', killWithUs)
      finish(code ?? signal ?? Number.NaN)
    })
  })
  const listening = new Promise<string>((found, fail) => {
    for (const stream of [child.stdout, child.stderr])
      createInterface({ input: stream }).on('line', (line) => {
        lines.push(line)
        const [, address] = /running at (http:\/\/127\.0\.0\.1:\d+)/.exec(line) ?? []
        if (address) found(address)
      })
    ended.then((how) => fail(new Error(`the server ended (${how}) before it listened:\n${said()}`)), fail)
  })
  // Whoever waits only for the end need not care.
  listening.catch(() => {})
  return { process: child, listening, ended, said }
}
