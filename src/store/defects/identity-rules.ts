import type { IdentityRule } from '../../core/defect/identity-rules.ts'
import type { Db } from '../database.ts'

export type StoredIdentityRule = IdentityRule & { readonly id: number }

/** The rules of a source, by name. */
export async function listIdentityRules(db: Db, sourceId: number): Promise<StoredIdentityRule[]> {
  const rows = await db
    .selectFrom('identity_rules')
    .select(['id', 'kind', 'name', 'fields_json'])
    .where('source_id', '=', sourceId)
    .orderBy('kind')
    .orderBy('name')
    .execute()
  return rows.map(({ id, kind, name, fields_json }) =>
    kind === 'names' ? { id, kind } : { id, kind: 'fields', name, fields: JSON.parse(fields_json) as string[] },
  )
}

export async function insertIdentityRule(
  db: Db,
  sourceId: number,
  rule: IdentityRule,
  createdAt: number,
): Promise<void> {
  await db
    .insertInto('identity_rules')
    .values({
      source_id: sourceId,
      kind: rule.kind,
      name: rule.kind === 'fields' ? rule.name : '',
      fields_json: JSON.stringify(rule.kind === 'fields' ? rule.fields : []),
      created_at: createdAt,
    })
    .execute()
}

export async function deleteIdentityRule(
  db: Db,
  sourceId: number,
  id: number,
): Promise<{ kind: 'fields' | 'names'; name: string } | undefined> {
  const row = await db
    .deleteFrom('identity_rules')
    .where('id', '=', id)
    .where('source_id', '=', sourceId)
    .returning(['kind', 'name'])
    .executeTakeFirst()
  return row && { kind: row.kind === 'names' ? 'names' : 'fields', name: row.name }
}

/** As core/defect/identity-rules.ts numberInName reads it. */
const OUR_NUMBER = '["name","pf-%'

/**
 * Takes keys from reports of a source, a few reports at a time.
 * @param beginning of the keys; must hold no `%` and no `_`
 * @returns the defects of these reports; none when there was nothing to take
 */
export async function takeKeys(db: Db, sourceId: number, beginning: string, reports: number): Promise<number[]> {
  const rows = await db
    .selectFrom('report_keys as k')
    .innerJoin('reports as r', 'r.id', 'k.report_id')
    .select(['r.id', 'r.defect_id'])
    .distinct()
    .where('r.source_id', '=', sourceId)
    .where('k.key', 'like', `${beginning}%`)
    // A number of ours is had because a report of another source mentions it, whose rule that is.
    .where((eb) => eb.or([eb('k.mention', '=', 1), eb('k.key', 'not like', OUR_NUMBER)]))
    .limit(reports)
    .execute()
  if (rows.length === 0) return []
  await db
    .deleteFrom('report_keys')
    .where(
      'report_id',
      'in',
      rows.map(({ id }) => id),
    )
    .where('key', 'like', `${beginning}%`)
    .where((eb) => eb.or([eb('mention', '=', 1), eb('key', 'not like', OUR_NUMBER)]))
    .execute()
  // Nobody has them any more: they lead nowhere.
  await db
    .deleteFrom('defect_keys')
    .where('key', 'like', `${beginning}%`)
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom('report_keys')
            .select('report_keys.key')
            .whereRef('report_keys.key', '=', 'defect_keys.key')
            .where('report_keys.mention', '=', 0),
        ),
      ),
    )
    .execute()
  return [...new Set(rows.map(({ defect_id }) => defect_id))]
}

/** Which sources other than this one have reports with one of the keys, by key. */
export async function listOtherHolders(
  db: Db,
  sourceId: number,
  keys: readonly string[],
): Promise<Map<string, string[]>> {
  const holders = new Map<string, string[]>()
  for (let start = 0; start < keys.length; start += 500) {
    const rows = await db
      .selectFrom('report_keys as k')
      .innerJoin('reports as r', 'r.id', 'k.report_id')
      .innerJoin('sources as s', 's.id', 'r.source_id')
      .select(['k.key', 's.name'])
      .distinct()
      .where('k.key', 'in', keys.slice(start, start + 500))
      .where('r.source_id', '<>', sourceId)
      .orderBy('s.name')
      .execute()
    for (const { key, name } of rows) holders.set(key, [...(holders.get(key) ?? []), name])
  }
  return holders
}
