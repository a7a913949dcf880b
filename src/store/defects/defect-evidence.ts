import { sql } from 'kysely'
import type { DefectEvidence } from '../../core/defect/defect-evidence.ts'
import { writtenAs } from '../../core/release/version-writing.ts'
import type { Db } from '../database.ts'
import { ofService } from './defects-of-service.ts'

/** What reports hint at, as it lies in the table of defects, and the way back from a release to the defects that blame it. */

export function evidenceColumns({ introducedIn, ...sets }: DefectEvidence): {
  introduced_in: string | null
  evidence_json: string
} {
  const named = Object.entries(sets).filter(([, values]) => values.length > 0)
  return {
    introduced_in: introducedIn ?? null,
    evidence_json: JSON.stringify(Object.fromEntries(named.sort(([a], [b]) => (a < b ? -1 : 1)))),
  }
}

export function readEvidence(row: { introduced_in: string | null; evidence_json: string }): DefectEvidence {
  const sets = JSON.parse(row.evidence_json) as Partial<DefectEvidence>
  return {
    files: sets.files ?? [],
    components: sets.components ?? [],
    links: sets.links ?? [],
    culpritCommits: sets.culpritCommits ?? [],
    introducedIn: row.introduced_in ?? undefined,
  }
}

export async function saveCulprits(db: Db, defectId: number, shas: readonly string[]): Promise<void> {
  const rows = await db.selectFrom('defect_culprits').select('sha').where('defect_id', '=', defectId).execute()
  const held = new Set(rows.map(({ sha }) => sha))
  const gone = [...held].filter((sha) => !shas.includes(sha))
  const added = shas.filter((sha) => !held.has(sha))
  if (gone.length > 0)
    await db.deleteFrom('defect_culprits').where('defect_id', '=', defectId).where('sha', 'in', gone).execute()
  if (added.length > 0)
    await db
      .insertInto('defect_culprits')
      .values(added.map((sha) => ({ defect_id: defectId, sha })))
      .execute()
}

/** The least of a commit id that names it. */
const BEGINNING = 7
const beginning = sql<string>`substr(sha, 1, 7)`

/** When the first defect of the service was seen that blames this version or one of these commits. */
export async function findFirstBlaming(
  db: Db,
  serviceId: number | undefined,
  named: { readonly version?: string; readonly commits?: readonly string[] | 'any' },
): Promise<number | undefined> {
  const firsts: number[] = []
  if (named.version !== undefined) {
    const row = await db
      .selectFrom('defects')
      .select((eb) => eb.fn.min<number | null>('first_seen_at').as('first'))
      .where(ofService(serviceId))
      .where('introduced_in', 'in', writtenAs(named.version))
      .executeTakeFirst()
    if (row?.first !== null && row?.first !== undefined) firsts.push(row.first)
  }
  const blaming = () =>
    db
      .selectFrom('defect_culprits')
      .innerJoin('defects', 'defects.id', 'defect_culprits.defect_id')
      .select(['sha', 'first_seen_at'])
      .where(ofService(serviceId))
  if (named.commits === 'any') firsts.push(...(await blaming().execute()).map((row) => row.first_seen_at))
  else
    for (let start = 0; start < (named.commits?.length ?? 0); start += 1_000) {
      const commits = named.commits?.slice(start, start + 1_000) ?? []
      const beginnings = [...new Set(commits.map((sha) => sha.slice(0, BEGINNING)))]
      for (const row of await blaming().where(beginning, 'in', beginnings).execute())
        if (commits.some((sha) => sha.startsWith(row.sha))) firsts.push(row.first_seen_at)
    }
  return firsts.length > 0 ? firsts.reduce((first, at) => Math.min(first, at)) : undefined
}
