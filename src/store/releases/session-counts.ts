import { dayOf, mergeSessions, type Sessions } from '../../core/release/sessions.ts'
import { writtenAs } from '../../core/release/version-writing.ts'
import type { Db } from '../database.ts'
import { findSetting, saveSetting } from '../settings.ts'

/** By release, environment and day. */

interface Counted extends Sessions {
  readonly serviceId: number
}

/**
 * Counts what a source says of sessions, or corrects what it said of them before under the same name.
 * @returns whether that changed anything
 */
export async function countSessions(db: Db, sourceId: number, name: string, said: Counted): Promise<boolean> {
  const row = await db
    .selectFrom('counted_sessions')
    .select(['service_id', 'version', 'environment', 'began_at', 'total', 'crashed'])
    .where('source_id', '=', sourceId)
    .where('name', '=', name)
    .executeTakeFirst()
  const held = row && {
    serviceId: row.service_id,
    version: row.version,
    environment: row.environment,
    beganAt: row.began_at,
    total: row.total,
    crashed: row.crashed,
  }
  // A source has one service; what it counted for another before it was bound stays there.
  const now: Counted = held ? { serviceId: held.serviceId, ...mergeSessions(held, said) } : said
  if (held && sameCounts(held, now)) return false
  // Whether these were counted is no longer known; once too few is what nobody is misled by.
  if (!held && said.beganAt < (await sessionsKnownSince(db))) return false
  const columns = {
    service_id: now.serviceId,
    version: now.version,
    environment: now.environment,
    began_at: now.beganAt,
    total: now.total,
    crashed: now.crashed,
  }
  await db
    .insertInto('counted_sessions')
    .values({ source_id: sourceId, name, ...columns })
    .onConflict((conflict) => conflict.columns(['source_id', 'name']).doUpdateSet(columns))
    .execute()
  if (held) await add(db, held, -1)
  await add(db, now, 1)
  return true
}

const KNOWN_SINCE = 'sessions_known_since'

/** What was said of sessions that began before is forgotten. */
const sessionsKnownSince = async (db: Db): Promise<number> =>
  Number((await findSetting(db, KNOWN_SINCE)) ?? Number.NEGATIVE_INFINITY)

/** What was said of sessions that began before `at` is about to be forgotten. */
export async function knowSessionsSince(db: Db, at: number): Promise<void> {
  if (at > (await sessionsKnownSince(db))) await saveSetting(db, KNOWN_SINCE, String(at))
}

const sameCounts = (a: Counted, b: Counted): boolean =>
  a.version === b.version &&
  a.environment === b.environment &&
  a.beganAt === b.beganAt &&
  a.total === b.total &&
  a.crashed === b.crashed

async function add(db: Db, { serviceId, version, environment, beganAt, total, crashed }: Counted, sign: 1 | -1) {
  const place = { service_id: serviceId, version, environment, day: dayOf(beganAt) }
  await db
    .insertInto('session_counts')
    .values({ ...place, total: sign * total, crashed: sign * crashed })
    .onConflict((conflict) =>
      conflict.columns(['service_id', 'version', 'environment', 'day']).doUpdateSet((eb) => ({
        total: eb('session_counts.total', '+', eb.ref('excluded.total')),
        crashed: eb('session_counts.crashed', '+', eb.ref('excluded.crashed')),
      })),
    )
    .execute()
}

/** The sessions of a release in one environment. */
export interface ReleaseSessions {
  readonly environment: string
  readonly total: number
  readonly crashed: number
  /** Midnight UTC of the first and the last day that has any. */
  readonly firstDay: number
  readonly lastDay: number
}

/** Of a release under all its names, by environment, the most sessions first; empty when none were reported. */
export async function listReleaseSessions(
  db: Db,
  release: { readonly id: number; readonly serviceId: number },
): Promise<ReleaseSessions[]> {
  const rows = await db
    .selectFrom('session_counts')
    .select((eb) => [
      'environment',
      eb.fn.sum<number>('total').as('total'),
      eb.fn.sum<number>('crashed').as('crashed'),
      eb.fn.min('day').as('first_day'),
      eb.fn.max('day').as('last_day'),
    ])
    .where('service_id', '=', release.serviceId)
    .where('version', 'in', await namesOf(db, release))
    .where('total', '>', 0)
    .groupBy('environment')
    .execute()
  return rows
    .map((row) => ({
      environment: row.environment,
      total: Number(row.total),
      crashed: Number(row.crashed),
      firstDay: Number(row.first_day),
      lastDay: Number(row.last_day),
    }))
    .sort((a, b) => b.total - a.total || (a.environment < b.environment ? -1 : 1))
}

/** Its own and those of the commits it turned out to be; with or without a `v`, unless that is another release. */
async function namesOf(db: Db, release: { readonly id: number; readonly serviceId: number }): Promise<string[]> {
  const versionsWhere = () => db.selectFrom('releases').select('version').where('service_id', '=', release.serviceId)
  const own = await versionsWhere()
    .where((eb) => eb.or([eb('id', '=', release.id), eb('alias_of_id', '=', release.id)]))
    .execute()
  const names = own.map(({ version }) => version)
  const alike = names.flatMap(writtenAs).filter((name) => !names.includes(name))
  if (alike.length === 0) return names
  const taken = (await versionsWhere().where('version', 'in', alike).execute()).map(({ version }) => version)
  return [...names, ...alike.filter((name) => !taken.includes(name))]
}
