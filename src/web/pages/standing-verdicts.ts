import type { Verdict } from '../../core/verdict/verdict.ts'
import type { Db } from '../../store/database.ts'
import { judgeInPlace } from '../../store/measures/release-verdicts.ts'
import { Standing } from './standing.ts'

/** The verdicts on what runs, for a page that shows many of them, as they stand (`Standing`). */
export class StandingVerdicts extends Standing<Verdict> {
  constructor(judge = judgeInPlace) {
    super(async (db: Db, running, environment, now) => {
      const verdicts = new Map<number, Verdict>()
      for (const { serviceId, service, releaseId } of running) {
        verdicts.set(serviceId, await judge(db, { id: releaseId, serviceId, service }, environment, now))
        // Others have their turn between two, where the database answers without a pause.
        await new Promise((resolve) => setImmediate(resolve))
      }
      return verdicts
    })
  }
}
