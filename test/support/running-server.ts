import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { pino } from 'pino'
import { inject } from 'vitest'
import { readConfig } from '../../src/config.ts'
import { createApiToken } from '../../src/operations/access/api-tokens.ts'
import { type RunningServer, startServer } from '../../src/serve.ts'
import { sqliteFile } from '../../src/store/database.ts'
import { addSignedIn } from './people.ts'

/** The real server on loopback over a database of its own, as `npm start` runs it. */
export interface BareServer extends RunningServer {
  /** `http://127.0.0.1:<port>` */
  readonly base: string
  /** Lines logged as errors or worse; a healthy run has none. */
  readonly errors: readonly string[]
}

export interface TestServer extends BareServer {
  /** Sends JSON with a token that may read and write; throws unless it was taken. */
  post(path: string, body: unknown): Promise<void>
  /** A session of Ana's, to be set as the cookie `sid`. */
  readonly session: string
}

export const ANA = { email: 'ana@example.com', name: 'Ana', password: 'correct horse battery 9' }

/** As it stands after set-up: Ana is an admin and signed in. */
export async function startTestServer(env: Readonly<Record<string, string>> = {}): Promise<TestServer> {
  const bare = await startBareServer(env)
  const { store, clock } = bare.deps

  const session = await addSignedIn(store, { ...ANA, role: 'admin' }, clock())
  const scopes = ['read', 'deployments:write', 'defects:write']
  const { token } = await createApiToken(store, { name: 'test', scopes }, clock())
  return {
    ...bare,
    session,
    async post(path, body) {
      const answer = await fetch(bare.base + path, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` },
        body: JSON.stringify(body),
      })
      if (answer.status !== 202) throw new Error(`POST ${path}: ${answer.status} ${await answer.text()}`)
    },
  }
}

/** As it stands after its very first start: nobody can sign in yet. */
export async function startBareServer(env: Readonly<Record<string, string>> = {}): Promise<BareServer> {
  const dataDir = mkdtempSync(join(inject('runFolder'), 'server-'))
  // To make the schema takes ten times as long as to find that it is there.
  copyFileSync(sqliteFile(inject('runFolder')), sqliteFile(dataDir))
  const config = readConfig({ DATA_DIR: dataDir, PORT: '0', ...env })
  const errors: string[] = []
  const log = pino({ level: 'error' }, { write: (line: string) => errors.push(line) })
  const server = await startServer(config, {
    log,
    onBroken: (error) => errors.push(`the storage failed: ${String(error)}`),
  })
  return {
    ...server,
    base: server.deps.config.publicUrl,
    errors,
    async stop() {
      await server.stop()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}
