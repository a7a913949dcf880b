import { rmSync } from 'node:fs'
import { type Kysely, Migrator, sql } from 'kysely'
import { expect, test } from 'vitest'
import { migrationsFor } from '../../migrations/index.ts'
import { openStore, type StoreOptions, sqliteFile } from '../../src/store/database.ts'
import { ddlWords, kyselyOnPostgres, kyselyOnSqlite, openSqliteConnection } from '../../src/store/dialect.ts'
import type { Database } from '../../src/store/schema.ts'
import { processingOn } from '../support/processing.ts'
import { describeOnEachEngine, type OpenTestStore } from '../support/stores.ts'

/** A database as the versions up to a migration left it. */
async function placeAt(
  openTestStore: OpenTestStore,
  last: string,
  fill: (db: Kysely<Database>) => Promise<void>,
): Promise<StoreOptions> {
  const place = await openTestStore.newPlace()
  const db = await emptyDatabase(place)
  const migrations = Object.entries(migrationsFor(ddlWords[openTestStore.engine])).filter(([name]) => name <= last)
  const migrator = new Migrator({ db, provider: { getMigrations: async () => Object.fromEntries(migrations) } })
  const { error } = await migrator.migrateToLatest()
  expect(error).toBeUndefined()
  await fill(db)
  await db.destroy()
  return place
}

async function emptyDatabase({ databaseUrl, dataDir }: StoreOptions): Promise<Kysely<Database>> {
  if (databaseUrl) {
    const db = kyselyOnPostgres(databaseUrl, 1)
    await sql`drop schema public cascade`.execute(db)
    await sql`create schema public`.execute(db)
    return db
  }
  rmSync(sqliteFile(dataDir))
  return kyselyOnSqlite(openSqliteConnection(sqliteFile(dataDir)))
}

const run = (db: Kysely<Database>, ...statements: string[]) =>
  statements.reduce(async (before, statement) => {
    await before
    await sql.raw(statement).execute(db)
  }, Promise.resolve())

describeOnEachEngine('an upgrade from the first schema', (openTestStore) => {
  test('keeps what was said and decided, and works out the rest after the start', async () => {
    const place = await placeAt(openTestStore, '20261122T0900_create_schema', (db) =>
      run(
        db,
        `insert into services (id, name, order_policy, created_at) values (1, 'web', 'semver', 0)`,
        `insert into environments (id, name, tier, created_at) values (1, 'production', 'production', 0)`,
        `insert into sources (id, slug, kind, name, created_at) values (1, 'api', 'native', 'API', 0)`,
        ...['1.0.0', '1.1.0', '999.9.9'].map(
          (version, i) =>
            `insert into releases (id, service_id, version, facts_json, kind, order_key, first_known_at, first_deployed_at)
             values (${i + 1}, 1, '${version}', '{}', 'unknown', 'old ${i}', ${i + 1}, ${i < 2 ? i + 1 : null})`,
        ),
        ...[1, 2].map(
          (id) => `insert into defects (id, title, service_id, severity, status, open, first_seen_at, last_seen_at,
            detected_at, occurrences, status_at, fixed_in_json, decisions_json, attribution, attribution_method)
            values (${id}, 'Slow', 1, 'S3', 'fixed', 0, 1, 1, 1, 1, 5, '${id === 1 ? '["1.1.0"]' : '[]'}',
            '${id === 1 ? '{"status":{"value":"fixed","at":5,"by":"Ana","reason":"shipped"}}' : '{}'}', 'unattributed', 'm')`,
        ),
        ...[1, 2].map(
          (id) => `insert into reports (id, source_id, identity, defect_id, facts_json, first_seen_at, last_seen_at,
            first_said_at, occurrences) values (${id}, 1, 'r${id}', ${id},
            '{"latest":{"service":{"value":"web","at":1},"status":{"value":"${id === 1 ? 'open' : 'verified'}","at":4}},"earliest":{}}',
            1, 1, 1, 1)`,
        ),
        `insert into sightings (report_id, key, seen_at, count) values (1, 's', 1, 1)`,
      ),
    )
    const store = await openStore(place)
    try {
      const { processor } = await processingOn(store)
      await processor.runUntilIdle()
      const defects = await store.db
        .selectFrom('defects')
        .select(['status', 'status_at', 'fixed_in_json', 'ever_fixed', 'decisions_json'])
        .orderBy('id')
        .execute()
      expect(defects).toMatchObject([
        { status: 'fixed', status_at: 5, fixed_in_json: '["1.1.0"]', ever_fixed: 1 },
        { status: 'verified', status_at: 4, fixed_in_json: '[]', ever_fixed: 1, decisions_json: '{}' },
      ])
      expect(JSON.parse(defects[0]?.decisions_json ?? '')).toEqual({
        statements: [{ at: 5, by: 'Ana', status: 'fixed', reason: 'shipped', fixedIn: ['1.1.0'] }],
      })
      const releases = await store.db
        .selectFrom('releases')
        .select(['version', 'kind', 'quarantine'])
        .orderBy('order_key')
        .execute()
      expect(releases).toEqual([
        { version: '999.9.9', kind: 'unknown', quarantine: 'is all nines, as placeholders are' },
        { version: '1.0.0', kind: 'major', quarantine: null },
        { version: '1.1.0', kind: 'minor', quarantine: null },
      ])
    } finally {
      await store.close()
    }
  })
})

describeOnEachEngine('an upgrade to times of their own', (openTestStore) => {
  test('fills them from what was kept until then', async () => {
    const defect = (id: number, status: string, generation = 1) =>
      `insert into defects (id, title, severity, status, open, first_seen_at, last_seen_at, detected_at, occurrences,
        status_at, generation, attribution, attribution_method)
        values (${id}, 'Slow', 'S3', '${status}', ${status === 'open' ? 1 : 0}, 10, 10, 12, 1, 90, ${generation}, '-', 'm')`
    const report = (id: number, saidAt: number) =>
      `insert into reports (id, source_id, identity, defect_id, facts_json, first_said_at, occurrences)
        values (${id}, 1, 'r${id}', ${id}, '{}', ${saidAt}, 1)`
    const done = (id: number, defectId: number, at: number, kind: string, detail: string) =>
      `insert into activities (id, defect_id, at, kind, detail_json) values (${id}, ${defectId}, ${at}, '${kind}', '${detail}')`
    const place = await placeAt(openTestStore, '20261204T0900_add_attribution_model', (db) =>
      run(
        db,
        `insert into sources (id, slug, kind, name, created_at) values (1, 'api', 'native', 'API', 0)`,
        ...[defect(1, 'open'), defect(2, 'verified', 2), defect(3, 'wont-fix'), defect(4, 'open')],
        ...[report(1, 11), report(2, 15)],
        `insert into status_statements (report_id, at, status, fixed_in_json, sighted) values (1, 40, 'triaged', '', 0)`,
        `insert into generations (defect_id, number, since_at, fixed_at, fixed_in_json) values (2, 1, 10, 30, '[]')`,
        `insert into generations (defect_id, number, since_at, fixed_at, fixed_in_json) values (2, 2, 50, 70, '[]')`,
        done(1, 1, 30, 'assignee', '{"from":3,"to":null}'),
        done(2, 1, 35, 'assignee', '{"from":null,"to":3}'),
        done(3, 3, 45, 'status', '{"from":"open","to":"in-progress"}'),
        done(4, 4, 45, 'comment', '{"text":"to"}'),
      ),
    )
    const store = await openStore(place)
    try {
      const defects = await store.db
        .selectFrom('defects')
        .select(['id', 'reported_at', 'acknowledged_at', 'mitigated_at', 'resolved_at'])
        .orderBy('id')
        .execute()
      expect(defects.map(Object.values)).toEqual([
        [1, 12, 35, null, null],
        [2, 15, null, null, 70],
        [3, 12, 45, null, 90],
        [4, 12, null, null, null],
      ])
    } finally {
      await store.close()
    }
  })
})
