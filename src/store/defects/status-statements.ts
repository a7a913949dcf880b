import type { StatusStatement } from '../../core/defect/defect-course.ts'
import type { DefectStatus } from '../../core/event.ts'
import type { Db } from '../database.ts'

/**
 * Keeps what a report says of the state of its defect.
 * @returns whether it was not known before
 */
export async function addStatusStatement(
  db: Db,
  reportId: number,
  statement: Omit<StatusStatement, 'by'>,
): Promise<boolean> {
  const added = await db
    .insertInto('status_statements')
    .values({
      report_id: reportId,
      at: statement.at,
      status: statement.status ?? '',
      fixed_in_json: statement.fixedIn ? JSON.stringify(statement.fixedIn) : '',
      sighted: statement.sighted ? 1 : 0,
    })
    .onConflict((conflict) => conflict.columns(['report_id', 'at', 'status', 'fixed_in_json', 'sighted']).doNothing())
    .returning('at')
    .executeTakeFirst()
  return added !== undefined
}

/** What all reports of a defect said of its state; in no order. */
export async function listStatusStatements(db: Db, defectId: number): Promise<StatusStatement[]> {
  const rows = await db
    .selectFrom('status_statements as t')
    .innerJoin('reports as r', 'r.id', 't.report_id')
    .innerJoin('sources as s', 's.id', 'r.source_id')
    .select(['t.at', 't.status', 't.fixed_in_json', 't.sighted', 's.slug', 'r.identity'])
    .where('r.defect_id', '=', defectId)
    .execute()
  return rows.map((row) => ({
    at: row.at,
    status: row.status === '' ? undefined : (row.status as DefectStatus),
    fixedIn: row.fixed_in_json === '' ? undefined : (JSON.parse(row.fixed_in_json) as string[]),
    sighted: row.sighted === 1,
    by: { kind: 'report', key: `${row.slug} ${row.identity}` },
  }))
}
