import { chooseBaseline } from '../verdict/baseline.ts'
import { type ReleaseInPlace, releaseLife } from '../verdict/release-life.ts'
import { foundInLife } from '../verdict/side-by-side.ts'
import { FLAT_RHYTHM } from '../verdict/weekly-rhythm.ts'
import { type HiddenDefects, hiddenDefects } from './hidden-defects.ts'
import { type ExposureUnit, type ServiceDrift, serviceDrift } from './service-drift.ts'
import { type SlowWorsening, slowWorsening } from './slow-worsening.ts'
import { type PlaceHistory, weeksOf } from './weeks.ts'

export interface HistorySignals {
  readonly drift: ServiceDrift
  readonly worsening: SlowWorsening
}

/** With fewer weeks a slow rise has nothing to be compared with; with more, half of them tell what is usual. */
const LEAST_BASE_WEEKS = 20

/** What the weeks of a service in one environment say. */
export function historySignals(history: PlaceHistory, now: number, unit: ExposureUnit): HistorySignals {
  const weeks = weeksOf(history, now, unit)
  return {
    drift: serviceDrift(weeks, unit),
    worsening: slowWorsening(weeks, Math.max(LEAST_BASE_WEEKS, Math.floor(weeks.length / 2))),
  }
}

/** How many defects of a release are still to be found, from those that its own chart of discoveries counts. */
export function hiddenInRelease(
  { release, earlier }: { readonly release: ReleaseInPlace; readonly earlier: readonly ReleaseInPlace[] },
  now: number,
): HiddenDefects {
  const liveAt = release.spans[0]?.from
  const found = liveAt === undefined ? [] : foundInLife(release, chooseBaseline(earlier, liveAt), FLAT_RHYTHM, now)
  return hiddenDefects(
    found.map(({ age }) => age),
    releaseLife(release, now, FLAT_RHYTHM).life,
  )
}
