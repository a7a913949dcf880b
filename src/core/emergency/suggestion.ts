import { readVersion } from '../release/version.ts'
import type { JudgedCandidate } from './rollback-target.ts'

export type Strategy = 'rollback' | 'hotfix'
export const STRATEGIES: readonly Strategy[] = ['rollback', 'hotfix']

export interface SuggestionFacts {
  readonly live: { readonly version: string } | undefined
  readonly target: JudgedCandidate | undefined
  /** The version that is suspected of having brought the defect in question; undefined: nobody knows. */
  readonly suspect: string | undefined
  /** The defect had been fixed and came back in what is live. */
  readonly regression: boolean
  /** A commit between the target and what is live says that it cannot be taken back. */
  readonly irreversible: boolean
}

export interface Suggestion {
  readonly strategy: Strategy
  /** One sentence. */
  readonly because: string
}

/** Roll back where that helps and is safe, else forward. A person decides. */
export function suggestStrategy({ live, target, suspect, regression, irreversible }: SuggestionFacts): Suggestion {
  const forward = (because: string): Suggestion => ({ strategy: 'hotfix', because })
  if (!live) return forward('Nothing is known to run there, so there is nothing to roll back from.')
  if (!target) return forward('No earlier release there is known to be good.')
  if (suspect !== undefined && suspect !== live.version)
    return forward(`The suspect is ${suspect}, which came before ${live.version}: rolling back would not help.`)
  if (irreversible) return forward(`A commit in ${live.version} says that its migration cannot be taken back.`)
  if (regression)
    return forward('The defect had been fixed and came back; a fix forward keeps what else was released since.')
  return {
    strategy: 'rollback',
    because: `${target.version} is the last release known to be good. ${target.because}`,
  }
}

/**
 * The version after `base` for a fix: its last number one higher, a third number for one that has two, past those that
 * are taken.
 * @returns undefined when the version says nothing that can be counted on
 */
export function nextVersion(base: string, taken: readonly string[]): string | undefined {
  const { scheme, preRelease, numbers } = readVersion(base)
  if (scheme === 'sha' || scheme === 'opaque' || scheme === 'calver' || preRelease.length > 0) return undefined
  const [, before = '', digits] = /^(.*?)(\d{1,15})$/.exec(numbers.length === 2 ? `${base}.0` : base) ?? []
  if (digits === undefined || before.includes('+')) return undefined
  const known = new Set(taken)
  for (let number = Number(digits) + 1; ; number++) if (!known.has(before + number)) return before + number
}
