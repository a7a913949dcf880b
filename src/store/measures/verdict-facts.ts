import { createHash } from 'node:crypto'
import { type SqlBool, sql } from 'kysely'
import type { Decisions } from '../../core/defect/defect.ts'
import type { Severity } from '../../core/event.ts'
import type { FoundDefect } from '../../core/verdict/equal-age.ts'
import { type BroughtDefect, isSuspected } from '../../core/verdict/known-harm.ts'
import { rhythmBefore } from '../../core/verdict/own-rhythm.ts'
import type { FirstSighting, ReleaseInPlace } from '../../core/verdict/release-life.ts'
import type { VerdictFacts } from '../../core/verdict/verdict.ts'
import type { Db } from '../database.ts'
import { readEvidence } from '../defects/defect-evidence.ts'
import { columnAsJson, inColumn, isAmong, rowsOf } from '../dialect.ts'

/** More earlier releases than these tell nothing new about how much they differ. */
const MOST_EARLIER = 40
/** Asked for more by id, PostgreSQL reads the whole table. */
const AT_ONCE = 100

export interface ReleasePlace {
  readonly releaseId: number
  readonly serviceId: number
  readonly service: string
  readonly environmentId: number
  readonly environment: string
}

/**
 * What the verdict on a release in one environment looks at: its own live intervals and those of the releases before
 * it, the defects first seen there meanwhile, and those it is blamed for or that came back in it. Indexed reads, bounded by
 * forty releases.
 */
export async function loadVerdictFacts(db: Db, place: ReleasePlace, now: number): Promise<VerdictFacts> {
  const environment = { id: place.environmentId, name: place.environment }
  return (await loadVerdictFactsOf(db, [place], environment, now)).get(place.releaseId) as VerdictFacts
}

/** A release of a service. */
export type JudgedRelease = Pick<ReleasePlace, 'releaseId' | 'serviceId' | 'service'>

/** The same of several releases in one environment, by release; as many reads for many as for one. */
export async function loadVerdictFactsOf(
  db: Db,
  judged: readonly JudgedRelease[],
  environment: { readonly id: number; readonly name: string },
  now: number,
): Promise<ReadonlyMap<number, VerdictFacts>> {
  const read = await readVerdictFactsOf(db, judged, environment, now)
  return new Map([...read].map(([releaseId, { facts }]) => [releaseId, facts()]))
}

/** What was read for a verdict. To lay it out costs more than to read it. */
export interface FactsRead extends Pick<VerdictFacts, 'brought' | 'rolledBackAt' | 'removedAt'> {
  /** When the release was live there. */
  readonly spans: ReleaseInPlace['spans']
  readonly facts: () => VerdictFacts
  /**
   * The same whenever the same was read, for what a verdict no longer depends on the time of: a release that is gone.
   * undefined while it is live, or is to be later.
   */
  readonly mark: () => string | undefined
}

/** As `loadVerdictFactsOf`, for who may know the verdict on these facts already. */
export async function readVerdictFactsOf(
  db: Db,
  judged: readonly JudgedRelease[],
  environment: { readonly id: number; readonly name: string },
  now: number,
): Promise<ReadonlyMap<number, FactsRead>> {
  const ids = judged.map(({ releaseId }) => releaseId)
  const [lives, brought, rolledBackAt, removedAt] = await Promise.all([
    loadLives(db, judged, environment.id, now),
    listBroughtOrBack(db, ids, environment),
    listTakenOutAt(db, ids, environment.id, ['min', 'rollback']),
    listTakenOutAt(db, ids, environment.id, ['max', 'removal']),
  ])
  return new Map(
    judged.map(({ releaseId, service }): [number, FactsRead] => {
      const own = lives.get(releaseId) as Lives
      const beside = {
        brought: brought.get(releaseId) ?? [],
        ...{ rolledBackAt: rolledBackAt.get(releaseId), removedAt: removedAt.get(releaseId) },
      }
      return [
        releaseId,
        {
          ...beside,
          spans: own.release.spans,
          facts: () => {
            const { release, earlier } = layOut(own, now)
            const liveAt = release.spans[0]?.from
            const rhythm = liveAt === undefined ? undefined : rhythmBefore(earlier, liveAt)
            return { service, environment: environment.name, release, earlier, ...beside, rhythm }
          },
          mark: () => markOf(own, beside, now),
        },
      ]
    }),
  )
}

type LoadedRelease = Omit<ReleaseInPlace, 'sightings'>

/** A release and those before it, newest first. */
interface Lives {
  readonly release: LoadedRelease
  readonly earlier: readonly LoadedRelease[]
  /** When the first of them went live. */
  readonly from: number
  /** All of their service there since then, and maybe more, in order of time. */
  readonly seen: Seen
}

class Seen {
  readonly sightings: FirstSighting[] = []
  #lines: string[] | undefined

  /** One text for each of the sightings. */
  get lines(): readonly string[] {
    this.#lines ??= this.sightings.map((sighting) => JSON.stringify(sighting))
    return this.#lines
  }
}

function layOut({ release, earlier, seen: { sightings } }: Lives, now: number) {
  const withSightings = (one: LoadedRelease): ReleaseInPlace => ({
    ...one,
    sightings: one.spans.flatMap(({ from, to }) =>
      sightings.slice(firstFrom(sightings, from), firstFrom(sightings, to ?? now)),
    ),
  })
  return { release: withSightings(release), earlier: earlier.map(withSightings) }
}

/** What the earlier ones did or showed after this one was replaced is no part of its verdict. */
function markOf(
  { release, earlier, from, seen }: Lives,
  { brought, rolledBackAt, removedAt }: Pick<VerdictFacts, 'brought' | 'rolledBackAt' | 'removedAt'>,
  now: number,
): string | undefined {
  const end = release.spans.at(-1)?.to
  if (end === undefined || end > now) return undefined
  const { sightings, lines } = seen
  return createHash('sha256')
    .update(JSON.stringify([release, earlier, brought.filter(isSuspected), rolledBackAt, removedAt]))
    .update(lines.slice(firstFrom(sightings, from), firstFrom(sightings, end)).join('\n'))
    .digest('base64')
}

async function loadLives(
  db: Db,
  judged: readonly JudgedRelease[],
  environmentId: number,
  now: number,
): Promise<ReadonlyMap<number, Lives>> {
  const before = await listEarlier(db, judged, environmentId)
  const ids = judged.flatMap(({ releaseId }) => [releaseId, ...(before.get(releaseId) ?? [])])
  const lived = await listSpans(db, [...new Set(ids)], environmentId)
  const own = judged.map((one) => {
    const release = lived.get(one.releaseId)
    const liveAt = release?.spans[0]?.from
    const earlier = (before.get(one.releaseId) ?? [])
      .flatMap((id) => lived.get(id) ?? [])
      .filter(({ spans }) => liveAt === undefined || (spans[0]?.from ?? 0) < liveAt)
      .sort((a, b) => (b.spans[0]?.from ?? 0) - (a.spans[0]?.from ?? 0) || (a.version < b.version ? 1 : -1))
    const starts = [...(release ? [release] : []), ...earlier].flatMap(({ spans }) => spans.map(({ from }) => from))
    return { ...one, release, earlier, from: Math.min(...starts) }
  })
  const [sightings, neverLive] = await Promise.all([
    listSightingsSince(
      db,
      own.filter(({ from }) => Number.isFinite(from)),
      environmentId,
      now,
    ),
    listVersions(
      db,
      own.flatMap(({ release, releaseId }) => (release ? [] : releaseId)),
    ),
  ])
  return new Map(
    own.map(({ releaseId, serviceId, release, earlier, from }): [number, Lives] => {
      const nothing = { releaseId, version: neverLive.get(releaseId) ?? '', arrivedBy: 'deploy', spans: [] } as const
      return [releaseId, { release: release ?? nothing, earlier, from, seen: sightings.get(serviceId) ?? new Seen() }]
    }),
  )
}

/** Where in these, which are in order of time, those from an instant on begin. */
function firstFrom(seen: readonly FirstSighting[], at: number): number {
  let low = 0
  let high = seen.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((seen[middle] as FirstSighting).at < at) low = middle + 1
    else high = middle
  }
  return low
}

/** The releases that reached the environment before each of these and count, at most forty of the newest. */
async function listEarlier(
  db: Db,
  judged: readonly JudgedRelease[],
  environmentId: number,
): Promise<ReadonlyMap<number, readonly number[]>> {
  const arrivals = await db
    .selectFrom('first_deployments as f')
    .select(['f.release_id', 'f.service_id', 'f.at'])
    // Null where there are fewer.
    .select((eb) =>
      eb
        .selectFrom('first_deployments as x')
        .innerJoin('releases as r', 'r.id', 'x.release_id')
        .select('x.at')
        .whereRef('x.service_id', '=', 'f.service_id')
        .whereRef('x.environment_id', '=', 'f.environment_id')
        .whereRef('x.at', '<', 'f.at')
        .where('r.quarantine', 'is', null)
        .orderBy('x.at', 'desc')
        .limit(1)
        .offset(MOST_EARLIER - 1)
        .as('since'),
    )
    .where(
      'f.release_id',
      'in',
      judged.map(({ releaseId }) => releaseId),
    )
    .where('f.environment_id', '=', environmentId)
    .execute()
  const earlier = new Map<number, number[]>()
  if (arrivals.length === 0) return earlier
  const reaches = arrivals.map(({ release_id, service_id, at, since }) => [release_id, service_id, since ?? 0, at])
  const { rows } = await sql<{ judged: number; id: number }>`
    with reaches (judged, service, since, until) as materialized (${rowsOf(db, reaches)})
    select judged, f.release_id as id from reaches cross join first_deployments f join releases r on r.id = f.release_id
    where f.service_id = service and f.environment_id = ${environmentId} and f.at >= since and f.at < until
    and r.quarantine is null order by f.at desc`.execute(db)
  for (const { judged: of, id } of rows) {
    const known = earlier.get(of)
    if (!known) earlier.set(of, [id])
    else if (known.length < MOST_EARLIER) known.push(id)
  }
  return earlier
}

async function listSpans(
  db: Db,
  releaseIds: readonly number[],
  environmentId: number,
): Promise<ReadonlyMap<number, LoadedRelease>> {
  const parts = Array.from({ length: Math.ceil(releaseIds.length / AT_ONCE) }, (_, i) =>
    db
      .selectFrom('live_intervals')
      .innerJoin('releases', 'releases.id', 'live_intervals.release_id')
      .innerJoin('deployments', 'deployments.id', 'live_intervals.deployment_id')
      .select(['live_intervals.release_id', 'version', 'effect', 'from_at', 'to_at'])
      .where(isAmong(db, 'live_intervals.release_id', releaseIds.slice(i * AT_ONCE, (i + 1) * AT_ONCE)))
      .where('live_intervals.environment_id', '=', environmentId)
      .orderBy('from_at')
      .execute(),
  )
  const rows = (await Promise.all(parts)).flat()
  const releases = new Map<number, LoadedRelease & { spans: { from: number; to: number | undefined }[] }>()
  for (const row of rows) {
    const span = { from: row.from_at, to: row.to_at ?? undefined }
    const known = releases.get(row.release_id)
    if (known) known.spans.push(span)
    else
      releases.set(row.release_id, {
        releaseId: row.release_id,
        version: row.version,
        arrivedBy: row.effect === 'rollback' || row.effect === 'redeploy' ? row.effect : 'deploy',
        spans: [span],
      })
  }
  return releases
}

async function listVersions(db: Db, releaseIds: readonly number[]): Promise<ReadonlyMap<number, string>> {
  if (releaseIds.length === 0) return new Map()
  const rows = await db
    .selectFrom('releases')
    .select(['id', 'version'])
    .where(isAmong(db, 'id', releaseIds))
    .execute()
  return new Map(rows.map(({ id, version }) => [id, version]))
}

/**
 * What was first seen in each service since the earliest of these instants, in order of time. A part of the query for
 * each: from a join PostgreSQL cannot tell how few they are, and reads all defects.
 */
async function listSightingsSince(
  db: Db,
  judged: readonly { readonly serviceId: number; readonly from: number }[],
  environmentId: number,
  now: number,
): Promise<ReadonlyMap<number, Seen>> {
  const since = new Map<number, number>()
  for (const { serviceId, from } of judged) since.set(serviceId, Math.min(from, since.get(serviceId) ?? from))
  const seen = new Map([...since.keys()].map((id) => [id, new Seen()]))
  if (since.size === 0) return seen
  // Most name no component, and need not say so at length.
  const parts = [...since].map(
    ([serviceId, from], part) => sql`
    select ${sql.lit(part)} as part, ${columnAsJson(db, 'id')} as ids, ${columnAsJson(db, 'severity')} as severities,
      ${columnAsJson(db, 'at')} as times, ${columnAsJson(db, 'evidence')} as evidence
    from (select id, severity, first_seen_at as at, case when evidence_json = '{}' then null else evidence_json end as evidence
      from defects where service_id = ${serviceId} and environment_id = ${environmentId}
      and first_seen_at >= ${from} and first_seen_at < ${now}
      and merged_into_id is null and attribution <> 'not-a-change') as found`,
  )
  const services = [...seen.values()]
  const { rows } = await sql<{
    part: number
    ids: string | null
    severities: string | null
    times: string | null
    evidence: string | null
  }>`${sql.join(parts, sql` union all `)}`.execute(db)
  for (const { part, ids, ...columns } of rows) {
    const { sightings } = services[part] as Seen
    const severities = inColumn<Severity>(columns.severities)
    const times = inColumn<number>(columns.times)
    const evidence = inColumn<string | null>(columns.evidence)
    for (const [i, defectId] of inColumn<number>(ids).entries()) {
      const found = evidence[i] ?? null
      const component = found === null ? undefined : componentIn(found)
      sightings.push({ defectId, at: times[i] as number, severity: severities[i] as Severity, component })
    }
    sightings.sort((a, b) => a.at - b.at)
  }
  return seen
}

const componentIn = (evidence: string): string | undefined =>
  readEvidence({ introduced_in: null, evidence_json: evidence }).components[0]

/** Defects first seen in the environment; what no change caused is no release's fault. */
export async function listFirstSightings(
  db: Db,
  place: Pick<ReleasePlace, 'serviceId' | 'environmentId'>,
  from: number,
  to: number,
): Promise<FoundDefect[]> {
  const rows = await db
    .selectFrom('defects')
    .select(['id', 'severity', 'first_seen_at', 'resolved_at', 'introduced_in', 'evidence_json'])
    .where('service_id', '=', place.serviceId)
    .where('environment_id', '=', place.environmentId)
    .where('first_seen_at', '>=', from)
    .where('first_seen_at', '<', to)
    .where('merged_into_id', 'is', null)
    .where('attribution', '!=', 'not-a-change')
    .orderBy('first_seen_at')
    .execute()
  return rows.map((row) => ({
    defectId: row.id,
    severity: row.severity as Severity,
    at: row.first_seen_at,
    resolvedAt: row.resolved_at ?? undefined,
    component: readEvidence(row).components[0],
  }))
}

/** By release. What came back in one is told as that, whoever is suspected of having introduced it. */
async function listBroughtOrBack(
  db: Db,
  releaseIds: readonly number[],
  environment: { readonly id: number; readonly name: string },
): Promise<ReadonlyMap<number, BroughtDefect[]>> {
  const [back, brought] = await Promise.all([
    listBack(db, releaseIds, environment),
    listBrought(db, releaseIds, environment.id),
  ])
  return new Map(
    releaseIds.map((id) => {
      const own = back.get(id) ?? []
      const isBack = new Set(own.map(({ defectId }) => defectId))
      return [id, [...own, ...(brought.get(id) ?? []).filter(({ defectId }) => !isBack.has(defectId))]]
    }),
  )
}

/** Literal: an index holds these alone, and a kept plan can only know of what its text says. */
const isSevere = sql<SqlBool>`severity in ('S1', 'S2')`

/** Defects that each release is suspected or known to have introduced, in this environment or in none that was named. */
async function listBrought(
  db: Db,
  releaseIds: readonly number[],
  environmentId: number,
): Promise<ReadonlyMap<number, BroughtDefect[]>> {
  const [suspected, decided] = await Promise.all([
    db
      .selectFrom('suspects')
      .innerJoin('defects', 'defects.id', 'suspects.defect_id')
      .select(['suspects.release_id', 'defects.id', 'severity', 'open', 'probability'])
      .where('suspects.release_id', 'in', releaseIds)
      .where(isSevere)
      .where('merged_into_id', 'is', null)
      .where('attribution', 'not in', ['manual', 'not-a-change'])
      .where((eb) => eb.or([eb('environment_id', '=', environmentId), eb('environment_id', 'is', null)]))
      .execute(),
    db
      .selectFrom('defects')
      .select((eb) => [eb.ref('suspect_release_id').$notNull().as('release_id'), 'id', 'severity', 'open'])
      .where('suspect_release_id', 'in', releaseIds)
      .where('attribution', '=', 'manual')
      .where(isSevere)
      .where('merged_into_id', 'is', null)
      .where((eb) => eb.or([eb('environment_id', '=', environmentId), eb('environment_id', 'is', null)]))
      .execute(),
  ])
  const brought = new Map<number, BroughtDefect[]>(releaseIds.map((id) => [id, []]))
  for (const row of [...suspected, ...decided.map((one) => ({ ...one, probability: 1 }))])
    brought.get(row.release_id)?.push({
      defectId: row.id,
      severity: row.severity as Severity,
      open: row.open === 1,
      probability: row.probability,
      regression: false,
    })
  return brought
}

/**
 * Defects whose current life began in each release: fixed before, and seen again in it. In this environment, when the
 * sighting names one, else where the defect was found. What a person has said since of another cause holds.
 */
async function listBack(
  db: Db,
  releaseIds: readonly number[],
  environment: { readonly id: number; readonly name: string },
): Promise<ReadonlyMap<number, BroughtDefect[]>> {
  const rows = await db
    .selectFrom('generations')
    .innerJoin('defects', (join) =>
      join.onRef('defects.id', '=', 'generations.defect_id').onRef('defects.generation', '=', 'generations.number'),
    )
    .leftJoin('reports', 'reports.defect_id', 'defects.id')
    .leftJoin('sightings', (join) =>
      join
        .onRef('sightings.report_id', '=', 'reports.id')
        .onRef('sightings.seen_at', '=', 'generations.since_at')
        .on('sightings.environment', 'is not', null),
    )
    .select((eb) => eb.ref('generations.release_id').$notNull().as('release_id'))
    .select(['defects.id', 'severity', 'open', 'since_at', 'attribution', 'suspect_release_id', 'decisions_json'])
    .select(['environment_id', 'sightings.environment as seen_in'])
    .where('generations.release_id', 'in', releaseIds)
    .where('generations.number', '>', 1)
    .where('merged_into_id', 'is', null)
    .orderBy('defects.id')
    .execute()
  // A defect has one current life, so it is back in one release.
  const seenIn = new Map<number, string[]>()
  for (const { id, seen_in } of rows) if (seen_in !== null) seenIn.set(id, [...(seenIn.get(id) ?? []), seen_in])
  const back = new Map<number, BroughtDefect[]>()
  const told = new Set<number>()
  for (const row of rows) {
    const named = seenIn.get(row.id) ?? []
    const isHere =
      named.length > 0
        ? named.includes(environment.name)
        : row.environment_id === null || row.environment_id === environment.id
    if (told.has(row.id) || !isHere || isOfAnotherCause(row, row.release_id)) continue
    told.add(row.id)
    const defect: BroughtDefect = {
      defectId: row.id,
      severity: row.severity as Severity,
      open: row.open === 1,
      probability: 1,
      regression: true,
    }
    back.set(row.release_id, [...(back.get(row.release_id) ?? []), defect])
  }
  return back
}

/** Whether a person, after it came back, named something else as its cause. */
function isOfAnotherCause(
  row: {
    readonly since_at: number
    readonly attribution: string
    readonly suspect_release_id: number | null
    readonly decisions_json: string
  },
  releaseId: number,
): boolean {
  const decided = (JSON.parse(row.decisions_json) as Decisions).attribution
  if (!decided || decided.at < row.since_at) return false
  return row.attribution === 'not-a-change' || (row.attribution === 'manual' && row.suspect_release_id !== releaseId)
}

/** When rollbacks first, or removals last, took them out. */
async function listTakenOutAt(
  db: Db,
  releaseIds: readonly number[],
  environmentId: number,
  [which, effect]: readonly ['min', 'rollback'] | readonly ['max', 'removal'],
): Promise<ReadonlyMap<number, number>> {
  const rows = await db
    .selectFrom('deployments')
    .select((eb) => [eb.ref('replaced_release_id').$notNull().as('id'), eb.fn[which]<number>('at').as('at')])
    .where('replaced_release_id', 'in', releaseIds)
    // As the indexes have it.
    .where(sql<boolean>`effect = ${sql.lit(effect)}`)
    .where('environment_id', '=', environmentId)
    .groupBy('replaced_release_id')
    .execute()
  return new Map(rows.map(({ id, at }) => [id, Number(at)]))
}
