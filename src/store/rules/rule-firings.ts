import type { ExpressionBuilder } from 'kysely'
import type { Reason } from '../../core/rules/judge-rule.ts'
import type { Occurrence } from '../../core/rules/rule.ts'
import type { Outcome } from '../../core/rules/standing.ts'
import { countRows } from '../counted-rows.ts'
import type { Db } from '../database.ts'
import type { Database } from '../schema.ts'

export interface RuleFiring {
  readonly id: number
  readonly ruleId: number
  readonly outcome: Outcome
  /** When the rule was held against it, and when it had happened. */
  readonly at: number
  readonly happenedAt: number
  readonly what: string
  readonly service: string | undefined
  readonly version: string | undefined
  readonly defectId: number | undefined
  readonly emergencyId: number | undefined
  readonly rolledBack: boolean
  readonly reasons: readonly Reason[]
  /** What it did, in sentences. */
  readonly done: readonly string[]
}

/** Whether one of the subjects has its row. */
export async function isOnRecord(db: Db, ruleId: number, subjects: readonly string[]): Promise<boolean> {
  const row = await db
    .selectFrom('rule_firings')
    .select('id')
    .where('rule_id', '=', ruleId)
    .where('subject', 'in', [...subjects])
    .executeTakeFirst()
  return row !== undefined
}

/** @returns undefined when the subject has its row already; then nothing was written */
export async function insertFiring(
  trx: Db,
  firing: {
    readonly ruleId: number
    readonly subject: string
    readonly outcome: Outcome
    readonly now: number
    readonly occurrence: Occurrence
    readonly what: string
    readonly reasons: readonly Reason[]
  },
): Promise<number | undefined> {
  const { occurrence } = firing
  const row = await trx
    .insertInto('rule_firings')
    .values({
      rule_id: firing.ruleId,
      subject: firing.subject,
      outcome: firing.outcome,
      at: firing.now,
      happened_at: occurrence.at,
      service_id: occurrence.service.id,
      environment_id: occurrence.environment?.id ?? null,
      release_id: occurrence.release?.id ?? null,
      defect_id: occurrence.defect?.id ?? null,
      emergency_id: null,
      rolled_back: 0,
      what: firing.what,
      reasons_json: JSON.stringify(firing.reasons),
      done_json: '[]',
    })
    .onConflict((conflict) => conflict.columns(['rule_id', 'subject']).doNothing())
    .returning('id')
    .executeTakeFirst()
  return row?.id
}

/** What it did. */
export async function completeFiring(
  trx: Db,
  id: number,
  done: {
    readonly sentences: readonly string[]
    readonly emergencyId: number | undefined
    readonly rolledBack: boolean
  },
): Promise<void> {
  await trx
    .updateTable('rule_firings')
    .set({
      done_json: JSON.stringify(done.sentences),
      emergency_id: done.emergencyId ?? null,
      rolled_back: done.rolledBack ? 1 : 0,
    })
    .where('id', '=', id)
    .execute()
}

/** How often the rule fired for the service since an instant. */
export async function countFired(db: Db, ruleId: number, serviceId: number, since: number): Promise<number> {
  const row = await db
    .selectFrom('rule_firings')
    .select((eb) => eb.fn.countAll<number>().as('n'))
    .where('service_id', '=', serviceId)
    .where('at', '>', since)
    .where('rule_id', '=', ruleId)
    .where('outcome', '=', 'fired')
    .executeTakeFirstOrThrow()
  return Number(row.n)
}

/** How many rollbacks rules fired in the place since an instant. */
export async function countRolledBack(
  db: Db,
  place: { readonly serviceId: number; readonly environmentId: number },
  since: number,
): Promise<number> {
  const row = await db
    .selectFrom('rule_firings')
    .select((eb) => eb.fn.countAll<number>().as('n'))
    .where('service_id', '=', place.serviceId)
    .where('at', '>', since)
    .where('environment_id', '=', place.environmentId)
    .where('rolled_back', '=', 1)
    .executeTakeFirstOrThrow()
  return Number(row.n)
}

/** Which of what a rule did; undefined: whichever. */
export interface AskedFirings {
  readonly outcome?: 'fired' | 'held' | undefined
  /** After this instant, epoch ms. */
  readonly since?: number | undefined
}

/** Of one rule, the newest first. */
export async function listFirings(
  db: Db,
  ruleId: number,
  { before, limit, ...asked }: AskedFirings & { readonly before?: number | undefined; readonly limit: number },
): Promise<{ rows: RuleFiring[]; more: boolean }> {
  let query = selectFirings(db).where((eb) => isAsked(eb, ruleId, asked))
  if (before !== undefined) query = query.where('f.id', '<', before)
  const rows = await query
    .orderBy('f.id', 'desc')
    .limit(limit + 1)
    .execute()
  return { rows: rows.slice(0, limit).map(toFiring), more: rows.length > limit }
}

/** How many there are of one rule, counted up to one more than `most`. */
export const countFirings = (db: Db, ruleId: number, asked: AskedFirings, most: number): Promise<number> =>
  countRows(
    db,
    db
      .selectFrom('rule_firings as f')
      .select('f.id')
      .where((eb) => isAsked(eb, ruleId, asked))
      .limit(most + 1),
  )

function isAsked(
  eb: ExpressionBuilder<Database & { f: Database['rule_firings'] }, 'f'>,
  ruleId: number,
  { outcome, since }: AskedFirings,
) {
  return eb.and([
    eb('f.rule_id', '=', ruleId),
    ...(outcome === undefined ? [] : [eb('f.outcome', outcome === 'fired' ? '=' : '<>', 'fired')]),
    ...(since === undefined ? [] : [eb('f.at', '>', since)]),
  ])
}

/** By which an emergency release was opened. */
export async function findFiringOf(
  db: Db,
  emergencyId: number,
): Promise<(RuleFiring & { readonly rule: string }) | undefined> {
  const row = await selectFirings(db)
    .innerJoin('rules', 'rules.id', 'f.rule_id')
    .select('rules.name as rule')
    .where('f.emergency_id', '=', emergencyId)
    .executeTakeFirst()
  return row && { ...toFiring(row), rule: row.rule }
}

export interface FiringSummary {
  readonly lastFiredAt: number | undefined
  readonly times: number
  readonly heldBack: number
}

/** For each rule: when it last fired, and how often it did or was held back since an instant. */
export async function summarizeFirings(db: Db, since: number): Promise<ReadonlyMap<number, FiringSummary>> {
  const last = await db
    .selectFrom('rule_firings')
    .select('rule_id')
    .select((eb) => eb.fn.max('at').as('at'))
    .where('outcome', '=', 'fired')
    .groupBy('rule_id')
    .execute()
  const counts = await db
    .selectFrom('rule_firings')
    .select(['rule_id', 'outcome'])
    .select((eb) => eb.fn.countAll<number>().as('n'))
    .where('at', '>', since)
    .groupBy(['rule_id', 'outcome'])
    .execute()
  const summaries = new Map<number, FiringSummary>()
  for (const { rule_id } of [...last, ...counts]) {
    const own = counts.filter((one) => one.rule_id === rule_id)
    summaries.set(rule_id, {
      lastFiredAt: last.find((one) => one.rule_id === rule_id)?.at,
      times: own.reduce((sum, { outcome, n }) => sum + (outcome === 'fired' ? Number(n) : 0), 0),
      heldBack: own.reduce((sum, { outcome, n }) => sum + (outcome === 'fired' ? 0 : Number(n)), 0),
    })
  }
  return summaries
}

const selectFirings = (db: Db) =>
  db
    .selectFrom('rule_firings as f')
    .leftJoin('services', 'services.id', 'f.service_id')
    .leftJoin('releases', 'releases.id', 'f.release_id')
    .selectAll('f')
    .select(['services.name as service', 'releases.version'])

const toFiring = (row: Awaited<ReturnType<ReturnType<typeof selectFirings>['execute']>>[number]): RuleFiring => ({
  id: row.id,
  ruleId: row.rule_id,
  outcome: row.outcome as Outcome,
  at: row.at,
  happenedAt: row.happened_at,
  what: row.what,
  service: row.service ?? undefined,
  version: row.version ?? undefined,
  defectId: row.defect_id ?? undefined,
  emergencyId: row.emergency_id ?? undefined,
  rolledBack: row.rolled_back === 1,
  reasons: JSON.parse(row.reasons_json) as Reason[],
  done: JSON.parse(row.done_json) as string[],
})
