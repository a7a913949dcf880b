import type { Severity } from '../event.ts'
import { poissonCdf } from '../statistics/poisson.ts'
import { counted, estimate } from '../text/wording.ts'

/** What tells whether it worked. Instants are epoch ms. */
export interface VerificationFacts {
  readonly environment: string
  readonly version: string
  /** When the version went live, or a person said so. */
  readonly deployedAt: number
  /** What is live there now; undefined: nothing is known to be. */
  readonly live: string | undefined
  readonly defects: readonly LinkedDefect[]
  /** S1 and S2 of the service first seen there since, without the linked ones. */
  readonly newGrave: readonly { readonly id: number; readonly severity: Severity; readonly at: number }[]
  /** Sightings of all linked defects in the hour before. */
  readonly before: number
  /** The same since, without those of the first minute. */
  readonly since: number
  /** How long it must be quiet. */
  readonly quietMs: number
  /** What people tick. */
  readonly human: readonly HumanCheck[]
}

export interface LinkedDefect {
  readonly id: number
  readonly lastSeenAt: number
}

export interface HumanCheck {
  readonly title: string
  /** Who ticked it; undefined: nobody yet. */
  readonly by: string | undefined
}

export interface VerificationCheck {
  readonly kind: 'version' | 'quiet' | 'new-defects' | 'rate' | 'human'
  readonly state: 'pass' | 'waiting' | 'fail'
  readonly title: string
  readonly detail: string
  /** When it may pass by itself. */
  readonly until?: number | undefined
}

export interface Verification {
  readonly checks: readonly VerificationCheck[]
  /** `waiting`: nothing speaks against it yet, and too little for it. */
  readonly state: 'pass' | 'waiting' | 'fail'
  /** The latest `until`; undefined when a check waits for something else than time. */
  readonly until: number | undefined
  /** Defects whose being seen speaks against it. */
  readonly recurred: readonly number[]
}

/** What was under way while the version changed still ends in the old one. */
export const SETTLING_MS = 60_000
const HOUR_MS = 3_600_000
/** Fewer sightings in the hour before are no rate. */
const LEAST_BEFORE = 3
/** As many since, however many were expected, are not gone. */
const NOT_RECOVERED_FROM = 3
/** The chance to see so little if nothing had changed. */
const CHANCE = 0.05

/**
 * Whether it worked. Rate: with λ sightings an hour before, nothing seen since for 3/λ hours would happen by chance in
 * one of twenty cases (e^−3); three sightings since, or half of what was to be expected once that is three, say that it
 * did not. Never throws.
 */
export function verifyRelease(facts: VerificationFacts, now: number): Verification {
  const checks = [
    versionCheck(facts),
    quietCheck(facts, now),
    newDefectsCheck(facts),
    ...rateCheck(facts, now),
    ...facts.human.map(humanCheck),
  ]
  const state = checks.some((check) => check.state === 'fail')
    ? 'fail'
    : checks.some((check) => check.state === 'waiting')
      ? 'waiting'
      : 'pass'
  const waiting = checks.filter((check) => check.state === 'waiting')
  const until =
    state === 'waiting' && waiting.every((check) => check.until !== undefined)
      ? Math.max(...waiting.map((check) => check.until as number))
      : undefined
  return { checks, state, until, recurred: recurredIn(facts, now).map(({ id }) => id) }
}

function versionCheck({ environment, version, live }: VerificationFacts): VerificationCheck {
  const is = live === version
  return {
    kind: 'version',
    state: is ? 'pass' : 'fail',
    title: `${environment} reports ${version}`,
    detail: is ? 'As its last deployment says.' : `${live ?? 'Nothing'} is live there, as far as deployments say.`,
  }
}

const recurredIn = ({ defects, deployedAt, quietMs }: VerificationFacts, now: number) =>
  defects.filter(({ lastSeenAt }) => lastSeenAt > deployedAt + SETTLING_MS && now - lastSeenAt < quietMs)

function quietCheck(facts: VerificationFacts, now: number): VerificationCheck {
  const { defects, deployedAt, quietMs } = facts
  const minutes = Math.round(quietMs / 60_000)
  const is = (state: VerificationCheck['state'], detail: string, until?: number): VerificationCheck => ({
    kind: 'quiet',
    state,
    title: `Linked defects quiet for ${minutes} min`,
    detail,
    until,
  })
  const since = Math.max(deployedAt, ...defects.map(({ lastSeenAt }) => lastSeenAt))
  const recurred = recurredIn(facts, now)
  if (recurred.length > 0) {
    const names = recurred.map(({ id }) => `PF-${id}`).join(', ')
    return is('fail', `${names} seen again at ${clock(Math.max(...recurred.map(({ lastSeenAt }) => lastSeenAt)))}.`)
  }
  const quiet = Math.max(0, now - since)
  if (quiet >= quietMs)
    return is('pass', defects.length === 0 ? 'No defect is linked.' : `Quiet since ${clock(since)}.`)
  return is('waiting', `${Math.floor(quiet / 60_000)} min so far.`, since + quietMs)
}

function newDefectsCheck({ newGrave }: VerificationFacts): VerificationCheck {
  const title = 'No new S1 or S2 since the deployment'
  if (newGrave.length === 0) return { kind: 'new-defects', state: 'pass', title, detail: 'None.' }
  const names = newGrave.map(({ id, severity }) => `PF-${id} (${severity})`).join(', ')
  return { kind: 'new-defects', state: 'fail', title, detail: `${names}.` }
}

function rateCheck({ before, since, deployedAt }: VerificationFacts, now: number): VerificationCheck[] {
  if (before < LEAST_BEFORE) return []
  const start = deployedAt + SETTLING_MS
  const hours = Math.max(0, now - start) / HOUR_MS
  const expected = before * hours
  const is = (state: VerificationCheck['state'], detail: string, until?: number): VerificationCheck[] => [
    { kind: 'rate', state, title: 'Sightings are back to normal', detail, until },
  ]
  const counts = `${counted(since, 'sighting')} since; ${estimate(expected)} expected at ${before} an hour before`
  if (since >= NOT_RECOVERED_FROM && poissonCdf(since, expected) > CHANCE) return is('fail', `${counts}.`)
  if (since >= Math.max(1, expected / 2) && expected >= 3) return is('fail', `${counts}.`)
  if (poissonCdf(since, expected) <= CHANCE) return is('pass', `${counts}.`)
  const until = since === 0 ? start + Math.ceil((3 / before) * HOUR_MS) : undefined
  return is('waiting', `${counts}: too early to say.`, until)
}

const humanCheck = ({ title, by }: HumanCheck): VerificationCheck => ({
  kind: 'human',
  state: by === undefined ? 'waiting' : 'pass',
  title,
  detail: by === undefined ? 'A person ticks this.' : `Ticked by ${by}.`,
})

const clock = (at: number): string => `${new Date(at).toISOString().slice(11, 16)} UTC`
