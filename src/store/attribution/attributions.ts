import { ATTRIBUTION_METHOD, type Attribution, type SeenIn } from '../../core/attribution/result.ts'
import { writtenAs } from '../../core/release/version-writing.ts'
import type { Db } from '../database.ts'
import { findFirstBlaming } from '../defects/defect-evidence.ts'
import { type DefectRecord, selectDefects, toDefectRecord } from '../defects/defects.ts'
import { ofService } from '../defects/defects-of-service.ts'

/** Defects of a service in the order of their first sighting, after the given place in that order. */
export async function listDefectsAfter(
  db: Db,
  serviceId: number | undefined,
  place: { readonly firstSeenAt: number; readonly id: number },
  limit: number,
): Promise<DefectRecord[]> {
  const rows = await selectDefects(db)
    .where(ofService(serviceId))
    .where((eb) => eb(eb.refTuple('first_seen_at', 'defects.id'), '>', eb.tuple(place.firstSeenAt, place.id)))
    .where('merged_into_id', 'is', null)
    .orderBy('first_seen_at')
    .orderBy('defects.id')
    .limit(limit)
    .execute()
  return rows.map(toDefectRecord)
}

/**
 * When the first defect of the service was seen that names this version, one of these commits, or this deployment, as
 * what it was seen in or as what brought it.
 */
export async function findFirstNaming(
  db: Db,
  serviceId: number | undefined,
  named: { version?: string; commits?: readonly string[] | 'any'; deployment?: string },
): Promise<number | undefined> {
  const firsts: (number | null | undefined)[] = []
  const of = () =>
    db
      .selectFrom('defects')
      .select((eb) => eb.fn.min<number | null>('first_seen_at').as('first'))
      .where(ofService(serviceId))
  if (named.version !== undefined)
    firsts.push((await of().where('stated_version', 'in', writtenAs(named.version)).executeTakeFirst())?.first)
  if (named.commits === 'any')
    firsts.push((await of().where('stated_commit', 'is not', null).executeTakeFirst())?.first)
  else
    for (let start = 0; start < (named.commits?.length ?? 0); start += 1_000)
      firsts.push(
        (
          await of()
            .where('stated_commit', 'in', named.commits?.slice(start, start + 1_000) ?? [])
            .executeTakeFirst()
        )?.first,
      )
  if (named.deployment !== undefined)
    firsts.push((await of().where('stated_deployment', '=', named.deployment).executeTakeFirst())?.first)
  firsts.push(await findFirstBlaming(db, serviceId, named))
  const known = firsts.filter((first): first is number => first !== null && first !== undefined)
  return known.length > 0 ? Math.min(...known) : undefined
}

/** What is kept of an attribution beside its suspects. */
export interface AttributionRemainder {
  /** Where the probability lies that no suspect has. */
  readonly rest: Attribution['rest']
  readonly seenIn: SeenIn | undefined
  readonly model: string
  /** SHA-256 over the facts that were looked at. */
  readonly inputs: string
}

/** Writes who is suspected, and why. */
export async function saveAttribution(
  db: Db,
  defectId: number,
  attribution: Attribution,
  inputs: string,
): Promise<void> {
  const { state, reason, suspects, rest, seenIn, introducedIn, model } = attribution
  const remainder: AttributionRemainder = { rest, seenIn, model, inputs }
  await db.deleteFrom('suspects').where('defect_id', '=', defectId).execute()
  if (suspects.length > 0)
    await db
      .insertInto('suspects')
      .values(
        suspects.map((suspect, i) => ({
          defect_id: defectId,
          rank: i + 1,
          release_id: suspect.releaseId,
          probability: suspect.probability,
          evidence_json: JSON.stringify(suspect.evidence),
        })),
      )
      .execute()
  await db
    .updateTable('defects')
    .set({
      attribution: state,
      suspect_release_id: introducedIn?.releaseId ?? null,
      suspect_probability: introducedIn?.probability ?? null,
      attribution_reason: reason,
      attribution_method: ATTRIBUTION_METHOD,
      attribution_json: JSON.stringify(remainder),
    })
    .where('id', '=', defectId)
    .execute()
}

/** Whether defects of the service were first seen at or after an instant, or came back at any time. */
export async function hasDefectsSince(db: Db, serviceId: number | undefined, from: number): Promise<boolean> {
  const row = await db
    .selectFrom('defects')
    .select('id')
    .where(ofService(serviceId))
    .where('first_seen_at', '>=', from)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined || (await listRegressed(db, serviceId, 1)).length > 0
}

/** Defects that came back after their fix: what is looked at is their last return, which their first sighting says nothing of. */
export async function listRegressed(db: Db, serviceId: number | undefined, limit: number): Promise<DefectRecord[]> {
  const rows = await selectDefects(db)
    .where(ofService(serviceId))
    // As literals: an index holds these defects alone.
    .where((eb) => eb('contested', '=', eb.lit(1)))
    .where('merged_into_id', 'is', null)
    .where('generation', '>', 1)
    .orderBy('defects.id')
    .limit(limit)
    .execute()
  return rows.map(toDefectRecord)
}
