import { CLOCK_TOLERANCE_MS } from '../../core/attribution/facts.ts'
import { type Decisions, deriveDefect, statementsOf } from '../../core/defect/defect.ts'
import type { StatusStatement } from '../../core/defect/defect-course.ts'
import { takenUpAt } from '../../core/defect/defect-times.ts'
import { buildTimeline } from '../../core/deployment/timeline.ts'
import { earlier } from '../../core/facts.ts'
import { markForAttribution } from '../../store/attribution/attribution-ranges.ts'
import { AttributionReads } from '../../store/attribution/attribution-reads.ts'
import { findFirstNaming, hasDefectsSince } from '../../store/attribution/attributions.ts'
import { takesCommitsBack, UNDONE_WITHIN_MS } from '../../store/attribution/undone-releases.ts'
import type { Db } from '../../store/database.ts'
import {
  type FixState,
  findFirstAssignment,
  getDefect,
  getHeldDefect,
  saveDefect,
} from '../../store/defects/defects.ts'
import { fixedVersions, markForJudgement, saveGenerations, saveJudgement } from '../../store/defects/judgements.ts'
import { listReports } from '../../store/defects/reports.ts'
import { listStatusStatements } from '../../store/defects/status-statements.ts'
import { findTimelineStart, listSucceededSince, replaceTimeline } from '../../store/deployments/deployments.ts'
import {
  type FirstDeployment,
  findFirstArrival,
  refreshFirstDeployments,
} from '../../store/deployments/first-deployments.ts'
import { getContentOwner } from '../../store/releases/release-content.ts'
import { hasOtherReleasesSince, markForClassification } from '../../store/releases/release-kinds.ts'
import { findRelease, getRelease, updateRelease } from '../../store/releases/releases.ts'
import { listDependents } from '../../store/services/service-dependencies.ts'
import { findEnvironment, findService, getService, listServiceIds } from '../../store/services/services.ts'
import { announceReturn } from '../notifications/announce-defects.ts'
import { attributeDefect } from './attribute-defect.ts'
import { classifyRelease } from './classify-release.ts'
import { judgeDefect } from './judge-defect.ts'
import { orderReleasesOf } from './order-releases.ts'
import { refreshContent } from './refresh-content.ts'

interface Named {
  readonly version?: string
  readonly commits?: readonly string[] | 'any'
  readonly deployment?: string
}

/** What a transaction touched, and what therefore has to be derived anew before it ends. */
export class Changes {
  readonly #places = new Map<string, { serviceId: number; environmentId: number; from: number }>()
  readonly #releases = new Set<number>()
  readonly #defects = new Set<number>()
  readonly #named: { serviceId: number; named: Named }[] = []
  readonly #contents = new Set<number>()
  readonly #statedContents = new Set<number>()
  readonly #references = new Set<number>()
  readonly #orders = new Map<number, number>()
  #everyService = false

  /** A success at this place appeared, moved or went away; the timeline from then on may differ. */
  place(serviceId: number, environmentId: number, from: number): void {
    const key = `${serviceId} ${environmentId}`
    const held = this.#places.get(key)
    if (!held || held.from > from) this.#places.set(key, { serviceId, environmentId, from })
  }
  release(id: number): void {
    this.#releases.add(id)
  }
  /** Something by which the releases of a service are ordered changed: there is a new one, or a commit of one. */
  order(serviceId: number): void {
    this.moved(serviceId, Number.POSITIVE_INFINITY)
  }
  /** A release of the service is known or deployed since another instant; the earlier of the two. */
  moved(serviceId: number, from: number): void {
    this.#orders.set(serviceId, Math.min(from, this.#orders.get(serviceId) ?? Number.POSITIVE_INFINITY))
  }
  defect(id: number): void {
    this.#defects.add(id)
  }
  /** The defect became part of another one; nothing about it is derived any more. */
  mergedAway(id: number): void {
    this.#defects.delete(id)
  }
  /** Something a defect may have named before it was known is known now. */
  named(serviceId: number, named: Named): void {
    this.#named.push({ serviceId, named })
  }
  /** What the release contains beside what is listed for it may be another: its commit, what it replaced, a push. */
  content(releaseId: number): void {
    this.#contents.add(releaseId)
  }
  /** More was listed for the release, or said of its commits. */
  contentStated(releaseId: number): void {
    this.#contents.add(releaseId)
    this.#statedContents.add(releaseId)
  }
  /** The notes or the addresses of the release name something else. */
  references(releaseId: number): void {
    this.#references.add(releaseId)
  }
  /** They were deployed where the tier is another now. */
  tier(releaseIds: readonly number[]): void {
    for (const id of releaseIds) {
      this.release(id)
      this.content(id)
    }
  }
  /** The tier of an environment changed: what counts as production did, for everybody. */
  everyService(): void {
    this.#everyService = true
  }

  get places(): Iterable<{ serviceId: number; environmentId: number; from: number }> {
    return this.#places.values()
  }
  get releases(): ReadonlySet<number> {
    return this.#releases
  }
  /** Since when the releases of each service may stand elsewhere. */
  get orders(): ReadonlyMap<number, number> {
    return this.#orders
  }
  get defects(): ReadonlySet<number> {
    return this.#defects
  }
  get namings(): readonly { serviceId: number; named: Named }[] {
    return this.#named
  }
  /** May grow while it is gone through. */
  get contents(): ReadonlySet<number> {
    return this.#contents
  }
  get statedContents(): ReadonlySet<number> {
    return this.#statedContents
  }
  get rewordedReleases(): ReadonlySet<number> {
    return this.#references
  }
  get concernsEveryService(): boolean {
    return this.#everyService
  }
}

/**
 * Derives everything that follows from what changed. Part of the transaction that changed it.
 *
 * @param now people are told of what is news at that instant; undefined: nobody is told
 */
export async function settleChanges(trx: Db, changes: Changes, now?: number): Promise<void> {
  const later = new LaterWork()
  for (const place of changes.places) {
    const undoneSince = await rebuildTimeline(trx, place, changes)
    later.attribute(place.serviceId, Math.min(place.from - CLOCK_TOLERANCE_MS, undoneSince))
    later.classify(place.serviceId, place.from)
    later.judge(place.serviceId)
  }
  for (const releaseId of changes.releases) {
    const { serviceId, movedFrom, arrivedFrom } = await refreshRelease(trx, releaseId)
    if (movedFrom !== undefined) changes.moved(serviceId, movedFrom)
    if (arrivedFrom !== undefined) later.attribute(serviceId, arrivedFrom)
  }
  for (const releaseId of changes.contents) {
    const content = await settleContent(trx, releaseId, changes)
    if (content) later.attribute(content.serviceId, content.from)
  }
  for (const releaseId of changes.rewordedReleases) {
    const { serviceId, since } = await getContentOwner(trx, releaseId)
    later.attribute(serviceId, since - CLOCK_TOLERANCE_MS)
  }
  for (const [serviceId, movedFrom] of changes.orders) {
    const { knownFrom, deployedFrom } = await orderReleasesOf(trx, serviceId)
    later.judge(serviceId)
    later.classify(serviceId, Math.min(movedFrom, knownFrom ?? movedFrom))
    // What a report names may never have been deployed: then it counts from when it was known.
    if (Number.isFinite(movedFrom)) later.attribute(serviceId, movedFrom - CLOCK_TOLERANCE_MS)
    // The first release that contains a commit is the first in this order.
    if (knownFrom !== undefined) changes.named(serviceId, { commits: 'any' })
    // And what is deployed carries the changes of those below it.
    if (deployedFrom !== undefined) later.attribute(serviceId, deployedFrom - CLOCK_TOLERANCE_MS)
  }
  for (const releaseId of changes.releases) await classifyRelease(trx, releaseId)
  const anyUnplaced = changes.namings.length > 0 && (await hasDefectsSince(trx, undefined, 0))
  for (const { serviceId, named } of changes.namings) {
    for (const concerned of anyUnplaced ? [serviceId, undefined] : [serviceId]) {
      const first = await findFirstNaming(trx, concerned, named)
      if (first !== undefined) later.attribute(concerned, first)
    }
  }
  if (changes.concernsEveryService)
    for (const serviceId of await listServiceIds(trx)) {
      later.attribute(serviceId, 0)
      later.classify(serviceId, 0)
      later.judge(serviceId)
    }
  await later.mark(trx, [...changes.releases])

  // From here on only defects are written, and what kind the releases are that fix them.
  const reads = new AttributionReads(trx)
  for (const defectId of changes.defects) await refreshDefect(trx, defectId, reads, now)
}

/** What follows for more than the transaction touched, worked off in steps after it: settle-later.ts. */
class LaterWork {
  /** By service; undefined: the defects that name none. */
  readonly #attributions = new Map<number | undefined, number>()
  readonly #classifications = new Map<number, number>()
  readonly #judgements = new Set<number>()

  attribute(serviceId: number | undefined, from: number): void {
    this.#attributions.set(serviceId, earlier(from, this.#attributions.get(serviceId)) as number)
  }
  classify(serviceId: number, from: number): void {
    this.#classifications.set(serviceId, earlier(from, this.#classifications.get(serviceId)) as number)
  }
  judge(serviceId: number): void {
    this.#judgements.add(serviceId)
  }

  async mark(trx: Db, classified: readonly number[]): Promise<void> {
    for (const [serviceId, from] of [...this.#attributions]) {
      if (serviceId === undefined) continue
      for (const dependent of await listDependents(trx, serviceId)) this.attribute(dependent, from)
      // What names no service may be of this one.
      this.attribute(undefined, from)
    }
    for (const [serviceId, from] of this.#attributions)
      if (await hasDefectsSince(trx, serviceId, from)) await markForAttribution(trx, serviceId, from)
    for (const [serviceId, from] of this.#classifications)
      if (Number.isFinite(from) && (await hasOtherReleasesSince(trx, serviceId, from, classified)))
        await markForClassification(trx, serviceId, from)
    for (const serviceId of this.#judgements) await markForJudgement(trx, serviceId)
  }
}

/** @returns since when defects may be older than what changed, because the answer to them was a roll-back; else Infinity */
async function rebuildTimeline(
  trx: Db,
  { serviceId, environmentId, from }: { serviceId: number; environmentId: number; from: number },
  changes: Changes,
): Promise<number> {
  const deployments = await listSucceededSince(trx, serviceId, environmentId, from)
  const start = await findTimelineStart(
    trx,
    serviceId,
    environmentId,
    from,
    deployments.flatMap(({ releaseId }) => releaseId ?? []),
  )
  const timeline = buildTimeline(start, deployments)
  await replaceTimeline(trx, serviceId, environmentId, from, timeline)
  let undoneSince = Number.POSITIVE_INFINITY
  for (const [i, { effect, replacedReleaseId }] of timeline.steps.entries()) {
    const { releaseId, held, at } = deployments[i] as (typeof deployments)[number]
    if (effect === held.effect && replacedReleaseId === held.replacedReleaseId) continue
    if (releaseId !== undefined) changes.content(releaseId)
    for (const step of [held, { effect, replacedReleaseId }])
      if (step.effect === 'rollback' && step.replacedReleaseId !== undefined) {
        // Wherever: a report that names no environment may be of one that it reached before.
        const arrived = await findFirstArrival(trx, step.replacedReleaseId)
        undoneSince = Math.min(undoneSince, Math.max(arrived ?? 0, at - UNDONE_WITHIN_MS) - CLOCK_TOLERANCE_MS)
      }
  }
  return undoneSince
}

/** @returns from when on defects may have been brought by what the release turned out to contain */
async function settleContent(
  trx: Db,
  releaseId: number,
  changes: Changes,
): Promise<{ serviceId: number; from: number } | undefined> {
  const { owner, isChanged, commits } = await refreshContent(trx, releaseId)
  if (owner.aliasOfId !== undefined) changes.content(owner.aliasOfId)
  if (!isChanged && !changes.statedContents.has(releaseId)) return undefined
  changes.named(owner.serviceId, { version: owner.version, commits })
  changes.order(owner.serviceId)
  changes.release(owner.aliasOfId ?? releaseId)
  const { since } = owner.aliasOfId === undefined ? owner : await getContentOwner(trx, owner.aliasOfId)
  return { serviceId: owner.serviceId, from: since - (await reachOf(trx, releaseId)) }
}

const firstSuccess = (deployed: readonly FirstDeployment[]): number | undefined =>
  deployed.reduce<number | undefined>((first, { succeededAt }) => earlier(first, succeededAt), undefined)

/**
 * What was said of a release, and when it was first deployed.
 * @returns `movedFrom`: the earlier of the two instants when its place in time moved; `arrivedFrom`: from when on
 *   defects may look different when it reached some environment at another time
 */
async function refreshRelease(
  trx: Db,
  releaseId: number,
): Promise<{ serviceId: number; movedFrom: number | undefined; arrivedFrom: number | undefined }> {
  const release = await getRelease(trx, releaseId)
  const { deployed, changedFrom } = await refreshFirstDeployments(trx, release)
  const firstDeployedAt = firstSuccess(deployed)
  await updateRelease(trx, releaseId, {
    facts: release.facts,
    firstKnownAt: release.firstKnownAt,
    firstDeployedAt,
    firstProductionAt: firstSuccess(deployed.filter(({ tier }) => tier === 'production')),
  })
  const moved = firstDeployedAt !== release.firstDeployedAt
  const before = release.firstDeployedAt ?? release.firstKnownAt
  return {
    serviceId: release.serviceId,
    movedFrom: moved ? Math.min(before, firstDeployedAt ?? release.firstKnownAt) : undefined,
    arrivedFrom: changedFrom === undefined ? undefined : changedFrom - (await reachOf(trx, releaseId)),
  }
}

/** How long before a release came defects may have been seen on which it has a bearing. */
const reachOf = async (trx: Db, releaseId: number): Promise<number> =>
  // What it takes back may have brought defects that were seen before it.
  (await takesCommitsBack(trx, releaseId)) ? UNDONE_WITHIN_MS : CLOCK_TOLERANCE_MS

async function refreshDefect(
  trx: Db,
  defectId: number,
  reads: AttributionReads,
  now: number | undefined,
): Promise<void> {
  const held = await getHeldDefect(trx, defectId)
  const defect = deriveDefect(await listReports(trx, defectId), held.decisions)
  const service = defect.service === undefined ? undefined : await findService(trx, defect.service)
  const environment = defect.environment === undefined ? undefined : await findEnvironment(trx, defect.environment)
  const { firstSeenAt, lastSeenAt, severity } = defect
  const statements = await listStatements(trx, defectId, held.decisions)
  const judgement = await judgeDefect(
    trx,
    { id: defectId, firstSeenAt, lastSeenAt, service, tier: environment?.tier },
    statements,
    held.decisions.times?.resolved,
  )
  const acknowledgedAt =
    defect.acknowledgedAt ?? earlier(takenUpAt(statements), await findFirstAssignment(trx, defectId))
  const place = { serviceId: service?.id, environmentId: environment?.id }
  await saveDefect(trx, defectId, { ...defect, acknowledgedAt }, place, judgement)
  if (judgement.everFixed || held.everFixed) await saveGenerations(trx, defectId, judgement.generations)
  const versions = fixedVersions(judgement.fixes)
  await classifyFixes(trx, held.fix, { serviceId: service?.id, severity, firstSeenAt, versions })
  if (now !== undefined) await announceReturn(trx, defectId, judgement, now)
  await attributeDefect(reads, await getDefect(trx, defectId), now)
}

/** Judges a defect anew after something it is compared with changed; what was said of it did not. */
export async function judgeAgain(trx: Db, defectId: number, now?: number): Promise<void> {
  const { decisions, firstSeenAt, lastSeenAt, environmentName, fix } = await getHeldDefect(trx, defectId)
  const service = fix.serviceId === undefined ? undefined : await getService(trx, fix.serviceId)
  const environment = environmentName === undefined ? undefined : await findEnvironment(trx, environmentName)
  const judgement = await judgeDefect(
    trx,
    { id: defectId, firstSeenAt, lastSeenAt, service, tier: environment?.tier },
    await listStatements(trx, defectId, decisions),
    decisions.times?.resolved,
  )
  await saveJudgement(trx, defectId, judgement)
  if (now !== undefined) await announceReturn(trx, defectId, judgement, now)
  await classifyFixes(trx, fix, { ...fix, versions: fixedVersions(judgement.fixes) })
}

const listStatements = async (trx: Db, defectId: number, decisions: Decisions): Promise<StatusStatement[]> => [
  ...(await listStatusStatements(trx, defectId)),
  ...statementsOf(decisions),
]

/** That a release fixes a grave defect speaks for an emergency release; so it does no more when that is taken back. */
async function classifyFixes(trx: Db, before: FixState, after: FixState): Promise<void> {
  if (JSON.stringify(before) === JSON.stringify(after)) return
  const fixes = new Map(
    [before, after].flatMap(({ serviceId, versions }) =>
      serviceId === undefined
        ? []
        : versions.map((version) => [`${serviceId} ${version}`, { serviceId, version }] as const),
    ),
  )
  for (const { serviceId, version } of fixes.values()) {
    const release = await findRelease(trx, serviceId, version)
    if (release) await classifyRelease(trx, release.id)
  }
}
