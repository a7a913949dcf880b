import type { Judged } from '../../core/verdict/release-sign.ts'
import { judgeRelease, type Verdict } from '../../core/verdict/verdict.ts'
import type { Db } from '../../store/database.ts'
import { type JudgedRelease, readVerdictFactsOf } from '../../store/measures/verdict-facts.ts'

interface Kept {
  readonly mark: string
  readonly verdict: Judged
}

/** Those of eight releases each of many services. */
const MOST_KEPT = 5_000

/**
 * The verdicts on releases that were replaced. Such a verdict stays as it is while its facts do, so it is kept with a
 * mark of them: they are read each time, and judged anew once anything about them has changed, however late.
 */
export class EndedVerdicts {
  readonly #judge: typeof judgeRelease
  readonly #most: number
  readonly #kept = new Map<string, Kept>()

  constructor(judge = judgeRelease, most = MOST_KEPT) {
    this.#judge = judge
    this.#most = most
  }

  /** By release id. Of one that runs after all it is the verdict of now. */
  async of(
    db: Db,
    releases: readonly JudgedRelease[],
    environment: { readonly id: number; readonly name: string },
    now: number,
  ): Promise<Map<number, Judged>> {
    const verdicts = new Map<number, Judged>()
    if (releases.length === 0) return verdicts
    for (const [releaseId, { mark, facts }] of await readVerdictFactsOf(db, releases, environment, now)) {
      const key = `${environment.id}/${releaseId}`
      const marked = mark()
      const kept = this.#kept.get(key)
      const isKept = kept !== undefined && kept.mark === marked
      const verdict = isKept ? kept.verdict : wordOf(this.#judge(facts(), now))
      verdicts.set(releaseId, verdict)
      if (marked !== undefined) this.#keep(key, { mark: marked, verdict })
      // Others have their turn between two.
      if (!isKept) await new Promise((resolve) => setImmediate(resolve))
    }
    return verdicts
  }

  #keep(key: string, kept: Kept): void {
    this.#kept.delete(key)
    this.#kept.set(key, kept)
    const [oldest] = this.#kept.keys()
    if (this.#kept.size > this.#most && oldest !== undefined) this.#kept.delete(oldest)
  }
}

/** The little that is asked of one that is kept: of the thousands, the reasons would fill the memory. */
const wordOf = ({ word, comparison }: Verdict): Judged => ({
  word,
  comparison: comparison && { lifeDays: comparison.lifeDays, comparedDays: comparison.comparedDays },
})
