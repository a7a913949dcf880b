import type { DefectEvent } from '../event.ts'
import { mergeRanked, mergeSets, type Ranked, ranked } from '../facts.ts'

/** What the reports of one defect name besides where and when it was seen: hints at the change that brought it. */
export interface DefectEvidence {
  /** Files of its stack frames, those that stood foremost in a stack first. */
  readonly files: readonly string[]
  readonly components: readonly string[]
  readonly links: readonly string[]
  readonly culpritCommits: readonly string[]
  readonly introducedIn: string | undefined
}

/** The same as one report's facts: sets, which only grow. Absent: none named. */
export interface GatheredFacts {
  readonly files?: Ranked
  readonly components?: readonly string[]
  readonly links?: readonly string[]
  readonly culpritCommits?: readonly string[]
}

/** How many are kept of each; a stack that is deeper says nothing more. */
export const MOST_NAMED = { files: 200, components: 50, links: 100, culpritCommits: 50 } as const

export const gatheredFacts = ({ files, components, links, culpritCommits }: DefectEvent): GatheredFacts =>
  withoutEmpty({
    files: ranked(files ?? [], MOST_NAMED.files),
    components: mergeSets(components ?? [], [], MOST_NAMED.components),
    links: mergeSets(links ?? [], [], MOST_NAMED.links),
    culpritCommits: mergeSets(culpritCommits ?? [], [], MOST_NAMED.culpritCommits),
  })

/** Order and repetition of the merges do not matter. */
export const mergeGathered = (a: GatheredFacts, b: GatheredFacts): GatheredFacts =>
  withoutEmpty({
    files: mergeRanked(a.files ?? [], b.files ?? [], MOST_NAMED.files),
    components: mergeSets(a.components ?? [], b.components ?? [], MOST_NAMED.components),
    links: mergeSets(a.links ?? [], b.links ?? [], MOST_NAMED.links),
    culpritCommits: mergeSets(a.culpritCommits ?? [], b.culpritCommits ?? [], MOST_NAMED.culpritCommits),
  })

/** What all reports of a defect name together. */
export function evidenceOf(reports: readonly GatheredFacts[], introducedIn: string | undefined): DefectEvidence {
  const { files, components, links, culpritCommits } = reports.reduce<GatheredFacts>(mergeGathered, {})
  return {
    files: (files ?? []).map(([, path]) => path),
    components: components ?? [],
    links: links ?? [],
    culpritCommits: culpritCommits ?? [],
    introducedIn,
  }
}

const withoutEmpty = (gathered: Required<GatheredFacts>): GatheredFacts =>
  Object.fromEntries(Object.entries(gathered).filter(([, values]) => values.length > 0))
