import fc from 'fast-check'
import type { Db } from '../../src/store/database.ts'

/** Made-up histories of two services in one environment, put into the tables as they are. */

export const HOUR = 3_600_000
export const DAY = 24 * HOUR
/** Some weeks after New York put its clocks back. */
export const NOW = Date.UTC(2026, 10, 26, 3, 20)

export interface Put {
  readonly service: number
  readonly release: number
  readonly effect: 'deploy' | 'rollback'
  readonly at: number
}
export interface Seen {
  readonly service: number
  readonly release: number | null
  readonly severity: 'S1' | 'S2' | 'S3' | 'S4'
  readonly attribution: 'attributed' | 'suspected' | 'manual' | 'not-a-change'
  readonly status: 'open' | 'fixed' | 'wont-fix'
  readonly at: number
  readonly lasted: number
  readonly back: number | null
}

const ago = fc.integer({ min: 1, max: 80 * 24 * 60 }).map((minutes) => NOW - minutes * 60_000)
const services = fc.constantFrom(1, 2)
/** Two services with five releases each; every fifth is an emergency release. */
const releases = fc.integer({ min: 1, max: 5 })
export const histories = fc.record({
  puts: fc.array(
    fc.record({
      service: services,
      release: releases,
      effect: fc.constantFrom('deploy', 'deploy', 'rollback'),
      at: ago,
    }),
    { maxLength: 25 },
  ),
  seen: fc.array(
    fc.record({
      service: services,
      release: fc.option(releases, { nil: null }),
      severity: fc.constantFrom('S1', 'S2', 'S3', 'S4'),
      attribution: fc.constantFrom('attributed', 'suspected', 'manual', 'not-a-change'),
      status: fc.constantFrom('open', 'fixed', 'wont-fix'),
      at: ago,
      lasted: fc.integer({ min: 0, max: 20 * 24 * 60 }).map((minutes) => minutes * 60_000),
      back: fc.option(ago, { nil: null }),
    }),
    { maxLength: 20 },
  ),
}) as fc.Arbitrary<{ puts: Put[]; seen: Seen[] }>

export const closedAt = ({ at, lasted }: Seen): number => Math.min(NOW, at + lasted)
export const idOf = (service: number, release: number): number => service * 10 + release

/** Rolled back by the next within 72 hours, or the last that brought a release with a severe defect of its own. */
export function hasFailed(put: Put, puts: readonly Put[], seen: readonly Seen[]): boolean {
  const own = puts.filter(({ service }) => service === put.service).sort(byTime)
  const next = own[own.indexOf(put) + 1]
  if (next?.effect === 'rollback' && next.at <= put.at + 72 * HOUR) return true
  const placed = own.filter(({ release }) => release === put.release)
  const brought = placed.filter(({ effect }) => effect === 'deploy')
  const candidates = brought.length > 0 ? brought : placed
  return seen.some(
    ({ service, release, severity, attribution, at }) =>
      service === put.service &&
      release === put.release &&
      severity <= 'S2' &&
      (attribution === 'attributed' || attribution === 'manual') &&
      (candidates.findLast((one) => one.at <= at) ?? candidates[0]) === put,
  )
}

/** Of those at the same time the one that was written first comes first; `writeHistory` keeps to the order of the list. */
export const byTime = (a: Put, b: Put): number => a.at - b.at

/** Two services and their releases, into an empty database. */
export async function addReleases(db: Db): Promise<void> {
  await db
    .insertInto('sources')
    .values({ id: 1, slug: 'api', kind: 'native', name: 'API', enabled: 1, created_at: 0 })
    .execute()
  await db.insertInto('environments').values({ id: 1, name: 'production', tier: 'production', created_at: 0 }).execute()
  for (const service of [1, 2]) {
    await db
      .insertInto('services')
      .values({ id: service, name: `service-${service}`, order_policy: 'semver', created_at: 0 })
      .execute()
    for (const release of [1, 2, 3, 4, 5])
      await db
        .insertInto('releases')
        .values({
          ...{ id: idOf(service, release), service_id: service, version: `1.${release}.0`, facts_json: '{}' },
          ...{ kind: release === 5 ? 'emergency' : 'minor', order_key: '', withdrawn: 0, first_known_at: 0 },
        })
        .execute()
  }
}

/** In place of what was written before. */
export async function writeHistory(db: Db, puts: readonly Put[], seen: readonly Seen[]): Promise<void> {
  for (const table of ['generations', 'defects', 'first_deployments', 'deployments'] as const)
    await db.deleteFrom(table).execute()
  for (const [i, { service, release, effect, at }] of puts.entries())
    await db
      .insertInto('deployments')
      .values({
        ...{ id: i + 1, natural_key: String(i), source_id: 1, service_id: service, environment_id: 1 },
        ...{ release_id: idOf(service, release), facts_json: '{}', status: 'succeeded', action: 'deploy' },
        ...{ effect, at },
      })
      .execute()
  const firsts = new Map<number, Put>()
  for (const put of [...puts].sort(byTime)) {
    const id = idOf(put.service, put.release)
    if (!firsts.has(id)) firsts.set(id, put)
  }
  for (const [release_id, { service, at }] of firsts)
    await db
      .insertInto('first_deployments')
      .values({ service_id: service, environment_id: 1, release_id, at })
      .execute()
  for (const [i, defect] of seen.entries()) {
    const open = defect.status === 'open'
    await db
      .insertInto('defects')
      .values({
        ...{ id: i + 1, title: 'A defect', service_id: defect.service, environment_id: 1, severity: defect.severity },
        ...{ status: defect.status, open: open ? 1 : 0, first_seen_at: defect.at, last_seen_at: defect.at },
        ...{ detected_at: defect.at, occurrences: 1, fixed_in_json: '[]', decisions_json: '{}' },
        ...{ status_at: open ? defect.at : closedAt(defect), resolved_at: open ? null : closedAt(defect) },
        ...{ attribution: defect.attribution, attribution_method: 'test' },
        suspect_release_id: defect.release === null ? null : idOf(defect.service, defect.release),
      })
      .execute()
    if (defect.back !== null)
      await db
        .insertInto('generations')
        .values({ defect_id: i + 1, number: 2, since_at: defect.back, fixed_in_json: '[]' })
        .execute()
  }
}
