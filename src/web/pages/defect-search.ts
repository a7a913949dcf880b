import { z } from 'zod'
import type { DefectStatus, Severity } from '../../core/event.ts'
import type { Db } from '../../store/database.ts'
import {
  DEFECT_SORTS,
  type DefectFilter,
  type DefectPosition,
  type DefectSort,
} from '../../store/defects/defect-list.ts'
import { findEnvironmentId, listSourceChoices } from '../../store/defects/defect-queries.ts'
import { findReleaseId } from '../../store/releases/release-queries.ts'
import { cursorOf, encodeCursor } from '../api/cursor.ts'
import { type Narrowing, type NarrowingQuery, readNarrowing } from './defect-narrowing.ts'
import { readServices } from './service-choice.ts'

/** The list of defects as its address asks for it. What cannot be understood is left out, and a remark says so. */
export interface DefectSearch {
  readonly filter: DefectFilter
  readonly sort: DefectSort
  readonly size: number
  readonly after: DefectPosition | undefined
  /** Rows on the pages before this one. */
  readonly shownBefore: number
  /** The parameters that were understood, as they go back into links; without sort, size and place. */
  readonly asked: DefectQuery
  /** The names of those chosen; none: all. */
  readonly services: readonly string[]
  /** What no menu picks. */
  readonly narrowings: readonly Narrowing[]
  readonly remarks: readonly string[]
}

export interface DefectQuery extends NarrowingQuery, PickedQuery {}

interface PickedQuery {
  readonly q: string
  readonly status: string
  readonly severity: string
  readonly service: string
  readonly release: string
  readonly env: string
  readonly attribution: string
  readonly source: string
  readonly assignee: string
}

export const PAGE_SIZES: readonly number[] = [50, 100, 200]

const STATUSES: readonly DefectStatus[] = [
  'open',
  'triaged',
  'in-progress',
  'fixed',
  'verified',
  'wont-fix',
  'regressed',
]
const OPEN: readonly DefectStatus[] = ['open', 'triaged', 'in-progress', 'regressed']
const SEVERITIES: readonly Severity[] = ['S1', 'S2', 'S3', 'S4']
const ATTRIBUTIONS: readonly string[] = ['manual', 'attributed', 'suspected', 'unattributed', 'not-a-change']

/** A search box takes this much; longer texts find nothing more. */
const LONGEST_TEXT = 200

const place = cursorOf(
  z.object({
    sort: z.string(),
    severity: z.enum(['S1', 'S2', 'S3', 'S4']),
    value: z.int(),
    id: z.int(),
    shown: z.int().min(0),
  }),
)

/** The place after which the next page begins; it only fits the order it was made for. */
export const encodePlace = (sort: DefectSort, position: DefectPosition, shown: number): string =>
  encodeCursor({ sort, ...position, shown })

export async function readDefectSearch(
  db: Db,
  query: URLSearchParams,
  userId: number,
  now: number,
): Promise<DefectSearch> {
  const remarks: string[] = []
  const get = (name: string): string => query.get(name)?.trim() ?? ''
  const asked: Record<keyof PickedQuery, string> = {
    q: get('q').slice(0, LONGEST_TEXT),
    status: get('status'),
    severity: get('severity'),
    service: get('service'),
    release: get('release'),
    env: get('env'),
    attribution: get('attribution'),
    source: get('source'),
    assignee: get('assignee'),
  }
  /** Forgets a parameter that cannot be understood. */
  const drop = (name: keyof PickedQuery, what: string, instead: string) => {
    remarks.push(`Unknown ${what} ‘${asked[name]}’. Showing ${instead}.`)
    asked[name] = ''
  }

  const statuses = listOf(asked.status, STATUSES)
  if (asked.status && asked.status !== 'any' && statuses.length === 0) drop('status', 'status', 'open defects')
  const severities = listOf(asked.severity, SEVERITIES)
  if (asked.severity && severities.length === 0) drop('severity', 'severity', 'all severities')
  const attributions = listOf(asked.attribution, ATTRIBUTIONS)
  if (asked.attribution && attributions.length === 0) drop('attribution', 'cause', 'all')

  const chosen = await readServices(db, query.getAll('service'))
  remarks.push(...chosen.remarks)
  asked.service = chosen.text
  const [one, ...others] = chosen.services
  const suspectReleaseId =
    asked.release && one && others.length === 0 ? await findReleaseId(db, one.name, asked.release) : undefined
  if (asked.release && suspectReleaseId === undefined) drop('release', 'release', 'all releases')
  const environmentId = asked.env ? await findEnvironmentId(db, asked.env) : undefined
  if (asked.env && environmentId === undefined) drop('env', 'environment', 'all environments')
  const sourceId = asked.source
    ? (await listSourceChoices(db)).find(({ slug }) => slug === asked.source)?.id
    : undefined
  if (asked.source && sourceId === undefined) drop('source', 'source', 'all sources')
  const assigneeId = readAssignee(asked.assignee, userId)
  if (asked.assignee && assigneeId === undefined) drop('assignee', 'owner', 'all owners')

  const narrowed = await readNarrowing(db, query, asked.env, now)
  remarks.push(...narrowed.remarks)

  const sort = oneOf(get('sort'), DEFECT_SORTS)
  if (get('sort') && !sort) remarks.push(`Unknown order ‘${get('sort')}’. Showing the worst and newest first.`)
  const after = get('after') ? place.safeParse(get('after')) : undefined
  const fits = after?.success && after.data.sort === (sort ?? 'worst')
  if (after && !fits) remarks.push('The address named a page that does not exist. Showing the first one.')

  return {
    filter: {
      statuses: asked.status === 'any' ? undefined : statuses.length > 0 ? statuses : OPEN,
      severities,
      // What is held against a release of a service may be a defect of another, or of none that is named.
      serviceIds: suspectReleaseId === undefined ? chosen.ids : undefined,
      environmentId,
      suspectReleaseId,
      attributions,
      sourceId,
      assigneeId,
      text: asked.q || undefined,
      ...narrowed.filter,
    },
    sort: sort ?? 'worst',
    size: PAGE_SIZES.find((size) => String(size) === get('size')) ?? (PAGE_SIZES[0] as number),
    after: fits ? { severity: after.data.severity, value: after.data.value, id: after.data.id } : undefined,
    shownBefore: fits ? after.data.shown : 0,
    asked: { ...asked, ...narrowed.asked },
    services: chosen.services.map(({ name }) => name),
    narrowings: narrowed.narrowings,
    remarks,
  }
}

const oneOf = <T extends string>(text: string, known: readonly T[]): T | undefined => known.find((one) => one === text)

/** `S1,S2`: those that are known. */
const listOf = <T extends string>(text: string, known: readonly T[]): readonly T[] =>
  known.filter((one) => text.split(',').includes(one))

function readAssignee(text: string, userId: number): number | null | undefined {
  if (text === 'me') return userId
  if (text === 'nobody') return null
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined
}
