import { eBenjaminiHochberg } from '../statistics/multiple-tests.ts'

/** The live release of one service in one environment. */
export interface PlaceEvidence {
  readonly service: string
  readonly environment: string
  /** As it stands (`ReleaseComparison.currentEvidence`); 1 when it could not be compared. */
  readonly evidence: number
}

export interface RankedPlace<Place extends PlaceEvidence> {
  readonly place: Place
  /** Above the line: of all places above it at most one in twenty is no worse, on average. */
  readonly believed: boolean
}

const FALSE_SHARE = 0.05

/**
 * Many services on one list: the worst first, with the line above which to believe it. One of two hundred services has
 * evidence of 100 now and then by chance; the line moves up with their number (e-BH, whatever their dependence).
 */
export function worstPlaces<Place extends PlaceEvidence>(places: readonly Place[]): RankedPlace<Place>[] {
  const believed = new Set(
    eBenjaminiHochberg(
      places.map(({ evidence }) => evidence),
      FALSE_SHARE,
    ),
  )
  return places
    .map((place, i) => ({ place, believed: believed.has(i) }))
    .sort((a, b) => b.place.evidence - a.place.evidence)
}
