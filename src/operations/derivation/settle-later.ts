import { findAttributionRange, moveAttributionRange } from '../../store/attribution/attribution-ranges.ts'
import { AttributionReads } from '../../store/attribution/attribution-reads.ts'
import { listDefectsAfter, listRegressed } from '../../store/attribution/attributions.ts'
import type { Db } from '../../store/database.ts'
import { getDefect } from '../../store/defects/defects.ts'
import { findJudgementRange, listDefectsToJudge, moveJudgementRange } from '../../store/defects/judgements.ts'
import {
  findClassificationRange,
  listReleasesInRange,
  markForClassification,
  moveClassificationRange,
} from '../../store/releases/release-kinds.ts'
import { takeOrderMark } from '../../store/releases/release-order.ts'
import { findTierRange, listDeploymentsInRange, moveTierRange } from '../../store/services/tier-ranges.ts'
import type { LiveEvent } from '../live-events.ts'
import { attributeDefect } from './attribute-defect.ts'
import { classifyRelease } from './classify-release.ts'
import { Changes, judgeAgain, settleChanges } from './settle-changes.ts'

/** Few enough that the transaction stays short, many enough that a long range is worked off in seconds. */
const RELEASES_PER_STEP = 50
const DEFECTS_PER_STEP = 100
/** Each is held against many services, so that it takes as long as several others. */
const UNPLACED_PER_STEP = 20
const MOST_REGRESSED = 1_000

/**
 * Does the next piece of what follows from late facts for more than they touched themselves: kinds of releases, what
 * sightings of fixed defects mean, suspects.
 * @param now people are told of what is news at that instant; undefined: nobody is told
 * @returns what may look different now; undefined when nothing was left to do
 */
export async function settleLater(trx: Db, now?: number): Promise<LiveEvent['topic'] | undefined> {
  if (await settleNextTier(trx, now)) return 'deployments'
  if (await orderNextService(trx, now)) return 'deployments'
  if (await classifyNextReleases(trx)) return 'deployments'
  if (await judgeNextDefects(trx, now)) return 'defects'
  if (await attributeNextDefects(trx, now)) return 'defects'
  return undefined
}

/** What all services are told at the end covers what was derived meanwhile from half of the environment. */
async function settleNextTier(trx: Db, now: number | undefined): Promise<boolean> {
  const range = await findTierRange(trx)
  if (!range) return false
  const deployments = await listDeploymentsInRange(trx, range, RELEASES_PER_STEP)
  const isDone = deployments.length < RELEASES_PER_STEP
  const changes = new Changes()
  changes.tier(deployments.flatMap(({ releaseId }) => releaseId ?? []))
  if (isDone) changes.everyService()
  await settleChanges(trx, changes, now)
  await moveTierRange(trx, range.environmentId, isDone ? undefined : deployments.at(-1))
  return true
}

async function orderNextService(trx: Db, now: number | undefined): Promise<boolean> {
  const serviceId = await takeOrderMark(trx)
  if (serviceId === undefined) return false
  const changes = new Changes()
  changes.order(serviceId)
  await settleChanges(trx, changes, now)
  await markForClassification(trx, serviceId, 0)
  return true
}

async function classifyNextReleases(trx: Db): Promise<boolean> {
  const range = await findClassificationRange(trx)
  if (!range) return false
  const releaseIds = await listReleasesInRange(trx, range, RELEASES_PER_STEP)
  for (const id of releaseIds) await classifyRelease(trx, id)
  await moveClassificationRange(
    trx,
    range.serviceId,
    releaseIds.length < RELEASES_PER_STEP ? undefined : releaseIds.at(-1),
  )
  return true
}

async function judgeNextDefects(trx: Db, now: number | undefined): Promise<boolean> {
  const range = await findJudgementRange(trx)
  if (!range) return false
  const defectIds = await listDefectsToJudge(trx, range, DEFECTS_PER_STEP)
  for (const id of defectIds) await judgeAgain(trx, id, now)
  // One that came back is explained by what came since its fix; whether it did may be another answer now.
  const reads = new AttributionReads(trx, DEFECTS_PER_STEP)
  for (const id of defectIds) await attributeDefect(reads, await getDefect(trx, id), now)
  await moveJudgementRange(trx, range.serviceId, defectIds.length < DEFECTS_PER_STEP ? undefined : defectIds.at(-1))
  return true
}

async function attributeNextDefects(trx: Db, now: number | undefined): Promise<boolean> {
  const range = await findAttributionRange(trx)
  if (!range) return false
  const most = range.serviceId === undefined ? UNPLACED_PER_STEP : DEFECTS_PER_STEP
  const reads = new AttributionReads(trx, DEFECTS_PER_STEP)
  // Their last return may be later than their first sighting by any time, and there are few of them.
  if (range.after.id === 0)
    for (const defect of await listRegressed(trx, range.serviceId, MOST_REGRESSED))
      await attributeDefect(reads, defect, now)
  const defects = await listDefectsAfter(trx, range.serviceId, range.after, most)
  for (const defect of defects) await attributeDefect(reads, defect, now)
  await moveAttributionRange(trx, range.serviceId, defects.length < most ? undefined : defects.at(-1))
  return true
}
