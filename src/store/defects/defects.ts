import { ATTRIBUTION_METHOD } from '../../core/attribution/result.ts'
import { type Decisions, type Defect, reportKey } from '../../core/defect/defect.ts'
import type { DefectEvidence } from '../../core/defect/defect-evidence.ts'
import type { DefectTimes } from '../../core/defect/defect-times.ts'
import type { DefectStatus, Detection, Severity } from '../../core/event.ts'
import { titleWords } from '../../core/text/search-words.ts'
import type { Db } from '../database.ts'
import type { DefectsTable } from '../schema.ts'
import { evidenceColumns, readEvidence, saveCulprits } from './defect-evidence.ts'
import { type Judgement, judgementColumns } from './judgements.ts'

/** What attribution needs to know of a stored defect. */
export interface DefectRecord {
  readonly id: number
  readonly title: string
  readonly description: string | undefined
  readonly url: string | undefined
  readonly service: { readonly id: number; readonly name: string } | undefined
  readonly environmentId: number | undefined
  readonly environmentName: string | undefined
  readonly firstSeenAt: number
  readonly lastSeenAt: number
  readonly status: DefectStatus
  readonly statusAt: number
  /** Its lives: one more with every regression, and since when it has the last one when it is not the first. */
  readonly generation: { readonly number: number; readonly since: number | undefined }
  readonly stated: {
    readonly deployment: string | undefined
    readonly version: string | undefined
    readonly commit: string | undefined
  }
  readonly decisions: Decisions
  readonly detection: Detection
  readonly evidence: DefectEvidence
  /** How much of it is counted towards each release, by id. */
  readonly counted: Readonly<Record<string, number>> | undefined
  /** The hash over the facts of its last attribution; undefined before the first. */
  readonly attributionInputs: string | undefined
}

/** The defects, merged ones followed to their survivor, that already have one of the keys; lowest id first. */
export async function findDefectIds(db: Db, keys: readonly string[]): Promise<number[]> {
  const rows = await db
    .selectFrom('defect_keys')
    .select('defect_id')
    .distinct()
    .where('key', 'in', [...keys])
    .execute()
  return rows.map((row) => row.defect_id).sort((a, b) => a - b)
}

/** Makes room for a new defect; everything in it follows from its reports and is written by `saveDefect`. */
export async function reserveDefect(db: Db, now: number): Promise<number> {
  const { id } = await db
    .insertInto('defects')
    .values({
      title: '',
      severity: 'S3',
      status: 'open',
      open: 1,
      first_seen_at: now,
      last_seen_at: now,
      detected_at: now,
      occurrences: 0,
      status_at: now,
      fixed_in_json: '[]',
      decisions_json: '{}',
      attribution: 'unattributed',
      attribution_method: ATTRIBUTION_METHOD,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id
}

/** The report for which a defect got its number: the number is its, wherever it goes. */
export async function setFounder(db: Db, defectId: number, reportId: number): Promise<void> {
  await db.updateTable('defects').set({ founder_report_id: reportId }).where('id', '=', defectId).execute()
}

/** For a defect from before that was written down the first of its reports; undefined when none is known. */
export async function findFounder(
  db: Db,
  defectId: number,
): Promise<{ readonly reportId: number; readonly key: string } | undefined> {
  const row = await db
    .selectFrom('defects as d')
    .innerJoin('reports as r', (join) =>
      join.on((eb) =>
        eb.or([
          eb('r.id', '=', eb.ref('d.founder_report_id')),
          eb.and([eb('d.founder_report_id', 'is', null), eb('r.defect_id', '=', eb.ref('d.id'))]),
        ]),
      ),
    )
    .select(['r.id', 'r.source_id', 'r.identity'])
    .where('d.id', '=', defectId)
    .orderBy('r.id')
    .limit(1)
    .executeTakeFirst()
  return row && { reportId: row.id, key: reportKey(row.source_id, row.identity) }
}

export async function addDefectKeys(db: Db, defectId: number, keys: readonly string[]): Promise<void> {
  await db
    .insertInto('defect_keys')
    .values(keys.map((key) => ({ key, defect_id: defectId })))
    .onConflict((conflict) => conflict.column('key').doNothing())
    .execute()
}

/** A defect as it was before it is derived anew. */
export interface HeldDefect {
  readonly decisions: Decisions
  readonly everFixed: boolean
  readonly firstSeenAt: number
  readonly lastSeenAt: number
  readonly environmentName: string | undefined
  readonly fix: FixState
}

/** On what an emergency score depends in a defect that the release fixes. */
export interface FixState {
  readonly serviceId: number | undefined
  readonly severity: Severity
  readonly firstSeenAt: number
  readonly versions: readonly string[]
}

export async function getHeldDefect(db: Db, id: number): Promise<HeldDefect> {
  const row = await db
    .selectFrom('defects')
    .leftJoin('environments', 'environments.id', 'defects.environment_id')
    .select(['decisions_json', 'ever_fixed', 'first_seen_at', 'last_seen_at', 'service_id', 'severity'])
    .select(['fixed_in_json', 'environments.name as environment'])
    .where('defects.id', '=', id)
    .executeTakeFirstOrThrow()
  return {
    decisions: JSON.parse(row.decisions_json) as Decisions,
    everFixed: row.ever_fixed === 1,
    firstSeenAt: row.first_seen_at,
    lastSeenAt: row.last_seen_at,
    environmentName: row.environment ?? undefined,
    fix: {
      serviceId: row.service_id ?? undefined,
      severity: row.severity as Severity,
      firstSeenAt: row.first_seen_at,
      versions: JSON.parse(row.fixed_in_json) as string[],
    },
  }
}

export async function saveDefect(
  db: Db,
  id: number,
  defect: Defect,
  place: { serviceId: number | undefined; environmentId: number | undefined },
  judgement: Judgement,
): Promise<void> {
  await db
    .updateTable('defects')
    .set({
      title: defect.title,
      title_words: titleWords(defect.title),
      description: defect.description ?? null,
      service_id: place.serviceId ?? null,
      environment_id: place.environmentId ?? null,
      stated_version: defect.version ?? null,
      stated_commit: defect.commit ?? null,
      stated_deployment: defect.deployment ?? null,
      severity: defect.severity,
      phase: defect.phase ?? null,
      url: defect.url ?? null,
      first_seen_at: defect.firstSeenAt,
      last_seen_at: defect.lastSeenAt,
      detected_at: defect.detectedAt,
      reported_at: defect.reportedAt,
      acknowledged_at: defect.acknowledgedAt ?? null,
      mitigated_at: defect.mitigatedAt ?? null,
      occurrences: defect.occurrences,
      detection: defect.detection,
      ...evidenceColumns(defect.evidence),
      ...judgementColumns(judgement),
    })
    .where('id', '=', id)
    .execute()
  await saveCulprits(db, id, defect.evidence.culpritCommits)
}

export async function getDecisions(db: Db, defectId: number): Promise<Decisions> {
  const row = await db
    .selectFrom('defects')
    .select('decisions_json')
    .where('id', '=', defectId)
    .executeTakeFirstOrThrow()
  return JSON.parse(row.decisions_json) as Decisions
}

/**
 * What was decided under one number, apart from what was decided under those merged into it.
 * @param decisions `held`: what holds for the defect; `own`: what of it was set under this number
 */
export async function saveDecisions(
  db: Db,
  defectId: number,
  { held, own }: { readonly held: Decisions; readonly own: Decisions },
): Promise<void> {
  await db
    .updateTable('defects')
    .set({ decisions_json: JSON.stringify(held), own_decisions_json: JSON.stringify(own) })
    .where('id', '=', defectId)
    .execute()
}

export async function saveOwnDecisions(db: Db, defectId: number, own: Decisions): Promise<void> {
  await db
    .updateTable('defects')
    .set({ own_decisions_json: JSON.stringify(own) })
    .where('id', '=', defectId)
    .execute()
}

/** By number: what people decided under it, for a defect and those merged into it whose reports are known. */
export async function listOwnDecisions(db: Db, defectId: number): Promise<Map<number, Decisions>> {
  const rows = await db
    .selectFrom('defects')
    .select(['id', 'decisions_json', 'own_decisions_json'])
    .where('id', 'in', numbersOf(db, defectId))
    .where((eb) => eb.or([eb('id', '=', defectId), eb('founder_report_id', 'is not', null)]))
    .orderBy('id')
    .execute()
  return new Map(
    rows.map(({ id, decisions_json, own_decisions_json }) => [
      id,
      JSON.parse(own_decisions_json ?? decisions_json) as Decisions,
    ]),
  )
}

export async function setAssignee(db: Db, defectId: number, userId: number | null): Promise<void> {
  await db.updateTable('defects').set({ assignee_id: userId }).where('id', '=', defectId).execute()
}

/** The number of a defect and those that were merged into it: what happened under each of them is kept there. */
export const numbersOf = (db: Db, defectId: number) =>
  db
    .selectFrom('defects')
    .select('id')
    .where((eb) => eb.or([eb('id', '=', defectId), eb('merged_into_id', '=', defectId)]))

/** When somebody was first made its owner; undefined when nobody ever was. */
export async function findFirstAssignment(db: Db, defectId: number): Promise<number | undefined> {
  const rows = await db
    .selectFrom('activities')
    .select(['at', 'detail_json'])
    .where('defect_id', 'in', numbersOf(db, defectId))
    .where('kind', '=', 'assignee')
    .orderBy('at')
    .execute()
  return rows.find(({ detail_json }) => (JSON.parse(detail_json) as { to?: number | null }).to != null)?.at
}

/** What a change of a defect is told against. */
export interface DefectState {
  readonly status: string
  readonly open: boolean
  readonly severity: string
  readonly assigneeId: number | null
  readonly times: DefectTimes
}

export async function getDefectState(db: Db, id: number): Promise<DefectState> {
  const row = await db
    .selectFrom('defects')
    .select(['status', 'open', 'severity', 'assignee_id'])
    .select(TIME_COLUMNS)
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
  const { status, severity, assignee_id } = row
  return { status, severity, open: row.open === 1, assigneeId: assignee_id, times: readTimes(row) }
}

const TIME_COLUMNS = [
  'first_seen_at',
  'detected_at',
  'reported_at',
  'acknowledged_at',
  'mitigated_at',
  'resolved_at',
] as const

export const readTimes = (row: Pick<DefectsTable, (typeof TIME_COLUMNS)[number]>): DefectTimes => ({
  occurred: row.first_seen_at,
  detected: row.detected_at,
  reported: row.reported_at ?? row.detected_at,
  acknowledged: row.acknowledged_at ?? undefined,
  mitigated: row.mitigated_at ?? undefined,
  resolved: row.resolved_at ?? undefined,
})

/** Service and version of a release, for the record of a decision. */
export const findSuspectName = (db: Db, releaseId: number): Promise<{ service: string; version: string } | undefined> =>
  db
    .selectFrom('releases')
    .innerJoin('services', 'services.id', 'releases.service_id')
    .select(['services.name as service', 'releases.version'])
    .where('releases.id', '=', releaseId)
    .executeTakeFirst()

/** The defect behind a number; a merged one leads to the one it was merged into. */
export async function resolveDefect(db: Db, id: number): Promise<number | undefined> {
  const row = await db.selectFrom('defects').select(['id', 'merged_into_id']).where('id', '=', id).executeTakeFirst()
  if (!row) return undefined
  return row.merged_into_id === null ? row.id : resolveDefect(db, row.merged_into_id)
}

export async function getDefect(db: Db, id: number): Promise<DefectRecord> {
  return toDefectRecord(await selectDefects(db).where('defects.id', '=', id).executeTakeFirstOrThrow())
}

export async function recordActivity(
  db: Db,
  activity: { defectId: number; at: number; actor: string | null; kind: string; detail: Record<string, unknown> },
): Promise<void> {
  await db
    .insertInto('activities')
    .values({
      defect_id: activity.defectId,
      at: activity.at,
      actor: activity.actor,
      kind: activity.kind,
      detail_json: JSON.stringify(activity.detail),
    })
    .execute()
}

export const selectDefects = (db: Db) =>
  db
    .selectFrom('defects')
    .leftJoin('services', 'services.id', 'defects.service_id')
    .leftJoin('environments', 'environments.id', 'defects.environment_id')
    .select(['defects.id', 'title', 'description', 'url', 'service_id', 'services.name as service_name'])
    .select(['environment_id', 'environments.name as environment_name'])
    .select(['first_seen_at', 'last_seen_at', 'status', 'status_at', 'generation', 'generation_since'])
    .select(['stated_deployment', 'stated_version', 'stated_commit', 'decisions_json'])
    .select(['defects.detection', 'introduced_in', 'evidence_json', 'counted_json', 'attribution_json'])

type SelectedDefect = Awaited<ReturnType<ReturnType<typeof selectDefects>['execute']>>[number]

export const toDefectRecord = (row: SelectedDefect): DefectRecord => ({
  id: row.id,
  title: row.title,
  description: row.description ?? undefined,
  url: row.url ?? undefined,
  service: row.service_id === null ? undefined : { id: row.service_id, name: row.service_name as string },
  environmentId: row.environment_id ?? undefined,
  environmentName: row.environment_name ?? undefined,
  firstSeenAt: row.first_seen_at,
  lastSeenAt: row.last_seen_at,
  status: row.status as DefectStatus,
  statusAt: row.status_at,
  generation: { number: row.generation, since: row.generation_since ?? undefined },
  stated: {
    deployment: row.stated_deployment ?? undefined,
    version: row.stated_version ?? undefined,
    commit: row.stated_commit ?? undefined,
  },
  decisions: JSON.parse(row.decisions_json) as Decisions,
  detection: row.detection as Detection,
  evidence: readEvidence(row),
  counted: row.counted_json === null ? undefined : (JSON.parse(row.counted_json) as Record<string, number>),
  attributionInputs: (JSON.parse(row.attribution_json) as { inputs?: string }).inputs,
})
