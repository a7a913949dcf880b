import { type SqlBool, sql } from 'kysely'
import type { Db } from './database.ts'

/** How many defects belong to a release; merged ones never count. */
export interface ReleaseCounts {
  /** It is their first suspect, or was confirmed. */
  readonly introduced: number
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
  // `replace` rather than LIKE: it tells upper from lower case on both engines and has no wildcards.
  const fixedHere = sql<SqlBool>`replace(fixed_in_json, ${JSON.stringify(release.version)}, '') <> fixed_in_json`

  const introduced = await count().where('suspect_release_id', '=', release.id).executeTakeFirstOrThrow()
  const fixed = await ofService().where(sql<SqlBool>`fixed_in_json <> '[]'`).where(fixedHere).executeTakeFirstOrThrow()
  const { firstDeployedAt } = release
  const carriedOver =
    firstDeployedAt === undefined
      ? undefined
      : await ofService().where('open', '=', 1).where('first_seen_at', '<', firstDeployedAt).executeTakeFirstOrThrow()
  return { introduced: introduced.n, fixed: fixed.n, carriedOver: carriedOver?.n }
}
