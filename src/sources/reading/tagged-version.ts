import { lineOf } from './payload.ts'

/**
 * The version when a ref can only be a tag: `refs/tags/…`, or three or more numbers as in `v4.18.0`, `2026.11.22.1`,
 * `checkout@4.18.0-rc.1`. Two numbers, as in `v4.18`, are as often a maintenance branch.
 */
export function taggedVersion(ref: string | null | undefined): string | undefined {
  if (!ref) return undefined
  if (ref.startsWith('refs/tags/')) return lineOf(ref.slice('refs/tags/'.length), 200)
  return /^(?:[\w./-]{1,100}@)?v?\d{1,9}(?:\.\d{1,9}){2,5}(?:[-+][0-9A-Za-z.+-]{1,60})?$/.test(ref) ? ref : undefined
}
