import { earlier } from '../facts.ts'

/** What a release changes: its commits, those that merge others aside. */
export interface Changes {
  readonly count: number
  /** When those were made whose time is known, epoch ms, ascending. */
  readonly times: readonly number[]
}

export const NO_CHANGES: Changes = { count: 0, times: [] }

/**
 * The changes of a release, from its commits under each of its names: one that is listed under two is one.
 * A merge commit changes nothing of its own; its message begins with the word "merge".
 */
export function changesOf(
  commits: readonly { readonly sha: string; readonly message: string | null; readonly at: number | null }[],
): Changes {
  const timeOf = new Map<string, number | undefined>()
  for (const { sha, message, at } of commits)
    if (!isMerge(message)) timeOf.set(sha, earlier(timeOf.get(sha), at ?? undefined))
  const times = [...timeOf.values()].filter((at) => at !== undefined)
  return { count: timeOf.size, times: times.sort((a, b) => a - b) }
}

const isMerge = (message: string | null): boolean => /^merge\b/i.test(message ?? '')
