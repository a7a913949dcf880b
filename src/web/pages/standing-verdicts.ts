import type { Verdict } from '../../core/verdict/verdict.ts'
import type { Db } from '../../store/database.ts'
import { judgeInPlace } from '../../store/measures/release-verdicts.ts'
import { listNewestFirstSeen, type SeverityCounts } from '../../store/overview/overview-queries.ts'

/** What runs in an environment, with what is known of it already. */
interface Running {
  readonly serviceId: number
  readonly service: string
  readonly releaseId: number
  /** Live since then. */
  readonly since: number
  readonly open: SeverityCounts
}

interface Kept {
  readonly mark: string
  readonly until: number
  readonly verdict: Verdict
}

const SECOND = 1_000
/** A verdict may be as old as this part of the time it judges: what is expected has grown no more meanwhile. */
const PART_OF_LIFE = 0.1
const LEAST_KEPT_MS = 15 * SECOND
const MOST_KEPT_MS = 15 * 60 * SECOND
/** Many times what one page shows, in a few environments. */
const MOST_KEPT = 2_000

/**
 * The verdicts on what runs, for a page that shows many of them. Each reads what forty releases showed, so it is kept
 * while nothing has happened that one would see on that page: another release, a new defect, one that was opened, closed
 * or given another severity. What else bears on a verdict is seen a while later, at most a tenth of the time it was live
 * and at most 15 minutes; the release's own page never waits.
 */
export class StandingVerdicts {
  readonly #judge: typeof judgeInPlace
  readonly #kept = new Map<string, Kept>()

  constructor(judge = judgeInPlace) {
    this.#judge = judge
  }

  /** By service id. One query for all, and those of a verdict for each that has to be judged anew. */
  async of(
    db: Db,
    running: readonly Running[],
    environment: { readonly id: number; readonly name: string },
    now: number,
  ): Promise<Map<number, Verdict>> {
    const newest = await listNewestFirstSeen(
      db,
      running.map(({ serviceId }) => serviceId),
    )
    const verdicts = new Map<number, Verdict>()
    for (const { serviceId, service, releaseId, since, open } of running) {
      const key = `${environment.id}/${serviceId}`
      const mark = [releaseId, since, newest.get(serviceId), open.S1, open.S2, open.S3, open.S4].join()
      const kept = this.#kept.get(key)
      if (kept?.mark === mark && now < kept.until) {
        verdicts.set(serviceId, kept.verdict)
        continue
      }
      const verdict = await this.#judge(db, { id: releaseId, serviceId, service }, environment, now)
      verdicts.set(serviceId, verdict)
      this.#keep(key, { mark, until: now + keptFor(now - since), verdict })
      // Others have their turn between two, where the database answers without a pause.
      await new Promise((resolve) => setImmediate(resolve))
    }
    return verdicts
  }

  #keep(key: string, kept: Kept): void {
    this.#kept.delete(key)
    this.#kept.set(key, kept)
    const [oldest] = this.#kept.keys()
    if (this.#kept.size > MOST_KEPT && oldest !== undefined) this.#kept.delete(oldest)
  }
}

const keptFor = (liveMs: number): number => Math.min(MOST_KEPT_MS, Math.max(LEAST_KEPT_MS, liveMs * PART_OF_LIFE))
