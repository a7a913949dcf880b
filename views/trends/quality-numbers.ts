import type { QualityMetrics, QualityNumber } from '../../src/core/defect/quality-metrics.ts'
import { instantText, withQuery } from '../paths.ts'

/** The quality numbers of a place, each with the lists of what it is made of. */

export interface QualityRow {
  readonly name: string
  readonly number: QualityNumber
  /** The defects that the numerator counts; the ages are made of them. */
  readonly rows: string
  /** Undefined: the denominator counts no defects. */
  readonly of: string | undefined
}

export interface QualityPlace {
  readonly service: string | undefined
  readonly environment: string | undefined
  /** Epoch ms, half-open. */
  readonly from: number
  readonly to: number
}

const DAY_MS = 86_400_000
const SEVERITIES = ['S1', 'S2', 'S3', 'S4'] as const
type Phases = 'production' | 'before' | 'known' | 'unknown'

export function qualityRows(
  metrics: QualityMetrics,
  place: QualityPlace,
  observedDays: number,
  now: number,
): readonly QualityRow[] {
  const { from, to } = place
  const list = (query: Record<string, string>) =>
    withQuery('/defects', { status: 'any', service: place.service, env: place.environment, ...query })
  const came = { seenFrom: instantText(from), seenTo: instantText(to) }
  const allThatCame = list(came)
  const end = instantText(Math.min(to, now + 1))
  const openThen = list({ openAt: end })
  const brought = (phase: Phases) => broughtPath(place, observedDays, phase, now)
  return [
    {
      ...{ name: 'Escape rate', number: metrics.escapeRate },
      ...{ rows: brought('production'), of: brought('known') },
    },
    {
      ...{ name: 'Removal efficiency', number: metrics.removalEfficiency },
      ...{ rows: brought('before'), of: brought('known') },
    },
    { name: 'Found', number: metrics.inflow, rows: allThatCame, of: undefined },
    {
      ...{ name: 'Closed', number: metrics.outflow, of: undefined },
      rows: list({ resolvedFrom: instantText(from), resolvedTo: end, seenTo: instantText(to) }),
    },
    {
      ...{ name: 'Backlog', number: metrics.backlog, rows: openThen },
      of: list({ openFrom: instantText(from), openTo: instantText(to) }),
    },
    { name: 'Median age of open defects', number: metrics.medianAge, rows: openThen, of: openThen },
    { name: 'Age that 15 % of them exceed', number: metrics.highAge, rows: openThen, of: openThen },
    {
      ...{ name: 'Time to fix', number: metrics.timeToFix, of: allThatCame },
      rows: list({ ...came, status: 'fixed,verified', resolvedTo: instantText(now + 1) }),
    },
    ...SEVERITIES.map((severity) => ({
      ...{ name: `Share of ${severity}`, number: metrics.severityMix[severity] },
      ...{ rows: list({ ...came, severity }), of: allThatCame },
    })),
  ]
}

/** What the releases of the stretch brought that were long enough in production, wherever it was found. */
export const broughtPath = ({ service, from, to }: QualityPlace, days: number, phase: Phases, now: number): string =>
  withQuery('/defects', {
    ...{ status: 'any', releasesOf: service, releasedFrom: instantText(from) },
    // Those that were not yet are not in the numbers, and stay out of them as time goes on.
    ...{ releasedTo: instantText(Math.min(to, now - days * DAY_MS + 1)), observed: days, phase },
  })

/** The releases that were long enough in production, and those that were not yet. */
export const reachedPaths = ({ service, from, to }: QualityPlace, days: number, now: number) => {
  const old = Math.max(from, Math.min(to, now - days * DAY_MS + 1))
  const path = (ends: { readonly from: number; readonly to: number }) =>
    withQuery('/releases', { service, reachedFrom: instantText(ends.from), reachedTo: instantText(ends.to) })
  return { observed: path({ from, to: old }), tooYoung: path({ from: old, to }) }
}
