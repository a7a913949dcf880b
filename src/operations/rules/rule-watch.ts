import type { Logger } from 'pino'
import { RepeatingJob } from '../repeating-job.ts'
import { type CheckParts, checkDefects } from './check-rules.ts'
import { checkSignals } from './check-signals.ts'
import { checkVerdicts } from './check-verdicts.ts'

export interface RuleWatchParts extends CheckParts {
  readonly log: Logger
}

/** When nobody wakes it: what another process wrote is seen within it. */
const LOOK_EVERY_MS = 2_000
/** Verdicts change with the defects, and a little with time alone. */
const VERDICTS_AFTER_NEWS_MS = 10_000
const VERDICTS_EVERY_MS = 5 * 60_000
/** A signal is about weeks. */
const SIGNALS_EVERY_MS = 60 * 60_000

/** Holds what happens against the rules, as long as the server runs. Several instances may: each firing has one row. */
export function createRuleWatch(parts: RuleWatchParts): RepeatingJob {
  let hasNews = true
  let verdictsAt = Number.NEGATIVE_INFINITY
  let signalsAt = Number.NEGATIVE_INFINITY

  async function lookAtTheRest(now: number): Promise<void> {
    if (now - verdictsAt >= (hasNews ? VERDICTS_AFTER_NEWS_MS : VERDICTS_EVERY_MS)) {
      hasNews = false
      verdictsAt = now
      await checkVerdicts(parts)
    }
    if (now - signalsAt >= SIGNALS_EVERY_MS) {
      signalsAt = now
      await checkSignals(parts)
    }
  }

  return new RepeatingJob({
    name: 'holding what happened against the rules',
    everyMs: LOOK_EVERY_MS,
    log: parts.log,
    async turn() {
      if ((await checkDefects(parts)) > 0) hasNews = true
      await lookAtTheRest(performance.now())
    },
    news: { from: parts.liveEvents, topics: ['defects'] },
  })
}
