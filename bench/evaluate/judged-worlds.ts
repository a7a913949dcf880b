import { compareReleases, type ReleaseComparison } from '../../src/core/verdict/compare-releases.ts'
import { foldDuplicates } from '../../src/core/verdict/duplicate-sightings.ts'
import type { ReleaseInPlace } from '../../src/core/verdict/release-life.ts'
import { FLAT_RHYTHM, learnRhythm, type WeeklyRhythm } from '../../src/core/verdict/weekly-rhythm.ts'
import type { Random } from '../../src/simulation/random.ts'
import { median } from '../statistics.ts'
import { NAIVE_TESTS } from './naive-tests.ts'
import { DAY_MS, type DrawnWorld, drawWorld, WEEK_DAYS, type World } from './release-world.ts'
import type { Setting } from './verdict-worlds.ts'

export interface Measured {
  readonly world: Setting
  readonly runs: number
  /** Share that ever alarmed, in the order of NAIVE_TESTS; empty when these were not run. */
  readonly naive: readonly number[]
  readonly moreThanBefore: number
  readonly watched: number
  readonly suspected: number
  /** Of those suspected: median number of defects and hours until then. */
  readonly defects: number
  readonly hours: number
}

/** Draws a world `runs` times and counts what alarmed within a week. */
export function measure(random: Random, world: Setting, runs: number): Measured {
  console.error(world.name)
  const rhythm = world.rhythm === 'learned' ? rhythmOf(random.fork('rhythm'), world) : FLAT_RHYTHM
  const naive = NAIVE_TESTS.map(() => 0)
  const worse: { readonly defects: number; readonly hours: number }[] = []
  let moreThanBefore = 0
  let watched = 0
  for (let run = 0; run < runs; run++) {
    const drawn = drawWorld(random, world)
    if (world.naive)
      for (const [i, test] of NAIVE_TESTS.entries()) naive[i] = (naive[i] as number) + Number(test.alarms(drawn))
    const comparison = compare(folded(drawn, world.folding ?? 'learned'), rhythm)
    if (comparison.evidence.moreThanBefore >= 100 && comparison.found >= 3) moreThanBefore++
    if (comparison.alarm === undefined) continue
    watched++
    if (comparison.alarm.word === 'worse') worse.push(reachedWith(drawn, comparison))
  }
  return {
    world,
    runs,
    naive: world.naive ? naive.map((count) => count / runs) : [],
    moreThanBefore: moreThanBefore / runs,
    watched: watched / runs,
    suspected: worse.length / runs,
    defects: median(worse.map(({ defects }) => defects)),
    hours: median(worse.map(({ hours }) => hours)),
  }
}

/** At the end of the week; the evidence was weighed at every defect on the way. */
export const compare = (
  { release, earlier }: DrawnWorld,
  rhythm: WeeklyRhythm,
  afterDays = WEEK_DAYS,
): ReleaseComparison => {
  const [{ from }] = release.spans as unknown as [{ from: number }]
  const baseline = { recent: earlier.slice(0, 10), older: earlier.slice(10) }
  // The earlier releases are laid in the same week as the new one, so that "now" only cuts the new one short.
  const spans = [{ from, to: from + afterDays * DAY_MS }]
  const comparison = compareReleases({ ...release, spans }, baseline, rhythm, Number.MAX_SAFE_INTEGER)
  if (!comparison) throw new Error('too few earlier releases')
  return comparison
}

/** Duplicates, counted or not, are among the defects that had come by then. */
function reachedWith({ release }: DrawnWorld, { alarm }: ReleaseComparison) {
  const reachedAtDays = alarm?.atDays ?? 0
  const [{ from }] = release.spans as unknown as [{ from: number }]
  const until = from + reachedAtDays * DAY_MS
  return { defects: release.sightings.filter(({ at }) => at <= until + 1).length, hours: reachedAtDays * 24 }
}

function folded(drawn: DrawnWorld, folding: 'learned' | 'never' | 'always'): DrawnWorld {
  if (folding === 'learned') return drawn
  const nameless = (release: ReleaseInPlace): ReleaseInPlace => {
    const aged = release.sightings
      .map(({ at, component }) => ({ age: at / DAY_MS, component }))
      .sort((a, b) => a.age - b.age)
    const counted = folding === 'always' ? foldDuplicates(aged) : aged
    return { ...release, sightings: counted.map(({ age }) => ({ at: age * DAY_MS })) }
  }
  return { release: nameless(drawn.release), earlier: drawn.earlier.map(nameless) }
}

function rhythmOf(random: Random, world: World): WeeklyRhythm {
  const places = Array.from({ length: 20 }, () =>
    drawWorld(random, world).earlier.map(({ spans, sightings }) => ({
      spans: spans.map(({ from, to = from }) => ({ from, to, share: 1 })),
      foundAt: sightings.map(({ at }) => at),
    })),
  )
  return learnRhythm(places)
}
