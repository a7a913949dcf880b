import { reliabilityOf } from '../../core/attribution/reliability.ts'
import { findLearningRecord } from '../../operations/learning/learn-profiles.ts'
import { COUNTED, listAttributionsUnderWay } from '../../store/attribution/attribution-progress.ts'
import {
  countAttributions,
  listJudgedSuspicions,
  listLearnedServices,
} from '../../store/attribution/reliability-queries.ts'
import type { Deps } from '../deps.ts'

const STATES_OF_DAYS = 30
const DAY_MS = 86_400_000

/** What people said to the suspicions, and what was learned from it; the same for the page and the API. */
export async function loadReliability({ store, clock }: Pick<Deps, 'store' | 'clock'>) {
  const now = clock()
  const statesSince = now - STATES_OF_DAYS * DAY_MS
  const [suspicions, states, services, learning, underWay] = await Promise.all([
    listJudgedSuspicions(store.reader),
    countAttributions(store.reader, statesSince),
    listLearnedServices(store.reader),
    findLearningRecord(store),
    loadUnderWay(store),
  ])
  return {
    ...{ reliability: reliabilityOf(suspicions), states, statesSince, underWay, now },
    services: services.map((one) => ({ ...one, hasRows: learning?.timeAlone?.[one.service] !== undefined })),
    learning: learning && { ...learning, hasRows: learning.from !== undefined },
  }
}

/** What is left of the attributions that are worked out again. */
export const loadUnderWay = async (store: Pick<Deps['store'], 'reader'>) =>
  (await listAttributionsUnderWay(store.reader)).map((one) => ({ ...one, isCapped: one.defects >= COUNTED }))
