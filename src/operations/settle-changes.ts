import { type AttributionState, attribute } from '../core/attribution.ts'
import { type AttributionDecision, deriveDefect } from '../core/defect.ts'
import { earlier } from '../core/facts.ts'
import { buildTimeline } from '../core/timeline.ts'
import { isProperRelease, orderKey, releaseKind } from '../core/version-order.ts'
import {
  findAttributionRange,
  findFirstNaming,
  findStatedReleases,
  hasDefectsSince,
  listDefectsAfter,
  listLiveAt,
  markForAttribution,
  moveAttributionRange,
  saveAttribution,
} from '../store/attributions.ts'
import type { Db } from '../store/database.ts'
import { type DefectRecord, getDecisions, getDefect, saveDefect } from '../store/defects.ts'
import { findTimelineStart, listSucceededSince, replaceTimeline } from '../store/deployments.ts'
import { type FirstDeployment, refreshFirstDeployments } from '../store/first-deployments.ts'
import { getContentOwner } from '../store/release-content.ts'
import {
  canonicalReleaseId,
  getRelease,
  listNeighbours,
  type ReleaseRecord,
  setReleaseKind,
  updateRelease,
} from '../store/releases.ts'
import { listReports } from '../store/reports.ts'
import { findEnvironment, findService, getService, listServiceIds, type ServiceRef } from '../store/services.ts'
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
  get concernsEveryService(): boolean {
    return this.#everyService
  }
}

/** Derives everything that follows from what changed. Part of the transaction that changed it. */
export async function settleChanges(trx: Db, changes: Changes): Promise<void> {
  const ranges = new Map<number, number>()
  const mark = (serviceId: number, from: number) =>
    ranges.set(serviceId, Math.min(from, ranges.get(serviceId) ?? Number.POSITIVE_INFINITY))

  for (const place of changes.places) {
    await rebuildTimeline(trx, place, changes)
    mark(place.serviceId, place.from)
  }
  for (const releaseId of changes.releases) {
    const release = await refreshRelease(trx, releaseId)
    // The first release that contains a commit is the first in this order.
    if (release.reordered) changes.named(release.serviceId, { commits: 'any' })
  }
  for (const releaseId of changes.contents) {
    const content = await settleContent(trx, releaseId, changes)
    if (content) mark(content.serviceId, content.from)
  }
  for (const { serviceId, named } of changes.namings) {
    const first = await findFirstNaming(trx, serviceId, named)
    if (first !== undefined) mark(serviceId, first)
  }
  if (changes.concernsEveryService) for (const serviceId of await listServiceIds(trx)) mark(serviceId, 0)
  for (const [serviceId, from] of ranges)
    if (await hasDefectsSince(trx, serviceId, from)) await markForAttribution(trx, serviceId, from)

  for (const defectId of changes.defects) await refreshDefect(trx, defectId)
}

async function rebuildTimeline(
  trx: Db,
  { serviceId, environmentId, from }: { serviceId: number; environmentId: number; from: number },
  changes: Changes,
): Promise<void> {
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
  for (const [i, { effect, replacedReleaseId }] of timeline.steps.entries()) {
    const { releaseId, held } = deployments[i] as (typeof deployments)[number]
    const isSame = effect === held.effect && replacedReleaseId === held.replacedReleaseId
    if (!isSame && releaseId !== undefined) changes.content(releaseId)
  }
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
  const { since } = owner.aliasOfId === undefined ? owner : await getContentOwner(trx, owner.aliasOfId)
  return since === undefined ? undefined : { serviceId: owner.serviceId, from: since - CLOCK_TOLERANCE_MS }
}

/** Clocks differ: a defect may carry a time before the deployment that brought it. */
const CLOCK_TOLERANCE_MS = 5 * 60_000

/** Order, kind and first deployments of a release, and the kind of the one above it, which is counted from this one. */
async function refreshRelease(trx: Db, releaseId: number): Promise<{ serviceId: number; reordered: boolean }> {
  const release = await getRelease(trx, releaseId)
  const service = await getService(trx, release.serviceId)
  const deployed = await refreshFirstDeployments(trx, release)
  const firstDeployedAt = firstSuccess(deployed)
  const key = orderKey(release.version, service.orderPolicy, firstDeployedAt ?? release.firstKnownAt)
  await updateRelease(trx, releaseId, {
    facts: release.facts,
    firstKnownAt: release.firstKnownAt,
    kind: await kindOf(trx, service, { ...release, orderKey: key }),
    orderKey: key,
    firstDeployedAt,
    firstProductionAt: firstSuccess(deployed.filter(({ tier }) => tier === 'production')),
  })
  // Only a proper release is counted from; looking up among thousands of commits would find nothing anyway.
  const isCountedFrom = isProperRelease(release.version, service.orderPolicy)
  const above = isCountedFrom ? await findProperNeighbour(trx, service, key, 'above') : undefined
  if (above) {
    const kind = await kindOf(trx, service, above)
    if (kind !== above.kind) await setReleaseKind(trx, above.id, kind)
  }
  return { serviceId: service.id, reordered: key !== release.orderKey }
}

const firstSuccess = (deployed: readonly FirstDeployment[]): number | undefined =>
  deployed.reduce<number | undefined>((first, { succeededAt }) => earlier(first, succeededAt), undefined)

async function kindOf(trx: Db, service: ServiceRef, release: ReleaseRecord) {
  if (release.facts.kind) return release.facts.kind.value
  const isCounted = isProperRelease(release.version, service.orderPolicy)
  const below = isCounted ? await findProperNeighbour(trx, service, release.orderKey, 'below') : undefined
  return releaseKind(release.version, below?.version, service.orderPolicy)
}

/** The nearest release on that side that is comparable and no pre-release. */
async function findProperNeighbour(
  trx: Db,
  service: ServiceRef,
  from: string,
  side: 'below' | 'above',
): Promise<ReleaseRecord | undefined> {
  let place = from
  for (let limit = 5; ; limit = 100) {
    const neighbours = await listNeighbours(trx, service.id, place, side, limit)
    const proper = neighbours.find(({ version }) => isProperRelease(version, service.orderPolicy))
    if (proper || neighbours.length < limit) return proper
    place = neighbours.at(-1)?.orderKey ?? place
  }
}

async function refreshDefect(trx: Db, defectId: number): Promise<void> {
  const defect = deriveDefect(await listReports(trx, defectId), await getDecisions(trx, defectId))
  const service = defect.service === undefined ? undefined : await findService(trx, defect.service)
  const environment = defect.environment === undefined ? undefined : await findEnvironment(trx, defect.environment)
  await saveDefect(trx, defectId, defect, { serviceId: service?.id, environmentId: environment?.id })
  await attributeDefect(trx, await getDefect(trx, defectId))
}

/** Ranks the suspects of one defect anew; a person's decision stays above the ranking. */
export async function attributeDefect(trx: Db, defect: DefectRecord): Promise<void> {
  const service = defect.serviceId === undefined ? undefined : await getService(trx, defect.serviceId)
  const attribution = attribute({
    firstSeenAt: defect.firstSeenAt,
    service: service?.name,
    environment: defect.environmentName,
    stated: defect.stated,
    found: service
      ? await findStatedReleases(trx, service.id, defect.stated)
      : { deployment: undefined, version: undefined, commit: undefined },
    live: service ? await listLiveAt(trx, service.id, defect.environmentId, defect.firstSeenAt) : [],
  })
  await saveAttribution(trx, defect.id, attribution, await decidedBy(trx, defect.decisions.attribution?.value))
}

async function decidedBy(
  trx: Db,
  decision: AttributionDecision | undefined,
): Promise<{ state: AttributionState; releaseId: number | undefined } | undefined> {
  if (!decision) return undefined
  return decision.kind === 'not-a-change'
    ? { state: 'not-a-change', releaseId: undefined }
    : { state: 'manual', releaseId: await canonicalReleaseId(trx, decision.releaseId) }
}

/** Few enough that the transaction stays short, many enough that a long range is worked off in seconds. */
const DEFECTS_PER_STEP = 100

/**
 * Attributes the next defects whose facts changed since.
 * @returns whether anything was left to do
 */
export async function attributeNextRange(trx: Db): Promise<boolean> {
  const range = await findAttributionRange(trx)
  if (!range) return false
  const defects = await listDefectsAfter(trx, range.serviceId, range.after, DEFECTS_PER_STEP)
  for (const defect of defects) await attributeDefect(trx, defect)
  await moveAttributionRange(trx, range.serviceId, defects.length < DEFECTS_PER_STEP ? undefined : defects.at(-1))
  return true
}
