import { type DryRunOfRule, dryRun, type WouldHaveFired } from '../../core/rules/dry-run.ts'
import { occurrenceWords } from '../../core/rules/occurrence-words.ts'
import type { Occurrence, Rule } from '../../core/rules/rule.ts'
import { watchedFor } from '../../core/rules/watched-releases.ts'
import type { Store } from '../../store/database.ts'
import { listLivePlaces } from '../../store/measures/signal-facts.ts'
import { listEnvironmentChoices } from '../../store/overview/overview-queries.ts'
import { listDefectsOfInterest, listRecentReleases, loadDefectOccurrences } from '../../store/rules/rule-facts.ts'
import { signalsOf } from './check-signals.ts'
import { judgeAt } from './check-verdicts.ts'

export const DRY_RUN_DAYS = 90
const DAY_MS = 86_400_000
const WITHIN_MS = 2_000
const MOST_DEFECTS = 5_000
const DEFECTS_AT_A_TIME = 200
const MOST_RELEASES = 500
const MOST_PLACES = 100
/** A verdict is looked at so long after the release came; live it is looked at all the time. */
const VERDICT_AGES_MS = [1, 4, 12, 24, 72, 168].map((hours) => hours * 3_600_000)

/**
 * What the rule would have done in the last ninety days, from what is known today of what happened: the probability that a
 * defect has now, not the one that it had then. Reads only, and for two seconds at most; what is newest first.
 */
export async function dryRunRule(
  store: Pick<Store, 'reader'>,
  rule: Rule,
  { now, withinMs = WITHIN_MS }: { readonly now: number; readonly withinMs?: number },
): Promise<DryRunOfRule> {
  const since = now - DRY_RUN_DAYS * DAY_MS
  const giveUpAt = performance.now() + withinMs
  const past: Occurrence[] = []
  let lookedBackTo: number | undefined
  for await (const some of occurrencesSince(store, rule, since, now)) {
    past.push(...some.occurrences.filter(({ at }) => at >= since && at <= now))
    if (some.isCut || (some.more && performance.now() >= giveUpAt)) {
      lookedBackTo = some.backTo
      break
    }
  }
  const { fired, capped, nearly } = dryRun(rule, past)
  const named = (one: WouldHaveFired) => ({ ...one, what: occurrenceWords(one.occurrence) })
  return { fired: fired.map(named), capped: capped.map(named), nearly: nearly.map(named), lookedBackTo }
}

interface Some {
  readonly occurrences: readonly Occurrence[]
  readonly more: boolean
  /** There is more, and it is not looked at. */
  readonly isCut?: boolean
  /** Everything since then has been told. */
  readonly backTo: number | undefined
}

function occurrencesSince(store: Pick<Store, 'reader'>, rule: Rule, since: number, now: number): AsyncGenerator<Some> {
  switch (rule.trigger.kind) {
    case 'verdict':
      return verdictsSince(store, rule, since, now)
    case 'signal':
      return signalsSince(store, since, now)
    default:
      return defectsSince(store, since)
  }
}

async function* defectsSince({ reader }: Pick<Store, 'reader'>, since: number): AsyncGenerator<Some> {
  const ids = await listDefectsOfInterest(reader, since, MOST_DEFECTS)
  for (let i = 0; i < ids.length; i += DEFECTS_AT_A_TIME) {
    const occurrences = await loadDefectOccurrences(reader, ids.slice(i, i + DEFECTS_AT_A_TIME), {
      happenedAfter: since - 1,
    })
    const oldest = occurrences.reduce<number | undefined>((first, { at }) => Math.min(first ?? at, at), undefined)
    const more = i + DEFECTS_AT_A_TIME < ids.length
    yield { occurrences, more, isCut: !more && ids.length >= MOST_DEFECTS, backTo: oldest }
  }
}

async function* verdictsSince(
  { reader }: Pick<Store, 'reader'>,
  rule: Rule,
  since: number,
  now: number,
): AsyncGenerator<Some> {
  const watched = watchedFor([rule]) ?? 0
  const releases = await listRecentReleases(reader, { since: since - watched, liveOnly: false, limit: MOST_RELEASES })
  for (const [i, release] of releases.entries()) {
    const occurrences: Occurrence[] = []
    for (const age of VERDICT_AGES_MS.filter((one) => one <= watched)) {
      const at = release.arrivedAt + age
      if (at <= now) occurrences.push(await judgeAt(reader, release, at))
    }
    if (now - release.arrivedAt <= watched) occurrences.push(await judgeAt(reader, release, now))
    const more = i + 1 < releases.length
    yield { occurrences, more, isCut: !more && releases.length >= MOST_RELEASES, backTo: release.arrivedAt }
  }
}

async function* signalsSince({ reader }: Pick<Store, 'reader'>, since: number, now: number): AsyncGenerator<Some> {
  for (const environment of await listEnvironmentChoices(reader)) {
    const places = await listLivePlaces(reader, environment.id, { limit: MOST_PLACES })
    for (const place of places) {
      const occurrences: Occurrence[] = []
      for (let at = now; at > since; at -= 7 * DAY_MS)
        occurrences.push(...(await signalsOf(reader, place, environment, at)))
      yield { occurrences, more: true, backTo: undefined }
    }
  }
}
