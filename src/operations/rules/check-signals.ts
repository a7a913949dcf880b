import type { EnvironmentTier } from '../../core/event.ts'
import type { Occurrence } from '../../core/rules/rule.ts'
import { historySignals } from '../../core/signals/place-signals.ts'
import type { Db } from '../../store/database.ts'
import { listLivePlaces, loadPlaceHistory } from '../../store/measures/signal-facts.ts'
import { listEnvironmentChoices } from '../../store/overview/overview-queries.ts'
import { listWatchingRules } from '../../store/rules/rules.ts'
import { type CheckParts, checkOccurrence } from './check-rules.ts'

const MOST_PLACES = 200

/** Looks whether services do slowly worse, where some rule waits for that. */
export async function checkSignals(parts: CheckParts): Promise<void> {
  const { store, clock } = parts
  const rules = (await listWatchingRules(store.reader)).filter(({ rule }) => rule.trigger.kind === 'signal')
  if (rules.length === 0) return
  for (const environment of await listEnvironmentChoices(store.reader)) {
    const tiers = rules.map(({ rule }) => rule.conditions.tiers)
    if (!tiers.some((some) => some.length === 0 || some.includes(environment.tier))) continue
    for (const place of await listLivePlaces(store.reader, environment.id, { limit: MOST_PLACES }))
      for (const occurrence of await signalsOf(store.reader, place, environment, clock()))
        await checkOccurrence(parts, rules, occurrence)
  }
}

/** The signals of a service in an environment as they are then; each is named by the week that raised it. */
export async function signalsOf(
  db: Db,
  place: { readonly serviceId: number; readonly service: string },
  environment: { readonly id: number; readonly name: string; readonly tier: EnvironmentTier },
  now: number,
): Promise<Occurrence[]> {
  const { drift, worsening } = historySignals(await loadPlaceHistory(db, place, environment.id, now), now, 'live days')
  const high = drift.chart?.points.findLastIndex(({ signal }) => signal === 'high') ?? -1
  const raised = [
    ...(drift.word === 'more defects' && drift.weeks[high]
      ? [{ key: `drift ${drift.weeks[high].from}`, sentence: drift.sentence }]
      : []),
    ...(worsening.word === 'rising' ? [{ key: `rising ${worsening.since ?? 0}`, sentence: worsening.sentence }] : []),
  ]
  return raised.map((signal) => ({
    kind: 'signal',
    at: now,
    service: { id: place.serviceId, name: place.service },
    environment: { id: environment.id, name: environment.name, tier: environment.tier },
    signal,
  }))
}
