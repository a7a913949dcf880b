import { isSevere } from './equal-age.ts'
import type { ReleaseInPlace } from './release-life.ts'
import type { VerdictFacts } from './verdict.ts'

/** The same facts with the defects of S1 and S2 alone, in the release and in those it is compared with. */
export const severeAlone = <Facts extends Pick<VerdictFacts, 'release' | 'earlier'>>(facts: Facts): Facts => ({
  ...facts,
  release: onlySevere(facts.release),
  earlier: facts.earlier.map(onlySevere),
})

const onlySevere = (release: ReleaseInPlace): ReleaseInPlace => ({
  ...release,
  sightings: release.sightings.filter(isSevere),
})
