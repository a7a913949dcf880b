import type { CandidateRelease, PlaceHistory } from '../../core/attribution/facts.ts'
import type { ServiceProfile } from '../../core/attribution/profile.ts'
import { unlearnedProfile } from '../../core/attribution/unlearned.ts'
import type { Db } from '../database.ts'

export type Detection = ServiceProfile['detection']

/** What is said of a service, and what was learned of it. */
export interface HeldProfile {
  readonly detection: Detection
  /** Undefined when nothing was learned since that is said of it. */
  readonly learned: ServiceProfile | undefined
}

export async function findProfile(db: Db, serviceId: number): Promise<HeldProfile> {
  const row = await db
    .selectFrom('services')
    .leftJoin('service_profiles', 'service_profiles.service_id', 'services.id')
    .select(['detection', 'profile_json'])
    .where('services.id', '=', serviceId)
    .executeTakeFirstOrThrow()
  const detection = row.detection as Detection
  const learned = row.profile_json === null ? undefined : (JSON.parse(row.profile_json) as ServiceProfile)
  return { detection, learned: learned?.detection === detection ? learned : undefined }
}

/** What was learned of a service, or what one is taken for before anything was. */
export const profileFrom = (
  { detection, learned }: HeldProfile,
  history: { readonly places: readonly PlaceHistory[]; readonly releases: readonly CandidateRelease[] },
  at: number,
): ServiceProfile => learned ?? unlearnedProfile(detection, history, at)

export async function saveProfile(
  db: Db,
  serviceId: number,
  profile: ServiceProfile,
  learnedAt: number,
): Promise<void> {
  const content = { profile_json: JSON.stringify(profile), learned_at: learnedAt }
  await db
    .insertInto('service_profiles')
    .values({ service_id: serviceId, ...content })
    .onConflict((conflict) => conflict.column('service_id').doUpdateSet(content))
    .execute()
}

export async function saveDetection(db: Db, serviceId: number, detection: Detection): Promise<void> {
  await db.updateTable('services').set({ detection }).where('id', '=', serviceId).execute()
}
