import { tierOfName } from '../deployment/environment.ts'
import type { EnvironmentTier } from '../event.ts'

/** A release's first deployment in one environment, as far as it replaced another release there. */
export interface Replacement {
  readonly environment: string
  readonly tier: EnvironmentTier
  readonly at: number
  /** Commit of the release that it replaced, undefined when that is not known. */
  readonly replacedCommit: string | undefined
}

const TIERS: readonly EnvironmentTier[] = ['production', 'staging', 'testing', 'development', 'other']

/**
 * The replacement against which the content of a release is counted: what is new in production is what users met first
 * with it. Among environments of one tier those go first whose name says it (production before canary, which may have
 * run releases that never got further), then the earliest. Undefined when it replaced nothing anywhere.
 */
export function decisiveReplacement(replacements: readonly Replacement[]): Replacement | undefined {
  const rank = ({ environment, tier }: Replacement) =>
    2 * TIERS.indexOf(tier) + (tierOfName(environment) === tier ? 0 : 1)
  const [decisive] = [...replacements].sort(
    (a, b) => rank(a) - rank(b) || a.at - b.at || (a.environment < b.environment ? -1 : 1),
  )
  return decisive
}

/** How many file changes lie below each directory name, in lower case; a file counts once for each of its directories. */
export function changesByDirectory(changesOfFile: ReadonlyMap<string, number>): Map<string, number> {
  const changes = new Map<string, number>()
  for (const [path, count] of changesOfFile)
    for (const directory of new Set(path.toLowerCase().split('/').slice(0, -1)))
      if (directory !== '') changes.set(directory, (changes.get(directory) ?? 0) + count)
  return changes
}
