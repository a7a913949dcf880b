import type { AgedSighting } from './release-life.ts'

/**
 * One fault can reach us as several defects: a tracker that groups by message, an alert for each of three symptoms. They
 * come close together and from the same part of the service. Counted as they are, they make a release look worse than
 * it is; counted once too readily, a release that breaks ten things in an hour looks like one that broke one.
 *
 * So the earlier releases say whether that happens here: neighbours within an hour that name the same component are
 * compared with how often two defects of this service do so by chance.
 */

const WINDOW_DAYS = 1 / 24
/** Folding begins when there are at least twice as many as chance brings, and one more. */
const TIMES_CHANCE = 2
const AT_LEAST_MORE = 1

/** Whether defects of one component within an hour of each other are usually the same fault here. O(sightings). */
export function haveDuplicates(releases: readonly (readonly AgedSighting[])[]): boolean {
  const perComponent = new Map<string, number>()
  let alike = 0
  let different = 0
  for (const sightings of releases) {
    const named = sightings.filter((sighting) => sighting.component !== undefined)
    for (const [i, { age, component }] of named.entries()) {
      perComponent.set(component as string, (perComponent.get(component as string) ?? 0) + 1)
      const before = named[i - 1]
      if (!before || age - before.age > WINDOW_DAYS) continue
      if (before.component === component) alike++
      else different++
    }
  }
  const byChance = chanceOfSameComponent([...perComponent.values()])
  return alike >= TIMES_CHANCE * different * (byChance / (1 - byChance)) + AT_LEAST_MORE
}

/** The probability that two of these sightings, drawn at random, name the same component. */
function chanceOfSameComponent(counts: readonly number[]): number {
  const total = counts.reduce((a, b) => a + b, 0)
  const pairs = total * (total - 1)
  return pairs === 0 ? 0 : counts.reduce((sum, count) => sum + count * (count - 1), 0) / pairs
}

/**
 * The sightings without those that come within an hour of one kept of the same component. The hour counts from the one
 * kept, not from the last left out, so that a storm is thinned to one an hour and never to one alone. Those without a
 * component are all kept: time alone does not make two defects one.
 */
export function foldDuplicates<Sighting extends AgedSighting>(sightings: readonly Sighting[]): Sighting[] {
  const keptAt = new Map<string, number>()
  return sightings.filter(({ age, component }) => {
    if (component === undefined) return true
    const before = keptAt.get(component)
    if (before !== undefined && age - before <= WINDOW_DAYS) return false
    keptAt.set(component, age)
    return true
  })
}
