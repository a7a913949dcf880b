import type { DefectStatus } from '../../core/event.ts'

interface StatusFields {
  readonly status?:
    | {
        readonly name?: string | null | undefined
        readonly statusCategory?: { readonly key?: string | null | undefined } | null | undefined
      }
    | null
    | undefined
  readonly resolution?: { readonly name?: string | null | undefined } | null | undefined
}

/** Statuses are the team's own words; the category behind each is one of three. */
export function statusOf({ status, resolution }: StatusFields): DefectStatus | undefined {
  const name = status?.name?.trim() ?? ''
  switch (status?.statusCategory?.key ?? categoryOf(name)) {
    case 'done':
      if (NOTHING_FIXED.test(resolution?.name ?? '') || NOTHING_FIXED.test(name)) return 'wont-fix'
      return /^verified$/i.test(name) ? 'verified' : 'fixed'
    case 'indeterminate':
      return TAKEN_IN.test(name) ? 'triaged' : 'in-progress'
    case 'new':
      return TAKEN_IN.test(name) ? 'triaged' : 'open'
    default:
      return undefined
  }
}

/** Resolutions, and names of final statuses, that leave everything as it was. */
const NOTHING_FIXED =
  /\b(?:won['’]?t|wont|will not|not a|no fix|duplicate|cannot|can['’]?t|unable|invalid|incomplete|declined|rejected|abandoned|obsolete|withdrawn|cancell?ed|works as|by design|not reproducible|auto closed)\b/i
const TAKEN_IN = /^(?:triaged|accepted|confirmed)$/i

/** Of old servers, which had no categories. */
function categoryOf(name: string): string | undefined {
  if (/^(?:resolved|closed|done|verified)$/i.test(name)) return 'done'
  if (/^in progress$/i.test(name)) return 'indeterminate'
  return /^(?:open|reopened|to do|new|triaged|accepted|confirmed)$/i.test(name) ? 'new' : undefined
}
