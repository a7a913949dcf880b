import type { Logger } from 'pino'
import { NEWS_FOR_MS } from '../../core/notifications/subscription.ts'
import type { Store } from '../../store/database.ts'
import { judgeInPlace } from '../../store/measures/release-verdicts.ts'
import { countSinceArrival, type LivePlace, listLivePlaces, MOST_PLACES } from '../../store/measures/signal-facts.ts'
import { listListening } from '../../store/notifications/channels.ts'
import {
  findFirstLive,
  findWatchedWord,
  listProductionEnvironments,
  saveWatchedWord,
} from '../../store/notifications/watched-verdicts.ts'
import { RepeatingJob } from '../repeating-job.ts'
import { listSilentSources } from '../sources/silent-sources.ts'
import { announce } from './announce.ts'

/** Verdicts and silences come with time, not with an event, so somebody has to look. */
const LOOK_EVERY_MS = 2 * 60_000
/** In one environment; those with the most defects. */
const MOST_JUDGED = 100

export interface WatchParts {
  readonly store: Store
  readonly log: Logger
  readonly clock: () => number
}

/** Looks now and then at what nobody reports, and has it told when it has turned. */
export const createFactWatch = (parts: WatchParts): RepeatingJob =>
  new RepeatingJob({
    name: 'watching verdicts and sources',
    everyMs: LOOK_EVERY_MS,
    firstAfterMs: LOOK_EVERY_MS,
    log: parts.log,
    turn: () => watchFacts(parts),
  })

/** Looks once, if anybody wants to hear of it. @throws what the store throws */
export async function watchFacts(parts: Omit<WatchParts, 'log'>): Promise<void> {
  const wanted = new Set((await listListening(parts.store.db)).flatMap(({ subscription }) => subscription.events))
  if (wanted.has('source-silent')) await watchSources(parts)
  if (wanted.has('release-suspect')) await watchVerdicts(parts)
}

async function watchSources({ store, clock }: Omit<WatchParts, 'log'>): Promise<void> {
  const now = clock()
  for (const { id, slug, name, silence } of await listSilentSources(store.reader, now))
    await store.transaction((trx) =>
      announce(
        trx,
        {
          event: 'source-silent',
          // Of this silence; after its next delivery there may be another.
          key: `source-silent:${id}:${silence.since}`,
          at: silence.noticedAt,
          service: undefined,
          environment: undefined,
          source: { slug, name },
          lastAt: silence.since,
        },
        now,
      ),
    )
}

/** A release without a defect is not suspect, so it need not be judged. */
async function watchVerdicts({ store, clock }: Omit<WatchParts, 'log'>): Promise<void> {
  for (const environment of await listProductionEnvironments(store.reader)) {
    const found = await countSinceArrival(store.reader, environment.id)
    const foundIn = ({ releaseId }: LivePlace): number => found.get(releaseId) ?? 0
    const live = await listLivePlaces(store.reader, environment.id, { limit: MOST_PLACES })
    const suspicious = live.filter((place) => foundIn(place) > 0).sort((a, b) => foundIn(b) - foundIn(a))
    for (const place of suspicious.slice(0, MOST_JUDGED)) await watchVerdict(store, place, environment, clock())
  }
}

/** Told when the word turns; of a release that was there before anybody looked, only in its first day. */
async function watchVerdict(
  store: Store,
  { releaseId, serviceId, service, version }: LivePlace,
  environment: { readonly id: number; readonly name: string },
  now: number,
): Promise<void> {
  const before = await findWatchedWord(store.reader, releaseId, environment.id)
  const release = { id: releaseId, serviceId, service }
  const { word, sentence, reasons } = await judgeInPlace(store.reader, release, environment, now)
  if (word === before) return
  const since = (await findFirstLive(store.reader, releaseId, environment.id)) ?? now
  await store.transaction(async (trx) => {
    await saveWatchedWord(trx, releaseId, environment.id, { word, since: now })
    if (word !== 'suspect' || (before === undefined && now - since > NEWS_FOR_MS)) return
    await announce(
      trx,
      {
        event: 'release-suspect',
        // Once for a release in a place: a word on the edge turns to and fro.
        key: `release-suspect:${releaseId}:${environment.id}`,
        at: now,
        service,
        environment: environment.name,
        version,
        reasons: [
          sentence,
          ...reasons.filter(({ speaks }) => speaks === 'against').map((reason) => reason.sentence),
        ].filter((text, i, all) => all.indexOf(text) === i),
      },
      now,
    )
  })
}
