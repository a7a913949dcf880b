import { type Asked, asActor, THE_SYSTEM } from '../../core/audit/entry.ts'
import {
  isKnownAsLongAsItsBody,
  LEAST_DAYS,
  LIMITS,
  type Limit,
  MOST_DAYS,
  type Retention,
  type RetentionSetting,
  retentionOf,
} from '../../core/inbound/retention.ts'
import type { Db, Store } from '../../store/database.ts'
import { findSetting, replaceSetting } from '../../store/settings.ts'
import { recordAudit } from '../audit/record-audit.ts'

const SETTING = 'retention'

/** How long things are kept, and which of it people set. */
export async function findRetention(
  db: Db,
  configured: Retention,
): Promise<RetentionSetting & { readonly retention: Retention }> {
  const { setting } = await read(db)
  return { ...setting, retention: retentionOf(configured, setting.set) }
}

/** Also as it is written, by which it is told whether it changed since. */
async function read(db: Db): Promise<{ readonly text: string | undefined; readonly setting: RetentionSetting }> {
  const text = await findSetting(db, SETTING)
  return { text, setting: text === undefined ? { set: {} } : (JSON.parse(text) as RetentionSetting) }
}

export interface LimitProblem {
  readonly path: Limit
  readonly message: string
}

/** What is wrong with limits that somebody wants to set. */
export function retentionProblems(configured: Retention, wanted: Partial<Retention>): LimitProblem[] {
  const problems: LimitProblem[] = LIMITS.flatMap((path) => {
    const days = wanted[path]
    const isFine = days === undefined || (Number.isInteger(days) && days >= LEAST_DAYS[path] && days <= MOST_DAYS)
    return isFine ? [] : [{ path, message: `a whole number of days from ${LEAST_DAYS[path]} to ${MOST_DAYS}` }]
  })
  if (problems.length === 0 && !isKnownAsLongAsItsBody({ ...configured, ...wanted }))
    problems.push({ path: 'deliveriesDays', message: 'a delivery is kept at least as long as its body' })
  return problems
}

export type RetentionSet =
  | { readonly kind: 'set' | 'unchanged' }
  | { readonly kind: 'refused'; readonly problems: readonly LimitProblem[] }
  /** Somebody else set them in the same moment; nothing was changed. */
  | { readonly kind: 'overtaken' }

/**
 * Sets how long things are kept, with its entry in the audit log. Nothing is let go of by it: that is done at night.
 * @param wanted limits that are missing are as configured again
 */
export function setRetention(
  store: Store,
  configured: Retention,
  wanted: Partial<Retention>,
  { now, by = THE_SYSTEM }: Asked,
): Promise<RetentionSet> {
  return store.transaction(async (trx): Promise<RetentionSet> => {
    const problems = retentionProblems(configured, wanted)
    if (problems.length > 0) return { kind: 'refused', problems }
    const { text, setting } = await read(trx)
    const changed = LIMITS.filter((limit) => setting.set[limit] !== wanted[limit])
    if (changed.length === 0) return { kind: 'unchanged' }
    const after: RetentionSetting = { set: wanted, by: by.name, at: now }
    if (!(await replaceSetting(trx, SETTING, text, JSON.stringify(after)))) return { kind: 'overtaken' }
    const [from, to] = [retentionOf(configured, setting.set), retentionOf(configured, wanted)]
    const change = changed.map((limit) => [
      limit,
      { from: from[limit], to: to[limit], ...(wanted[limit] === undefined ? { asConfigured: true } : {}) },
    ])
    await recordAudit(
      trx,
      {
        actor: asActor(by),
        action: 'data.retention-changed',
        subject: { kind: 'retention', id: 'limits', name: 'of deliveries and notes' },
        change: Object.fromEntries(change),
      },
      now,
    )
    return { kind: 'set' }
  })
}
