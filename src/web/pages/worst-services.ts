import type { z } from 'zod'
import { worstPlaces } from '../../core/signals/worst-places.ts'
import { judgeRelease, type Verdict, type VerdictFacts } from '../../core/verdict/verdict.ts'
import type { Store } from '../../store/database.ts'
import { countSinceArrival, type LivePlace, listLivePlaces, MOST_PLACES } from '../../store/measures/signal-facts.ts'
import { loadVerdictFactsOf } from '../../store/measures/verdict-facts.ts'
import type { worstServices } from '../api/api-schemas.ts'

interface Environment {
  readonly id: number
  readonly name: string
}

/** What verdicts on what runs in one environment rest on, read together; those of each release once. */
export type VerdictFactsReader = (places: readonly LivePlace[]) => Promise<ReadonlyMap<number, VerdictFacts>>

/** By release, those asked for before included. */
export function verdictFactsOnce(store: Store, environment: Environment, now: number): VerdictFactsReader {
  const loaded = new Map<number, VerdictFacts>()
  return async (places) => {
    const missing = places.filter(({ releaseId }) => !loaded.has(releaseId))
    if (missing.length > 0)
      for (const [id, facts] of await loadVerdictFactsOf(store.reader, missing, environment, now)) loaded.set(id, facts)
    return loaded
  }
}

/** The verdicts on what runs, by release. */
export type VerdictReader = (places: readonly LivePlace[]) => Promise<ReadonlyMap<number, Verdict>>

export const verdictsFrom =
  (factsOf: VerdictFactsReader, now: number): VerdictReader =>
  async (places) => {
    const facts = await factsOf(places)
    const verdicts = new Map<number, Verdict>()
    for (const { releaseId } of places) {
      verdicts.set(releaseId, judgeRelease(facts.get(releaseId) as VerdictFacts, now))
      // Others have their turn between two.
      await new Promise((resolve) => setImmediate(resolve))
    }
    return verdicts
  }

/** The most that are judged at once; those with the most defects. */
const MOST_JUDGED = 100

/**
 * The services, of some or all, whose live release has more evidence against it than the others. One without a defect has none, so it
 * counts in their number and need not be judged.
 */
export async function findWorstServices(
  store: Store,
  environment: Environment,
  verdictsOf: VerdictReader,
  serviceIds?: readonly number[],
): Promise<z.output<typeof worstServices>> {
  const all = await listLivePlaces(store.reader, environment.id, { serviceIds, limit: MOST_PLACES })
  const found = await countSinceArrival(store.reader, environment.id)
  const foundIn = ({ releaseId }: LivePlace): number => found.get(releaseId) ?? 0
  const suspicious = all.filter((place) => foundIn(place) > 0).sort((a, b) => foundIn(b) - foundIn(a))
  const judged = suspicious.slice(0, MOST_JUDGED)
  const verdicts = await verdictsOf(judged)
  const ranked = worstPlaces(
    all.map((place) => {
      const verdict = verdicts.get(place.releaseId)
      return { ...place, environment: environment.name, verdict, evidence: verdict?.comparison?.currentEvidence ?? 1 }
    }),
  )
  return {
    sentence: sentenceOf(ranked.filter(({ believed }) => believed).length, all.length),
    places: all.length,
    notJudged: Math.max(0, suspicious.length - MOST_JUDGED),
    services: ranked.flatMap(({ place: { service, version, evidence, verdict }, believed }) =>
      verdict && evidence > 1
        ? { service, version, evidence, believed, verdict: verdict.word, sentence: verdict.numbers ?? null }
        : [],
    ),
  }
}

const sentenceOf = (believed: number, places: number): string =>
  believed === 0
    ? places === 1
      ? 'The one service here does not stand out.'
      : `None of the ${places} services here stands out.`
    : `${believed} of the ${places} services here ${believed === 1 ? 'stands' : 'stand'} out; of those that ever do, at most one in twenty is no worse, on average.`
