import { judgeRelease, type Verdict, type VerdictFacts } from '../../core/verdict/verdict.ts'
import { loadVerdictFactsOf } from '../../store/measures/verdict-facts.ts'
import { Standing } from './standing.ts'

/** The verdicts on what runs, for a page that shows many of them, as they stand (`Standing`); the facts are read together. */
export class StandingVerdicts extends Standing<Verdict> {
  constructor(loadFacts = loadVerdictFactsOf) {
    super(async (db, running, environment, now) => {
      const facts = await loadFacts(db, running, environment, now)
      const verdicts = new Map<number, Verdict>()
      for (const { serviceId, releaseId } of running) {
        verdicts.set(serviceId, judgeRelease(facts.get(releaseId) as VerdictFacts, now))
        // Others have their turn between two.
        await new Promise((resolve) => setImmediate(resolve))
      }
      return verdicts
    })
  }
}
