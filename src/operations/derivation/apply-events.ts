import type { Conclusion, Effect } from '../../core/conclusion.ts'
import {
  mergeReportFacts,
  type ReportFacts,
  reportFacts,
  reportIdentity,
  reportKey,
  sharedKeys,
  statusStatement,
} from '../../core/defect/defect.ts'
import { numberInName } from '../../core/defect/identity-rules.ts'
import {
  type Deployment,
  type DeploymentFacts,
  deploymentFacts,
  deriveDeployment,
  mergeDeploymentFacts,
  naturalKey,
} from '../../core/deployment/deployment.ts'
import type {
  DefectEvent,
  DeploymentEvent,
  PushEvent,
  ReleaseEvent,
  SessionsEvent,
  SourceEvent,
} from '../../core/event.ts'
import {
  mergeReleaseFacts,
  type ReleaseFacts,
  releaseFacts,
  releaseFactsOfDeployment,
} from '../../core/release/release.ts'
import { bestName } from '../../core/release/version.ts'
import type { Db } from '../../store/database.ts'
import {
  addMentionedKeys,
  addReportKeys,
  findAcrossSources,
  isAnySpokenOf,
  isSpokenOf,
} from '../../store/defects/defect-identity.ts'
import {
  addDefectKeys,
  findDefectIds,
  findFounder,
  recordActivity,
  reserveDefect,
  resolveDefect,
  setFounder,
} from '../../store/defects/defects.ts'
import {
  countSighting,
  findReport,
  insertReport,
  listReports,
  type ReportRecord,
  updateReport,
} from '../../store/defects/reports.ts'
import { addStatusStatement } from '../../store/defects/status-statements.ts'
import {
  clearEffect,
  type DeploymentRecord,
  findDeployment,
  insertDeployment,
  moveDeployment,
  updateDeployment,
} from '../../store/deployments/deployments.ts'
import { ensureRepository } from '../../store/releases/commits.ts'
import { savePush } from '../../store/releases/pushes.ts'
import { listReplacing } from '../../store/releases/release-content.ts'
import {
  findRelease,
  getRelease,
  insertRelease,
  listReleaseIdsDeployedTo,
  listReleasesOfCommit,
  type ReleaseRecord,
  saveReleaseFacts,
  setAlias,
} from '../../store/releases/releases.ts'
import { countSessions } from '../../store/releases/session-counts.ts'
import {
  type EnvironmentRef,
  ensureEnvironment,
  ensureService,
  findService,
  getService,
  type ServiceRef,
} from '../../store/services/services.ts'
import { regroupDefects } from '../defects/regroup-defects.ts'
import { listReleasesBuiltOn } from './commit-range.ts'
import { recordCommits, recordContent, type StatedContent } from './record-content.ts'
import type { Changes } from './settle-changes.ts'

/** The delivery that says it; stands for what the events do not say themselves. */
export interface Sender {
  readonly sourceId: number
  readonly deliveryKey: string
  readonly receivedAt: number
}

/**
 * Writes what the events state and notes in `changes` what has to be derived anew; `settleChanges` does that, in the
 * same transaction. Applying the same events again, or in another order, ends in the same state.
 */
export async function applyEvents(
  trx: Db,
  sender: Sender,
  events: readonly SourceEvent[],
  changes: Changes,
): Promise<Conclusion[]> {
  const conclusions: Conclusion[] = []
  for (const [i, event] of events.entries()) {
    switch (event.type) {
      case 'deployment':
        conclusions.push(await applyDeployment(trx, sender, event, changes))
        break
      case 'release':
        conclusions.push(await applyRelease(trx, sender, event, changes))
        break
      case 'defect':
        conclusions.push(await applyDefect(trx, sender, event, `${sender.deliveryKey}:${i}`, changes))
        break
      case 'push':
        conclusions.push(await applyPush(trx, event, changes))
        break
      case 'sessions':
        conclusions.push(await applySessions(trx, sender, event, `${sender.deliveryKey}:${i}`))
        break
    }
  }
  return conclusions
}

async function applyDeployment(trx: Db, sender: Sender, event: DeploymentEvent, changes: Changes): Promise<Conclusion> {
  const key = naturalKey(sender.sourceId, event)
  const held = await findDeployment(trx, key)
  const said = deploymentFacts(event)
  const facts = held ? mergeDeploymentFacts(held.facts, said) : said
  const deployment = deriveDeployment(facts)
  const service = await serviceOf(trx, deployment, held, event, sender)
  const environment = await ensureEnvironmentOf(trx, event.environment, event, sender, changes)
  const version = event.version ?? event.commit
  const release =
    version === undefined
      ? undefined
      : (await stateRelease(trx, service, version, releaseFactsOfDeployment(event), event.at, event, changes)).release

  const named =
    deployment.version === undefined || deployment.version === release?.version
      ? release
      : await releaseOf(trx, service, deployment, facts, changes)
  const current = named?.aliasOfId === undefined ? named : await getRelease(trx, named.aliasOfId)
  const content = { namedReleaseId: named?.id, releaseId: current?.id, facts, deployment }

  const conclude = (id: number, effect: Effect): Conclusion => ({
    kind: 'deployment',
    id,
    service: service.name,
    environment: environment.name,
    version: current?.version,
    status: deployment.status,
    effect,
  })
  if (!held) {
    const place = {
      naturalKey: key,
      senderKey: event.key,
      sourceId: sender.sourceId,
      serviceId: service.id,
      environmentId: environment.id,
    }
    const id = await insertDeployment(trx, place, content)
    if (deployment.status === 'succeeded') changes.place(service.id, environment.id, deployment.at)
    if (current) {
      changes.release(current.id)
      if (deployment.url !== undefined) changes.references(current.id)
    }
    if (event.key !== undefined) changes.named(service.id, { deployment: event.key })
    return conclude(id, 'created')
  }
  if (JSON.stringify(facts) === JSON.stringify(held.facts)) return conclude(held.id, 'unchanged')
  await updateDeployment(trx, held.id, content)
  if (held.serviceId !== service.id) {
    await moveDeployment(trx, held.id, service.id)
    if (event.key !== undefined) changes.named(held.serviceId, { deployment: event.key })
  }
  if (held.status === 'succeeded') changes.place(held.serviceId, environment.id, held.at)
  if (deployment.status === 'succeeded') changes.place(service.id, environment.id, deployment.at)
  else await clearEffect(trx, held.id)
  for (const id of [held.releaseId, current?.id])
    if (id !== undefined) {
      changes.release(id)
      if (deployment.url !== deriveDeployment(held.facts).url) changes.references(id)
      if (held.status === 'succeeded') changes.content(id)
    }
  if (event.key !== undefined) changes.named(service.id, { deployment: event.key })
  return conclude(held.id, 'updated')
}

/** Where the operator's rules put it, else where it is already, else what the event names. */
async function serviceOf(
  trx: Db,
  deployment: Deployment,
  held: DeploymentRecord | undefined,
  event: DeploymentEvent,
  sender: Sender,
): Promise<ServiceRef> {
  if (deployment.service === undefined && held) return await getService(trx, held.serviceId)
  return await ensureService(trx, deployment.service ?? event.service, sender.receivedAt)
}

/** The release that an earlier event named, made where the service does not have it: the deployment came to it since. */
async function releaseOf(
  trx: Db,
  service: ServiceRef,
  { version, commit }: Deployment,
  facts: DeploymentFacts,
  changes: Changes,
): Promise<ReleaseRecord | undefined> {
  if (version === undefined) return undefined
  const known = await findRelease(trx, service.id, version)
  if (known) return known
  const at = (facts.fields.version ?? facts.fields.commit)?.at ?? facts.reached.at
  const said = releaseFacts({ type: 'release', service: service.name, version, commit, at })
  return (await stateRelease(trx, service, version, said, at, {}, changes)).release
}

async function applyRelease(trx: Db, sender: Sender, event: ReleaseEvent, changes: Changes): Promise<Conclusion> {
  const service = await ensureService(trx, event.service, sender.receivedAt)
  const { release, effect } = await stateRelease(
    trx,
    service,
    event.version,
    releaseFacts(event),
    event.at,
    event,
    changes,
  )
  return { kind: 'release', id: release.id, service: service.name, version: release.version, effect }
}

/** Makes or amends the release that an event speaks of. */
async function stateRelease(
  trx: Db,
  service: ServiceRef,
  version: string,
  said: ReleaseFacts,
  at: number,
  content: StatedContent,
  changes: Changes,
): Promise<{ release: ReleaseRecord; effect: Effect }> {
  const held = await findRelease(trx, service.id, version)
  const release =
    held ??
    (await insertRelease(trx, {
      serviceId: service.id,
      version,
      facts: said,
      firstKnownAt: at,
    }))
  const owner = { id: release.id, serviceId: service.id, service: service.name }
  const hasMore = await recordContent(trx, owner, content, changes)
  if (!held) {
    changes.order(service.id)
    changes.release(release.id)
    // It may be the commit some releases are known to have, and its own commit may be a release of that name.
    const concerned = [version, ...(said.commit ? [said.commit.value] : [])]
    changes.named(service.id, { version, commits: concerned })
    for (const commit of concerned) await joinCommitWithRelease(trx, service, commit, changes)
    return { release: await getRelease(trx, release.id), effect: 'created' }
  }
  const facts = mergeReleaseFacts(held.facts, said)
  const firstKnownAt = Math.min(held.firstKnownAt, at)
  const same = JSON.stringify(facts) === JSON.stringify(held.facts) && firstKnownAt === held.firstKnownAt
  if (same) return { release: held, effect: hasMore ? 'updated' : 'unchanged' }
  await saveReleaseFacts(trx, held.id, facts, firstKnownAt)
  changes.release(held.id)
  if (facts.notes?.value !== held.facts.notes?.value || facts.url?.value !== held.facts.url?.value)
    changes.references(held.aliasOfId ?? held.id)
  if (firstKnownAt !== held.firstKnownAt) changes.moved(service.id, firstKnownAt)
  const commit = facts.commit?.value
  const commitBefore = held.facts.commit?.value
  if (commit !== commitBefore) {
    changes.order(service.id)
    const concerned = [commit, commitBefore].filter((sha) => sha !== undefined)
    changes.named(service.id, { commits: concerned })
    for (const id of [held.id, ...(await listReplacing(trx, held.id))]) changes.content(id)
    for (const sha of concerned) await joinCommitWithRelease(trx, service, sha, changes)
  }
  return { release: await getRelease(trx, held.id), effect: 'updated' }
}

/**
 * CI often deploys a bare commit and tags it elsewhere. The release named after a commit is then the same as the one
 * that has the commit; of several the highest version (4.18.0 rather than 4.18.0-rc.2). Its deployments move there.
 */
async function joinCommitWithRelease(trx: Db, service: ServiceRef, commit: string, changes: Changes): Promise<void> {
  const bare = await findRelease(trx, service.id, commit)
  if (!bare) return
  const named = await listReleasesOfCommit(trx, service.id, commit)
  const name = bestName(named.map(({ version }) => version))
  const canonical = named.find(({ version }) => version === name)
  if (canonical?.id === bare.aliasOfId) return
  for (const place of await setAlias(trx, bare.id, canonical?.id))
    changes.place(place.serviceId, place.environmentId, place.from)
  for (const id of [bare.id, bare.aliasOfId, canonical?.id])
    if (id !== undefined) {
      changes.release(id)
      changes.content(id)
    }
  changes.order(service.id)
  // Whatever commits were listed under the one are in the other now.
  changes.named(service.id, { version: commit, commits: 'any' })
}

/** The repository need not belong to a service yet: pushes come long before the first deployment, or without any. */
async function applyPush(trx: Db, event: PushEvent, changes: Changes): Promise<Conclusion> {
  const { before, after, commits } = event
  const shas = commits.map(({ sha }) => sha)
  const repositoryId = await ensureRepository(trx, event.service)
  const service = await findService(trx, event.service)
  await recordCommits(trx, repositoryId, service?.id, commits, changes)
  const isNew = await savePush(trx, repositoryId, { before, after, shas })
  if (isNew && service)
    for (const id of await listReleasesBuiltOn(trx, repositoryId, service.id, [after, ...shas])) changes.content(id)
  return { kind: 'push', service: event.service, commits: commits.length, effect: isNew ? 'created' : 'unchanged' }
}

/** Nothing follows from them, and their release need not be known: a browser may run one that never was reported. */
async function applySessions(trx: Db, sender: Sender, event: SessionsEvent, countName: string): Promise<Conclusion> {
  const { id: serviceId } = await ensureService(trx, event.service, sender.receivedAt)
  const { service, name = countName, version, environment, beganAt, total, crashed } = event
  const said = { serviceId, version, environment, beganAt, total, crashed }
  const isNews = await countSessions(trx, sender.sourceId, name, said)
  return { kind: 'sessions', service, version, environment, total, crashed, effect: isNews ? 'updated' : 'unchanged' }
}

async function applyDefect(
  trx: Db,
  sender: Sender,
  event: DefectEvent,
  sightingName: string,
  changes: Changes,
): Promise<Conclusion> {
  if (event.service !== undefined) await ensureService(trx, event.service, sender.receivedAt)
  if (event.environment !== undefined) await ensureEnvironmentOf(trx, event.environment, event, sender, changes)

  const identity = reportIdentity(event, sightingName)
  const said = reportFacts(event)
  const held = await findReport(trx, sender.sourceId, identity)
  const { reportId, defectId, effect: found } = await placeReport(trx, { held, identity, said }, sender, event, changes)
  let changed = !held
  if (held) {
    const facts = mergeReportFacts(held.facts, said)
    const firstSaidAt = Math.min(held.firstSaidAt, event.at)
    if (JSON.stringify(facts) !== JSON.stringify(held.facts) || firstSaidAt !== held.firstSaidAt) {
      await updateReport(trx, held.id, facts, firstSaidAt)
      changed = true
    }
  }
  if (event.count > 0) {
    const sighting = {
      key: event.sighting ?? sightingName,
      seenAt: event.occurredAt ?? event.at,
      count: event.count,
      version: event.version,
      commit: event.commit,
      environment: event.environment,
    }
    changed = (await countSighting(trx, { id: reportId, defectId }, sighting)) || changed
  }
  const statement = statusStatement(event)
  if (statement) changed = (await addStatusStatement(trx, reportId, statement)) || changed
  if (changed || found === 'updated') changes.defect(defectId)
  return {
    kind: 'defect',
    id: defectId,
    title: event.title ?? (await titleOf(trx, defectId)),
    effect: found === 'created' ? 'created' : changed || found === 'updated' ? 'updated' : 'unchanged',
  }
}

/** Puts a report where its keys, and what people said of it, place it; makes the defect or merges several. */
async function placeReport(
  trx: Db,
  { held, identity, said }: { held: ReportRecord | undefined; identity: string; said: ReportFacts },
  sender: Sender,
  event: DefectEvent,
  changes: Changes,
): Promise<{ reportId: number; defectId: number; effect: Effect }> {
  const key = reportKey(sender.sourceId, identity)
  const shared = sharedKeys(event)
  const { own = [], mentioned = [] } = event.identity ?? {}
  for (const name of mentioned) await nameByNumber(trx, name)
  const found = [
    ...new Set([
      ...(await findDefectIds(trx, [key, ...shared])),
      ...(await findAcrossSources(trx, sender.sourceId, mentioned, 'having')),
      ...(await findAcrossSources(trx, sender.sourceId, own, 'mentioning')),
    ]),
  ].sort((a, b) => a - b)
  const defectId = held?.defectId ?? found[0] ?? (await reserveDefect(trx, sender.receivedAt))
  await addDefectKeys(trx, defectId, [key, ...shared])
  const reportId =
    held?.id ??
    (await insertReport(trx, {
      sourceId: sender.sourceId,
      identity,
      defectId,
      facts: said,
      firstSaidAt: event.at,
    }))
  if (found.length === 0) await setFounder(trx, defectId, reportId)
  const hasKeys = await addReportKeys(trx, reportId, shared)
  const isNews = (await addMentionedKeys(trx, reportId, mentioned)) || hasKeys || !held
  const effect = found.length === 0 ? 'created' : 'unchanged'
  // Beside what people said of others, a report more or one more key of it may move those as well.
  const isSettled = !isNews || (found.length < 2 && !(await isSpokenOf(trx, key)) && !(await isAnySpokenOf(trx, found)))
  if (isSettled) return { reportId, defectId, effect }

  const { merged, parted } = await regroupDefects(
    trx,
    found.length > 0 ? found : [defectId],
    sender.receivedAt,
    changes,
  )
  for (const { id, into } of merged)
    await recordActivity(trx, {
      defectId: into,
      at: sender.receivedAt,
      actor: null,
      kind: 'merged',
      detail: { defectId: id },
    })
  const placed = (await findReport(trx, sender.sourceId, identity))?.defectId ?? defectId
  return {
    reportId,
    defectId: placed,
    effect: merged.length > 0 ? 'updated' : parted.includes(placed) ? 'created' : effect,
  }
}

/** A defect that is mentioned by its number here is known by that from then on. */
async function nameByNumber(trx: Db, name: string): Promise<void> {
  const number = numberInName(name)
  const defectId = number === undefined ? undefined : await resolveDefect(trx, number)
  const founder = defectId === undefined ? undefined : await findFounder(trx, number as number)
  if (defectId === undefined || !founder) return
  if (await addReportKeys(trx, founder.reportId, [name])) await addDefectKeys(trx, defectId, [name])
}

async function ensureEnvironmentOf(
  trx: Db,
  name: string,
  event: DeploymentEvent | DefectEvent,
  sender: Sender,
  changes: Changes,
): Promise<EnvironmentRef> {
  const environment = await ensureEnvironment(trx, name, { tier: event.tier, at: event.at }, sender.receivedAt)
  if (environment.tierChanged) {
    changes.tier(await listReleaseIdsDeployedTo(trx, environment.id))
    changes.everyService()
  }
  return environment
}

async function titleOf(trx: Db, defectId: number): Promise<string> {
  const titles = (await listReports(trx, defectId)).flatMap(({ facts }) => facts.latest.title?.value ?? [])
  return titles[0] ?? 'Untitled defect'
}
