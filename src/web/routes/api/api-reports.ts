import { z } from 'zod'
import { formatInstant } from '../../../core/time/instant.ts'
import { readSnapshot } from '../../../operations/reports/stored-snapshot.ts'
import { findReport, listReports, type StoredReport } from '../../../store/reports/report-snapshots.ts'
import { page, resolvePlace, timeOrNull } from '../../api/api-answers.ts'
import { type reportItem, reportJson } from '../../api/api-report-schemas.ts'
import { cursorOf } from '../../api/cursor.ts'
import type { Deps } from '../../deps.ts'
import { notFoundProblem } from '../../problems.ts'
import { limitParameter, nameParameter, readQuery } from '../../query.ts'
import type { Routes } from '../../routes.ts'

export const reportsQuery = z.object({
  service: nameParameter.optional().meta({ description: 'Those about this service alone.' }),
  limit: limitParameter,
  cursor: cursorOf(z.int()).optional(),
})

/** Reports as they were made. */
export function registerReportApiRoutes(routes: Routes, { store }: Pick<Deps, 'store'>): void {
  routes.get('/api/v1/reports', { scope: 'read' }, async (c) => {
    const query = readQuery(c, reportsQuery)
    if (query instanceof Response) return query
    const place = await resolvePlace(c, store, query)
    if (place instanceof Response) return place
    const { rows, more } = await listReports(store.reader, place, { before: query.cursor, limit: query.limit })
    return page(c, rows.map(toItem), more ? rows.at(-1)?.id : undefined)
  })

  routes.get('/api/v1/reports/:id', { scope: 'read' }, async (c) => {
    const id = c.req.param('id') ?? ''
    const stored = /^[1-9]\d{0,14}$/.test(id) ? await findReport(store.reader, Number(id)) : undefined
    const report = stored && readSnapshot(stored.snapshotJson)
    if (!report) return notFoundProblem(c, 'There is no report with this id.')
    return c.json({ ...toItem(stored), report: reportJson(report) })
  })
}

const toItem = (row: StoredReport): z.output<typeof reportItem> => ({
  id: String(row.id),
  kind: row.kind,
  title: row.title,
  service: row.service ?? null,
  madeBy: row.madeBy,
  madeAt: formatInstant(row.madeAt),
  dataUntil: timeOrNull(row.dataUntil),
})
