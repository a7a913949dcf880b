import { type AuditActor, THE_SYSTEM } from '../../core/audit/entry.ts'
import { PRUNED, type PruneCounts, type Pruned, type PruningRecord } from '../../core/inbound/pruning.ts'
import { formatInstant } from '../../core/time/instant.ts'
import type { Db, Store } from '../../store/database.ts'
import { findSetting, replaceSetting } from '../../store/settings.ts'
import { recordAudit } from '../audit/record-audit.ts'

const SETTING = 'pruning'
/** Whoever prunes says so every minute; after this long without a word it has died. */
const CLAIM_LASTS_MS = 30 * 60_000
const CLAIM_AGAIN_MS = 60_000
const NOTHING = Object.fromEntries(PRUNED.map((what) => [what, 0])) as Record<Pruned, number>

export const findPruningRecord = async (db: Db): Promise<PruningRecord> => (await read(db)).record

/** Also as it is written, by which it is told whether it changed since. */
async function read(db: Db): Promise<{ readonly text: string | undefined; readonly record: PruningRecord }> {
  const text = await findSetting(db, SETTING)
  const record = text === undefined ? {} : (JSON.parse(text) as PruningRecord)
  // What an earlier version did not let go of yet, it did not count.
  return { text, record: record.counts ? { ...record, counts: { ...NOTHING, ...record.counts } } : record }
}

/** How it ended, and what was let go of until then. */
export interface PruningEnd {
  readonly at: number
  readonly counts: PruneCounts
  /** Whether it came to its end. */
  readonly isWhole: boolean
}

/** One process at a time has the pruning to itself, whichever of several instances or commands it is. */
export class PruningClaim {
  readonly #store: Pick<Store, 'db' | 'transaction'>
  readonly #by: string
  #saidAt: number

  private constructor(store: Pick<Store, 'db' | 'transaction'>, by: string, saidAt: number) {
    this.#store = store
    this.#by = by
    this.#saidAt = saidAt
  }

  /** @returns undefined when another process has it */
  static async take(
    store: Pick<Store, 'db' | 'transaction'>,
    by: string,
    now: number,
  ): Promise<PruningClaim | undefined> {
    const { text, record } = await read(store.db)
    if (record.claimedAt !== undefined && now - record.claimedAt < CLAIM_LASTS_MS && now >= record.claimedAt)
      return undefined
    const isTaken = await replace(store.db, text, { ...record, claimedAt: now, claimedBy: by })
    return isTaken ? new PruningClaim(store, by, now) : undefined
  }

  /** Says that it goes on. @returns whether it may: another process may have taken it for dead */
  async goOn(now: number): Promise<boolean> {
    if (now - this.#saidAt < CLAIM_AGAIN_MS) return true
    this.#saidAt = now
    const { text, record } = await read(this.#store.db)
    return record.claimedBy === this.#by && (await replace(this.#store.db, text, { ...record, claimedAt: now }))
  }

  /** @param done what it came to, also when it was ended early and goes on another time */
  async release(done: PruningEnd, by = THE_SYSTEM): Promise<void> {
    await this.#store.transaction(async (trx) => {
      const { text, record } = await read(trx)
      // Another process may have taken it for dead; what this one deleted is told all the same.
      if (record.claimedBy === this.#by) {
        const { at, counts } = done.isWhole ? done : record
        await replace(trx, text, { at, counts })
      }
      if (Object.values(done.counts).some((n) => n > 0)) await recordPruning(trx, done, by)
    })
  }
}

const recordPruning = (
  trx: Db,
  { at, counts }: Pick<PruningEnd, 'at' | 'counts'>,
  actor: AuditActor,
): Promise<void> => {
  const subject = { kind: 'retention', id: formatInstant(at), name: 'of deliveries and notes' }
  return recordAudit(trx, { actor, action: 'data.pruned', subject, change: counts }, at)
}

/** Only when it still is as it was read. */
const replace = (db: Db, before: string | undefined, after: PruningRecord): Promise<boolean> =>
  replaceSetting(db, SETTING, before, JSON.stringify(after))
