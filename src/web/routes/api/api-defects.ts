import { z } from 'zod'
import type { Decision } from '../../../core/defect/defect.ts'
import { isOpen } from '../../../core/defect/defect-course.ts'
import { deciderOf, TIME_NAMES, type TimeName } from '../../../core/defect/defect-times.ts'
import type { DefectStatus } from '../../../core/event.ts'
import { formatInstant } from '../../../core/time/instant.ts'
import type { Store } from '../../../store/database.ts'
import { listWordsOf } from '../../../store/defects/defect-identity.ts'
import { type DefectFilter, type DefectListRow, listDefects } from '../../../store/defects/defect-list.ts'
import {
  countActivities,
  countReports,
  type DefectDetails,
  findDefect,
  findServiceId,
  listReports,
  listSuspects,
} from '../../../store/defects/defect-queries.ts'
import { resolveDefect } from '../../../store/defects/defects.ts'
import { findLiveFixes, listGenerations, listSeenVersions } from '../../../store/defects/fix-queries.ts'
import { fixedVersions } from '../../../store/defects/judgements.ts'
import { findReleaseId } from '../../../store/releases/release-queries.ts'
import { page, placeFilter, resolvePlace, timeOrNull, unknownName } from '../../api/api-answers.ts'
import { type defectDetails, type defectItem, defectStatus, type defectTime, severity } from '../../api/api-schemas.ts'
import { cursorOf } from '../../api/cursor.ts'
import type { Deps } from '../../deps.ts'
import { listBrought, PHASES } from '../../pages/brought-defects.ts'
import { inAll } from '../../pages/in-all.ts'
import { listSaid, SAID_PATTERN } from '../../pages/said-suspicions.ts'
import { badInput, notFoundProblem } from '../../problems.ts'
import {
  anyOf,
  instantParameter,
  limitParameter,
  nameParameter,
  observedDaysParameter,
  readQuery,
  releaseName,
} from '../../query.ts'
import type { Ctx, Routes } from '../../routes.ts'

const MOST_IDS = 500

const defectIds = z
  .string()
  .transform((text, context): number[] => {
    const given = text.split(',').map((id) => Number(/^(?:PF-)?([1-9]\d{0,14})$/.exec(id)?.[1]))
    if (given.length <= MOST_IDS && given.every(Number.isSafeInteger)) return given
    context.addIssue({ code: 'custom', message: `must be at most ${MOST_IDS} ids such as PF-12, separated by commas` })
    return z.NEVER
  })
  .meta({ description: `These alone: ids such as PF-12, separated by commas; at most ${MOST_IDS}.` })

export const defectsQuery = z.object({
  service: nameParameter.optional(),
  environment: nameParameter.optional(),
  severity: anyOf(severity.options).optional(),
  status: anyOf(defectStatus.options).optional(),
  open: z
    .enum(['true', 'false'])
    .optional()
    .meta({ description: 'true: still to be dealt with (open, triaged, in-progress or regressed).' }),
  release: releaseName.optional().meta({ description: 'First suspect, as service@version.' }),
  seenFrom: instantParameter.optional().meta({ description: 'First seen then or later.' }),
  seenTo: instantParameter.optional().meta({ description: 'First seen before.' }),
  resolvedFrom: instantParameter.optional().meta({ description: 'Fixed or given up then or later, and still so.' }),
  resolvedTo: instantParameter.optional().meta({ description: 'Fixed or given up before, and still so.' }),
  openAt: instantParameter
    .optional()
    .meta({ description: 'Open at that instant; what has been opened again counts as open ever since it was seen.' }),
  ids: defectIds.optional(),
  said: z.string().regex(SAID_PATTERN, { error: 'must be two percentages such as 80..95' }).optional().meta({
    description:
      'Of the defects whose cause a person decided, those whose first suspect was said with a probability from the one percentage to below the other, such as 80..95; a band of `/api/v1/metrics/attribution`.',
  }),
  agreed: z.enum(['true']).optional().meta({ description: 'With `said`: those in which the person agreed.' }),
  releasesOf: nameParameter.optional().meta({
    description:
      'A service: what its releases brought that were first in production from `releasedFrom` to before `releasedTo`, found before that or within `observedDays`, in the `phase`. All five are given, or none.',
  }),
  releasedFrom: instantParameter.optional(),
  releasedTo: instantParameter.optional(),
  observedDays: observedDaysParameter.optional(),
  phase: z.enum(PHASES).optional().meta({
    description:
      'Where they were found: in production, before it, in a phase that is known, or in one that nobody named.',
  }),
  q: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .meta({ description: 'Words; the title has, for each of them, one that begins so.' }),
  limit: limitParameter,
  cursor: cursorOf(z.tuple([severity, z.int(), z.int()])).optional(),
})

/** Defects, first seen last first, and one defect with its suspects. */
export function registerDefectReadRoutes(routes: Routes, { store }: Pick<Deps, 'store'>): void {
  routes.get('/api/v1/defects', { scope: 'read' }, async (c) => {
    const query = readQuery(c, defectsQuery)
    if (query instanceof Response) return query
    const filter = await filterOf(c, store, query)
    if (filter instanceof Response) return filter
    const [level, value, id] = query.cursor ?? []
    const after =
      level === undefined || value === undefined || id === undefined ? undefined : { severity: level, value, id }
    const { rows, next } = await listDefects(store.reader, filter, { sort: '-first_seen', after, limit: query.limit })
    return page(c, rows.map(toItem), next ? [next.severity, next.value, next.id] : undefined)
  })

  routes.get('/api/v1/defects/:id', { scope: 'read' }, async (c) => {
    const query = readQuery(c, z.object({}))
    if (query instanceof Response) return query
    return answerDefect(c, store)
  })
}

async function filterOf(c: Ctx, store: Store, query: DefectsQuery): Promise<DefectFilter | Response> {
  const place = await resolvePlace(c, store, query)
  if (place instanceof Response) return place
  const { release, open } = query
  const suspectReleaseId = release && (await findReleaseId(store.reader, release.service, release.version))
  if (release && suspectReleaseId === undefined)
    return badInput(c, [unknownName('release', `${release.service}@${release.version}`)])
  const statuses = (query.status ?? defectStatus.options).filter(
    (status: DefectStatus) => open === undefined || isOpen(status) === (open === 'true'),
  )
  if (statuses.length === 0) return badInput(c, [{ path: 'open', message: `${open} rules out every status asked for` }])
  const said = await saidIn(c, store, query)
  if (said instanceof Response) return said
  const brought = await broughtIn(c, store, query)
  if (brought instanceof Response) return brought
  return {
    ...{
      ...placeFilter(place),
      severities: query.severity,
      statuses,
      suspectReleaseId,
      text: query.q,
      openAt: query.openAt,
    },
    ids: inAll([query.ids, said, brought]),
    seen: spanOf(query.seenFrom, query.seenTo),
    resolved: spanOf(query.resolvedFrom, query.resolvedTo),
  }
}

type DefectsQuery = z.output<typeof defectsQuery>

async function saidIn(c: Ctx, { reader }: Store, { said, agreed }: DefectsQuery) {
  if (said === undefined)
    return agreed && badInput(c, [{ path: 'agreed', message: 'is asked for together with said, such as 80..95' }])
  return (
    (await listSaid(reader, said, agreed === 'true')) ??
    badInput(c, [{ path: 'said', message: 'must be two percentages of which the first is less, such as 80..95' }])
  )
}

async function broughtIn(c: Ctx, { reader }: Store, query: DefectsQuery) {
  const { releasesOf, releasedFrom: from, releasedTo: to, observedDays: days, phase } = query
  const asked = { releasesOf, releasedFrom: from, releasedTo: to, observedDays: days, phase }
  const missing = Object.entries(asked).flatMap(([path, value]) =>
    value === undefined ? { path, message: `is asked for together with ${Object.keys(asked).join(', ')}` } : [],
  )
  if (missing.length === Object.keys(asked).length) return undefined
  if (releasesOf === undefined || from === undefined || to === undefined || days === undefined || !phase)
    return badInput(c, missing)
  const serviceId = await findServiceId(reader, releasesOf)
  if (serviceId === undefined) return badInput(c, [{ ...unknownName('service', releasesOf), path: 'releasesOf' }])
  return (
    (await listBrought(reader, serviceId, { from, to, days, phase })) ??
    badInput(c, [
      { path: 'releasedFrom', message: 'asks for more defects than can be read at once; come closer to `releasedTo`' },
    ])
  )
}

const spanOf = (from: number | undefined, to: number | undefined) =>
  from === undefined && to === undefined ? undefined : { from, to }

/** `PF-12` or `12`; undefined for anything else. */
export function defectIdIn(c: Ctx): number | undefined {
  const [, digits] = /^(?:PF-)?([1-9]\d{0,14})$/i.exec(c.req.param('id') ?? '') ?? []
  return digits === undefined ? undefined : Number(digits)
}

/** Answers with the defect of the path, read from `store.db` after a change so that it shows; a merged one with its survivor. */
export async function answerDefect(
  c: Ctx,
  store: Store,
  db = store.reader,
  { id = defectIdIn(c), status = 200 }: { id?: number | undefined; status?: 200 | 201 } = {},
): Promise<Response> {
  const survivor = id === undefined ? undefined : await resolveDefect(db, id)
  const defect = survivor === undefined ? undefined : await findDefect(db, survivor)
  if (!defect) return noSuchDefect(c)
  const [live, seenIn, generations, suspects, reports, reportCounts, activityCount, words] = await Promise.all([
    findLiveFixes(db, defect),
    listSeenVersions(db, defect.id),
    listGenerations(db, defect.id),
    listSuspects(db, defect.id),
    listReports(db, defect.id),
    countReports(db, defect.id),
    countActivities(db, defect.id),
    listWordsOf(db, defect.id),
  ])
  const details: z.output<typeof defectDetails> = {
    ...ownFields(defect),
    seenIn: seenIn.map(({ first, last, ...seen }) => ({
      ...seen,
      first: formatInstant(first),
      last: formatInstant(last),
    })),
    fixes: defect.fixes.map(({ entry, version, at, by }) => ({
      said: entry,
      version,
      saidAt: formatInstant(at),
      saidBy: 'person' in by ? by.person : by.source,
      liveIn: version === null ? [] : [...(live.get(version) ?? [])],
    })),
    generations: generations.map(({ number, since, seenIn: version, sentence, fixedAt, fixedIn }) => ({
      number,
      since: formatInstant(since),
      seenIn: version ?? null,
      reason: sentence ?? null,
      fixedAt: timeOrNull(fixedAt),
      fixedIn: [...fixedIn],
    })),
    suspects: suspects.map(({ rank, releaseId, service, version, probability, evidence }) => ({
      rank,
      release: { id: String(releaseId), service, version },
      probability,
      evidence: [...evidence],
    })),
    reports: reports.map((report) => ({
      id: String(report.id),
      source: report.sourceSlug,
      externalId: report.externalId ?? null,
      url: report.url ?? null,
      firstSeenAt: timeOrNull(report.firstSeenAt),
      lastSeenAt: timeOrNull(report.lastSeenAt),
      occurrences: report.occurrences,
    })),
    reportCount: reportCounts.reports,
    activityCount,
    identity: words.map((word) => ({
      id: String(word.id),
      kind: word.kind === 'same' ? ('merge' as const) : ('split' as const),
      from: word.fromId === undefined ? null : `PF-${word.fromId}`,
      into: word.intoId === undefined ? null : `PF-${word.intoId}`,
      at: formatInstant(word.at),
      by: word.by,
      reason: word.reason,
    })),
  }
  return c.json(details, status)
}

export const noSuchDefect = (c: Ctx): Response =>
  notFoundProblem(c, `There is no defect ${(c.req.param('id') ?? '').slice(0, 40)}.`)

type Related =
  | 'seenIn'
  | 'fixes'
  | 'generations'
  | 'suspects'
  | 'reports'
  | 'reportCount'
  | 'activityCount'
  | 'identity'

const ownFields = (defect: DefectDetails): Omit<z.output<typeof defectDetails>, Related> => ({
  id: `PF-${defect.id}`,
  title: defect.title,
  description: defect.description ?? null,
  severity: defect.severity,
  status: defect.status,
  statusAt: formatInstant(defect.statusAt),
  open: defect.open,
  phase: defect.phase ?? null,
  service: defect.service ?? null,
  environment: defect.environment ?? null,
  version: defect.statedVersion ?? null,
  commit: defect.statedCommit ?? null,
  url: defect.url ?? null,
  firstSeenAt: formatInstant(defect.firstSeenAt),
  lastSeenAt: formatInstant(defect.lastSeenAt),
  detectedAt: formatInstant(defect.times.detected),
  times: Object.fromEntries(
    TIME_NAMES.map((name) => [name, toTime(defect.times[name], deciderOf(defect.times, defect.decisions.times, name))]),
  ) as Record<TimeName, z.output<typeof defectTime>>,
  occurrences: defect.occurrences,
  assignee:
    defect.assigneeId === undefined ? null : { id: String(defect.assigneeId), name: defect.assignee ?? 'unknown' },
  fixedIn: fixedVersions(defect.fixes),
  regression: defect.regression ? { ...defect.regression, at: formatInstant(defect.regression.at) } : null,
  attribution: {
    state: defect.attribution,
    reason: defect.attributionReason ?? null,
    method: defect.attributionMethod,
    model: defect.attributionRemainder?.model ?? null,
    running: ranThen(defect),
    rest: defect.attributionRemainder?.rest ?? null,
    decidedBy: defect.decisions.attribution?.by ?? null,
  },
})

const toTime = (at: number | undefined, set: Decision<number> | undefined): z.output<typeof defectTime> => ({
  at: timeOrNull(at),
  setBy: set?.by ?? null,
  setAt: timeOrNull(set?.at),
})

function ranThen({ attributionRemainder }: DefectDetails): z.output<typeof defectDetails>['attribution']['running'] {
  const seenIn = attributionRemainder?.seenIn
  return seenIn ? { version: seenIn.version, how: seenIn.how } : null
}

const toItem = (row: DefectListRow): z.output<typeof defectItem> => ({
  id: `PF-${row.id}`,
  title: row.title,
  severity: row.severity,
  status: row.status,
  service: row.service ?? null,
  environment: row.environment ?? null,
  firstSeenAt: formatInstant(row.firstSeenAt),
  lastSeenAt: formatInstant(row.lastSeenAt),
  occurrences: row.occurrences,
  assignee: row.assignee ?? null,
  attribution: row.attribution,
  suspect: row.suspect
    ? { service: row.suspect.service, version: row.suspect.version, probability: row.suspect.probability ?? null }
    : null,
})
