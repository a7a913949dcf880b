import { setFlagsFromString } from 'node:v8'
import { type Logger, pino } from 'pino'
import { refusalMessage } from './cli/refusal.ts'
import { BadConfig, type Config, describeConfig, readConfig } from './config.ts'
import { startServer } from './serve.ts'
import { version } from './version.ts'

/** EX_IOERR of sysexits.h. */
const IO_ERROR = 74
/** Two seconds more than requests under way are given to end. */
const STOP_WITHIN_MS = 10_000
/**
 * By how much of what lives V8 lets the heap grow before it collects the old generation. Left alone it waits until a
 * storm of deliveries has left 90 MB of garbage there, and is no faster for it: docs/architecture.md.
 */
const HEAP_GROWTH_PERCENT = 50

/** The process: reads the configuration, serves, and ends in order on SIGTERM or SIGINT. */
export async function main(): Promise<void> {
  setFlagsFromString(`--heap-growing-percent=${HEAP_GROWTH_PERCENT}`)
  // V8 has read how large the young generation of this thread may be. Where the option says so, it says so of every
  // thread that is started, and what each asks for itself does not count.
  setFlagsFromString('--max-semi-space-size=0')
  const config = readConfigOrExit()
  const log = pino({
    level: config.logLevel,
    redact: ['*.password', '*.secret', '*.token', '*.authorization', '*.cookie'],
  })
  log.info({ version, ...describeConfig(config) }, 'starting')
  try {
    const server = await startServer(config, {
      log,
      onBroken: (error) => {
        log.fatal({ err: error }, 'the storage failed; nothing more is acknowledged')
        process.exitCode = IO_ERROR
        // Long enough for the answers under way to say so.
        setTimeout(() => process.exit(), 1_000)
      },
    })
    stopOnSignal(async () => {
      log.info('stopping')
      killUnlessStopped(config.drainDelayMs + STOP_WITHIN_MS, log)
      await server.stop()
    })
    greet(server.deps.config.publicUrl, server.firstRun)
  } catch (error) {
    const refusal = refusalMessage(error)
    if (refusal === undefined) throw error
    log.fatal(refusal)
    process.exitCode = 1
  }
}

function readConfigOrExit(): Config {
  try {
    return readConfig(process.env)
  } catch (error) {
    if (!(error instanceof BadConfig)) throw error
    console.error(`The configuration cannot be used:\n${error.message}`)
    process.exit(1)
  }
}

/** For the person who started it: plain words on standard output, the log goes beside it. */
function greet(address: string, firstRun: Awaited<ReturnType<typeof startServer>>['firstRun']): void {
  const lines = [`Postflight is running at ${address}`]
  if (firstRun) {
    lines.push('', 'Create the first account with this link (once, within the hour):', `  ${firstRun.setupLink}`)
    if (firstRun.ingestToken)
      lines.push('', 'Token for sending deployments and defects (shown once):', `  ${firstRun.ingestToken}`)
  }
  console.log(`\n${lines.join('\n')}\n`)
}

/**
 * A thread that waits for a disk which does not answer can be neither ended nor waited for, by process.exit either.
 * What was acknowledged is on disk, so the next start is as after a crash.
 */
function killUnlessStopped(afterMs: number, log: Logger): void {
  const kill = () => {
    // Not as fatal: that would sync the log as well, to the same disk perhaps.
    log.error('the disk does not answer; ending without it')
    process.kill(process.pid, 'SIGKILL')
  }
  // It also keeps the process alive for so long: what is waited for (threads, mostly) does not.
  setTimeout(kill, afterMs)
}

function stopOnSignal(stop: () => Promise<void>): void {
  let stopping = false
  const onSignal = () => {
    // A second signal means the person does not want to wait.
    if (stopping) process.exit(130)
    stopping = true
    stop().then(
      () => process.exit(),
      (error) => {
        console.error(error)
        process.exit(1)
      },
    )
  }
  process.on('SIGTERM', onSignal)
  process.on('SIGINT', onSignal)
}
