import { reportIdentity } from '../../core/defect/defect.ts'
import type { Db } from '../../store/database.ts'
import { findServiceOfDefect } from '../../store/defects/defect-queries.ts'
import { resolveDefect } from '../../store/defects/defects.ts'
import { findReport } from '../../store/defects/reports.ts'
import { findSourceBySlug } from '../../store/sources/sources.ts'
import { BUILT_IN_SOURCE } from '../sources/sources-admin.ts'
import { type NativeItems, READERS } from './submit-native.ts'

/**
 * Of each item the services that it would change something of, undefined standing for no service in particular: the one
 * it names, and the one of the defect that it speaks of by its id. Items that cannot be read have none; they are refused
 * for that.
 */
export async function servicesOfItems(
  db: Db,
  { kind, items, receivedAt }: NativeItems,
): Promise<(string | undefined)[][]> {
  const source = await findSourceBySlug(db, BUILT_IN_SOURCE.slug)
  const concerned: (string | undefined)[][] = []
  for (const item of items) {
    const read = READERS[kind](item, receivedAt)
    if (!read.ok) {
      concerned.push([])
      continue
    }
    const { event } = read
    // Deployments and releases are known within their service; what a report is known by may be of another.
    const held =
      event.type === 'defect' && source !== undefined
        ? await findReport(db, source.id, reportIdentity(event, 'none yet'))
        : undefined
    const known = held && [await findServiceOfDefect(db, (await resolveDefect(db, held.defectId)) ?? 0)]
    concerned.push(known ? [...known, ...(event.service === undefined ? [] : [event.service])] : [event.service])
  }
  return concerned
}
