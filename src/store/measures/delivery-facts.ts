import { type RawBuilder, type SqlBool, sql } from 'kysely'
import { type Changes, NO_CHANGES } from '../../core/delivery/changes.ts'
import {
  DAY_MS,
  type DeliveryDefect,
  type DeliveryDeployment,
  type DeliveryFacts,
  EMERGENCY,
  type Period,
} from '../../core/delivery/facts.ts'
import type { Severity } from '../../core/event.ts'
import type { Db } from '../database.ts'
import { inColumn, jsonColumn } from '../dialect.ts'
import { listEmergencyReleases } from '../trends/placements.ts'
import { listChangesFrom, readChanges } from './release-changes.ts'

/** What a period's first deployment replaced, and what brought a fix first, lies before it. */
const LEAD_IN_MS = 30 * DAY_MS
const AT_ONCE = 500

export interface DeliveryPlace {
  readonly serviceId: number
  readonly service: string
  readonly environmentId: number
  readonly environment: string
}

/** What the five delivery metrics of one service in one environment are counted from; as `loadDeliveryFactsOf`. */
export async function loadDeliveryFacts(
  db: Db,
  { serviceId, service, environmentId, environment }: DeliveryPlace,
  period: Period,
  options?: DeliveryReads,
): Promise<DeliveryFacts> {
  const services = [{ id: serviceId, name: service }]
  const [facts] = await loadDeliveryFactsOf(db, services, { id: environmentId, name: environment }, period, options)
  return facts as DeliveryFacts
}

export interface DeliveryReads {
  /** False: of the defects only those with a fix are read; `expectedFailures` and the causes of failures need all. */
  readonly suspicions?: boolean
}

interface Named {
  readonly id: number
  readonly name: string
}

/** Which rows are read: of some services in one environment, since an instant. */
interface Scope {
  readonly serviceIds: readonly number[]
  readonly environmentId: number
  readonly since: number
}

/**
 * What the delivery metrics of some services in one environment are counted from, each by itself, in the order given.
 * As many reads for many services as for one. O(deployments), with `suspicions` O(deployments + severe defects): which
 * deployments failed and what releases change is kept with them (`failed_deployments`, `release_changes`).
 *
 * @returns each made when it is come to: the rows of a service are garbage before those of the next are read
 */
export async function loadDeliveryFactsOf(
  db: Db,
  services: readonly Named[],
  environment: Named,
  { from }: Period,
  { suspicions = true }: DeliveryReads = {},
): Promise<Iterable<DeliveryFacts>> {
  const since = from - LEAD_IN_MS
  const scope = { serviceIds: services.map(({ id }) => id), environmentId: environment.id, since }
  const withFix = listFixed(db, scope)
  const reading = listPlaced(db, scope)
  const [placed, changes, emergencyReleases, failed, severe, fixed, fixesOf, knownSince] = await Promise.all([
    reading,
    reading.then((found) => listChangesFrom(db, oldestReleases(found))),
    listEmergencyReleases(db),
    listFailed(db, scope),
    suspicions ? listSuspected(db, scope) : [],
    withFix,
    withFix.then((defects) => listFixesByRelease(db, defects)),
    listKnownSince(db, scope),
  ])
  // A defect with a fix is told by its own row, whatever else it stands for.
  const isFixed = new Set(fixed.map(({ id }) => id))
  const defects = [...severe.filter(({ id }) => !isFixed.has(id)), ...fixed].sort(byId)
  return (function* () {
    for (const { id, name } of services)
      yield {
        ...{ service: name, environment: environment.name },
        deployments: toDeployments(placed.get(id), {
          ...{ changes: readChanges(changes.get(id)), failed: new Set(inColumn<number>(failed.get(id))) },
          ...{ emergencyReleases, fixesOf },
        }),
        defects: defects.filter(({ serviceId }) => serviceId === id),
        knownSince: knownSince.get(id) ?? Number.MAX_SAFE_INTEGER,
      }
  })()
}

/** What put a release of one service in place, in no order, column by column as it came: they are tens of thousands. */
interface PlacedText {
  readonly ids: string | null
  readonly releases: string | null
  readonly times: string | null
  /** The rollbacks among them, and what each replaced. */
  readonly rollbacks: string | null
  readonly replaced: string | null
  /** The release that became known first. */
  readonly oldest: number | null
}

/** By service; one read of an index that holds all of it. */
async function listPlaced(
  db: Db,
  { serviceIds, environmentId, since }: Scope,
): Promise<ReadonlyMap<number, PlacedText>> {
  const groups = await db
    .selectFrom('deployments')
    .select('service_id as serviceId')
    .select([jsonColumn('id').as('ids'), jsonColumn('release_id').as('releases'), jsonColumn('at').as('times')])
    .select(jsonColumn('id', isRollback).as('rollbacks'))
    .select(jsonColumn('replaced_release_id', isRollback).as('replaced'))
    .select((eb) => eb.fn.min<number | null>('release_id').as('oldest'))
    .where('service_id', 'in', serviceIds)
    .where('environment_id', '=', environmentId)
    .where('at', '>=', since)
    .where(isPlacement)
    .groupBy('service_id')
    .execute()
  return new Map(groups.map(({ serviceId, ...text }) => [serviceId, text]))
}

const oldestReleases = (placed: ReadonlyMap<number, PlacedText>) =>
  [...placed].flatMap(([serviceId, { oldest }]) => (oldest === null ? [] : [{ serviceId, releaseId: oldest }]))

/** The ids of those that failed, by service; one read of an index that holds all of it. */
async function listFailed(
  db: Db,
  { serviceIds, environmentId, since }: Scope,
): Promise<ReadonlyMap<number, string | null>> {
  const groups = await db
    .selectFrom('failed_deployments')
    .select(['service_id as serviceId', jsonColumn('deployment_id').as('ids')])
    .where('environment_id', '=', environmentId)
    .where('at', '>=', since)
    .where('service_id', 'in', serviceIds)
    .groupBy('service_id')
    .execute()
  return new Map(groups.map(({ serviceId, ids }) => [serviceId, ids]))
}

interface Around {
  readonly changes: ReadonlyMap<number, Changes>
  readonly emergencyReleases: ReadonlySet<number>
  readonly failed: ReadonlySet<number>
  readonly fixesOf: ReadonlyMap<number, readonly number[]>
}

/** One service's, in order of time. */
function toDeployments(
  placed: PlacedText | undefined,
  { changes, emergencyReleases, failed, fixesOf }: Around,
): DeliveryDeployment[] {
  const ids = inColumn<number>(placed?.ids)
  const releaseIds = inColumn<number | null>(placed?.releases)
  const times = inColumn<number>(placed?.times)
  const replaced = inColumn<number | null>(placed?.replaced)
  const replacedBy = new Map(inColumn<number>(placed?.rollbacks).map((id, i) => [id, replaced[i]]))
  const [idOf, timeOf] = [(i: number) => ids[i] as number, (i: number) => times[i] as number]
  const inOrder = ids.map((_, i) => i).sort((a, b) => timeOf(a) - timeOf(b) || idOf(a) - idOf(b))
  const recoveries = new Map<number, number[]>()
  for (const i of inOrder) {
    const releaseId = replacedBy.get(idOf(i)) ?? undefined
    if (releaseId === undefined) continue
    const known = recoveries.get(releaseId)
    if (known) known.push(i)
    else recoveries.set(releaseId, [i])
  }
  const recoveryOf = (releaseId: number, at: number): number | undefined => {
    const recovery = recoveries.get(releaseId)?.find((later) => timeOf(later) > at)
    return recovery === undefined ? undefined : idOf(recovery)
  }
  const deployed = new Set<number>()
  return inOrder.map((i): DeliveryDeployment => {
    const releaseId = releaseIds[i] ?? undefined
    const effect = replacedBy.has(idOf(i)) ? 'rollback' : 'deploy'
    const isFirst = releaseId !== undefined && effect === 'deploy' && !deployed.has(releaseId)
    if (isFirst) deployed.add(releaseId)
    return {
      id: idOf(i),
      releaseId,
      status: 'succeeded',
      effect,
      finishedAt: timeOf(i),
      hasFailed: failed.has(idOf(i)),
      changes: isFirst ? (changes.get(releaseId) ?? NO_CHANGES) : NO_CHANGES,
      emergencyScore: releaseId !== undefined && emergencyReleases.has(releaseId) ? EMERGENCY : 0,
      mendsDeploymentIds: NONE,
      fixesDefectIds: isFirst ? (fixesOf.get(releaseId) ?? NONE) : NONE,
      recoveredById: releaseId === undefined ? undefined : recoveryOf(releaseId, timeOf(i)),
    }
  })
}

const NONE: readonly never[] = []

interface SevereDefect extends DeliveryDefect {
  readonly serviceId: number
}

/** S1 and S2, seen in the environment or in none that was named, that `part` says, by id; in two reads of an index. */
async function listSevere(
  db: Db,
  { serviceIds, environmentId, since }: Scope,
  part: RawBuilder<SqlBool>,
): Promise<(SevereDefect & { readonly fixedIn: string })[]> {
  const found = db
    .selectFrom('defects')
    .select(['id', 'service_id', 'severity', 'first_seen_at', 'attribution', 'suspect_release_id', 'fixed_in_json'])
    .where('service_id', 'in', serviceIds)
    .where('first_seen_at', '>=', since)
    .where(part)
  const parts = await Promise.all([
    found.where('environment_id', '=', environmentId).execute(),
    found.where('environment_id', 'is', null).execute(),
  ])
  const rows = parts.flat().sort(byId)
  return rows.map((row) => ({
    id: row.id,
    serviceId: row.service_id as number,
    severity: row.severity as Severity,
    openedAt: row.first_seen_at,
    attributedReleaseId: ATTRIBUTED.has(row.attribution) ? (row.suspect_release_id ?? undefined) : undefined,
    suspects: NONE,
    fixedIn: row.fixed_in_json,
  }))
}

/** A database tells them in any order, and a product of probabilities is not the same to the last digit in another. */
const byId = (a: { readonly id: number }, b: { readonly id: number }): number => a.id - b.id

/** All that is held against releases, with how probably each brought it; what no change caused is no deployment's failure. */
async function listSuspected(db: Db, scope: Scope): Promise<SevereDefect[]> {
  const defects = await listSevere(db, scope, isHeldAgainstReleases)
  const suspects = await listSuspects(
    db,
    defects.map(({ id }) => id),
  )
  return defects.map((defect) => ({ ...defect, suspects: suspects.get(defect.id) ?? NONE }))
}

/** Those of which it is said in which version they are fixed: few. */
const listFixed = (db: Db, scope: Scope) => listSevere(db, scope, isFixedInSome)

/** The defects whose fix a release is named to contain. */
async function listFixesByRelease(
  db: Db,
  fixed: Awaited<ReturnType<typeof listFixed>>,
): Promise<ReadonlyMap<number, readonly number[]>> {
  const fixes = new Map<number, number[]>()
  const named = fixed.flatMap(({ id, serviceId, fixedIn }) =>
    (JSON.parse(fixedIn) as string[]).map((version) => ({ id, serviceId, version })),
  )
  for (let start = 0; start < named.length; start += AT_ONCE) {
    const some = named.slice(start, start + AT_ONCE)
    const releases = await db
      .selectFrom('releases')
      .select(['id', 'service_id', 'version'])
      .where('service_id', 'in', [...new Set(some.map(({ serviceId }) => serviceId))])
      .where('version', 'in', [...new Set(some.map(({ version }) => version))])
      .execute()
    const idOf = new Map(releases.map(({ id, service_id, version }) => [`${service_id} ${version}`, id]))
    for (const { id, serviceId, version } of some) {
      const releaseId = idOf.get(`${serviceId} ${version}`)
      if (releaseId === undefined) continue
      const known = fixes.get(releaseId)
      if (known) known.push(id)
      else fixes.set(releaseId, [id])
    }
  }
  return fixes
}

async function listSuspects(
  db: Db,
  defectIds: readonly number[],
): Promise<ReadonlyMap<number, DeliveryDefect['suspects']>> {
  const suspects = new Map<number, { releaseId: number; probability: number }[]>()
  for (let start = 0; start < defectIds.length; start += AT_ONCE) {
    const ids = defectIds.slice(start, start + AT_ONCE)
    for (const row of await db.selectFrom('suspects').selectAll().where('defect_id', 'in', ids).execute()) {
      const suspect = { releaseId: row.release_id, probability: row.probability }
      suspects.set(row.defect_id, [...(suspects.get(row.defect_id) ?? []), suspect])
    }
  }
  return suspects
}

/** As the indexes have them. */
const SEVERE = "severity in ('S1', 'S2') and merged_into_id is null"
const isHeldAgainstReleases = sql.raw<SqlBool>(`${SEVERE} and attribution <> 'not-a-change'`)
const ATTRIBUTED: ReadonlySet<string> = new Set(['attributed', 'manual'])
const isPlacement = sql.raw<SqlBool>("effect in ('deploy', 'rollback')")
const isRollback = sql.raw<SqlBool>("effect = 'rollback'")
const isFixedInSome = sql.raw<SqlBool>(`${SEVERE} and fixed_in_json <> '[]' and attribution <> 'not-a-change'`)

/** When the first deployment of each service there became known; one without any is left out. */
async function listKnownSince(db: Db, { serviceIds, environmentId }: Scope): Promise<ReadonlyMap<number, number>> {
  const rows = await db
    .selectFrom('services')
    .select('id')
    // The first of an index for each, not the least of all.
    .select((eb) =>
      eb
        .selectFrom('deployments')
        .select('at')
        .whereRef('deployments.service_id', '=', 'services.id')
        .where('environment_id', '=', environmentId)
        .orderBy('at')
        .limit(1)
        .as('at'),
    )
    .where('id', 'in', serviceIds)
    .execute()
  return new Map(rows.flatMap(({ id, at }) => (at === null ? [] : [[id, at] as const])))
}
