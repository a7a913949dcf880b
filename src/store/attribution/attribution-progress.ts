import type { Db } from '../database.ts'
import { ofService } from '../defects/defects-of-service.ts'
import { listAttributionRanges } from './attribution-ranges.ts'

/** Defects of one service whose suspects are being worked out again. */
export interface AttributionUnderWay {
  /** Undefined: those that name none. */
  readonly service: string | undefined
  /** The waiting ones were first seen from here on. */
  readonly since: number
  /** At most `COUNTED`. */
  readonly defects: number
}

/** So many are counted of one service; counting more would cost more than working some of them off. */
export const COUNTED = 10_000
const MOST_SERVICES = 100

/** What is left to be worked off, by service; empty when nothing waits. One count over an index for each service. */
export async function listAttributionsUnderWay(db: Db): Promise<AttributionUnderWay[]> {
  const found: AttributionUnderWay[] = []
  for (const { serviceId, after } of await listAttributionRanges(db, MOST_SERVICES)) {
    const waiting = db
      .selectFrom('defects')
      .select('first_seen_at')
      .where(ofService(serviceId))
      .where('merged_into_id', 'is', null)
      .where((eb) => eb(eb.refTuple('first_seen_at', 'defects.id'), '>', eb.tuple(after.firstSeenAt, after.id)))
      .orderBy('first_seen_at')
      .limit(COUNTED)
    const row = await db
      .selectFrom(waiting.as('waiting'))
      .select((eb) => [eb.fn.countAll<number>().as('defects'), eb.fn.min<number | null>('first_seen_at').as('since')])
      .executeTakeFirstOrThrow()
    if (row.since === null) continue
    const service =
      serviceId === undefined
        ? undefined
        : await db.selectFrom('services').select('name').where('id', '=', serviceId).executeTakeFirstOrThrow()
    found.push({ service: service?.name, since: Number(row.since), defects: Number(row.defects) })
  }
  return found
}

/** Whether the suspects of this defect are among them. */
export async function isAttributionUnderWay(db: Db, defectId: number): Promise<boolean> {
  const defect = await db
    .selectFrom('defects')
    .select(['service_id', 'first_seen_at'])
    .where('id', '=', defectId)
    .executeTakeFirst()
  if (!defect) return false
  const held =
    defect.service_id === null
      ? db.selectFrom('unplaced_attribution_range').select(['from_at', 'after_id'])
      : db.selectFrom('attribution_ranges').select(['from_at', 'after_id']).where('service_id', '=', defect.service_id)
  const range = await held.executeTakeFirst()
  if (!range) return false
  return defect.first_seen_at > range.from_at || (defect.first_seen_at === range.from_at && defectId > range.after_id)
}
