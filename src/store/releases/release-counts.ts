import type { Db } from '../database.ts'
import { namesAsFix } from './release-kinds.ts'

/** How many defects belong to a release; merged ones never count. */
export interface ReleaseCounts {
  /** It is their first suspect, or was confirmed. */
  readonly introduced: number
  /** They had been fixed, and came back in it. */
  readonly regressed: number
  /** It is named as containing their fix. */
  readonly fixed: number
  /** Open now, of the same service, and first seen before it was first deployed. Undefined: never deployed. */
  readonly carriedOver: number | undefined
}

export async function countReleaseDefects(
  db: Db,
  release: {
    readonly id: number
    readonly serviceId: number
    readonly version: string
    readonly firstDeployedAt: number | undefined
  },
): Promise<ReleaseCounts> {
  const count = () =>
    db
      .selectFrom('defects')
      .select((eb) => eb.fn.countAll<number>().as('n'))
      .where('merged_into_id', 'is', null)
  const ofService = () => count().where('service_id', '=', release.serviceId)

  const introduced = await count().where('suspect_release_id', '=', release.id).executeTakeFirstOrThrow()
  const regressed = await regressedIn(db, release.id)
    .select((eb) => eb.fn.count<number>('d.id').distinct().as('n'))
    .executeTakeFirstOrThrow()
  const fixed = await ofService().where(namesAsFix(release.version)).executeTakeFirstOrThrow()
  const { firstDeployedAt } = release
  const carriedOver =
    firstDeployedAt === undefined
      ? undefined
      : await ofService().where('open', '=', 1).where('first_seen_at', '<', firstDeployedAt).executeTakeFirstOrThrow()
  return { introduced: introduced.n, regressed: regressed.n, fixed: fixed.n, carriedOver: carriedOver?.n }
}

/** Defects that came back in a release, each as often as they did. */
export const regressedIn = (db: Db, releaseId: number) =>
  db
    .selectFrom('generations as g')
    .innerJoin('defects as d', 'd.id', 'g.defect_id')
    .where('g.release_id', '=', releaseId)
    .where('d.merged_into_id', 'is', null)
