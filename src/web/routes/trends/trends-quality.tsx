import { qualityRows } from '../../../../views/trends/quality-numbers.ts'
import { type PlaceSignals, QualityPage, type QualityPageProps } from '../../../../views/trends/quality-page.tsx'
import { driftChart, riseChart } from '../../../../views/trends/signal-charts.ts'
import { qualityData, signalsData } from '../../../../views/trends/tables.ts'
import { addressOf } from '../../../../views/trends/trends-frame.tsx'
import { qualityMetrics } from '../../../core/defect/quality-metrics.ts'
import { historySignals } from '../../../core/signals/place-signals.ts'
import type { PlaceHistory } from '../../../core/signals/weeks.ts'
import type { Db, Store } from '../../../store/database.ts'
import { loadQualityFacts } from '../../../store/measures/quality-facts.ts'
import { type LivePlace, listLivePlaces, loadPlaceHistories } from '../../../store/measures/signal-facts.ts'
import type { Deps } from '../../deps.ts'
import { notFound } from '../../errors.ts'
import { csvOfTable } from '../../pages/csv-answer.ts'
import {
  type QualityReader,
  qualityReader,
  type ReleaseQuality,
  type StandingQuality,
} from '../../pages/standing-quality.ts'
import { type AskedTrends, frameOf, idsOf, loadAskedTrends, shownOf } from '../../pages/trends-scope.ts'
import { findWorstServices } from '../../pages/worst-services.ts'
import { page } from '../../render.tsx'
import type { Ctx } from '../../routes.ts'

/** Beyond these the page says so; choosing one service always shows it. */
const MOST_SERVICES = 25
const CRUMBS = [{ text: 'Trends', href: '/trends' }, { text: 'Quality' }]

/** What defects say of quality, each number with what it is made of, and what the weeks say beside the verdicts. */
export async function showQuality(c: Ctx, { store, clock }: Deps, standing: StandingQuality): Promise<Response> {
  const asked = await loadAskedTrends(c, { store, clock })
  const { environment, service } = asked.scope
  const props: QualityPageProps = {
    ...frameOf(asked),
    now: asked.now,
    one: environment && service ? await ofOne(store, asked, standing) : undefined,
    all: environment && !service ? await ofSeveral(store, asked, environment, standing) : undefined,
  }
  return page(
    c,
    { store, clock },
    { title: 'Quality', active: 'trends', crumbs: CRUMBS, live: [], scope: shownOf('/trends/quality', asked) },
    <QualityPage {...props} />,
  )
}

/** The numbers of one of its charts. */
export async function sendSignalCsv(
  c: Ctx,
  deps: Deps,
  name: 'drift' | 'rise',
  standing: StandingQuality,
): Promise<Response> {
  const asked = await loadAskedTrends(c, deps)
  const signals = await signalsOfAsked(deps.store, asked, standing)
  if (!signals) return notFound(c)
  const address = addressOf(frameOf(asked).scope)
  const { table } =
    name === 'drift' ? driftChart(signals.drift, address, asked.now) : riseChart(signals.worsening, address, asked.now)
  return csvOfTable(c, `trends-${name}`, table)
}

/** The numbers of one service, or what stands out of several. */
export async function sendQualityCsv(c: Ctx, { store, clock }: Deps, standing: StandingQuality): Promise<Response> {
  const asked = await loadAskedTrends(c, { store, clock })
  const { environment, service, from, to } = asked.scope
  if (!environment) return notFound(c)
  if (!service)
    return csvOfTable(c, 'trends-quality', signalsData(await ofSeveral(store, asked, environment, standing)))
  const quality = await qualityOf(store.reader, asked)
  // The page says so; a file without the numbers would look like the answer.
  if (quality === 'too many') return notFound(c)
  const place = { service: service.name, environment: environment.name, from, to }
  return csvOfTable(
    c,
    'trends-quality',
    qualityData(qualityRows(quality.metrics, place, quality.observedDays, asked.now)),
  )
}

async function ofOne(
  store: Store,
  asked: AskedTrends,
  standing: StandingQuality,
): Promise<NonNullable<QualityPageProps['one']>> {
  return { quality: await qualityOf(store.reader, asked), signals: await signalsOfAsked(store, asked, standing) }
}

/** Releases are observed for half of the time at most, so that some are old enough. */
const observedDaysOf = (days: number): number => Math.min(90, Math.max(1, Math.floor(days / 2)))

async function qualityOf(
  db: Db,
  { scope: { environment, service, from, to, range }, now }: AskedTrends,
): Promise<NonNullable<QualityPageProps['one']>['quality']> {
  const place = {
    ...{ serviceId: service?.id ?? 0, service: service?.name ?? '' },
    ...{ environmentId: environment?.id ?? 0, environment: environment?.name ?? '' },
  }
  const facts = await loadQualityFacts(db, place, { from, to })
  const observedDays = observedDaysOf(range.days)
  return facts ? { metrics: qualityMetrics(facts, { from, to }, observedDays, now), observedDays } : 'too many'
}

async function signalsOfAsked(
  store: Store,
  { scope, now }: AskedTrends,
  standing: StandingQuality,
): Promise<PlaceSignals | undefined> {
  const { environment, service } = scope
  if (!environment || !service) return undefined
  const [place] = await listLivePlaces(store.reader, environment.id, { serviceIds: [service.id], limit: 1 })
  const qualityOf = await qualityReader(store, standing, environment, now)
  return place && (await signalsOf(store, environment, [place], now, qualityOf))[0]
}

interface Environment {
  readonly id: number
  readonly name: string
}

async function signalsOf(
  store: Store,
  environment: Environment,
  places: readonly LivePlace[],
  now: number,
  qualityOf: QualityReader,
): Promise<PlaceSignals[]> {
  const ids = places.map(({ serviceId }) => serviceId)
  const histories = await loadPlaceHistories(store.reader, ids, environment.id, now)
  const judged = await qualityOf(places)
  const signals: PlaceSignals[] = []
  for (const { serviceId, releaseId, service, version } of places) {
    signals.push({
      ...{ service, version },
      ...historySignals(histories.get(serviceId) as PlaceHistory, now, 'live days'),
      hidden: (judged.get(releaseId) as ReleaseQuality).hidden,
    })
    // Others have their turn between two.
    await new Promise((resolve) => setImmediate(resolve))
  }
  return signals
}

async function ofSeveral(
  store: Store,
  { scope, now }: AskedTrends,
  environment: Environment,
  standing: StandingQuality,
): Promise<NonNullable<QualityPageProps['all']>> {
  const serviceIds = idsOf(scope.services)
  const places = await listLivePlaces(store.reader, environment.id, { serviceIds, limit: MOST_SERVICES + 1 })
  const qualityOf = await qualityReader(store, standing, environment, now)
  const signals = await signalsOf(store, environment, places.slice(0, MOST_SERVICES), now, qualityOf)
  const verdictsOf = async (worst: readonly LivePlace[]) =>
    new Map([...(await qualityOf(worst))].map(([releaseId, { verdict }]) => [releaseId, verdict]))
  return {
    worst: await findWorstServices(store, environment, verdictsOf, serviceIds),
    signals,
    more: places.length > MOST_SERVICES,
  }
}
