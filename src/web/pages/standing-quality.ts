import type { HiddenDefects } from '../../core/signals/hidden-defects.ts'
import { hiddenInRelease } from '../../core/signals/place-signals.ts'
import { judgeRelease, type Verdict, type VerdictFacts } from '../../core/verdict/verdict.ts'
import type { Store } from '../../store/database.ts'
import type { LivePlace } from '../../store/measures/signal-facts.ts'
import { loadVerdictFactsOf } from '../../store/measures/verdict-facts.ts'
import { countOpen, listRunning } from '../../store/overview/overview-queries.ts'
import { Standing } from './standing.ts'

export interface ReleaseQuality {
  readonly verdict: Verdict
  readonly hidden: HiddenDefects
}

/** What the page of quality says of the releases that run, as it stands (`Standing`); the facts of all are read together. */
export class StandingQuality extends Standing<ReleaseQuality> {
  constructor(loadFacts = loadVerdictFactsOf) {
    super(async (db, running, environment, now) => {
      const facts = await loadFacts(db, running, environment, now)
      const judged = new Map<number, ReleaseQuality>()
      for (const { serviceId, releaseId } of running) {
        const own = facts.get(releaseId) as VerdictFacts
        judged.set(serviceId, { verdict: judgeRelease(own, now), hidden: hiddenInRelease(own, now) })
        // Others have their turn between two.
        await new Promise((resolve) => setImmediate(resolve))
      }
      return judged
    })
  }
}

/** By release, of what runs in an environment now. */
export type QualityReader = (places: readonly LivePlace[]) => Promise<ReadonlyMap<number, ReleaseQuality>>

export async function qualityReader(
  { reader }: Store,
  standing: StandingQuality,
  environment: { readonly id: number; readonly name: string },
  now: number,
): Promise<QualityReader> {
  const [running, open] = await Promise.all([
    listRunning(reader, { environmentId: environment.id }),
    countOpen(reader, [environment.id]),
  ])
  const sinceOf = new Map(running.map(({ releaseId, since }) => [releaseId, since]))
  const none = { S1: 0, S2: 0, S3: 0, S4: 0 }
  return async (places) => {
    const wanted = places.map((place) => ({
      ...place,
      // Deployed while the page was being made, it is not listed yet.
      since: sinceOf.get(place.releaseId) ?? now,
      open: open.byService.get(place.serviceId) ?? none,
    }))
    const judged = await standing.of(reader, wanted, environment, now)
    return new Map(wanted.map(({ serviceId, releaseId }) => [releaseId, judged.get(serviceId) as ReleaseQuality]))
  }
}
