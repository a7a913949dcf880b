import { countRows } from '../counted-rows.ts'
import type { Db } from '../database.ts'

export interface StoredReport {
  readonly id: number
  readonly kind: 'release' | 'period'
  readonly title: string
  /** By name; undefined: about all of them. */
  readonly service: string | undefined
  readonly madeBy: string
  readonly madeAt: number
  readonly dataUntil: number | undefined
}

export interface StoredSnapshot extends StoredReport {
  readonly snapshotJson: string
}

export interface NewReport {
  readonly kind: 'release' | 'period'
  readonly title: string
  readonly serviceId: number | undefined
  readonly snapshotJson: string
  readonly dataUntil: number | undefined
  readonly madeBy: string
  readonly madeAt: number
}

export async function insertReport(trx: Db, report: NewReport): Promise<number> {
  const { id } = await trx
    .insertInto('report_snapshots')
    .values({
      kind: report.kind,
      title: report.title,
      service_id: report.serviceId ?? null,
      snapshot_json: report.snapshotJson,
      data_until: report.dataUntil ?? null,
      made_by: report.madeBy,
      made_at: report.madeAt,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id
}

const selectReports = (db: Db) =>
  db
    .selectFrom('report_snapshots as r')
    .leftJoin('services as s', 's.id', 'r.service_id')
    .select(['r.id', 'r.kind', 'r.title', 's.name as service', 'r.made_by', 'r.made_at', 'r.data_until'])

type Row = Awaited<ReturnType<ReturnType<typeof selectReports>['execute']>>[number]

const toReport = (row: Row): StoredReport => ({
  id: row.id,
  kind: row.kind,
  title: row.title,
  service: row.service ?? undefined,
  madeBy: row.made_by,
  madeAt: row.made_at,
  dataUntil: row.data_until ?? undefined,
})

/** Newest first. */
export async function listReports(
  db: Db,
  filter: { readonly serviceId?: number | undefined },
  { before, limit }: { readonly before?: number | undefined; readonly limit: number },
): Promise<{ rows: StoredReport[]; more: boolean }> {
  let query = selectReports(db)
  if (filter.serviceId !== undefined) query = query.where('r.service_id', '=', filter.serviceId)
  if (before !== undefined) query = query.where('r.id', '<', before)
  const rows = await query
    .orderBy('r.id', 'desc')
    .limit(limit + 1)
    .execute()
  return { rows: rows.slice(0, limit).map(toReport), more: rows.length > limit }
}

/** How many there are, counted up to one more than `most`. */
export const countReports = (db: Db, most: number): Promise<number> =>
  countRows(
    db,
    db
      .selectFrom('report_snapshots')
      .select('id')
      .limit(most + 1),
  )

export async function findReport(db: Db, id: number): Promise<StoredSnapshot | undefined> {
  const row = await selectReports(db).select('r.snapshot_json').where('r.id', '=', id).executeTakeFirst()
  return row && { ...toReport(row), snapshotJson: row.snapshot_json }
}

/** With its links. @returns whether it was there */
export async function deleteReport(trx: Db, id: number): Promise<boolean> {
  await trx.deleteFrom('report_links').where('report_id', '=', id).execute()
  const deleted = await trx.deleteFrom('report_snapshots').where('id', '=', id).executeTakeFirst()
  return Number(deleted.numDeletedRows) === 1
}

/** When the last delivery that was processed had come in; undefined: none ever was. */
export async function findDataUntil(db: Db): Promise<number | undefined> {
  const row = await db
    .selectFrom('deliveries')
    .select('received_at')
    .where('state', 'in', ['processed', 'ignored'])
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row?.received_at
}
