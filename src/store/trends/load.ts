import type { Stretch } from '../../core/time/calendar.ts'
import type { TrendDivisions, TrendFacts } from '../../core/trends/facts.ts'
import { sampleReleases } from '../../core/trends/sample.ts'
import { atomsOf, judgedAtomsOf } from '../../core/trends/trends.ts'
import type { Db } from '../database.ts'
import { listArrivals, listDefectsOf, listTroubledReplacements } from './arrivals.ts'
import { countCameAndWent, countOpenAt } from './defect-days.ts'
import { countPlaced } from './deployment-days.ts'
import { findKnownSince } from './known-since.ts'
import { listRegressions, listSevereLives } from './lives.ts'
import type { TrendPlace } from './place.ts'
import { listServiceNames } from './services.ts'

const MOST_ARRIVALS = 2_000
const MOST_LIVES = 400

/** Indexed reads: of days that were counted before, and of a bounded number of releases and defects. */
export async function loadTrendFacts(
  db: Db,
  place: TrendPlace,
  divisions: TrendDivisions,
  now: number,
): Promise<TrendFacts> {
  const atoms = atomsOf(divisions)
  const begin = (atoms[0] as Stretch).from
  const end = (atoms.at(-1) as Stretch).to
  const placedIn = judgedAtomsOf(atoms, now)
  const [counts, open, knownSince, placed, arrivals, lives, regressions, names] = await Promise.all([
    countCameAndWent(db, place, atoms),
    countOpenAt(db, place, end, now),
    findKnownSince(db, place),
    countPlaced(db, place, placedIn),
    listArrivals(
      db,
      place,
      { from: (divisions.fine[0] as Stretch).from, to: Math.min(end, now + 1) },
      MOST_ARRIVALS + 1,
    ),
    listSevereLives(db, place, divisions.coarse, MOST_LIVES),
    // Only what is told of one service tells of them.
    place.serviceIds?.length === 1 ? listRegressions(db, place, { from: begin, to: end }) : [],
    listServiceNames(db),
  ])
  const known = arrivals.slice(-MOST_ARRIVALS)
  const { shown, ofKind } = sampleReleases(known)
  const idsOf = (releases: readonly { readonly releaseId: number }[]) => releases.map(({ releaseId }) => releaseId)
  const [found, troubles] = await Promise.all([
    listDefectsOf(db, place, [...new Set([shown, ...ofKind.map(({ releases }) => releases)].flatMap(idsOf))]),
    listTroubledReplacements(db, place, idsOf(shown)),
  ])
  return {
    ...{ atoms, counts, open, knownSince, placedIn, placed, found, troubles, lives, regressions, names },
    ...{ arrivals: known, arrivalsCut: arrivals.length > MOST_ARRIVALS },
  }
}
