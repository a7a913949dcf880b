import { type Kysely, sql } from 'kysely'
import { expect, test } from 'vitest'
import * as createSchema from '../../migrations/20261122T0900_create_schema.ts'
import * as addAttributionEvidence from '../../migrations/20261124T0900_add_attribution_evidence.ts'
import type { Store } from '../../src/store/database.ts'
import { ddlWords } from '../../src/store/dialect.ts'
import { describeOnEachEngine } from '../support/stores.ts'

async function emptied({ db, engine }: Store): Promise<void> {
  if (engine === 'postgres') {
    await sql.raw('drop schema public cascade').execute(db)
    await sql.raw('create schema public').execute(db)
    return
  }
  await sql.raw('pragma foreign_keys = off').execute(db)
  const all = await db.introspection.getTables()
  // A table that a view reads cannot go before it.
  for (const { name, isView } of all) if (isView) await sql.raw(`drop view ${name}`).execute(db)
  for (const { name, isView } of all) if (!isView) await sql.raw(`drop table if exists ${name}`).execute(db)
  await sql.raw('pragma foreign_keys = on').execute(db)
}

describeOnEachEngine('the migration that adds evidence for attribution', (openTestStore) => {
  test('keeps what was listed before as what is known of the commits', async () => {
    const store = await openTestStore()
    await emptied(store)
    const words = ddlWords[store.engine]
    const { db } = store
    const untyped = db as unknown as Kysely<unknown>
    await createSchema.up(untyped, words)
    for (const [id, name] of ['shop', 'search', 'quiet'].entries())
      await db
        .insertInto('services')
        .values({ id: id + 1, name, owner: null, order_policy: 'semver', repository_url: null, created_at: 0 })
        .execute()
    for (const [id, service] of [1, 1, 2].entries())
      await db
        .insertInto('releases')
        .values({
          ...{ id: id + 1, service_id: service, version: `1.${id}`, facts_json: '{}', kind: 'unknown' },
          ...{ order_key: `${id}`, withdrawn: 0, first_known_at: 0 },
        })
        .execute()
    const listed = (release_id: number, sha: string, message: string | null) => ({
      ...{ release_id, sha, message, author: 'ana', at: 5 },
    })
    await db
      .insertInto('release_commits')
      .values([listed(1, 'a', 'Retry'), listed(2, 'a', null), listed(2, 'b', null), listed(3, 'a', 'Index')])
      .execute()

    await addAttributionEvidence.up(untyped, words)

    const commits = await db
      .selectFrom('commits')
      .innerJoin('repositories', 'repositories.id', 'repository_id')
      .select(['name', 'sha', 'message', 'author', 'at', 'files_json'])
      .orderBy('name')
      .orderBy('sha')
      .execute()
    expect(commits.map(({ name, sha, message }) => [name, sha, message])).toEqual([
      ['search', 'a', 'Index'],
      ['shop', 'a', 'Retry'],
      ['shop', 'b', null],
    ])
    expect(commits[0]).toMatchObject({ author: 'ana', at: 5, files_json: '[]' })
    const stated = await db.selectFrom('release_commits').select('stated').distinct().execute()
    expect(stated).toEqual([{ stated: 1 }])
    const repositories = await db.selectFrom('repositories').select('name').orderBy('name').execute()
    expect(repositories.map(({ name }) => name)).toEqual(['search', 'shop'])
  })
})
