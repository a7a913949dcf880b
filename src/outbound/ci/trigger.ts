import type { FireOutcome, LookOutcome, Run } from '../../core/emergency/dispatch.ts'
import type { Strategy } from '../../core/emergency/suggestion.ts'
import type { Problem } from '../../core/event.ts'
import type { OutboundRules } from '../safe-request.ts'

/** What CI is asked to do. */
export interface FireRequest {
  /**
   * Ours, such as `ER-27-1`. The run must carry it where it can be found again, and CI should refuse a second run with the
   * same one.
   */
  readonly key: string
  /** `ER-27` */
  readonly emergency: string
  readonly strategy: Strategy
  readonly service: string
  readonly environment: string
  /** To be deployed. */
  readonly version: string
  /** What is live; undefined: nothing is known to be. */
  readonly from: string | undefined
  readonly artifact: string | undefined
  readonly commit: string | undefined
  /** Of a hotfix: what it is built from. */
  readonly ref: string | undefined
  readonly reason: string
  /** Of the page for people. */
  readonly url: string
  /** When it was decided, epoch ms. Together with the key it is the same in every try. */
  readonly decidedAt: number
}

/** What a trigger may use; nothing else opens connections. */
export interface TriggerParts {
  readonly rules: OutboundRules
  readonly clock: () => number
  /** Ends a call early, with the server. */
  readonly signal?: AbortSignal | undefined
}

/** A CI target of one place, opened. */
export interface Target<Settings = unknown> {
  readonly settings: Settings
  /** Signs or authorises. */
  readonly secret: string
}

export type SettingsRead<Settings> =
  | { readonly ok: true; readonly settings: Settings }
  | { readonly ok: false; readonly problems: readonly Problem[] }

export type Reachability =
  | { readonly kind: 'reachable'; readonly detail: string }
  /** It answers, and does not take what we would send. */
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'unreachable'; readonly reason: string }

/** One field of the settings, as the form asks for it. */
export interface SettingsField {
  readonly name: string
  readonly label: string
  readonly hint: string
  readonly required: boolean
}

/**
 * How one kind of CI is asked for a run. Everything goes through safe-request.ts; nothing throws for what the other side
 * does. Retries, and what is written down when, are the dispatcher's (operations/emergency/dispatch-emergencies.ts).
 */
export interface CiTrigger<Settings = unknown> {
  /** In the database. */
  readonly kind: string
  /** For people. */
  readonly label: string
  readonly fields: readonly SettingsField[]
  /** What the secret is, for its label in the form; `generated` makes one when none is given. */
  readonly secret: { readonly label: string; readonly hint: string; readonly generated: boolean }

  /** The settings out of a form or the database; strict, so that what is stored can be read. */
  readSettings(value: unknown): SettingsRead<Settings>
  /** In a few words: `rollback.yml on acme/checkout`. Without secrets. */
  nameOf(settings: Settings): string
  /** Where it calls, to be judged before it is saved. */
  addressesOf(settings: Settings): readonly string[]

  /**
   * Asks for one run, with one request at most.
   * - `started` only when CI said so
   * - `refused` only when surely nothing started and nothing can any more; `again` when the same may go through later
   * - `unknown` for all else: no answer after something was sent, an error of the other side, an answer that says nothing
   */
  fire(target: Target<Settings>, request: FireRequest, parts: TriggerParts): Promise<FireOutcome>

  /**
   * Looks for the run that carries the key; asks without changing anything.
   * - `surely-none` only when CI's own list is complete up to a moment after the last request with this key had ended, so
   *   that none can appear any more. A list that lags, is cut off or was not understood is `cannot-tell`.
   */
  findRun(target: Target<Settings>, request: FireRequest, parts: TriggerParts): Promise<LookOutcome>

  /** Whether it answers and takes our secret, without starting anything. */
  checkReachable(target: Target<Settings>, parts: TriggerParts): Promise<Reachability>
}

export type { FireOutcome, LookOutcome, Run }
