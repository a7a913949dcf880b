import { reliabilityOf } from '../core/reliability.ts'
import { findLearningRecord } from '../operations/learn-profiles.ts'
import { countAttributions, listJudgedSuspicions, listLearnedServices } from '../store/reliability-queries.ts'
import type { Deps } from './deps.ts'

const STATES_OF_DAYS = 30
const DAY_MS = 86_400_000

/** What people said to the suspicions, and what was learned from it; the same for the page and the API. */
export async function loadReliability({ store, clock }: Pick<Deps, 'store' | 'clock'>) {
  const now = clock()
  const [suspicions, states, services, learning] = await Promise.all([
    listJudgedSuspicions(store.reader),
    countAttributions(store.reader, now - STATES_OF_DAYS * DAY_MS),
    listLearnedServices(store.reader),
    findLearningRecord(store),
  ])
  return { reliability: reliabilityOf(suspicions), states, services, learning, now }
}
