import { rmSync } from 'node:fs'
import pg from 'pg'
import type { TestProject } from 'vitest/node'
import { openStore, type StoreOptions } from '../../src/store/database.ts'
import type { Engine } from '../../src/store/dialect.ts'
import { findPostgres, runAsAdmin, startPostgres, withDatabase } from './postgres-cluster.ts'
import { learnToEmpty, type TestPostgres } from './postgres-databases.ts'
import { makeRunFolder } from './run-folder.ts'

/**
 * Once per project of a run: migrated databases for every test to copy. The project `postgres` starts a server when there
 * is one; TEST_POSTGRES_URL names another to use, whose user must be allowed to create databases.
 */
declare module 'vitest' {
  interface ProvidedContext {
    /** Everything a run leaves on disk lies in it and goes with it; holds a migrated SQLite file to copy. */
    runFolder: string
    /** Of the project `postgres` alone, and absent where there is none. */
    postgres: TestPostgres | undefined
    /** What tests of each engine run on. */
    engine: Engine
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = makeRunFolder('postflight-test-run-')
  await migrateOnce({ dataDir: folder })
  project.provide('runFolder', folder)

  const onPostgres = project.name === 'postgres'
  project.provide('engine', onPostgres ? 'postgres' : 'sqlite')
  const server = onPostgres ? await somePostgres() : undefined
  const template = `postflight_template_${process.pid}_${project.name}`
  if (server) {
    await runAsAdmin(server.url, `create database ${template}`)
    await migrateOnce({ dataDir: folder, databaseUrl: withDatabase(server.url, template) })
    const emptying = await withClient(withDatabase(server.url, template), learnToEmpty)
    project.provide('postgres', { url: server.url, template, strategy: server.strategy, emptying })
  } else {
    project.provide('postgres', undefined)
    if (onPostgres) console.log('skipped: no PostgreSQL here')
  }

  return async () => {
    rmSync(folder, { recursive: true, force: true })
    if (!server) return
    await runAsAdmin(server.url, `drop database ${template} with (force)`)
    await server.stop()
  }
}

async function migrateOnce(options: Pick<StoreOptions, 'dataDir' | 'databaseUrl'>): Promise<void> {
  const store = await openStore({ ...options, exclusive: false, writerThread: false })
  await store.close()
}

interface SomePostgres {
  readonly url: string
  /** The end of a `create database`: how it copies. */
  readonly strategy: string
  stop(): Promise<void>
}

async function somePostgres(): Promise<SomePostgres | undefined> {
  const given = process.env.TEST_POSTGRES_URL
  if (given) return { url: given, strategy: '', stop: async () => {} }
  const bin = findPostgres()
  if (!bin) return undefined
  // Statistics that come when they like would make plans depend on how long a test took; nothing here runs long enough
  // for compiling it to pay.
  const cluster = await startPostgres(bin, { fsync: false, settings: ['autovacuum=off', 'jit=off'] })
  // Ours waits for no disk, where copying files is half the work of logging every page; before 15 there was no choice.
  const strategy = (await majorVersion(cluster.url)) >= 15 ? 'strategy file_copy' : ''
  return { url: cluster.url, strategy, stop: () => cluster.stop() }
}

const majorVersion = (url: string): Promise<number> =>
  withClient(url, async (client) => {
    const { rows } = await client.query<{ version: string }>(`select current_setting('server_version') as version`)
    return Number.parseInt(rows[0]?.version ?? '', 10)
  })

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}
