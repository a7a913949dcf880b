import type { Logger } from 'pino'
import { type LookProblem, type LookResult, nextLookAt } from '../../core/inbound/gap-repair.ts'
import type { OutboundRules } from '../../outbound/safe-request.ts'
import type { Store } from '../../store/database.ts'
import {
  claimLook,
  concludeLook,
  hastenLook,
  listDueRepairs,
  listRepairs,
  type SourceRepair,
} from '../../store/sources/source-repairs.ts'
import type { SecretBox } from '../access/secret-box.ts'
import { RepeatingJob } from '../repeating-job.ts'
import { type Look, lookForGaps } from './look-for-gaps.ts'
import { openRepairToken } from './repair-admin.ts'

/** How soon a change of the settings is noticed; looks themselves are five minutes apart (core/inbound/gap-repair.ts). */
const SEE_WHAT_IS_DUE_EVERY_MS = 30_000
const LOOK_WITHIN_MS = 4 * 60_000
/** After it, another instance may take the look over. */
const CLAIM_FOR_MS = 5 * 60_000

interface GapRepairParts {
  readonly store: Store
  readonly secretBox: SecretBox
  readonly rules: OutboundRules
  readonly log: Logger
  readonly clock: () => number
  /** A look asked for something, or met a problem that was not there before. */
  readonly onNews?: () => void
  readonly seeWhatIsDueEveryMs?: number
}

/** Looks into the senders' logs in the background: after the start, then every five minutes. */
export class GapRepair {
  readonly #parts: GapRepairParts
  readonly #stopping = new AbortController()
  readonly #job: RepeatingJob
  #isStart = true

  constructor(parts: GapRepairParts) {
    this.#parts = parts
    this.#job = new RepeatingJob({
      name: 'gap repair',
      everyMs: parts.seeWhatIsDueEveryMs ?? SEE_WHAT_IS_DUE_EVERY_MS,
      log: parts.log,
      turn: async () => {
        if (this.#isStart) await this.hasten()
        this.#isStart = false
        await this.lookWhereDue()
      },
    })
  }

  /** Every source is looked after at once, save where a rate limit says not to: what was missed was missed by now. */
  start(): void {
    this.#job.start()
  }

  /** Ends the look under way. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#job.stop()
  }

  /** Looks wherever a look is due, one source after the other. @throws what the store throws */
  async lookWhereDue(): Promise<void> {
    const { store, clock } = this.#parts
    for (const repair of await listDueRepairs(store.db, clock())) {
      if (this.#stopping.signal.aborted) return
      const until = clock() + CLAIM_FOR_MS
      if (await claimLook(store.db, repair, until)) await this.#look(repair, until)
    }
  }

  /** Makes a look due for every source that no rate limit holds back. @throws what the store throws */
  async hasten(): Promise<void> {
    const { store, clock } = this.#parts
    for (const repair of await listRepairs(store.db))
      if (repair.result?.problem?.kind !== 'rate-limited') await hastenLook(store.db, repair.sourceId, clock())
  }

  async #look(repair: SourceRepair, until: number): Promise<void> {
    const { store, clock, log, onNews } = this.#parts
    const { result, settledUntil } = await this.#resultOf(repair)
    // Broken off by us, which is no news of the sender; the next start looks again.
    if (this.#stopping.signal.aborted && result.problem) return
    const failures = result.problem ? repair.failures + 1 : 0
    const now = clock()
    await concludeLook(store.db, repair.sourceId, until, {
      lookedAt: now,
      nextLookAt: nextLookAt(result.problem, failures, now),
      settledUntil,
      failures,
      result,
    })
    const isNews = result.problem?.kind !== repair.result?.problem?.kind
    if (result.asked > 0 || isNews) onNews?.()
    const about = { source: repair.slug, ...result }
    if (result.problem && isNews) log.warn(about, 'the log of deliveries could not be read')
    else if (result.asked > 0) log.info(about, 'asked for deliveries again')
    else log.debug(about, 'looked for missing deliveries')
  }

  async #resultOf(repair: SourceRepair): Promise<Look> {
    const ending = new AbortController()
    const end = () => ending.abort()
    const timer = setTimeout(end, LOOK_WITHIN_MS)
    this.#stopping.signal.addEventListener('abort', end, { once: true })
    try {
      const token = openRepairToken(this.#parts.secretBox, repair)
      return await lookForGaps({ ...this.#parts, signal: ending.signal }, repair, token)
    } catch (error) {
      this.#parts.log.error({ err: error, source: repair.slug }, 'a look for missing deliveries failed')
      return {
        result: brokenOff({ kind: 'broken' }),
        settledUntil: repair.settledUntil,
      }
    } finally {
      clearTimeout(timer)
      this.#stopping.signal.removeEventListener('abort', end)
    }
  }
}

const brokenOff = (problem: LookProblem): LookResult => ({
  listed: 0,
  missing: 0,
  lost: 0,
  givenUp: 0,
  asked: 0,
  cutShort: false,
  problem,
})
