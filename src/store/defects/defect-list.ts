import { type Expression, type ExpressionBuilder, type SelectQueryBuilder, type SqlBool, sql } from 'kysely'
import { isOpen } from '../../core/defect/defect-course.ts'
import type { DefectStatus, Severity } from '../../core/event.ts'
import { askedVersions, askedWords } from '../../core/text/search-words.ts'
import type { Db } from '../database.ts'
import { defectsWithWords, holdsVersionOn, isAmong, numbersAsRows } from '../dialect.ts'
import type { Database } from '../schema.ts'
import { isOneOf } from '../services/of-services.ts'

/**
 * Lists of defects. Every query here looks at a bounded number of rows, whatever is asked of however many defects:
 * few candidates are filtered and sorted as a set; of many, the index is walked in the order shown, at most
 * `LOOKED_AT_MOST` per page, and a page that reaches that bound before it is full says so and can be continued.
 */

/** `worst`: by severity, within one severity newest first. The others by one column; a dash turns them round. */
export type DefectSort = 'worst' | FirstSeenSort | OtherSort
type FirstSeenSort = 'first_seen' | '-first_seen'
type OtherSort = 'last_seen' | '-last_seen' | 'occurrences' | '-occurrences'
export const DEFECT_SORTS: readonly DefectSort[] = [
  'worst',
  'first_seen',
  '-first_seen',
  'last_seen',
  '-last_seen',
  'occurrences',
  '-occurrences',
]

/** Absent: not asked. Lists are "any of these". */
export interface DefectFilter {
  readonly severities?: readonly Severity[] | undefined
  readonly statuses?: readonly DefectStatus[] | undefined
  readonly serviceIds?: readonly number[] | undefined
  readonly environmentId?: number | undefined
  /** Those that name no environment belong to this one too. */
  readonly orNoEnvironment?: boolean | undefined
  readonly suspectReleaseId?: number | undefined
  readonly attributions?: readonly string[] | undefined
  readonly sourceId?: number | undefined
  /** null: nobody. */
  readonly assigneeId?: number | null | undefined
  /** The title has, for each of its words, one that begins so; when it has none, the text itself. */
  readonly text?: string | undefined
  readonly ids?: readonly number[] | undefined
  /** First seen then, half-open. */
  readonly seen?: Span | undefined
  /** Fixed or given up then, half-open, and still so. */
  readonly resolved?: Span | undefined
  /** Seen before, and not resolved before; opened again counts as never resolved. */
  readonly openAt?: number | undefined
  /** Open at some time in it; as `openAt`. */
  readonly openDuring?: { readonly from: number; readonly to: number } | undefined
  /** Had been fixed and was seen again then, half-open. */
  readonly cameBack?: Span | undefined
  /** Whether a person reported it before a monitor or an error tracker did. */
  readonly noticedBy?: 'people' | 'monitoring' | undefined
  /** None that names no service. */
  readonly namesService?: boolean | undefined
}

/** Either end may be open. */
export interface Span {
  readonly from?: number | undefined
  readonly to?: number | undefined
}

/** The place of one defect in a sorted list; `value` is the column sorted by. */
export interface DefectPosition {
  readonly severity: Severity
  readonly value: number
  readonly id: number
}

export interface DefectListRow {
  readonly id: number
  readonly title: string
  readonly severity: Severity
  readonly status: DefectStatus
  readonly service: string | undefined
  readonly environment: string | undefined
  readonly firstSeenAt: number
  readonly lastSeenAt: number
  readonly occurrences: number
  readonly assignee: string | undefined
  readonly attribution: string
  readonly suspect:
    | { readonly service: string; readonly version: string; readonly probability: number | undefined }
    | undefined
}

export interface DefectPage {
  readonly rows: readonly DefectListRow[]
  /** Where the next page goes on; null at the end. */
  readonly next: DefectPosition | null
  /** How many match; `atLeast` when counting stopped, null when that many were too many to look at. */
  readonly total: { readonly count: number; readonly atLeast: boolean } | null
  /** The order in fact: last seen and occurrences cannot sort more than COUNTED_AT_MOST candidates. */
  readonly sort: DefectSort
  /** The page ends early because this many were looked at; more may match further on. */
  readonly stoppedAfter: number | null
}

export const COUNTED_AT_MOST = 10_000
export const LOOKED_AT_MOST = 5_000

export interface DefectListOptions {
  readonly sort: DefectSort
  readonly after?: DefectPosition | undefined
  readonly limit: number
  /** How many candidates count as few, and how many a page may look at; smaller ones are for tests. */
  readonly few?: number
  readonly lookAt?: number
}

/** One page of the defects that match; merged ones never do. */
export async function listDefects(db: Db, filter: DefectFilter, options: DefectListOptions): Promise<DefectPage> {
  const few = options.few ?? COUNTED_AT_MOST
  const byIds = filter.ids && numbersAsRows(db, filter.ids)
  const asked = await withWordIndex(db, { ...normalised(filter), versions: versionsIn(db, filter), byIds }, few)
  const candidates = await countUpTo(db, asked, few + 1)
  const sort = candidates <= few || isStreamed(options.sort) ? options.sort : 'worst'
  // A position in another order would start the page anywhere.
  const after = sort === options.sort ? options.after : undefined
  const exact = isExactByIndex(asked)
  // Where an index answers all that is asked, in this order, its first entries are the page: no set to take out.
  const found =
    isStreamed(sort) && (exact || candidates > few)
      ? await walked(db, asked, { ...options, sort, after })
      : await sortedSet(db, asked, { ...options, sort, after })
  const rows = await listRows(db, found.ids)
  const total = exact
    ? { count: Math.min(candidates, few), atLeast: candidates > few }
    : candidates <= few
      ? { count: found.count ?? 0, atLeast: false }
      : null
  return { rows, next: found.next, total, sort, stoppedAfter: found.stoppedAfter }
}

/** The rows of these defects, in this order; ids that are not there are left out. */
export async function listRows(db: Db, ids: readonly number[]): Promise<DefectListRow[]> {
  if (ids.length === 0) return []
  const rows = await db
    .selectFrom('defects as d')
    .leftJoin('services as s', 's.id', 'd.service_id')
    .leftJoin('environments as e', 'e.id', 'd.environment_id')
    .leftJoin('users as u', 'u.id', 'd.assignee_id')
    .leftJoin('releases as r', 'r.id', 'd.suspect_release_id')
    .leftJoin('services as rs', 'rs.id', 'r.service_id')
    .select(['d.id', 'd.title', 'd.severity', 'd.status', 'd.first_seen_at', 'd.last_seen_at', 'd.occurrences'])
    .select([
      'd.attribution',
      'd.suspect_probability',
      's.name as service',
      'e.name as environment',
      'u.name as assignee',
    ])
    .select(['r.version as suspect_version', 'rs.name as suspect_service'])
    .where(isAmong(db, 'd.id', ids))
    .execute()
  const byId = new Map(rows.map((row) => [row.id, row]))
  return ids.flatMap((id) => {
    const row = byId.get(id)
    if (!row) return []
    return {
      id: row.id,
      title: row.title,
      severity: row.severity as Severity,
      status: row.status as DefectStatus,
      service: row.service ?? undefined,
      environment: row.environment ?? undefined,
      firstSeenAt: row.first_seen_at,
      lastSeenAt: row.last_seen_at,
      occurrences: row.occurrences,
      assignee: row.assignee ?? undefined,
      attribution: row.attribution,
      suspect:
        row.suspect_version !== null && row.suspect_service !== null
          ? {
              service: row.suspect_service,
              version: row.suspect_version,
              probability: row.suspect_probability ?? undefined,
            }
          : undefined,
    }
  })
}

const ALL_SEVERITIES: readonly Severity[] = ['S1', 'S2', 'S3', 'S4']
const ALL_STATUSES: readonly DefectStatus[] = [
  'open',
  'triaged',
  'in-progress',
  'fixed',
  'verified',
  'wont-fix',
  'regressed',
]

/** The filter, with what the indexes can answer pulled out of it. */
interface Asked {
  readonly filter: DefectFilter
  readonly severities: readonly Severity[]
  /** Values of the column `open` that the statuses allow. */
  readonly open: readonly (0 | 1)[]
  /** The statuses leave out some that have the same `open`. */
  readonly statusesMatter: boolean
  /** Words asked for in the title. */
  readonly words: readonly string[]
  /** That the title names the versions asked for; its words alone do not say that their numbers belong together. */
  readonly versions: readonly Condition[]
  /** Few titles have these words: their index is what the candidates are taken from. */
  readonly byWords: Expression<unknown> | undefined
  /** The ids asked for, as rows: there may be more than a statement takes parameters. */
  readonly byIds: Expression<unknown> | undefined
}

const versionsIn = (db: Db, { text = '' }: DefectFilter): Condition[] =>
  askedVersions(text).map((version) => holdsVersionOn(db, sql<string>`d.title`, version))

function normalised(filter: DefectFilter): Omit<Asked, 'versions' | 'byIds'> {
  const severities = ALL_SEVERITIES.filter(
    (severity) => !filter.severities?.length || filter.severities.includes(severity),
  )
  const statuses = ALL_STATUSES.filter((status) => !filter.statuses?.length || filter.statuses.includes(status))
  const open = ([1, 0] as const).filter((flag) => statuses.some((status) => Number(isOpen(status)) === flag))
  const covered = ALL_STATUSES.filter((status) => open.includes(Number(isOpen(status)) as 0 | 1))
  const words = askedWords(filter.text ?? '')
  return { filter, severities, open, statusesMatter: covered.length !== statuses.length, words, byWords: undefined }
}

/** Where few titles have the words, nothing else needs to be looked at. */
async function withWordIndex(db: Db, asked: Asked, few: number): Promise<Asked> {
  if (asked.words.length === 0) return asked
  const found = await defectsWithWords(db, asked.words, few + 1)
  return found.length > few ? asked : { ...asked, byWords: numbersAsRows(db, found) }
}

const isStreamed = (sort: DefectSort): sort is 'worst' | FirstSeenSort =>
  sort === 'worst' || sort.endsWith('first_seen')

type DefectExpressions = ExpressionBuilder<{ d: Database['defects'] }, 'd'>
type Condition = Expression<SqlBool>

/** The conditions that one index answers alone, so that counting them looks at nothing else. */
function byIndex(eb: DefectExpressions, { filter, severities, open, byWords, byIds }: Asked): Condition {
  const conditions: Condition[] = [eb('d.merged_into_id', 'is', null), ...inTime(eb, filter)]
  if (byIds) return eb.and([...conditions, sql<SqlBool>`d.id in ${byIds}`])
  if (byWords) return eb.and([...conditions, sql<SqlBool>`d.id in ${byWords}`])
  if (typeof filter.assigneeId === 'number') return eb.and([...conditions, eb('d.assignee_id', '=', filter.assigneeId)])
  if (filter.suspectReleaseId !== undefined) conditions.push(eb('d.suspect_release_id', '=', filter.suspectReleaseId))
  else if (filter.serviceIds) conditions.push(isOneOf('d.service_id', filter.serviceIds))
  if (open.length === 1) conditions.push(eb('d.open', '=', open[0] as 0 | 1))
  if (severities.length < ALL_SEVERITIES.length) {
    conditions.push(eb('d.severity', 'in', [...severities]))
    // Says nothing, and yet: `open` comes before the severity in the indexes, so without it they would not be used.
    if (open.length > 1) conditions.push(eb('d.open', 'in', [...open]))
  }
  return eb.and(conditions)
}

/** Ranges of instants, by which an index is cut before anything else is looked at. */
function inTime(eb: DefectExpressions, { seen, resolved }: DefectFilter): Condition[] {
  const within = (column: 'd.first_seen_at' | 'd.resolved_at', span: Span | undefined): Condition[] => [
    ...(span?.from === undefined ? [] : [eb(column, '>=', span.from)]),
    ...(span?.to === undefined ? [] : [eb(column, '<', span.to)]),
  ]
  return [...within('d.first_seen_at', seen), ...within('d.resolved_at', resolved)]
}

/** Whether the index conditions are all there is. */
const isExactByIndex = ({ filter, statusesMatter }: Asked): boolean =>
  !statusesMatter &&
  filter.assigneeId === undefined &&
  (filter.suspectReleaseId === undefined || filter.serviceIds === undefined) &&
  filter.environmentId === undefined &&
  !filter.attributions?.length &&
  filter.sourceId === undefined &&
  filter.ids === undefined &&
  filter.seen === undefined &&
  filter.resolved === undefined &&
  filter.openAt === undefined &&
  filter.openDuring === undefined &&
  filter.cameBack === undefined &&
  filter.noticedBy === undefined &&
  !filter.namesService &&
  !filter.text

/** Everything asked. */
function matches(
  eb: DefectExpressions,
  { filter, severities, open, statusesMatter, words, versions, byIds }: Asked,
): Condition {
  const conditions: Condition[] = inTime(eb, filter)
  if (byIds) conditions.push(sql<SqlBool>`d.id in ${byIds}`)
  if (filter.openAt !== undefined)
    conditions.push(
      eb('d.first_seen_at', '<', filter.openAt),
      eb.or([eb('d.open', '=', 1), eb('d.resolved_at', '>=', filter.openAt)]),
    )
  if (filter.openDuring)
    conditions.push(
      eb('d.first_seen_at', '<', filter.openDuring.to),
      eb.or([
        eb('d.open', '=', 1),
        eb('d.resolved_at', '>=', filter.openDuring.from),
        eb('d.first_seen_at', '>=', filter.openDuring.from),
      ]),
    )
  if (filter.cameBack) conditions.push(cameBack(filter.cameBack))
  if (filter.noticedBy) conditions.push(eb('d.detection', filter.noticedBy === 'people' ? '=' : '<>', 'issue'))
  if (filter.namesService) conditions.push(eb('d.service_id', 'is not', null))
  if (severities.length < ALL_SEVERITIES.length) conditions.push(eb('d.severity', 'in', [...severities]))
  if (open.length === 1) conditions.push(eb('d.open', '=', open[0] as 0 | 1))
  if (statusesMatter && filter.statuses) conditions.push(eb('d.status', 'in', [...filter.statuses]))
  if (filter.serviceIds) conditions.push(isOneOf('d.service_id', filter.serviceIds))
  if (filter.environmentId !== undefined) {
    const named = eb('d.environment_id', '=', filter.environmentId)
    conditions.push(filter.orNoEnvironment ? eb.or([named, eb('d.environment_id', 'is', null)]) : named)
  }
  if (filter.suspectReleaseId !== undefined) conditions.push(eb('d.suspect_release_id', '=', filter.suspectReleaseId))
  if (filter.attributions?.length) conditions.push(eb('d.attribution', 'in', [...filter.attributions]))
  if (filter.assigneeId === null) conditions.push(eb('d.assignee_id', 'is', null))
  else if (filter.assigneeId !== undefined) conditions.push(eb('d.assignee_id', '=', filter.assigneeId))
  if (filter.sourceId !== undefined)
    conditions.push(
      sql<SqlBool>`exists (select 1 from reports where reports.defect_id = d.id and reports.source_id = ${filter.sourceId})`,
    )
  for (const word of words) conditions.push(eb('d.title_words', 'like', `% ${word}%`))
  conditions.push(...versions)
  if (filter.text && words.length === 0)
    // PostgreSQL refuses a NUL, and no title holds one.
    conditions.push(
      filter.text.includes('\0')
        ? sql<SqlBool>`1 = 0`
        : sql<SqlBool>`d.title like ${containing(filter.text)} escape '!'`,
    )
  return eb.and(conditions)
}

/** Its second life or a later one began then. */
const cameBack = ({ from = 0, to = Number.MAX_SAFE_INTEGER }: Span): Condition =>
  sql<SqlBool>`exists (select 1 from generations where generations.defect_id = d.id and generations.number > 1
    and generations.since_at >= ${from} and generations.since_at < ${to})`

/** A LIKE pattern that takes the text as it is; `!` escapes. */
const containing = (text: string): string => `%${text.replace(/[!%_]/g, '!$&')}%`

async function countUpTo(db: Db, asked: Asked, most: number): Promise<number> {
  const { n } = await db
    .selectFrom(
      db
        .selectFrom('defects as d')
        .select(sql<number>`1`.as('one'))
        .where((eb) => byIndex(eb, asked))
        .limit(most)
        .as('found'),
    )
    .select((eb) => eb.fn.countAll<number>().as('n'))
    .executeTakeFirstOrThrow()
  return n
}

interface Found {
  readonly ids: readonly number[]
  readonly next: DefectPosition | null
  readonly count?: number
  readonly stoppedAfter: number | null
}

interface Walk<Sort> {
  readonly sort: Sort
  readonly after?: DefectPosition | undefined
  readonly limit: number
  readonly lookAt?: number
}

const SORT_COLUMN = { first_seen: 'first_seen_at', last_seen: 'last_seen_at', occurrences: 'occurrences' } as const

const sortColumn = (sort: DefectSort) =>
  SORT_COLUMN[(sort === 'worst' ? 'first_seen' : sort.replace('-', '')) as keyof typeof SORT_COLUMN]

const isNewestFirst = (sort: DefectSort): boolean => sort === 'worst' || sort.startsWith('-')

/** Few candidates: taken out by their index first, then filtered and sorted; no planner can be led astray. */
async function sortedSet(db: Db, asked: Asked, { sort, after, limit }: Walk<DefectSort>): Promise<Found> {
  const column = sortColumn(sort)
  const direction = isNewestFirst(sort) ? 'desc' : 'asc'
  const matching = db
    .with(
      (cte) => cte('d').materialized(),
      (cte) =>
        cte
          .selectFrom('defects as d')
          .selectAll('d')
          .where((eb) => byIndex(eb, asked)),
    )
    .selectFrom('d')
    .where((eb) => matches(eb as unknown as DefectExpressions, asked))

  const { count } = await matching.select((eb) => eb.fn.countAll<number>().as('count')).executeTakeFirstOrThrow()
  const rows = await matching
    .select(['d.id', 'd.severity', `d.${column} as value`])
    .$if(after !== undefined, (query) =>
      query.where((eb) => isAfter(eb as never, sort, column, after as DefectPosition)),
    )
    .$if(sort === 'worst', (query) => query.orderBy('d.severity'))
    .orderBy(`d.${column}`, direction)
    .orderBy('d.id', direction)
    .limit(limit + 1)
    .execute()
  return { ...cut(rows as Placed[], limit), count, stoppedAfter: null }
}

type PlacedColumn = (typeof SORT_COLUMN)[keyof typeof SORT_COLUMN]

function isAfter(eb: DefectExpressions, sort: DefectSort, column: PlacedColumn, after: DefectPosition): Condition {
  const further = eb(
    eb.refTuple(`d.${column}`, 'd.id'),
    isNewestFirst(sort) ? '<' : '>',
    eb.tuple(after.value, after.id),
  )
  if (sort !== 'worst') return further
  return eb.or([eb('d.severity', '>', after.severity), eb.and([eb('d.severity', '=', after.severity), further])])
}

/** A part of the index that is sorted by first_seen_at within itself; null: the index holds all of them together. */
interface Stream {
  readonly severity: Severity | null
  readonly open: 0 | 1 | null
  /** Undefined: not asked, or it is found by something else. */
  readonly serviceId: number | undefined
}

interface Placed extends DefectPosition {
  readonly id: number
}

/**
 * Many candidates: walks the index streams in the order shown and merges them, severity by severity for `worst`.
 * Looks at no more than `lookAt` entries of a stream.
 */
async function walked(db: Db, asked: Asked, walk: Walk<'worst' | FirstSeenSort>): Promise<Found> {
  const { sort, after, limit } = walk
  let lookAt = isExactByIndex(asked) ? null : (walk.lookAt ?? LOOKED_AT_MOST)
  let looked = 0
  const placed: Placed[] = []
  for (const group of groupsOf(asked, sort)) {
    const [first] = group
    if (sort === 'worst' && after && (first?.severity ?? 'S1') < after.severity) continue
    const from = after && (sort !== 'worst' || first?.severity === after.severity) ? after : undefined
    const read = await readGroup(db, asked, group, { sort, after: from, limit: limit + 1 - placed.length }, lookAt)
    placed.push(...read.rows)
    if (placed.length > limit) return { ...cut(placed, limit), stoppedAfter: null }
    looked += read.looked
    if (read.end) return { ids: placed.map(({ id }) => id), next: read.end, stoppedAfter: looked }
    // What one severity used up the next cannot use; a little is always left, so that every page gets further.
    if (lookAt !== null) lookAt = Math.max(lookAt - read.looked, Math.ceil(lookAt / 10))
  }
  return { ids: placed.map(({ id }) => id), next: null, stoppedAfter: null }
}

function groupsOf({ filter, severities, open }: Asked, sort: DefectSort): Stream[][] {
  const services = filter.suspectReleaseId === undefined ? (filter.serviceIds ?? [undefined]) : [undefined]
  const streamsOf = (severity: Severity | null, flag: 0 | 1 | null) =>
    services.map((serviceId) => ({ severity, open: flag, serviceId }))
  if (sort === 'worst') return severities.map((severity) => open.flatMap((flag) => streamsOf(severity, flag)))
  const all = open.length === 2 && severities.length === ALL_SEVERITIES.length
  if (all && filter.suspectReleaseId === undefined) return [streamsOf(null, null)]
  return [severities.flatMap((severity) => open.flatMap((flag) => streamsOf(severity, flag)))]
}

/**
 * The next rows of some streams, merged. `end` is where looking stopped when a stream was not read to its end;
 * `looked` counts the entries looked at, 0 when there is no bound to keep.
 */
async function readGroup(
  db: Db,
  asked: Asked,
  streams: readonly Stream[],
  walk: Walk<'worst' | FirstSeenSort>,
  lookAt: number | null,
): Promise<{ rows: Placed[]; end: DefectPosition | null; looked: number }> {
  const order = isNewestFirst(walk.sort) ? -1 : 1
  const byPlace = (a: DefectPosition, b: DefectPosition) => order * (a.value - b.value || a.id - b.id)
  const bounds =
    lookAt === null ? [] : await Promise.all(streams.map((stream) => boundOf(db, asked, stream, walk, lookAt)))
  // Where the first of the streams stops being looked at, the merged order ends as well.
  const end = bounds.filter((bound) => bound !== undefined).sort(byPlace)[0] ?? null
  const parts = await Promise.all(streams.map((stream) => readStream(db, asked, stream, walk, end)))
  const rows = parts.flat().sort(byPlace).slice(0, walk.limit)
  if (lookAt === null) return { rows, end, looked: 0 }
  const lengths = await Promise.all(
    streams.map(async (stream, i) => (bounds[i] === undefined ? await lengthOf(db, asked, stream, walk) : lookAt)),
  )
  return { rows, end, looked: lengths.reduce((sum, length) => sum + length, 0) }
}

/** The entries of a stream from here on; read from the index alone, and only of streams known to be short. */
async function lengthOf(db: Db, asked: Asked, stream: Stream, walk: Walk<DefectSort>): Promise<number> {
  const { n } = await db
    .selectFrom(streamed(db, asked, stream, walk).clearOrderBy().as('rest'))
    .select((eb) => eb.fn.countAll<number>().as('n'))
    .executeTakeFirstOrThrow()
  return n
}

/** The entry `lookAt` places further on, undefined when the stream ends before; read from the index alone. */
async function boundOf(
  db: Db,
  asked: Asked,
  stream: Stream,
  walk: Walk<DefectSort>,
  lookAt: number,
): Promise<DefectPosition | undefined> {
  const row = await streamed(db, asked, stream, walk)
    .limit(1)
    .offset(lookAt - 1)
    .executeTakeFirst()
  return row && { severity: stream.severity ?? 'S1', value: row.value, id: row.id }
}

async function readStream(
  db: Db,
  asked: Asked,
  stream: Stream,
  walk: Walk<DefectSort>,
  end: DefectPosition | null,
): Promise<Placed[]> {
  const rows = await streamed(db, asked, stream, walk)
    .select('d.severity')
    .where((eb) => matches(eb, asked))
    .$if(end !== null, (query) =>
      query.where((eb) =>
        eb(
          eb.refTuple('d.first_seen_at', 'd.id'),
          isNewestFirst(walk.sort) ? '>=' : '<=',
          eb.tuple((end as DefectPosition).value, (end as DefectPosition).id),
        ),
      ),
    )
    .limit(walk.limit)
    .execute()
  return rows.map((row) => ({ id: row.id, value: row.value, severity: row.severity as Severity }))
}

function streamed(
  db: Db,
  { filter }: Asked,
  stream: Stream,
  { sort, after }: Walk<DefectSort>,
): SelectQueryBuilder<{ d: Database['defects'] }, 'd', { id: number; value: number }> {
  const direction = isNewestFirst(sort) ? 'desc' : 'asc'
  let query = db
    .selectFrom('defects as d')
    .select(['d.id', 'd.first_seen_at as value'])
    .where('d.merged_into_id', 'is', null)
    .orderBy('d.first_seen_at', direction)
    .orderBy('d.id', direction)
  if (filter.suspectReleaseId !== undefined && stream.severity !== null)
    query = query.where('d.suspect_release_id', '=', filter.suspectReleaseId)
  else if (stream.serviceId !== undefined) query = query.where('d.service_id', '=', stream.serviceId)
  if (stream.open !== null) query = query.where('d.open', '=', stream.open)
  if (stream.severity !== null) query = query.where('d.severity', '=', stream.severity)
  if (after)
    query = query.where((eb) =>
      eb(eb.refTuple('d.first_seen_at', 'd.id'), direction === 'desc' ? '<' : '>', eb.tuple(after.value, after.id)),
    )
  return query
}

function cut(rows: readonly Placed[], limit: number): { ids: number[]; next: DefectPosition | null } {
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  const next = rows.length > limit && last ? { severity: last.severity, value: last.value, id: last.id } : null
  return { ids: shown.map(({ id }) => id), next }
}
