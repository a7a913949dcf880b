import type { Db } from '../../store/database.ts'
import { listNewestFirstSeen, type SeverityCounts } from '../../store/overview/overview-queries.ts'

/** What runs in an environment, with what is known of it already. */
export interface Running {
  readonly serviceId: number
  readonly service: string
  readonly releaseId: number
  /** Live since then. */
  readonly since: number
  readonly open: SeverityCounts
}

interface Kept<Judgement> {
  readonly mark: string
  readonly until: number
  readonly judgement: Judgement
}

/** Judges all of these; by service id. */
export type Judge<Judgement> = (
  db: Db,
  running: readonly Running[],
  environment: Environment,
  now: number,
) => Promise<ReadonlyMap<number, Judgement>>

interface Environment {
  readonly id: number
  readonly name: string
}

const SECOND = 1_000
/** A verdict may be as old as this part of the time it judges: what is expected has grown no more meanwhile. */
const PART_OF_LIFE = 0.1
const LEAST_KEPT_MS = 15 * SECOND
const MOST_KEPT_MS = 15 * 60 * SECOND
/** Many times what one page shows, in a few environments. */
const MOST_KEPT = 2_000

/**
 * What is judged of releases that run, for a page that shows many of them. Each reads what forty releases showed, so it
 * is kept while nothing has happened that one would see on that page: another release, a new defect, one that was
 * opened, closed or given another severity. What else bears on it is seen a while later, at most a tenth of the time the
 * release was live and at most 15 minutes; the release's own page never waits.
 */
export class Standing<Judgement> {
  readonly #judge: Judge<Judgement>
  readonly #kept = new Map<string, Kept<Judgement>>()

  constructor(judge: Judge<Judgement>) {
    this.#judge = judge
  }

  /** By service id. One query for all, and those of `judge` for what has to be judged anew. */
  async of(
    db: Db,
    running: readonly Running[],
    environment: Environment,
    now: number,
  ): Promise<Map<number, Judgement>> {
    const newest = await listNewestFirstSeen(
      db,
      running.map(({ serviceId }) => serviceId),
    )
    const judged = new Map<number, Judgement>()
    const missing: { readonly one: Running; readonly key: string; readonly mark: string }[] = []
    for (const one of running) {
      const { serviceId, releaseId, since, open } = one
      const key = `${environment.id}/${serviceId}`
      const mark = [releaseId, since, newest.get(serviceId), open.S1, open.S2, open.S3, open.S4].join()
      const kept = this.#kept.get(key)
      if (kept?.mark === mark && now < kept.until) judged.set(serviceId, kept.judgement)
      else missing.push({ one, key, mark })
    }
    if (missing.length === 0) return judged
    const anew = await this.#judge(
      db,
      missing.map(({ one }) => one),
      environment,
      now,
    )
    for (const { one, key, mark } of missing) {
      const judgement = anew.get(one.serviceId) as Judgement
      judged.set(one.serviceId, judgement)
      this.#keep(key, { mark, until: now + keptFor(now - one.since), judgement })
    }
    return judged
  }

  #keep(key: string, kept: Kept<Judgement>): void {
    this.#kept.delete(key)
    this.#kept.set(key, kept)
    const [oldest] = this.#kept.keys()
    if (this.#kept.size > MOST_KEPT && oldest !== undefined) this.#kept.delete(oldest)
  }
}

const keptFor = (liveMs: number): number => Math.min(MOST_KEPT_MS, Math.max(LEAST_KEPT_MS, liveMs * PART_OF_LIFE))
