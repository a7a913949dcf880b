import { type EqualAge, isSevere, layAtEqualAge } from '../../core/verdict/equal-age.ts'
import type { Db } from '../../store/database.ts'
import { type ComparisonFacts, loadComparisonFacts, type RankedDefect } from '../../store/measures/comparison-facts.ts'
import type { ReleaseDetails } from '../../store/releases/release-queries.ts'

/** Releases side by side, and the defects that each number of that comparison counts. */
export interface LaidComparison extends EqualAge {
  readonly facts: readonly ComparisonFacts[]
}

export async function layComparison(
  db: Db,
  releases: readonly ReleaseDetails[],
  environment: { readonly id: number; readonly name: string },
  now: number,
): Promise<LaidComparison> {
  const facts = await Promise.all(
    releases.map(({ id, serviceId, service }) =>
      loadComparisonFacts(
        db,
        { releaseId: id, serviceId, service, environmentId: environment.id, environment: environment.name },
        now,
      ),
    ),
  )
  const laid = layAtEqualAge(
    facts.map(({ verdictFacts, found }, i) => ({
      service: releases[i]?.service ?? '',
      spans: verdictFacts.release.spans,
      found,
      earlier: verdictFacts.earlier,
    })),
    now,
  )
  return { facts, ...laid }
}

/** What is counted of one of the releases: what was found in it, the S1 and S2 of that, what of it is fixed, what came back. */
export const COMPARED_PARTS = ['found', 'severe', 'fixed', 'regressed', 'only'] as const
export type ComparedPart = (typeof COMPARED_PARTS)[number]

/** The defects of one number of a release, by its place; `days`: found by that age. */
export function comparedIds(laid: LaidComparison, i: number, part: ComparedPart, days = Infinity): readonly number[] {
  const [at, facts] = [laid.releases[i], laid.facts[i]]
  if (!at || !facts) return []
  switch (part) {
    case 'found':
    case 'severe':
      return at.found
        .filter((one) => one.age <= days && (part === 'found' || isSevere(one)))
        .map(({ defectId }) => defectId)
    case 'fixed':
      return at.fix.fixedIds
    case 'regressed':
      return facts.verdictFacts.brought.flatMap(({ regression, defectId }) => (regression ? defectId : []))
    case 'only':
      return seenIn(laid, (places) => places.length === 1 && places[0] === i)
  }
}

/** Those seen in more than one of the releases. */
export const seenInSeveral = (laid: LaidComparison): readonly number[] => seenIn(laid, (places) => places.length > 1)

/** Defects by the releases in which they were seen, the worst and newest first. */
function seenIn({ facts }: LaidComparison, isIn: (places: readonly number[]) => boolean): readonly number[] {
  const places = new Map<number, number[]>()
  const defects = new Map<number, RankedDefect>()
  for (const [i, { seen }] of facts.entries())
    for (const defect of seen.defects) {
      defects.set(defect.id, defect)
      places.set(defect.id, [...(places.get(defect.id) ?? []), i])
    }
  return [...defects.values()]
    .filter(({ id }) => isIn(places.get(id) ?? []))
    .sort((a, b) =>
      a.severity === b.severity ? b.firstSeenAt - a.firstSeenAt || b.id - a.id : a.severity < b.severity ? -1 : 1,
    )
    .map(({ id }) => id)
}
