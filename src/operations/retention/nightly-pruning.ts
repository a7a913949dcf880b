import type { PruneCounts, Pruned } from '../../core/inbound/pruning.ts'
import type { Retention } from '../../core/inbound/retention.ts'
import type { Store } from '../../store/database.ts'
import { NightlyThread, type NightlyThreadParts } from '../nightly-thread.ts'
import { findPruningRecord } from './pruning-record.ts'

export interface PruningThreadData {
  readonly dataDir: string
  readonly databaseUrl: string | undefined
  readonly retention: Retention
}

export type PruningAnswer =
  | { readonly said: 'step'; readonly what: Pruned; readonly n: number }
  | { readonly said: 'pruned'; readonly counts: PruneCounts }
  | { readonly said: 'failed'; readonly message: string }

export interface NightlyPruningParts {
  readonly store: Pick<Store, 'reader'>
  readonly data: PruningThreadData
  readonly clock: () => number
  readonly log: NightlyThreadParts<PruningAnswer>['log']
  readonly onPruned: (what: Pruned, n: number) => void
}

/** Lets go of what is old once a night, in a thread of its own; of several instances over one database one does. */
export const createNightlyPruning = ({ store, data, clock, log, onPruned }: NightlyPruningParts) =>
  new NightlyThread<PruningAnswer>({
    name: 'Pruning',
    file: new URL('./pruning-thread.mjs', import.meta.url),
    data: () => data satisfies PruningThreadData,
    onAnswer(answer) {
      if (answer.said === 'step') onPruned(answer.what, answer.n)
      if (answer.said === 'pruned') log.info(`Let go of what is old: ${countsInWords(answer.counts)}.`)
      if (answer.said === 'failed') log.warn(`Pruning ended early: ${answer.message}`)
    },
    // After the step under way; the next night goes on.
    end: (worker) => worker.postMessage('stop'),
    lastAt: async () => (await findPruningRecord(store.reader)).at,
    clock,
    log,
  })

const WORDS: Record<Pruned, string> = {
  bodies: 'bodies of deliveries',
  failed_bodies: 'bodies of failed deliveries',
  deliveries: 'deliveries',
  unmatched_names: 'names that no rule matched',
  counted_sessions: 'sessions told apart',
  refusals: 'refusals',
  sign_in_attempts: 'failed sign-ins',
  sign_in_sessions: 'ended sessions',
  notifications: 'messages to people',
  held_firings: 'things that rules held back',
  reports: 'reports',
}

/** `120 bodies of deliveries, 3 refusals`; `nothing`. */
export function countsInWords(counts: PruneCounts): string {
  const parts = (Object.keys(WORDS) as Pruned[]).flatMap((what) =>
    counts[what] > 0 ? [`${counts[what].toLocaleString('en')} ${WORDS[what]}`] : [],
  )
  return parts.length === 0 ? 'nothing' : parts.join(', ')
}
