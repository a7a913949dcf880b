import type { Judged } from '../../core/verdict/release-sign.ts'
import { judgeRelease, type Verdict } from '../../core/verdict/verdict.ts'
import type { Db } from '../database.ts'
import { type FactsRead, type JudgedRelease, readVerdictFactsOf } from './verdict-facts.ts'

/** Those of eight releases each of many services. */
const MOST_KEPT = 5_000

/**
 * The verdicts on releases that were replaced. Such a verdict follows from its facts alone, so it is kept under a mark of
 * them: the facts are read each time, and judged when they are others, however late they came.
 */
export class EndedVerdicts {
  readonly #judge: typeof judgeRelease
  readonly #most: number
  readonly #kept = new Map<string, Judged>()

  constructor(judge = judgeRelease, most = MOST_KEPT) {
    this.#judge = judge
    this.#most = most
  }

  /** Of a release that runs after all it is the verdict of now. */
  on({ mark, facts }: Pick<FactsRead, 'mark' | 'facts'>, now: number): Judged {
    const key = mark()
    if (key === undefined) return this.#judge(facts(), now)
    const verdict = this.#kept.get(key) ?? wordOf(this.#judge(facts(), now))
    this.#keep(key, verdict)
    return verdict
  }

  /** By release id. */
  async of(
    db: Db,
    releases: readonly JudgedRelease[],
    environment: { readonly id: number; readonly name: string },
    now: number,
  ): Promise<Map<number, Judged>> {
    const verdicts = new Map<number, Judged>()
    if (releases.length === 0) return verdicts
    for (const [releaseId, read] of await readVerdictFactsOf(db, releases, environment, now)) {
      verdicts.set(releaseId, this.on(read, now))
      // Others have their turn between two.
      await new Promise((resolve) => setImmediate(resolve))
    }
    return verdicts
  }

  #keep(mark: string, verdict: Judged): void {
    this.#kept.delete(mark)
    this.#kept.set(mark, verdict)
    const [oldest] = this.#kept.keys()
    if (this.#kept.size > this.#most && oldest !== undefined) this.#kept.delete(oldest)
  }
}

/** The little that is asked of one that is kept: of the thousands, the reasons would fill the memory. */
const wordOf = ({ word, comparison }: Verdict): Judged => ({
  word,
  comparison: comparison && { lifeDays: comparison.lifeDays, comparedDays: comparison.comparedDays },
})

/** For all who ask: the same facts have the same verdict, wherever they are from. */
export const endedVerdicts = new EndedVerdicts()
