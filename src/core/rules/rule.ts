import type { EnvironmentTier, Severity } from '../event.ts'
import type { VerdictWord } from '../verdict/product-word.ts'

/** What a rule waits for. */
export type Trigger =
  /** `attributed`: the method names the release, or a person chose it; `suspected`: a suspicion is enough. */
  | { readonly kind: 'attributed' | 'suspected'; readonly probability: number }
  /** A defect that was fixed was seen again in a release that contains the fix. */
  | { readonly kind: 'regressed' }
  /** The verdict on a release; `watch`: that or worse. */
  | { readonly kind: 'verdict'; readonly word: 'suspect' | 'watch' }
  /** A service does slowly worse: core/signals. */
  | { readonly kind: 'signal' }

export type TriggerKind = Trigger['kind']
export const TRIGGER_KINDS: readonly TriggerKind[] = ['attributed', 'suspected', 'regressed', 'verdict', 'signal']

export interface Conditions {
  /** The defect must be as grave or graver; undefined: any. */
  readonly severity?: Severity | undefined
  /** The release must have come to the environment less than so many hours before; undefined: at any time. */
  readonly releaseAgeHours?: number | undefined
  /** Of the environment; none: any. */
  readonly tiers: readonly EnvironmentTier[]
  /** By name; none: all. */
  readonly services: readonly string[]
  /** Something but the time must point at the release. */
  readonly notTimeAlone: boolean
}

export interface Actions {
  /** Who is on call. */
  readonly notify: boolean
  /** Over these channels, by id; none: those that hear of rules. */
  readonly channels: readonly number[]
  /** An emergency release in the state requested; it sends nothing. */
  readonly draft: boolean
  /** Approve a rollback, where an admin switched that on and everything speaks for it. */
  readonly rollback: boolean
}

export interface Caps {
  /** For each service, within 24 hours. */
  readonly aDay: number
  readonly oncePer: 'release' | 'defect'
}

export interface Rule {
  readonly trigger: Trigger
  readonly conditions: Conditions
  readonly actions: Actions
  readonly caps: Caps
}

/** Something that happened and that rules may be about, as it is known. */
export interface Occurrence {
  readonly kind: 'blamed' | 'regressed' | 'verdict' | 'signal'
  /** When it happened, whenever we heard of it. */
  readonly at: number
  readonly service: { readonly id: number; readonly name: string }
  readonly environment: { readonly id: number; readonly name: string; readonly tier: EnvironmentTier } | undefined
  readonly defect?: OccurredDefect | undefined
  /** The one that is blamed or judged; of a defect that came back, the one it was seen in. */
  readonly release?: OccurredRelease | undefined
  /** Of the release, in [0, 1]. */
  readonly probability?: number | undefined
  /** The method names the release, or a person chose it. */
  readonly isNamed?: boolean | undefined
  /** Nothing but the time points at the release. */
  readonly onTimeAlone?: boolean | undefined
  readonly verdict?: VerdictWord | undefined
  /** Of a signal: what is said once each week. */
  readonly signal?: { readonly key: string; readonly sentence: string } | undefined
}

export interface OccurredDefect {
  readonly id: number
  readonly title: string
  readonly severity: Severity
  readonly open: boolean
  /** 1, and one more for every time it came back. */
  readonly generation: number
}

export interface OccurredRelease {
  readonly id: number
  readonly version: string
  /** When it first came to the environment; undefined: it is not known to have. */
  readonly arrivedAt: number | undefined
}
