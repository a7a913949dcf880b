import { type EmergencyFacts, emergencyScore } from '../../core/release/emergency-score.ts'
import { kindByContent, kindOf, versionChange } from '../../core/release/release-kind.ts'
import {
  familyOf,
  isProper,
  type OrderRule,
  readVersion,
  releaseLine,
  type Version,
} from '../../core/release/version.ts'
import type { Db } from '../../store/database.ts'
import {
  type FirstDeployment,
  findFirstDeployment,
  findHighestAbove,
  getReleaseToClassify,
  listGraveFixes,
  listVersionsBefore,
  type ReleaseToClassify,
  readCommitFacts,
  readProductionFacts,
  saveKind,
} from '../../store/releases/release-kinds.ts'
import { getService } from '../../store/services/services.ts'

/** Finds of what kind a release is, from what it replaced and how it came; its place in the order is known already. */
export async function classifyRelease(trx: Db, releaseId: number): Promise<void> {
  const release = await getReleaseToClassify(trx, releaseId)
  const { order } = await getService(trx, release.serviceId)
  const first = release.firstDeployedAt === undefined ? undefined : await findFirstDeployment(trx, releaseId)
  const version = readVersion(release.version, order)
  const ranBefore = first ? await listRanBefore(trx, release, version, order, first) : []
  const byContent = first ? kindByContent(version, ranBefore) : undefined
  const facts = await readEmergencyFacts(trx, release, version, order, first, ranBefore[0])
  const { points, reasons, verdict } = emergencyScore(facts)
  const kind = kindOf({ ...release.kinds, byContent, isEmergency: verdict === 'emergency' })
  const isSame = kind === release.kind && byContent === release.kinds.byContent
  if (isSame && JSON.stringify(reasons) === release.emergencyJson) return
  await saveKind(trx, releaseId, { kind, byContent, points, reasons })
}

/** The first few hold what is looked for nearly always; further back than the last of these nobody looks. */
const LOOKED_BACK = [3, 50] as const

/** What ran where it was first deployed, the newest first, as far back as the last release it can be counted from. */
async function listRanBefore(
  trx: Db,
  release: ReleaseToClassify,
  version: Version,
  order: OrderRule,
  first: FirstDeployment,
): Promise<Version[]> {
  let ran: Version[] = []
  for (const limit of LOOKED_BACK) {
    ran = (await listVersionsBefore(trx, release.serviceId, first, limit)).map((text) => readVersion(text, order))
    if (ran.length < limit || ran.some((one) => isProper(one) && familyOf(one) === familyOf(version))) break
  }
  return ran
}

async function readEmergencyFacts(
  trx: Db,
  release: ReleaseToClassify,
  version: Version,
  order: OrderRule,
  first: FirstDeployment | undefined,
  live: Version | undefined,
): Promise<EmergencyFacts> {
  const { commits, merges } = await readCommitFacts(trx, release.id)
  const texts = [release.version, ...(release.name ? [release.name] : []), ...merges]
  const production = first?.isProduction ? first : undefined
  return {
    stated: release.kinds.stated === 'emergency',
    texts,
    fixes: production ? await listGraveFixes(trx, release, production.at) : [],
    branched: production && live ? await findBranch(trx, release, version, order, production, live) : undefined,
    production: production && (await readProductionFacts(trx, release, production)),
    commits,
  }
}

/** It goes on from what was live, on that line, while a release of a higher line had been there. */
async function findBranch(
  trx: Db,
  release: ReleaseToClassify,
  version: Version,
  order: OrderRule,
  production: FirstDeployment,
  live: Version,
): Promise<EmergencyFacts['branched']> {
  if (!release.counts) return undefined
  const line = releaseLine(version)
  if (line === undefined || versionChange(live, version) !== 'patch') return undefined
  const passing = await findHighestAbove(trx, release.serviceId, release.orderKey, production.at)
  if (passing === undefined) return undefined
  const passingLine = releaseLine(readVersion(passing, order))
  return passingLine === undefined || passingLine === line ? undefined : { from: live.text, passing }
}
