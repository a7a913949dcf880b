import type { Check, CiFacts } from '../../core/emergency/checks.ts'
import { chooseRollback, type JudgedCandidate } from '../../core/emergency/rollback-target.ts'
import { nextVersion, type Strategy, type Suggestion, suggestStrategy } from '../../core/emergency/suggestion.ts'
import { counted } from '../../core/text/wording.ts'
import type { OutboundRules } from '../../outbound/safe-request.ts'
import type { Db } from '../../store/database.ts'
import { type Emergency, findOpenEmergency } from '../../store/emergency/emergencies.ts'
import {
  type EmergencyPlace,
  findKnownRelease,
  findLive,
  type LinkableDefect,
  listCandidates,
  listLinkable,
  listTakenVersions,
  loadMigrations,
} from '../../store/emergency/emergency-facts.ts'
import { findCiTarget } from '../../store/emergency/emergency-settings.ts'
import type { SecretBox } from '../access/secret-box.ts'
import { askCi, checkEmergency, targetName } from './emergency-checks.ts'

export interface Draft {
  readonly alreadyOpen: Emergency | undefined
  readonly live: string | undefined
  readonly suggestion: Suggestion
  readonly strategy: Strategy
  /** Empty: none can be suggested. */
  readonly version: string
  readonly reason: string
  /** The suggested one first. */
  readonly candidates: readonly JudgedCandidate[]
  readonly checks: readonly Check[]
  readonly defects: readonly LinkableDefect[]
  readonly linked: ReadonlySet<number>
  readonly target: string | undefined
}

/** So long CI may take to answer before the page is shown without. */
const ASK_CI_FOR_MS = 2_000
/** From here on a suspicion counts as medium, and its defect is ticked. */
const LINKED_FROM = 0.5

/** Fills the form in. Reads only; CI is asked whether it is there. */
export async function draftEmergency(
  parts: {
    readonly db: Db
    readonly secretBox: SecretBox
    readonly rules: OutboundRules
    readonly clock: () => number
  },
  place: EmergencyPlace,
  asked: {
    readonly defectId?: number | undefined
    readonly strategy?: Strategy | undefined
    readonly version?: string | undefined
  },
): Promise<Draft> {
  const { db, clock } = parts
  const target = await findCiTarget(db, place.serviceId, place.environmentId)
  const ci = await askCi({ ...parts, signal: AbortSignal.timeout(ASK_CI_FOR_MS) }, target)
  return composeDraft(db, place, asked, { now: clock(), ci })
}

/** The same from what the store has alone; without `ci` it counts as not asked. */
export async function composeDraft(
  db: Db,
  place: EmergencyPlace,
  asked: {
    readonly defectId?: number | undefined
    readonly strategy?: Strategy | undefined
    readonly version?: string | undefined
  },
  { now, ci }: { readonly now: number; readonly ci?: CiFacts | undefined },
): Promise<Draft> {
  const live = await findLive(db, place)
  const choice = chooseRollback(await listCandidates(db, place, now))
  const candidates = choice.suggested ? [choice.suggested, ...choice.others] : [...choice.others]
  const defects = await listLinkable(db, place)
  const asking = defects.find(({ id }) => id === asked.defectId)
  const migrations = await loadMigrations(db, place.serviceId, choice.suggested?.releaseId, live?.releaseId)
  const suggestion = suggestStrategy({
    live,
    target: choice.suggested,
    suspect: asking && (asking.probability ?? 0) >= LINKED_FROM ? asking.suspectVersion : undefined,
    regression: asking?.regression === true,
    irreversible: migrations.irreversible.length > 0,
  })
  const strategy = asked.strategy ?? suggestion.strategy
  const usable = candidates.find(({ standing }) => standing !== 'bad')
  const version =
    asked.version ??
    (strategy === 'rollback'
      ? (choice.suggested ?? usable)?.version
      : live && nextVersion(live.version, await listTakenVersions(db, place.serviceId))) ??
    ''
  const linked = new Set(
    defects
      .filter(
        ({ id, suspectReleaseId, probability = 0 }) =>
          id === asked.defectId ||
          (live !== undefined && suspectReleaseId === live.releaseId && probability >= LINKED_FROM),
      )
      .map(({ id }) => id),
  )
  const target = await findCiTarget(db, place.serviceId, place.environmentId)
  return {
    alreadyOpen: await findOpenEmergency(db, place.serviceId, place.environmentId),
    live: live?.version,
    suggestion,
    strategy,
    version,
    reason: reasonFor(
      defects.filter(({ id }) => linked.has(id)),
      asking,
      live?.version,
    ),
    candidates,
    checks: version === '' ? [] : await checkEmergency(db, place, { strategy, version }, now, { ci }),
    defects,
    linked,
    target: target && targetName(target),
  }
}

function reasonFor(
  linked: readonly LinkableDefect[],
  asking: LinkableDefect | undefined,
  live: string | undefined,
): string {
  const worst = asking ?? linked[0]
  if (!worst) return ''
  const since = live === undefined ? '' : ` since ${live}`
  const more = linked.length > 1 ? `${counted(linked.length, 'defect')}${since}, including ` : ''
  return `${more}PF-${worst.id} (${worst.severity}): ${worst.title}`
}

/** Versions that could be chosen instead of the one that it has, with why. */
export async function listOtherVersions(
  db: Db,
  emergency: Emergency,
  now: number,
): Promise<{ version: string; text: string }[]> {
  if (emergency.strategy === 'hotfix') {
    const known = await findKnownRelease(db, emergency.serviceId, emergency.targetVersion)
    const next = nextVersion(emergency.targetVersion, await listTakenVersions(db, emergency.serviceId))
    return known && next !== undefined ? [{ version: next, text: next }] : []
  }
  const { suggested, others } = chooseRollback(await listCandidates(db, emergency, now))
  return [...(suggested ? [suggested] : []), ...others]
    .filter(({ standing, version }) => standing !== 'bad' && version !== emergency.targetVersion)
    .map(({ version, because }) => ({ version, text: `${version}: ${because}`.slice(0, 120) }))
}
