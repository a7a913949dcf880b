import { DAY_MS } from '../delivery/facts.ts'
import { finiteInterval, type Metric } from '../delivery/metric.ts'
import type { Phase } from '../event.ts'
import { wilsonInterval } from '../statistics/binomial.ts'

/** A release and the defects that it introduced, wherever they were found. Instants are epoch ms. */
export interface ReleasedDefects {
  readonly releaseId: number
  /** When it was first live in production. */
  readonly releasedAt: number
  readonly defects: readonly {
    readonly id: number
    /** In which it was found; undefined when nobody said. */
    readonly phase: Phase | undefined
    readonly firstSeenAt: number
  }[]
}

export interface DefectEscape {
  readonly escapeRate: Metric
  readonly removalEfficiency: Metric
  /** Found in a phase that nobody named: in neither number. */
  readonly unknownPhaseIds: readonly number[]
}

const LEAST_DEFECTS = 10

/**
 * Which share of the defects of some releases reached production, and its complement, the share removed before (Jones,
 * IEEE Computer 29(4), 1996). Releases are observed equally long: those that have not been in production for
 * `observedDays` are left out, and what was found in production later than that does not count. The rate also falls
 * when nobody reports what production shows.
 *
 * @param observedDays customary is 90; print it beside the number
 */
export function defectEscape(releases: readonly ReleasedDefects[], observedDays: number, now: number): DefectEscape {
  const isRipe = ({ releasedAt }: ReleasedDefects) => releasedAt + observedDays * DAY_MS <= now
  const ripe = releases.filter(isRipe)
  const observed = ripe.flatMap(({ releasedAt, defects }) =>
    defects.filter(({ firstSeenAt }) => firstSeenAt < releasedAt + observedDays * DAY_MS),
  )
  const known = observed.filter(({ phase }) => phase !== undefined)
  const escaped = known.filter(({ phase }) => phase === 'production')
  const removed = known.filter(({ phase }) => phase !== 'production')
  const unripe = releases.filter((release) => !isRipe(release))
  const which = `defects of releases that have been in production for ${observedDays} days, found before or within these`
  const metric = (part: typeof known, rule: string): Metric => ({
    value: known.length === 0 ? null : part.length / known.length,
    unit: 'share',
    numerator: part.length,
    denominator: known.length,
    rule,
    enough: known.length >= LEAST_DEFECTS,
    interval: known.length === 0 ? null : finiteInterval(wilsonInterval(part.length, known.length)),
    ripe: ripe.length,
    unripe: unripe.length,
    numeratorIds: part.map(({ id }) => id),
    denominatorIds: known.map(({ id }) => id),
    unripeIds: unripe.flatMap(({ defects }) => defects.map(({ id }) => id)),
  })
  return {
    escapeRate: metric(escaped, `Found in production / all ${which}.`),
    removalEfficiency: metric(removed, `Found before production / all ${which}.`),
    unknownPhaseIds: observed.filter(({ phase }) => phase === undefined).map(({ id }) => id),
  }
}
