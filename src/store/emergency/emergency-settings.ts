import { type ApprovalPolicy, OWN_REQUESTS, usualApproval } from '../../core/emergency/approval.ts'
import type { EnvironmentTier } from '../../core/event.ts'
import type { Db } from '../database.ts'

/** How emergency releases go in an environment. */
export interface EmergencyPolicy {
  readonly approval: ApprovalPolicy
  /** How long linked defects must be quiet. */
  readonly quietMinutes: number
  /** What people tick before it counts as verified. */
  readonly humanChecks: readonly string[]
}

const QUIET_MINUTES = 10

/** What an operator said of the environment, else the usual. */
export async function getPolicy(
  db: Db,
  environment: { readonly id: number; readonly tier: EnvironmentTier },
): Promise<EmergencyPolicy> {
  const row = await db
    .selectFrom('emergency_policies')
    .selectAll()
    .where('environment_id', '=', environment.id)
    .executeTakeFirst()
  if (!row) return { approval: usualApproval(environment.tier), quietMinutes: QUIET_MINUTES, humanChecks: [] }
  return {
    approval: {
      // What cannot be read is read as the strictest.
      ownRequests: OWN_REQUESTS.find((one) => one === row.own_requests) ?? 'refused',
      breakGlass: row.break_glass === 1,
    },
    quietMinutes: row.quiet_minutes,
    humanChecks: JSON.parse(row.human_checks_json) as string[],
  }
}

export async function savePolicy(
  trx: Db,
  environmentId: number,
  policy: EmergencyPolicy,
  { name, now }: { readonly name: string; readonly now: number },
): Promise<void> {
  const values = {
    own_requests: policy.approval.ownRequests,
    break_glass: policy.approval.breakGlass ? (1 as const) : (0 as const),
    quiet_minutes: policy.quietMinutes,
    human_checks_json: JSON.stringify(policy.humanChecks),
    saved_at: now,
    saved_name: name,
  }
  await trx
    .insertInto('emergency_policies')
    .values({ environment_id: environmentId, ...values })
    .onConflict((conflict) => conflict.column('environment_id').doUpdateSet(values))
    .execute()
}

/** Which CI is asked for a place; the secret is sealed. */
export interface CiTarget {
  readonly id: number
  readonly serviceId: number
  readonly service: string
  readonly environmentId: number
  readonly environment: string
  readonly kind: string
  readonly settingsJson: string
  readonly sealedSecret: string
  readonly revision: number
  readonly savedAt: number
  readonly savedName: string
}

export async function findCiTarget(db: Db, serviceId: number, environmentId: number): Promise<CiTarget | undefined> {
  const row = await selectTargets(db)
    .where('service_id', '=', serviceId)
    .where('environment_id', '=', environmentId)
    .executeTakeFirst()
  return row && toTarget(row)
}

export async function findCiTargetById(db: Db, id: number): Promise<CiTarget | undefined> {
  const row = await selectTargets(db).where('t.id', '=', id).executeTakeFirst()
  return row && toTarget(row)
}

/** By service and environment. */
export async function listCiTargets(db: Db): Promise<CiTarget[]> {
  const rows = await selectTargets(db).orderBy('services.name').orderBy('environments.name').execute()
  return rows.map(toTarget)
}

/**
 * Makes the target of a place, or another one of it: the revision rises, and nothing approved for the one before is sent
 * to it. `seal` gets the id, to which the secret is bound.
 * @param wanted.seal undefined: the secret stays
 */
export async function saveCiTarget(
  trx: Db,
  wanted: {
    readonly serviceId: number
    readonly environmentId: number
    readonly kind: string
    readonly settingsJson: string
    readonly seal: ((id: number) => string) | undefined
  },
  { name, now }: { readonly name: string; readonly now: number },
): Promise<number> {
  const values = { kind: wanted.kind, settings_json: wanted.settingsJson, saved_at: now, saved_name: name }
  const { id } = await trx
    .insertInto('ci_targets')
    .values({
      service_id: wanted.serviceId,
      environment_id: wanted.environmentId,
      sealed_secret: '',
      revision: 1,
      ...values,
    })
    .onConflict((conflict) =>
      conflict
        .columns(['service_id', 'environment_id'])
        .doUpdateSet((eb) => ({ ...values, revision: eb('ci_targets.revision', '+', 1) })),
    )
    .returning('id')
    .executeTakeFirstOrThrow()
  if (wanted.seal)
    await trx
      .updateTable('ci_targets')
      .set({ sealed_secret: wanted.seal(id) })
      .where('id', '=', id)
      .execute()
  return id
}

/** @returns whether there was one */
export async function deleteCiTarget(trx: Db, id: number): Promise<boolean> {
  const deleted = await trx.deleteFrom('ci_targets').where('id', '=', id).executeTakeFirst()
  return Number(deleted.numDeletedRows) === 1
}

const selectTargets = (db: Db) =>
  db
    .selectFrom('ci_targets as t')
    .innerJoin('services', 'services.id', 't.service_id')
    .innerJoin('environments', 'environments.id', 't.environment_id')
    .selectAll('t')
    .select(['services.name as service', 'environments.name as environment'])

const toTarget = (row: Awaited<ReturnType<ReturnType<typeof selectTargets>['execute']>>[number]): CiTarget => ({
  id: row.id,
  serviceId: row.service_id,
  service: row.service,
  environmentId: row.environment_id,
  environment: row.environment,
  kind: row.kind,
  settingsJson: row.settings_json,
  sealedSecret: row.sealed_secret,
  revision: row.revision,
  savedAt: row.saved_at,
  savedName: row.saved_name,
})
