import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { openStore, type StoreOptions } from '../../src/store/database.ts'
import { AS_SHIPPED } from '../support/as-shipped.ts'
import { type Outcome, prepareSource } from '../support/outcome.ts'
import { addPerson } from '../support/people.ts'
import { type Ending, type LaunchedServer, type LaunchOptions, launchServer } from '../support/server-process.ts'
import { sameBuild } from './build-mark.ts'

/** Something promised, and what was seen. */
export interface Claim {
  readonly promise: string
  readonly seen: string
  readonly kept: boolean
}

export interface DrillReport {
  readonly drill: string
  /** How often the fault was provoked. */
  readonly times: number
  readonly acknowledged: number
  readonly lost: number
  readonly claims: readonly Claim[]
  /** Whatever else was measured. */
  readonly measured: Readonly<Record<string, unknown>>
}

/** A drill that cannot be done on this machine; the message says why. */
export class CannotDrill extends Error {}

/** Runs `work` with a folder that is gone afterwards. */
export const inFolder = <T>(work: (folder: string) => Promise<T>): Promise<T> => inFolderUnder(tmpdir(), work)

/** As above, in memory where there is such a file system: for files by the gigabyte that nobody keeps. */
export const inMemory = <T>(work: (folder: string) => Promise<T>): Promise<T> =>
  inFolderUnder(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), work)

async function inFolderUnder<T>(parent: string, work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(parent, 'postflight-drill-'))
  try {
    return await work(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

export const placeIn = (dataDir: string): StoreOptions => ({ dataDir, exclusive: false, writerThread: false })

/** A migrated database with a source and a user, so that starts after this one write next to nothing; its secret. */
export async function prepareIn(dataDir: string): Promise<string> {
  const secret = await prepareSource(placeIn(dataDir))
  const store = await openStore(placeIn(dataDir))
  await addPerson(store.db)
  await store.close()
  return secret
}

const checkBuild = sameBuild(resolve(import.meta.dirname, '../../dist'))

/** The server as it is shipped. @throws when that has changed since the first was launched */
export function launch(dataDir: string, options: Partial<LaunchOptions> = {}): LaunchedServer {
  checkBuild()
  const environment = { ...AS_SHIPPED.environment, ...options.environment }
  const program = [...(options.program ?? []), ...AS_SHIPPED.words]
  return launchServer({ dataDir, ...options, environment, program })
}

export async function killed(server: LaunchedServer): Promise<void> {
  server.process.kill('SIGKILL')
  await server.ended
}

/** How it ended by itself; undefined, and killed, when it did not in time. */
export async function endWithin(server: LaunchedServer, ms: number): Promise<Ending | undefined> {
  let timer: NodeJS.Timeout | undefined
  const patience = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ms)
  })
  const how = await Promise.race([server.ended, patience])
  clearTimeout(timer)
  if (how === undefined) await killed(server)
  return how
}

/** The claims that every drill ends with. */
export function nothingLostClaims(acknowledged: number, outcome: Outcome): Claim[] {
  const { effects, due } = outcome
  return [
    {
      promise: 'every acknowledged delivery is on disk',
      seen: `${outcome.lost.length} of ${acknowledged.toLocaleString('en')} lost`,
      kept: outcome.lost.length === 0 && acknowledged > 0,
    },
    {
      promise: 'each is kept once and has its effects once',
      seen: `${outcome.repeated.length} twice, ${outcome.unprocessed} without effect, ${effects.deployments} of ${due.deployments} deployments, ${effects.occurrences} of ${due.occurrences} occurrences`,
      kept:
        outcome.repeated.length === 0 &&
        outcome.unprocessed === 0 &&
        effects.deployments === due.deployments &&
        effects.occurrences === due.occurrences &&
        effects.live === due.live,
    },
    { promise: 'the database is whole', seen: outcome.integrity, kept: outcome.integrity === 'ok' },
  ]
}

export function atMost(promise: string, limitMs: number, times: readonly number[]): Claim {
  const longest = Math.max(...times)
  return { promise, seen: `${Math.round(longest)} ms at most`, kept: longest <= limitMs }
}

/** What a probe of /livez found: how long each answer took, milliseconds, until `stop`. */
export function probe(address: string, headers: Readonly<Record<string, string>> = {}): { stop(): Promise<number[]> } {
  const took: number[] = []
  let stopped = false
  const asking = (async () => {
    while (!stopped) {
      const askedAt = performance.now()
      await fetch(address, { headers, redirect: 'manual' })
        .then((answer) => answer.arrayBuffer())
        .then(
          () => took.push(performance.now() - askedAt),
          () => took.push(Number.POSITIVE_INFINITY),
        )
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  })()
  return {
    async stop() {
      stopped = true
      await asking
      return took
    },
  }
}
