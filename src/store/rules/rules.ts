import type { Rule } from '../../core/rules/rule.ts'
import type { Db } from '../database.ts'

export interface RuleRow {
  readonly id: number
  readonly name: string
  readonly isOn: boolean
  readonly rule: Rule
  readonly watchesSince: number
  readonly mutedUntil: number | undefined
  readonly mutedName: string | undefined
  readonly savedAt: number
  readonly savedName: string
}

/** In the order in which they were made. */
export async function listRules(db: Db): Promise<RuleRow[]> {
  const rows = await selectRules(db).orderBy('id').execute()
  return rows.map(toRule)
}

/** Those that are on. */
export async function listWatchingRules(db: Db): Promise<RuleRow[]> {
  const rows = await selectRules(db).where('is_on', '=', 1).orderBy('id').execute()
  return rows.map(toRule)
}

export async function findRule(db: Db, id: number): Promise<RuleRow | undefined> {
  const row = await selectRules(db).where('id', '=', id).executeTakeFirst()
  return row && toRule(row)
}

interface Said {
  readonly name: string
  readonly now: number
}

export async function insertRule(
  trx: Db,
  wanted: { readonly name: string; readonly isOn: boolean; readonly rule: Rule },
  said: Said,
): Promise<number> {
  const { id } = await trx
    .insertInto('rules')
    .values({ ...toColumns(wanted, said), muted_until: null, muted_name: null, removed_at: null })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id
}

/** From now on it watches anew. @returns whether there is such a rule */
export async function updateRule(
  trx: Db,
  id: number,
  wanted: { readonly name: string; readonly isOn: boolean; readonly rule: Rule },
  said: Said,
): Promise<boolean> {
  const updated = await trx
    .updateTable('rules')
    .set(toColumns(wanted, said))
    .where('id', '=', id)
    .where('removed_at', 'is', null)
    .executeTakeFirst()
  return Number(updated.numUpdatedRows) === 1
}

const toColumns = (
  { name, isOn, rule }: { readonly name: string; readonly isOn: boolean; readonly rule: Rule },
  said: Said,
) => ({
  name,
  is_on: isOn ? (1 as const) : (0 as const),
  definition_json: JSON.stringify(rule),
  watches_since: said.now,
  saved_at: said.now,
  saved_name: said.name,
})

/** @param until undefined: not any more */
export async function muteRule(trx: Db, id: number, until: number | undefined, name: string): Promise<boolean> {
  const updated = await trx
    .updateTable('rules')
    .set({ muted_until: until ?? null, muted_name: until === undefined ? null : name })
    .where('id', '=', id)
    .where('removed_at', 'is', null)
    .executeTakeFirst()
  return Number(updated.numUpdatedRows) === 1
}

/** It is off and not listed any more; what it did stays. */
export async function removeRule(trx: Db, id: number, now: number): Promise<boolean> {
  const updated = await trx
    .updateTable('rules')
    .set({ removed_at: now, is_on: 0 })
    .where('id', '=', id)
    .where('removed_at', 'is', null)
    .executeTakeFirst()
  return Number(updated.numUpdatedRows) === 1
}

const selectRules = (db: Db) => db.selectFrom('rules').selectAll().where('removed_at', 'is', null)

const toRule = (row: Awaited<ReturnType<ReturnType<typeof selectRules>['execute']>>[number]): RuleRow => ({
  id: row.id,
  name: row.name,
  isOn: row.is_on === 1,
  rule: JSON.parse(row.definition_json) as Rule,
  watchesSince: row.watches_since,
  mutedUntil: row.muted_until ?? undefined,
  mutedName: row.muted_name ?? undefined,
  savedAt: row.saved_at,
  savedName: row.saved_name,
})
