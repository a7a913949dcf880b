import type { Check } from '../../core/emergency/checks.ts'
import type { Strategy } from '../../core/emergency/suggestion.ts'
import type { EmergencyAction, EmergencyState } from '../../core/emergency/transitions.ts'
import type { DefectStatus, EnvironmentTier, Severity } from '../../core/event.ts'
import { countRows } from '../counted-rows.ts'
import type { Db } from '../database.ts'
import type { EmergencyReleasesTable } from '../schema.ts'

export interface Emergency {
  readonly id: number
  readonly serviceId: number
  readonly service: string
  readonly environmentId: number
  readonly environment: string
  readonly tier: EnvironmentTier
  readonly strategy: Strategy
  readonly state: EmergencyState
  /** Number of the last step: what a form has seen. */
  readonly step: number
  readonly generation: number
  readonly fromVersion: string | undefined
  readonly targetVersion: string
  readonly baseVersion: string | undefined
  readonly ref: string | undefined
  readonly reason: string
  readonly checks: readonly Check[]
  readonly openedBy: string
  readonly openedName: string
  readonly openedAt: number
  readonly approvedAt: number | undefined
  readonly approvedName: string | undefined
  readonly approvedAs: string | undefined
  readonly deployedAt: number | undefined
  readonly verifiedAt: number | undefined
  readonly endedAt: number | undefined
  readonly trouble: string | undefined
  readonly ticks: Readonly<Record<string, string>>
  readonly needsReview: boolean
  readonly reviewedAt: number | undefined
}

export interface EmergencyStep {
  readonly number: number
  readonly at: number
  /** Undefined: the server by itself. */
  readonly actor: { readonly id: string; readonly name: string } | undefined
  readonly action: 'open' | EmergencyAction
  readonly from: EmergencyState | undefined
  readonly to: EmergencyState
  readonly detail: StepDetail
}

/** What else is known of a step, in words for people; each action uses some. */
export interface StepDetail {
  readonly reason?: string | undefined
  /** Where it is known from: `deployment`, `ci`, `person`. */
  readonly by?: string | undefined
  readonly url?: string | undefined
  readonly version?: string | undefined
  readonly approvedAs?: string | undefined
  readonly key?: string | undefined
  readonly defects?: readonly number[] | undefined
  readonly text?: string | undefined
  readonly tick?: string | undefined
  /** The deployment that it is known from. */
  readonly deploymentId?: number | undefined
}

export interface NewEmergency {
  readonly serviceId: number
  readonly environmentId: number
  readonly strategy: Strategy
  readonly fromVersion: string | undefined
  readonly targetVersion: string
  readonly baseVersion: string | undefined
  readonly ref: string | undefined
  readonly reason: string
  readonly checks: readonly Check[]
  readonly formKey: string
  readonly openedBy: string
  readonly openedName: string
  readonly openedAt: number
  readonly defectIds: readonly number[]
}

/** With its first step and its defects. Throws a unique violation when the form came before or one is open there. */
export async function insertEmergency(trx: Db, fresh: NewEmergency): Promise<number> {
  const { id } = await trx
    .insertInto('emergency_releases')
    .values({
      service_id: fresh.serviceId,
      environment_id: fresh.environmentId,
      strategy: fresh.strategy,
      state: 'requested',
      step: 1,
      generation: 0,
      from_version: fresh.fromVersion ?? null,
      target_version: fresh.targetVersion,
      base_version: fresh.baseVersion ?? null,
      ref: fresh.ref ?? null,
      reason: fresh.reason,
      checks_json: JSON.stringify(fresh.checks),
      form_key: fresh.formKey,
      opened_by: fresh.openedBy,
      opened_name: fresh.openedName,
      opened_at: fresh.openedAt,
      ticks_json: '{}',
      needs_review: 0,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  if (fresh.defectIds.length > 0)
    await trx
      .insertInto('emergency_defects')
      .values([...new Set(fresh.defectIds)].map((defect_id) => ({ emergency_id: id, defect_id })))
      .execute()
  await trx
    .insertInto('emergency_steps')
    .values({
      emergency_id: id,
      number: 1,
      at: fresh.openedAt,
      actor_id: fresh.openedBy,
      actor_name: fresh.openedName,
      action: 'open',
      from_state: null,
      to_state: 'requested',
      detail_json: JSON.stringify({ version: fresh.targetVersion, reason: fresh.reason } satisfies StepDetail),
      request_key: null,
    })
    .execute()
  return id
}

/** Columns that a step may set beside the state. */
export type StepFacts = Partial<
  Pick<
    EmergencyReleasesTable,
    | 'generation'
    | 'target_version'
    | 'approved_at'
    | 'approved_name'
    | 'approved_as'
    | 'deployed_at'
    | 'verified_at'
    | 'ended_at'
    | 'trouble'
    | 'ticks_json'
    | 'needs_review'
    | 'reviewed_at'
  >
>

/**
 * Writes one step and what it makes of the release, if the release still stands at the step before it.
 * @returns false when somebody was faster; then nothing was written
 */
export async function writeStep(
  trx: Db,
  emergencyId: number,
  step: EmergencyStep & { readonly requestKey: string | undefined },
  facts: StepFacts,
): Promise<boolean> {
  const updated = await trx
    .updateTable('emergency_releases')
    .set({ ...facts, state: step.to, step: step.number })
    .where('id', '=', emergencyId)
    .where('step', '=', step.number - 1)
    .executeTakeFirst()
  if (Number(updated.numUpdatedRows) !== 1) return false
  await trx
    .insertInto('emergency_steps')
    .values({
      emergency_id: emergencyId,
      number: step.number,
      at: step.at,
      actor_id: step.actor?.id ?? null,
      actor_name: step.actor?.name ?? null,
      action: step.action,
      from_state: step.from ?? null,
      to_state: step.to,
      detail_json: JSON.stringify(step.detail),
      request_key: step.requestKey ?? null,
    })
    .execute()
  return true
}

export async function findEmergency(db: Db, id: number): Promise<Emergency | undefined> {
  const row = await selectEmergencies(db).where('e.id', '=', id).executeTakeFirst()
  return row && toEmergency(row)
}

export async function findEmergencyByForm(db: Db, formKey: string): Promise<Emergency | undefined> {
  const row = await selectEmergencies(db).where('form_key', '=', formKey).executeTakeFirst()
  return row && toEmergency(row)
}

/** The one that is open for a place. */
export async function findOpenEmergency(
  db: Db,
  serviceId: number,
  environmentId: number,
): Promise<Emergency | undefined> {
  const row = await selectEmergencies(db)
    .where('service_id', '=', serviceId)
    .where('environment_id', '=', environmentId)
    .where('state', 'in', [...OPEN_STATES])
    .executeTakeFirst()
  return row && toEmergency(row)
}

export const OPEN_STATES: readonly EmergencyState[] = ['requested', 'approved', 'building', 'deploying', 'verifying']

/** All that are open, oldest first; one at most for each place. */
export async function listOpenEmergencies(db: Db): Promise<Emergency[]> {
  const rows = await selectEmergencies(db)
    .where('state', 'in', [...OPEN_STATES])
    .orderBy('e.id')
    .execute()
  return rows.map(toEmergency)
}

export interface EmergencyFilter {
  readonly serviceId?: number | undefined
  readonly environmentId?: number | undefined
  readonly states?: readonly EmergencyState[] | undefined
}

/** Newest first. */
export async function listEmergencies(
  db: Db,
  filter: EmergencyFilter,
  { before, limit }: { readonly before?: number | undefined; readonly limit: number },
): Promise<{ rows: Emergency[]; more: boolean }> {
  let query = selectEmergencies(db)
  if (filter.serviceId !== undefined) query = query.where('service_id', '=', filter.serviceId)
  if (filter.environmentId !== undefined) query = query.where('environment_id', '=', filter.environmentId)
  if (filter.states) query = query.where('state', 'in', [...filter.states])
  if (before !== undefined) query = query.where('e.id', '<', before)
  const rows = await query
    .orderBy('e.id', 'desc')
    .limit(limit + 1)
    .execute()
  return { rows: rows.slice(0, limit).map(toEmergency), more: rows.length > limit }
}

/** How many are in one of these states, counted up to one more than `most`. */
export const countEmergencies = (db: Db, states: readonly EmergencyState[], most: number): Promise<number> =>
  countRows(
    db,
    db
      .selectFrom('emergency_releases')
      .select('id')
      .where('state', 'in', [...states])
      .limit(most + 1),
  )

/** In order. */
export async function listSteps(db: Db, emergencyId: number): Promise<EmergencyStep[]> {
  const rows = await db
    .selectFrom('emergency_steps')
    .selectAll()
    .where('emergency_id', '=', emergencyId)
    .orderBy('number')
    .execute()
  return rows.map((row) => ({
    number: row.number,
    at: row.at,
    actor: row.actor_id === null ? undefined : { id: row.actor_id, name: row.actor_name ?? row.actor_id },
    action: row.action as EmergencyStep['action'],
    from: (row.from_state as EmergencyState | null) ?? undefined,
    to: row.to_state as EmergencyState,
    detail: JSON.parse(row.detail_json) as StepDetail,
  }))
}

/** Whether a form or call with this key was taken already. */
export async function wasTaken(db: Db, emergencyId: number, requestKey: string): Promise<boolean> {
  const row = await db
    .selectFrom('emergency_steps')
    .select('number')
    .where('emergency_id', '=', emergencyId)
    .where('request_key', '=', requestKey)
    .executeTakeFirst()
  return row !== undefined
}

export interface EmergencyDefect {
  readonly id: number
  readonly title: string
  readonly severity: Severity
  readonly status: DefectStatus
  readonly open: boolean
  readonly lastSeenAt: number
  /** In which release it began, as far as is suspected; in [0, 1]. */
  readonly probability: number | undefined
}

/** The linked defects, those that were merged as what they are now; the gravest first. */
export async function listEmergencyDefects(db: Db, emergencyId: number): Promise<EmergencyDefect[]> {
  const rows = await db
    .selectFrom('emergency_defects as l')
    .innerJoin('defects as given', 'given.id', 'l.defect_id')
    .innerJoin('defects as d', (join) =>
      join.on((eb) => eb('d.id', '=', eb.fn.coalesce('given.merged_into_id', 'given.id'))),
    )
    .select(['d.id', 'd.title', 'd.severity', 'd.status', 'd.open', 'd.last_seen_at', 'd.suspect_probability'])
    .distinct()
    .where('l.emergency_id', '=', emergencyId)
    .orderBy('d.severity')
    .orderBy('d.id')
    .execute()
  return rows.map((row) => ({
    id: row.id,
    title: row.title,
    severity: row.severity as Severity,
    status: row.status as DefectStatus,
    open: row.open === 1,
    lastSeenAt: row.last_seen_at,
    probability: row.suspect_probability ?? undefined,
  }))
}

/** How many are open, for the frame around every page. */
export async function countOpenEmergencies(db: Db): Promise<number> {
  const row = await db
    .selectFrom('emergency_releases')
    .select((eb) => eb.fn.countAll<number>().as('n'))
    .where('state', 'in', [...OPEN_STATES])
    .executeTakeFirstOrThrow()
  return Number(row.n)
}

/** How long earlier ones of the place took from the approval to being live, the newest first. */
export async function listDurations(
  db: Db,
  place: { readonly serviceId: number; readonly environmentId: number; readonly strategy: Strategy },
  limit = 10,
): Promise<number[]> {
  const rows = await db
    .selectFrom('emergency_releases')
    .select(['approved_at', 'deployed_at'])
    .where('service_id', '=', place.serviceId)
    .where('environment_id', '=', place.environmentId)
    .where('strategy', '=', place.strategy)
    .where('deployed_at', 'is not', null)
    .where('approved_at', 'is not', null)
    .orderBy('id', 'desc')
    .limit(limit)
    .execute()
  return rows.map((row) => Math.max(0, (row.deployed_at as number) - (row.approved_at as number)))
}

const selectEmergencies = (db: Db) =>
  db
    .selectFrom('emergency_releases as e')
    .innerJoin('services', 'services.id', 'e.service_id')
    .innerJoin('environments', 'environments.id', 'e.environment_id')
    .selectAll('e')
    .select(['services.name as service', 'environments.name as environment', 'tier'])

const toEmergency = (row: Awaited<ReturnType<ReturnType<typeof selectEmergencies>['execute']>>[number]): Emergency => ({
  id: row.id,
  serviceId: row.service_id,
  service: row.service,
  environmentId: row.environment_id,
  environment: row.environment,
  tier: row.tier as EnvironmentTier,
  strategy: row.strategy as Strategy,
  state: row.state as EmergencyState,
  step: row.step,
  generation: row.generation,
  fromVersion: row.from_version ?? undefined,
  targetVersion: row.target_version,
  baseVersion: row.base_version ?? undefined,
  ref: row.ref ?? undefined,
  reason: row.reason,
  checks: JSON.parse(row.checks_json) as Check[],
  openedBy: row.opened_by,
  openedName: row.opened_name,
  openedAt: row.opened_at,
  approvedAt: row.approved_at ?? undefined,
  approvedName: row.approved_name ?? undefined,
  approvedAs: row.approved_as ?? undefined,
  deployedAt: row.deployed_at ?? undefined,
  verifiedAt: row.verified_at ?? undefined,
  endedAt: row.ended_at ?? undefined,
  trouble: row.trouble ?? undefined,
  ticks: JSON.parse(row.ticks_json) as Record<string, string>,
  needsReview: row.needs_review === 1,
  reviewedAt: row.reviewed_at ?? undefined,
})
