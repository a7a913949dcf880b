import { type RawBuilder, type SqlBool, sql } from 'kysely'
import { askedVersions, askedWords } from '../../core/text/search-words.ts'
import type { Db } from '../database.ts'
import { holdsVersionOn } from '../dialect.ts'

/** What somebody types is looked for in names and versions; what defects are called is in defect-list.ts. */

/** Services whose name holds every word typed, and every version; those that begin with the first word come first. */
export async function searchServices(db: Db, typed: string, limit: number): Promise<{ id: number; name: string }[]> {
  const words = askedWords(typed)
  const [first] = words
  if (first === undefined) return []
  let query = db.selectFrom('services').select(['id', 'name'])
  for (const word of words) query = query.where(sql<SqlBool>`lower(name) like ${`%${word}%`}`)
  for (const version of askedVersions(typed)) query = query.where(holdsVersionOn(db, sql<string>`name`, version))
  return await query
    .orderBy(sql`case when lower(name) like ${`${first}%`} then 0 else 1 end`)
    .orderBy('name')
    .limit(limit)
    .execute()
}

export interface FoundRelease {
  readonly service: string
  readonly version: string
  readonly firstKnownAt: number
}

/** Of a version's beginning that very many releases share, so many are looked at. */
const LOOKED_AT_MOST = 500

/**
 * Releases whose version begins with the last word typed and whose service has the words before it, `checkout 4.18` or
 * `checkout-api@4.18.0`; a v before the numbers makes no difference. The version itself first, then those below it
 * (`4.18.3` for `4.18`), then others; newest first.
 */
export async function searchReleases(db: Db, typed: string, limit: number): Promise<FoundRelease[]> {
  const parts = typed.split(/[\s@]+/).filter(Boolean)
  const version = parts.at(-1)?.replace(/^v(?=[0-9])/i, '')
  if (version === undefined) return []
  if (parts.length === 1) return newestOf(db, sql<SqlBool>`true`, version, limit)
  const services = await searchServices(db, parts.slice(0, -1).join(' '), SERVICES_AT_MOST)
  if (services.length === 0) return []
  const ids = services.map(({ id }) => id)
  return newestOf(db, sql<SqlBool>`r.service_id in (${sql.join(ids)})`, version, limit)
}

const SERVICES_AT_MOST = 50

/** The newest releases of a service. */
export const newestReleases = (db: Db, serviceId: number, limit: number): Promise<FoundRelease[]> =>
  selectReleases(db)
    .where('r.service_id', '=', serviceId)
    .orderBy('r.first_known_at', 'desc')
    .orderBy('r.id', 'desc')
    .limit(limit)
    .execute()

async function newestOf(
  db: Db,
  condition: RawBuilder<SqlBool>,
  version: string,
  limit: number,
): Promise<FoundRelease[]> {
  const found = (more: RawBuilder<SqlBool>) =>
    selectReleases(db).where(condition).where(more).limit(LOOKED_AT_MOST).execute()
  const named = await found(sql`r.version in (${version}, ${`v${version}`})`)
  // Of those that only begin so, very many may be there: the ones named exactly are asked for by themselves.
  const begun = (await found(byVersion(version))).filter(({ version: one }) => rankOf(one, version) > 0)
  return [...named, ...begun]
    .sort((a, b) => rankOf(a.version, version) - rankOf(b.version, version) || b.firstKnownAt - a.firstKnownAt)
    .slice(0, limit)
}

/** 0: it is the version; 1: its next part begins where what was typed ends; 2: any other that begins so. */
function rankOf(version: string, typed: string): number {
  const rest = version.replace(/^v(?=[0-9])/, '').slice(typed.length)
  return rest === '' ? 0 : /^[0-9A-Za-z]/.test(rest) ? 2 : 1
}

const selectReleases = (db: Db) =>
  db
    .selectFrom('releases as r')
    .innerJoin('services as s', 's.id', 'r.service_id')
    .select(['s.name as service', 'r.version', 'r.first_known_at as firstKnownAt'])
    .where('r.alias_of_id', 'is', null)

/** Tags often have a v that nobody types. Ranges, so that the index of versions serves. */
const byVersion = (beginning: string): RawBuilder<SqlBool> => {
  const begins = (text: string) => sql`r.version >= ${text} and r.version < ${`${text}\uffff`}`
  return sql`(${begins(beginning)} or ${begins(`v${beginning}`)})`
}
