import type { Store } from '../../store/database.ts'
import { NightlyThread, type NightlyThreadParts } from '../nightly-thread.ts'
import { findLearningRecord, type LearningRecord } from './learn-profiles.ts'

export interface LearningThreadData {
  readonly dataDir: string
  readonly databaseUrl: string | undefined
  readonly now: number
}

export type LearningAnswer =
  | { readonly said: 'learned'; readonly record: LearningRecord }
  | { readonly said: 'failed'; readonly message: string }

export interface NightlyLearningParts {
  readonly store: Store
  readonly data: Omit<LearningThreadData, 'now'>
  readonly clock: () => number
  readonly log: NightlyThreadParts<LearningAnswer>['log']
  /** Something was learned: suspects may look different soon. */
  readonly onLearned: () => void
}

/** Learns once a night, in a thread of its own. */
export const createNightlyLearning = ({ store, data, clock, log, onLearned }: NightlyLearningParts) =>
  new NightlyThread<LearningAnswer>({
    name: 'Learning',
    file: new URL('./learning-thread.mjs', import.meta.url),
    data: () => ({ ...data, now: clock() }) satisfies LearningThreadData,
    onAnswer(answer) {
      if (answer.said === 'learned') onLearned()
      else log.warn(`Nothing could be learned tonight: ${answer.message}`)
    },
    end: (worker) => worker.terminate(),
    lastAt: async () => (await findLearningRecord(store))?.at,
    clock,
    log,
  })
