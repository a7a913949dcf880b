import { chooseBaseline } from './baseline.ts'
import { type Discoveries, discoveryBand } from './discovery-band.ts'
import { agesOf, drawnOfLife, LONGEST_WINDOW, suitableWindow, WINDOWS, type WindowName } from './discovery-window.ts'
import { severeAlone } from './severe-alone.ts'
import { foundInLife } from './side-by-side.ts'
import { judgeRelease, type Verdict, type VerdictFacts } from './verdict.ts'
import { FLAT_RHYTHM } from './weekly-rhythm.ts'

/** A release's discoveries in a window of its life. */
export interface ReleaseDiscovery {
  readonly discoveries: Discoveries
  readonly window: WindowName
  readonly windowDays: number
  /** Up to which age the verdict compares; undefined: it does not. */
  readonly comparedDays: number | undefined
  readonly rolledBack: boolean
  /** Whether its life is longer than the longest window. */
  readonly offersAll: boolean
  /** The comparison at equal age, in the words of the verdict; undefined: too few releases. */
  readonly numbers: string | undefined
}

/**
 * How soon a release showed its defects, from the facts of its verdict, so that it says the same; undefined where it was
 * never live.
 *
 * @param asked.window undefined: what suits its age
 */
export function releaseDiscovery(
  { verdict, facts }: { readonly verdict: Verdict; readonly facts: VerdictFacts },
  asked: { readonly window?: WindowName | undefined; readonly onlySevere: boolean },
  now: number,
): ReleaseDiscovery | undefined {
  const liveAt = facts.release.spans[0]?.from
  if (liveAt === undefined || liveAt >= now) return undefined
  const looked = asked.onlySevere ? severeAlone(facts) : facts
  const { comparison, numbers } = asked.onlySevere ? judgeRelease(looked, now) : verdict
  const { release, rhythm = FLAT_RHYTHM } = looked
  const baseline = chooseBaseline(looked.earlier, liveAt)
  const alone = discoveryBand(release, baseline, rhythm, now, [])
  const comparedDays = comparison?.comparedDays
  const window = asked.window ?? suitableWindow(comparedDays || alone.lifeDays)
  const windowDays = WINDOWS.find(({ name }) => name === window)?.days ?? drawnOfLife(alone, comparedDays)
  const ages = agesOf({ discoveries: alone, windowDays, comparedDays })
  return {
    discoveries: discoveryBand(release, baseline, rhythm, now, ages),
    window,
    windowDays,
    comparedDays,
    rolledBack: facts.rolledBackAt !== undefined,
    offersAll: alone.lifeDays > LONGEST_WINDOW,
    numbers,
  }
}

/**
 * The defects that the chart of a release's discoveries has found by an age, in order. Needs sightings that name their
 * defects; empty where it was never live.
 */
export function foundByAge(
  facts: VerdictFacts,
  { days, onlySevere }: { readonly days: number; readonly onlySevere: boolean },
  now: number,
): readonly number[] {
  const looked = onlySevere ? severeAlone(facts) : facts
  const { release, earlier, rhythm = FLAT_RHYTHM } = looked
  const liveAt = release.spans[0]?.from
  if (liveAt === undefined || liveAt >= now) return []
  const found = foundInLife(release, chooseBaseline(earlier, liveAt), rhythm, now)
  return found.flatMap(({ age, defectId }) => (age <= days && defectId !== undefined ? defectId : []))
}
