import { sum } from '../statistics/sum.ts'
import { DAY_MS } from '../verdict/weekly-rhythm.ts'
import type { ExposureUnit, Week } from './service-drift.ts'

/** One service in one environment, as far back as it was read. Instants are epoch ms. */
export interface PlaceHistory {
  /** From when on everything is in it. */
  readonly completeFrom: number
  /** How many defects were first seen there on a day, which begins at `from`, midnight UTC; days without any may lack. */
  readonly days: readonly { readonly from: number; readonly defects: number }[]
  /** When which deployment was what ran there; `to` undefined: it still does. Not overlapping. */
  readonly spans: readonly { readonly from: number; readonly to: number | undefined }[]
}

const WEEK_MS = 7 * DAY_MS
/** 5 January 1970 was the first Monday. */
const FIRST_MONDAY = 4 * DAY_MS
/** Older weeks tell of another service. */
export const MOST_WEEKS = 60

/** The Monday, 0:00 UTC, at or before an instant. */
export const weekOf = (at: number): number => Math.floor((at - FIRST_MONDAY) / WEEK_MS) * WEEK_MS + FIRST_MONDAY

/** From when on a history is wanted that is to be told in weeks. */
export const wantedFrom = (now: number): number => weekOf(now) - MOST_WEEKS * WEEK_MS

/**
 * The history in whole weeks, the last sixty at most, those without exposure left out: the week that is not over would
 * always look quiet. O(weeks × (days + spans)).
 */
export function weeksOf({ completeFrom, days, spans }: PlaceHistory, now: number, unit: ExposureUnit): Week[] {
  const end = weekOf(now)
  const first = Math.max(weekOf(completeFrom + WEEK_MS - 1), wantedFrom(now))
  const weeks = Array.from({ length: Math.max(0, (end - first) / WEEK_MS) }, (_, i) => first + i * WEEK_MS)
  return weeks
    .map((from): Week => {
      const to = from + WEEK_MS
      const isIn = (at: number) => at >= from && at < to
      const live = sum(spans.map((span) => overlap(span, from, to))) / DAY_MS
      const exposure = unit === 'live days' ? live : spans.filter((span) => isIn(span.from)).length
      const defects = sum(days.filter((day) => isIn(day.from)).map((day) => day.defects))
      return { from, defects, exposure }
    })
    .filter(({ exposure }) => exposure > 0)
}

const overlap = (span: PlaceHistory['spans'][number], from: number, to: number): number =>
  Math.max(0, Math.min(span.to ?? to, to) - Math.max(span.from, from))
