import { z } from 'zod'
import type { HiddenDefects } from '../../../core/signals/hidden-defects.ts'
import { hiddenInRelease, historySignals } from '../../../core/signals/place-signals.ts'
import type { ServiceDrift } from '../../../core/signals/service-drift.ts'
import type { SlowWorsening } from '../../../core/signals/slow-worsening.ts'
import type { PlaceHistory } from '../../../core/signals/weeks.ts'
import { formatInstant } from '../../../core/time/instant.ts'
import type { VerdictFacts } from '../../../core/verdict/verdict.ts'
import { listLivePlaces, loadPlaceHistories } from '../../../store/measures/signal-facts.ts'
import { resolvePlace } from '../../api/api-answers.ts'
import type { serviceSignals, signalsAnswer } from '../../api/api-schemas.ts'
import { cursorOf, encodeCursor } from '../../api/cursor.ts'
import type { Deps } from '../../deps.ts'
import { findWorstServices, verdictFactsOnce, verdictsFrom } from '../../pages/worst-services.ts'
import { limitParameter, nameParameter, readQuery } from '../../query.ts'
import type { Routes } from '../../routes.ts'

export const signalsQuery = z.object({
  environment: nameParameter,
  service: nameParameter.optional().meta({ description: 'This one alone; it is then compared with no others.' }),
  per: z
    .enum(['live-days', 'deployments'])
    .default('live-days')
    .meta({ description: 'What the defects of a week are counted against.' }),
  limit: limitParameter,
  cursor: cursorOf(z.string().max(200)).optional(),
})

const UNITS = { 'live-days': 'live days', deployments: 'deployments' } as const

/** What the numbers of the services in one environment say beside the verdicts on their releases. */
export function registerSignalsApiRoutes(routes: Routes, { store, clock }: Pick<Deps, 'store' | 'clock'>): void {
  routes.get('/api/v1/signals', { scope: 'read' }, async (c) => {
    const query = readQuery(c, signalsQuery)
    if (query instanceof Response) return query
    const found = await resolvePlace(c, store, query)
    if (found instanceof Response) return found
    const environment = { id: found.environmentId as number, name: query.environment }
    const { limit, cursor, service } = query
    const now = clock()
    const wanted = {
      after: cursor,
      serviceIds: found.serviceId === undefined ? undefined : [found.serviceId],
      limit: limit + 1,
    }
    const places = await listLivePlaces(store.reader, environment.id, wanted)
    const services: z.output<typeof serviceSignals>[] = []
    const shown = places.slice(0, limit)
    const ids = shown.map(({ serviceId }) => serviceId)
    const histories = await loadPlaceHistories(store.reader, ids, environment.id, now, {
      deployments: query.per === 'deployments',
    })
    const factsOf = verdictFactsOnce(store, environment, now)
    const facts = await factsOf(shown)
    for (const place of shown) {
      const history = histories.get(place.serviceId) as PlaceHistory
      const { drift, worsening } = historySignals(history, now, UNITS[query.per])
      const hidden = hiddenInRelease(facts.get(place.releaseId) as VerdictFacts, now)
      services.push({
        service: place.service,
        version: place.version,
        drift: toDrift(drift),
        worsening: toWorsening(worsening),
        hidden: toHidden(hidden),
      })
    }
    const last = places.length > limit ? services.at(-1)?.service : undefined
    return c.json<z.output<typeof signalsAnswer>>({
      environment: environment.name,
      at: formatInstant(now),
      per: query.per,
      worst:
        service === undefined && cursor === undefined
          ? await findWorstServices(store, environment, verdictsFrom(factsOf, now))
          : null,
      services,
      next: last === undefined ? null : encodeCursor(last),
    })
  })
}

const toDrift = ({ word, sentence, weeks, chart }: ServiceDrift): z.output<typeof serviceSignals>['drift'] => ({
  ...{ word, sentence },
  usual: chart ? chart.mean : null,
  spread: chart ? Math.max(1, chart.sigmaZ) : null,
  weeks: weeks.map(({ from, defects, exposure }, i) => {
    const point = chart?.points[i]
    return {
      from: formatInstant(from),
      ...{ defects, exposure },
      low: point?.low ?? null,
      high: point?.high ?? null,
      signal: point?.signal ?? null,
    }
  }),
})

const toWorsening = (found: SlowWorsening): z.output<typeof serviceSignals>['worsening'] => ({
  word: found.word,
  sentence: found.sentence,
  since: found.since === undefined ? null : formatInstant(found.since),
  sum: found.points.at(-1)?.sum ?? null,
  decision: found.plan?.decision ?? null,
  // JSON has no infinity.
  periodsBetweenFalseAlarms: Number.isFinite(found.plan?.runLengthUnchanged)
    ? (found.plan?.runLengthUnchanged ?? null)
    : null,
})

const toHidden = ({ word, sentence, fit }: HiddenDefects): z.output<typeof serviceSignals>['hidden'] => ({
  ...{ word, sentence },
  total: fit?.total ?? null,
  remaining: fit?.remaining ?? null,
})
