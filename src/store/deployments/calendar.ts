import { sql } from 'kysely'
import type { ReleaseKind } from '../../core/event.ts'
import type { CalendarDay } from '../../core/time/calendar-month.ts'
import type { Db } from '../database.ts'

/** What a calendar shows of a stretch of days; one range of an index each. */

export interface DayCounts {
  readonly environmentId: number
  /** Succeeded, rollbacks included, removals not. */
  readonly deployments: number
  readonly rollbacks: number
  /** Of releases of the kind emergency. */
  readonly emergencies: number
  readonly failed: number
}

/** By the day's key; days and environments without any are left out. */
export async function countDeploymentsByDay(
  db: Db,
  days: readonly CalendarDay[],
  asked: { readonly serviceId?: number | undefined; readonly environmentId?: number | undefined },
): Promise<Map<string, DayCounts[]>> {
  const [first, last] = [days[0], days.at(-1)]
  if (!first || !last) return new Map()
  const rows = await db
    .selectFrom('deployments as d')
    .leftJoin('releases as r', 'r.id', 'd.release_id')
    .select((eb) => [
      quarterHour.as('step'),
      'd.environment_id',
      'd.status',
      'd.effect',
      eb.case().when('r.kind', '=', 'emergency').then(1).else(0).end().as('emergency'),
      eb.fn.countAll<number>().as('n'),
    ])
    .where('d.at', '>=', first.from)
    .where('d.at', '<', last.to)
    .where('d.status', 'in', ['succeeded', 'failed'])
    .$if(asked.serviceId !== undefined, (query) => query.where('d.service_id', '=', asked.serviceId as number))
    .$if(asked.environmentId !== undefined, (query) =>
      query.where('d.environment_id', '=', asked.environmentId as number),
    )
    .groupBy([quarterHour, 'd.environment_id', 'd.status', 'd.effect', 'emergency'])
    .execute()
  const counts = new Map<string, Map<number, { -readonly [name in keyof DayCounts]: DayCounts[name] }>>()
  let day = 0
  for (const { step, environment_id, status, effect, emergency, n } of [...rows].sort((a, b) => a.step - b.step)) {
    const at = step * QUARTER_HOUR_MS
    while (day < days.length - 1 && at >= (days[day] as CalendarDay).to) day++
    const { key } = days[day] as CalendarDay
    const ofDay = counts.get(key) ?? new Map()
    counts.set(key, ofDay)
    const ofPlace = ofDay.get(environment_id) ?? {
      environmentId: environment_id,
      deployments: 0,
      rollbacks: 0,
      emergencies: 0,
      failed: 0,
    }
    ofDay.set(environment_id, ofPlace)
    if (status === 'failed') ofPlace.failed += n
    else if (effect !== 'removal') {
      ofPlace.deployments += n
      if (effect === 'rollback') ofPlace.rollbacks += n
      else if (emergency === 1) ofPlace.emergencies += n
    }
  }
  return new Map(
    [...counts].map(([key, places]) => [
      key,
      [...places.values()].filter(({ deployments, failed }) => deployments + failed > 0),
    ]),
  )
}

/** Midnights of every zone fall on them. Literal on purpose: a bound number reaches SQLite as a real. */
const QUARTER_HOUR_MS = 900_000
const quarterHour = sql<number>`d.at / ${sql.lit(QUARTER_HOUR_MS)}`

export interface PlannedRelease {
  readonly service: string
  readonly version: string
  readonly kind: ReleaseKind
  readonly plannedAt: number
  /** Undefined while it has not been deployed to production. */
  readonly firstProductionAt: number | undefined
}

/** Releases planned for then, in order of time, at most `limit`; those taken back are left out. */
export async function listPlanned(
  db: Db,
  { from, to }: { readonly from: number; readonly to: number },
  asked: { readonly serviceId?: number | undefined },
  limit: number,
): Promise<PlannedRelease[]> {
  const rows = await db
    .selectFrom('releases as r')
    .innerJoin('services as s', 's.id', 'r.service_id')
    .select(['s.name', 'r.version', 'r.kind', 'r.planned_at', 'r.first_production_at'])
    .where('r.planned_at', '>=', from)
    .where('r.planned_at', '<', to)
    .where('r.alias_of_id', 'is', null)
    .where('r.withdrawn', '=', 0)
    .$if(asked.serviceId !== undefined, (query) => query.where('r.service_id', '=', asked.serviceId as number))
    .orderBy('r.planned_at')
    .orderBy('r.id')
    .limit(limit)
    .execute()
  return rows.map((row) => ({
    service: row.name,
    version: row.version,
    kind: row.kind as ReleaseKind,
    plannedAt: row.planned_at as number,
    firstProductionAt: row.first_production_at ?? undefined,
  }))
}
