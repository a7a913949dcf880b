import { DAY_MS } from '../verdict/weekly-rhythm.ts'
import type { ExposureUnit, Week } from './service-drift.ts'

/** One service in one environment, from `wantedFrom` on. Instants are epoch ms. */
export interface PlaceHistory {
  /** How many defects were first seen there on a day, which begins at `from`, midnight UTC; days without any may lack. */
  readonly days: readonly { readonly from: number; readonly defects: number }[]
  /** When anything ran there; `to` undefined: it still does. Not overlapping. */
  readonly spans: readonly { readonly from: number; readonly to: number | undefined }[]
  /** How many releases were put in place in the week that begins at `from`; undefined: nobody asked. */
  readonly deployments?: readonly { readonly from: number; readonly count: number }[] | undefined
}

export const WEEK_MS = 7 * DAY_MS
/** 5 January 1970 was the first Monday. */
export const FIRST_MONDAY = 4 * DAY_MS
/** Older weeks tell of another service. */
export const MOST_WEEKS = 60

/** The Monday, 0:00 UTC, at or before an instant. */
export const weekOf = (at: number): number => Math.floor((at - FIRST_MONDAY) / WEEK_MS) * WEEK_MS + FIRST_MONDAY

/** From when on a history is wanted that is to be told in weeks. */
export const wantedFrom = (now: number): number => weekOf(now) - MOST_WEEKS * WEEK_MS

/**
 * The history in whole weeks, the last sixty at most, those without exposure left out: the week that is not over would
 * always look quiet. O(weeks × spans + days).
 */
export function weeksOf({ days, spans, deployments = [] }: PlaceHistory, now: number, unit: ExposureUnit): Week[] {
  const first = wantedFrom(now)
  const weeks = Array.from({ length: MOST_WEEKS }, (_, i) => ({
    from: first + i * WEEK_MS,
    defects: 0,
    liveMs: 0,
    put: 0,
  }))
  const weekAt = (at: number) => weeks[Math.floor((at - first) / WEEK_MS)]
  for (const { from, defects } of days) {
    const week = weekAt(from)
    if (week) week.defects += defects
  }
  for (const { from, count } of deployments) {
    const week = weekAt(from)
    if (week) week.put += count
  }
  for (const span of spans) for (const week of weeks) week.liveMs += overlap(span, week.from, week.from + WEEK_MS)
  return weeks
    .map(
      ({ from, defects, liveMs, put }): Week => ({
        from,
        defects,
        exposure: unit === 'live days' ? liveMs / DAY_MS : put,
      }),
    )
    .filter(({ exposure }) => exposure > 0)
}

const overlap = (span: PlaceHistory['spans'][number], from: number, to: number): number =>
  Math.max(0, Math.min(span.to ?? to, to) - Math.max(span.from, from))
