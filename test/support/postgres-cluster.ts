import { execFileSync, spawn } from 'node:child_process'
import { chownSync, existsSync, mkdtempSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import pg from 'pg'
import { makeRunFolder } from './run-folder.ts'

/** A PostgreSQL server of our own, gone with the process that started it. */
export interface PostgresCluster {
  /** Of its maintenance database; the user may create others. */
  readonly url: string
  stop(): Promise<void>
}

export interface ClusterOptions {
  /** False: commits do not wait for the disk. Right for tests, wrong for measurements. */
  readonly fsync: boolean
  /** `name=value` settings of the server. */
  readonly settings?: readonly string[]
}

/** The folder that holds `initdb` and `postgres`: on the PATH, or where Debian puts them (newest first). */
export function findPostgres(): string | undefined {
  const debian = '/usr/lib/postgresql'
  const installed = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : []
  const folders = [
    ...(process.env.PATH ?? '').split(delimiter),
    ...installed.map((version) => join(debian, version, 'bin')),
  ]
  return folders.find((folder) => folder && existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')))
}

/**
 * Makes a cluster in a temporary folder and starts it on a unix socket there; nothing listens on the network.
 * @throws with the server's own words when it does not come up.
 */
export async function startPostgres(bin: string, options: ClusterOptions): Promise<PostgresCluster> {
  const identity = unprivilegedIdentity()
  const folder = options.fsync ? mkdtempSync(join(tmpdir(), 'postflight-pg-')) : makeRunFolder('postflight-pg-')
  if (identity.uid !== undefined) chownSync(folder, identity.uid, identity.gid ?? identity.uid)
  const dataFolder = join(folder, 'data')
  const locale = ['--no-locale', '--encoding=UTF8']
  execFileSync(join(bin, 'initdb'), ['-D', dataFolder, '-U', 'postgres', '-A', 'trust', '--no-sync', ...locale], {
    ...identity,
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { PATH: process.env.PATH, LC_ALL: 'C' },
  })
  const settings = [
    'listen_addresses=',
    `unix_socket_directories=${folder}`,
    'max_connections=300',
    ...(options.fsync ? [] : ['fsync=off', 'full_page_writes=off']),
    ...(options.settings ?? []),
  ].flatMap((setting) => ['-c', setting])

  // The shell waits on a pipe that only this process holds: when it ends, killed or not, the server ends as well.
  const guard = 'trap "" INT TERM; "$@" & read _; kill -QUIT $!; wait $!; rm -rf "$0"'
  const server = spawn('sh', ['-c', guard, folder, join(bin, 'postgres'), '-D', dataFolder, ...settings], {
    ...identity,
    cwd: '/',
    stdio: ['pipe', 'ignore', 'pipe'],
    env: { PATH: process.env.PATH, LC_ALL: 'C' },
  })
  let said = ''
  server.stderr.on('data', (chunk: Buffer) => {
    said = (said + chunk).slice(-4_000)
  })
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()))
  const url = `postgres://postgres@localhost/postgres?host=${encodeURIComponent(folder)}`
  await untilItAnswers(url, () => said)
  server.unref()
  return {
    url,
    async stop() {
      server.ref()
      server.stdin.end()
      await ended
    },
  }
}

/** `url` with another database in it. */
export function withDatabase(url: string, database: string): string {
  const changed = new URL(url)
  changed.pathname = `/${database}`
  return changed.href
}

/** Runs one statement outside of any transaction, as `create database` wants it. */
export async function runAsAdmin(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}

/** PostgreSQL refuses to run as root, so root becomes someone else for it. */
function unprivilegedIdentity(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {}
  for (const name of ['postgres', 'nobody'])
    try {
      const id = (flag: string) => Number(execFileSync('id', [flag, name], { stdio: ['ignore', 'pipe', 'ignore'] }))
      return { uid: id('-u'), gid: id('-g') }
    } catch {
      // No such user; the next may exist.
    }
  throw new Error('PostgreSQL will not run as root, and there is neither a user "postgres" nor "nobody" to run it as')
}

async function untilItAnswers(url: string, said: () => string): Promise<void> {
  const giveUpAt = Date.now() + 30_000
  for (;;)
    try {
      return await runAsAdmin(url, 'select 1')
    } catch (error) {
      if (Date.now() > giveUpAt) throw new Error(`PostgreSQL did not start:\n${said()}`, { cause: error })
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
}
