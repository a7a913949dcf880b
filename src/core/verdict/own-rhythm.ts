import { closedSpans, type ReleaseInPlace } from './release-life.ts'
import type { VerdictReason } from './verdict-reason.ts'
import { learnRhythm, type WeeklyRhythm } from './weekly-rhythm.ts'

/**
 * The rhythm of a place, from its releases before an instant; flat unless they had enough defects (`learnRhythm`). What
 * came later is cut off, so that what a release is judged by does not move while it is judged.
 */
export const rhythmBefore = (earlier: readonly ReleaseInPlace[], at: number): WeeklyRhythm =>
  learnRhythm([
    earlier
      // Those put back or deployed again are not as young as they look.
      .filter(({ arrivedBy }) => arrivedBy === 'deploy')
      .map((release) => ({
        spans: closedSpans(release, at),
        foundAt: release.sightings.filter((sighting) => sighting.at < at).map((sighting) => sighting.at),
      })),
  ])

/** That weekdays are allowed for, in words; none when they are all alike. */
export function rhythmReasons(rhythm: WeeklyRhythm): VerdictReason[] {
  if (rhythm.every((rate) => rate === 1)) return []
  const quietest = Math.min(...rhythm)
  const busiest = Math.max(...rhythm)
  const reason = {
    kind: 'weekly-rhythm',
    speaks: 'neither',
    title: 'Weekdays are allowed for',
    sentence: `Earlier releases show fewest defects on ${nameOf(rhythm, quietest)} (${quietest.toFixed(1)} of the usual) and most on ${nameOf(rhythm, busiest)} (${busiest.toFixed(1)}); a day weighs as much.`,
    value: quietest,
  } as const
  return [reason]
}

const DAYS = ['Sundays', 'Mondays', 'Tuesdays', 'Wednesdays', 'Thursdays', 'Fridays', 'Saturdays'] as const
const nameOf = (rhythm: WeeklyRhythm, rate: number): string => DAYS[rhythm.indexOf(rate)] as string
