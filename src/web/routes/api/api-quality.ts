import { z } from 'zod'
import { withQuery } from '../../../../views/paths.ts'
import { type QualityNumber, qualityMetrics } from '../../../core/defect/quality-metrics.ts'
import { formatInstant } from '../../../core/time/instant.ts'
import { loadQualityFacts, MOST_DEFECTS } from '../../../store/measures/quality-facts.ts'
import { periodIn, resolvePlace } from '../../api/api-answers.ts'
import type { qualityMetricsAnswer, qualityNumber } from '../../api/api-schemas.ts'
import type { Deps } from '../../deps.ts'
import type { Phases } from '../../pages/brought-defects.ts'
import { badInput } from '../../problems.ts'
import { instantParameter, nameParameter, observedDaysParameter, readQuery } from '../../query.ts'
import type { Routes } from '../../routes.ts'

/** Releases of the first half are then observed as long as is customary. */
const USUAL_DAYS = 180
const DAY_MS = 86_400_000

export const qualityMetricsQuery = z.object({
  service: nameParameter,
  environment: nameParameter.meta({ description: 'One: numbers of several are never mixed into one.' }),
  from: instantParameter.optional().meta({ description: `Included; ${USUAL_DAYS} days before \`to\` unless given.` }),
  to: instantParameter.optional().meta({ description: 'Excluded; now unless given.' }),
  observedDays: observedDaysParameter.default(90),
})

/** What the defects of one service in one environment say, each number with what it is made of. */
export function registerQualityApiRoutes(routes: Routes, { store, clock }: Pick<Deps, 'store' | 'clock'>): void {
  routes.get('/api/v1/metrics/quality', { scope: 'read' }, async (c) => {
    const query = readQuery(c, qualityMetricsQuery)
    if (query instanceof Response) return query
    const now = clock()
    const period = periodIn(c, query, USUAL_DAYS, now)
    if (period instanceof Response) return period
    const place = await resolvePlace(c, store, query)
    if (place instanceof Response) return place
    const { serviceId, environmentId } = place as { serviceId: number; environmentId: number }
    const { service, environment, observedDays } = query
    const facts = await loadQualityFacts(store.reader, { service, environment, serviceId, environmentId }, period)
    if (!facts)
      return badInput(c, [
        { path: 'from', message: `asks for more than ${MOST_DEFECTS} defects; come closer to \`to\`` },
      ])

    const metrics = qualityMetrics(facts, period, observedDays, now)
    const from = formatInstant(period.from)
    const to = formatInstant(period.to)
    const list = (filter: Record<string, string>) =>
      `/api/v1/defects?${new URLSearchParams({ service, environment, ...filter })}`
    /** Releases that were not long enough in production are not in the numbers, and stay out of them as time goes on. */
    const observedTo = Math.max(period.from, Math.min(period.to, now - observedDays * DAY_MS + 1))
    const brought = (phase: Phases) =>
      withQuery('/api/v1/defects', {
        ...{ releasesOf: service, releasedFrom: from, releasedTo: formatInstant(observedTo) },
        ...{ observedDays, phase },
      })
    const came = { seenFrom: from, seenTo: to }
    const open = list({ openAt: to })
    return c.json<z.output<typeof qualityMetricsAnswer>>({
      ...{ service, environment, from, to, observedDays },
      escapeRate: toNumber(metrics.escapeRate, brought('production')),
      removalEfficiency: toNumber(metrics.removalEfficiency, brought('before')),
      releases: metrics.releases,
      unknownPhase: {
        defects: metrics.unknownPhaseIds.length,
        rows: metrics.unknownPhaseIds.length > 0 ? brought('unknown') : null,
      },
      inflow: toNumber(metrics.inflow, list(came)),
      outflow: toNumber(metrics.outflow, list({ resolvedFrom: from, resolvedTo: to })),
      backlog: toNumber(metrics.backlog, open),
      medianAge: toNumber(metrics.medianAge, open),
      highAge: toNumber(metrics.highAge, open),
      severityMix: {
        S1: toNumber(metrics.severityMix.S1, list({ ...came, severity: 'S1' })),
        S2: toNumber(metrics.severityMix.S2, list({ ...came, severity: 'S2' })),
        S3: toNumber(metrics.severityMix.S3, list({ ...came, severity: 'S3' })),
        S4: toNumber(metrics.severityMix.S4, list({ ...came, severity: 'S4' })),
      },
      timeToFix: {
        ...toNumber(metrics.timeToFix, list({ ...came, status: 'fixed,verified' })),
        sentence: metrics.fixing.sentence,
        curve: metrics.fixing.curve.steps.map(({ time, survival, interval }) => ({
          days: time,
          open: survival,
          interval,
        })),
      },
      weeks: metrics.weeks.map((week) => ({
        from: formatInstant(week.from),
        to: formatInstant(week.to),
        inflow: week.inflowIds.length,
        outflow: week.outflowIds.length,
        backlog: week.backlog,
      })),
    })
  })
}

const toNumber = ({ numeratorIds: _, ...number }: QualityNumber, rows: string): z.output<typeof qualityNumber> => ({
  ...number,
  rows: number.numerator > 0 ? rows : null,
})
