import { type RawBuilder, type SqlBool, sql } from 'kysely'
import {
  DAY_MS,
  type DeliveryDefect,
  type DeliveryDeployment,
  type DeliveryFacts,
  EMERGENCY,
  type Period,
} from '../../core/delivery/facts.ts'
import type { DeploymentEffect } from '../../core/deployment/timeline.ts'
import type { Severity } from '../../core/event.ts'
import type { Db } from '../database.ts'
import { columnAsJson, inColumn, numbersAsRows } from '../dialect.ts'
import { listEmergencyReleases } from '../trends/placements.ts'

/** What a period's first deployment replaced, and what brought a fix first, lies before it. */
const LEAD_IN_MS = 30 * DAY_MS
const AT_ONCE = 500
const IDS_AT_ONCE = 5_000

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
 * deployments failed is kept with them (`failed_deployments`).
 */
export async function loadDeliveryFactsOf(
  db: Db,
  services: readonly Named[],
  environment: Named,
  { from }: Period,
  { suspicions = true }: DeliveryReads = {},
): Promise<DeliveryFacts[]> {
  const since = from - LEAD_IN_MS
  const scope = { serviceIds: services.map(({ id }) => id), environmentId: environment.id, since }
  const placed = listPlaced(db, scope)
  const withFix = listFixed(db, scope)
  const [rows, commits, emergencyReleases, failed, severe, fixed, fixesOf, knownSince] = await Promise.all([
    placed,
    placed.then((deployed) => listCommits(db, deployed)),
    listEmergencyReleases(db),
    listFailed(db, scope),
    suspicions ? listSuspected(db, scope) : [],
    withFix,
    withFix.then((defects) => listFixesByRelease(db, defects)),
    listKnownSince(db, scope),
  ])
  const deployments = byService(
    rows,
    ({ serviceId }) => serviceId,
    (own) => toDeployments(own, { commits, emergencyReleases, failed, fixesOf }),
  )
  // A defect with a fix is told by its own row, whatever else it stands for.
  const isFixed = new Set(fixed.map(({ id }) => id))
  const defects = byService(
    [...severe.filter(({ id }) => !isFixed.has(id)), ...fixed],
    ({ serviceId }) => serviceId,
    (own): readonly DeliveryDefect[] => own,
  )
  return services.map(({ id, name }) => ({
    ...{ service: name, environment: environment.name },
    ...{ deployments: deployments.get(id) ?? [], defects: defects.get(id) ?? [] },
    knownSince: knownSince.get(id) ?? Number.MAX_SAFE_INTEGER,
  }))
}

function byService<Row, Made>(
  rows: readonly Row[],
  serviceOf: (row: Row) => number,
  make: (own: readonly Row[]) => Made,
): ReadonlyMap<number, Made> {
  const groups = new Map<number, Row[]>()
  for (const row of rows) {
    const group = groups.get(serviceOf(row))
    if (group) group.push(row)
    else groups.set(serviceOf(row), [row])
  }
  return new Map([...groups].map(([serviceId, own]) => [serviceId, make(own)]))
}

interface PlacedRow {
  readonly id: number
  readonly serviceId: number
  readonly releaseId: number | null
  readonly effect: DeploymentEffect
  readonly at: number
  readonly replacedReleaseId: number | null
}

/** Those that put a release in place, in no order; one read of an index that holds all of it. */
async function listPlaced(db: Db, { serviceIds, environmentId, since }: Scope): Promise<PlacedRow[]> {
  const groups = await db
    .selectFrom('deployments')
    .select('service_id as serviceId')
    .select([columnAsJson(db, 'id').as('ids'), columnAsJson(db, 'release_id').as('releases')])
    .select([columnAsJson(db, 'effect').as('effects'), columnAsJson(db, 'at').as('times')])
    .select(columnAsJson(db, 'replaced_release_id').as('replaced'))
    .where('service_id', 'in', serviceIds)
    .where('environment_id', '=', environmentId)
    .where('at', '>=', since)
    .where(isPlacement)
    .groupBy('service_id')
    .execute()
  return groups.flatMap(({ serviceId, ...columns }) => {
    const releases = inColumn<number | null>(columns.releases)
    const effects = inColumn<DeploymentEffect>(columns.effects)
    const times = inColumn<number>(columns.times)
    const replaced = inColumn<number | null>(columns.replaced)
    return inColumn<number>(columns.ids).map((id, i) => ({
      id,
      serviceId,
      releaseId: releases[i] ?? null,
      effect: effects[i] as DeploymentEffect,
      at: times[i] as number,
      replacedReleaseId: replaced[i] ?? null,
    }))
  })
}

/** Those that failed, by id; one read of an index that holds all of it. */
async function listFailed(db: Db, { serviceIds, environmentId, since }: Scope): Promise<ReadonlySet<number>> {
  const row = await db
    .selectFrom('failed_deployments')
    .select(columnAsJson(db, 'deployment_id').as('ids'))
    .where('environment_id', '=', environmentId)
    .where('at', '>=', since)
    .where('service_id', 'in', serviceIds)
    .executeTakeFirst()
  return new Set(inColumn<number>(row?.ids))
}

interface Around {
  readonly commits: ReadonlyMap<number, DeliveryDeployment['commits']>
  readonly emergencyReleases: ReadonlySet<number>
  readonly failed: ReadonlySet<number>
  readonly fixesOf: ReadonlyMap<number, readonly number[]>
}

/** One service's, in order of time. */
function toDeployments(
  ofService: readonly PlacedRow[],
  { commits, emergencyReleases, failed, fixesOf }: Around,
): DeliveryDeployment[] {
  const rows = ofService.toSorted((a, b) => a.at - b.at || a.id - b.id)
  const rollbacksOf = new Map<number, PlacedRow[]>()
  for (const row of rows) {
    if (row.effect !== 'rollback' || row.replacedReleaseId === null) continue
    const known = rollbacksOf.get(row.replacedReleaseId)
    if (known) known.push(row)
    else rollbacksOf.set(row.replacedReleaseId, [row])
  }
  const placed = new Set<number>()
  return rows.map((row): DeliveryDeployment => {
    const releaseId = row.releaseId ?? undefined
    const isFirst = releaseId !== undefined && row.effect === 'deploy' && !placed.has(releaseId)
    if (isFirst) placed.add(releaseId)
    return {
      id: row.id,
      releaseId,
      status: 'succeeded',
      effect: row.effect,
      finishedAt: row.at,
      hasFailed: failed.has(row.id),
      commits: isFirst ? (commits.get(releaseId) ?? NONE) : NONE,
      emergencyScore: releaseId !== undefined && emergencyReleases.has(releaseId) ? EMERGENCY : 0,
      mendsDeploymentIds: NONE,
      fixesDefectIds: isFirst ? (fixesOf.get(releaseId) ?? NONE) : NONE,
      recoveredById: rollbacksOf.get(releaseId ?? -1)?.find((later) => later.at > row.at)?.id,
    }
  })
}

const NONE: readonly never[] = []

/** The commits of each release that was deployed, those listed under a name it had before included. */
async function listCommits(
  db: Db,
  rows: readonly PlacedRow[],
): Promise<ReadonlyMap<number, DeliveryDeployment['commits']>> {
  const deployed = new Set<number>()
  for (const { effect, releaseId } of rows) if (effect === 'deploy' && releaseId !== null) deployed.add(releaseId)
  const ids = [...deployed]
  const commits = new Map<number, { at: number | undefined; isMerge: boolean }[]>()
  for (let start = 0; start < ids.length; start += IDS_AT_ONCE) {
    const some = numbersAsRows(db, ids.slice(start, start + IDS_AT_ONCE))
    // As far into the message as tells a merge.
    const { rows: own } = await sql<{ id: number; beginning: string | null; at: number | null }>`
      select c.release_id as id, substr(c.message, 1, 6) as beginning, c.at
      from release_commits c where c.release_id in ${some}
      union all
      select r.alias_of_id, substr(c.message, 1, 6), c.at
      from releases r join release_commits c on c.release_id = r.id where r.alias_of_id in ${some}`.execute(db)
    for (const { id, beginning, at } of own) {
      const commit = { at: at ?? undefined, isMerge: /^merge\b/i.test(beginning ?? '') }
      const known = commits.get(id)
      if (known) known.push(commit)
      else commits.set(id, [commit])
    }
  }
  return commits
}

interface SevereDefect extends DeliveryDefect {
  readonly serviceId: number
}

/** S1 and S2, seen in the environment or in none that was named, that `part` says; in two reads of an index. */
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
  return parts.flat().map((row) => ({
    id: row.id,
    serviceId: row.service_id as number,
    severity: row.severity as Severity,
    openedAt: row.first_seen_at,
    attributedReleaseId: ATTRIBUTED.has(row.attribution) ? (row.suspect_release_id ?? undefined) : undefined,
    suspects: NONE,
    fixedIn: row.fixed_in_json,
  }))
}

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
