import { afterAll, beforeAll, expect } from 'vitest'
import { createApiToken } from '../../src/operations/access/api-tokens.ts'
import { createSource } from '../../src/operations/sources/sources-admin.ts'
import { type BareServer, startBareServer } from './running-server.ts'

/** The real server, with doors for senders that run on this machine. */
export interface Receiver {
  /**
   * A source of its own: what comes through one door does not mix with what comes through another.
   * @param secret generated unless given
   */
  open(kind: string, secret?: string): Promise<Door>
}

/** Where one sender delivers to, and what became of that once all of it is worked out. */
export interface Door {
  readonly address: string
  readonly secret: string
  /** In order of arrival. */
  deliveries(): Promise<{ state: string; event: string | null; reason: string | null }[]>
  /** How many of them came again and were told apart. */
  repeats(): Promise<number>
  /** In order of time. */
  deployments(): Promise<ReceivedDeployment[]>
  /** In order of their titles. */
  defects(): Promise<ReceivedDefect[]>
}

export interface ReceivedDeployment {
  readonly service: string
  readonly environment: string
  readonly version: string | null
  readonly status: string
  readonly action: string
}

export interface ReceivedDefect {
  readonly title: string
  readonly service: string | null
  readonly environment: string | null
  readonly version: string | null
  readonly severity: string | null
  readonly status: string
  readonly occurrences: number
}

/** Runs for the tests of one file; in the end nothing may have been logged as an error. */
export function useReceiver(): Receiver {
  let server: BareServer
  let doors = 0
  beforeAll(async () => {
    server = await startBareServer()
  })
  afterAll(async () => {
    await server.stop()
    expect(server.errors).toEqual([])
  })
  return {
    async open(kind, secret) {
      const { store, secretBox, clock } = server.deps
      const source = await createSource(store, secretBox, { kind, slug: `${kind}-${doors++}`, secret }, clock())
      return { address: `${server.base}/hooks/${source.slug}`, secret: source.secret, ...whatCame(server, source) }
    },
  }
}

function whatCame({ base, deps: { store, processor, clock } }: BareServer, source: { id: number; slug: string }) {
  return {
    async deliveries() {
      await processor.runUntilIdle()
      return await store.db
        .selectFrom('deliveries')
        .select(['state', 'event', 'reason'])
        .where('source_id', '=', source.id)
        .orderBy('id')
        .execute()
    },
    async repeats() {
      const { token } = await createApiToken(store, { name: 'test', scopes: ['read'] }, clock())
      const metrics = await (await fetch(`${base}/metrics`, { headers: { authorization: `Bearer ${token}` } })).text()
      return Number(new RegExp(`duplicates_total\\{source="${source.slug}"\\} (\\d+)`).exec(metrics)?.[1] ?? 0)
    },
    async deployments() {
      await processor.runUntilIdle()
      return await store.db
        .selectFrom('deployments')
        .innerJoin('services', 'services.id', 'deployments.service_id')
        .innerJoin('environments', 'environments.id', 'deployments.environment_id')
        .leftJoin('releases', 'releases.id', 'deployments.release_id')
        .select(['services.name as service', 'environments.name as environment', 'releases.version'])
        .select(['deployments.status', 'deployments.action'])
        .where('source_id', '=', source.id)
        .orderBy('deployments.at')
        .execute()
    },
    async defects() {
      await processor.runUntilIdle()
      return await store.db
        .selectFrom('defects')
        .innerJoin('reports', 'reports.defect_id', 'defects.id')
        .leftJoin('services', 'services.id', 'defects.service_id')
        .leftJoin('environments', 'environments.id', 'defects.environment_id')
        .select(['title', 'services.name as service', 'environments.name as environment'])
        .select(['stated_version as version', 'severity', 'status', 'defects.occurrences'])
        .where('reports.source_id', '=', source.id)
        .orderBy('title')
        .execute()
    },
  }
}
