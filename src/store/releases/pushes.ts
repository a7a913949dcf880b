import type { Db } from '../database.ts'

/** One push by which a commit came to its branch. */
export interface WayInto {
  readonly sha: string
  readonly pushId: number
  /** What the branch ended in before; undefined when the push follows nothing that is named. */
  readonly before: string | undefined
  readonly after: string
  /** Of the commit within the push; undefined when the push ends in it. */
  readonly position: number | undefined
}

/**
 * Keeps a push. Of two lists for the same move of a branch the longer holds, then the one with the greater text,
 * whichever came first.
 * @returns whether anything is new
 */
export async function savePush(
  db: Db,
  repositoryId: number,
  push: { readonly before: string | undefined; readonly after: string; readonly shas: readonly string[] },
): Promise<boolean> {
  const ends = { before_sha: push.before ?? '', after_sha: push.after }
  const held = await db
    .selectFrom('pushes')
    .select('id')
    .where('repository_id', '=', repositoryId)
    .where('after_sha', '=', ends.after_sha)
    .where('before_sha', '=', ends.before_sha)
    .executeTakeFirst()
  if (held) {
    const listed = (await listPushedShas(db, [held.id])).get(held.id) ?? []
    if (!winsOver(push.shas, listed)) return false
    await db.deleteFrom('push_commits').where('push_id', '=', held.id).execute()
  }
  const { id } =
    held ??
    (await db
      .insertInto('pushes')
      .values({ repository_id: repositoryId, ...ends })
      .returning('id')
      .executeTakeFirstOrThrow())
  for (let start = 0; start < push.shas.length; start += 500)
    await db
      .insertInto('push_commits')
      .values(push.shas.slice(start, start + 500).map((sha, i) => ({ push_id: id, position: start + i, sha })))
      .execute()
  return true
}

const winsOver = (said: readonly string[], held: readonly string[]): boolean =>
  said.length === held.length ? JSON.stringify(said) > JSON.stringify(held) : said.length > held.length

/**
 * By which pushes each of the commits came: those that end in it, else those that list it. A commit in the middle of a
 * push was mostly never built; one that ends a push of its own came by that. Sorted by what the pushes say, not by their
 * ids, which tell who came first.
 */
export async function listWaysInto(db: Db, repositoryId: number, shas: readonly string[]): Promise<WayInto[]> {
  const ending = await db
    .selectFrom('pushes')
    .select(['id', 'before_sha', 'after_sha'])
    .where('repository_id', '=', repositoryId)
    .where('after_sha', 'in', [...shas])
    .orderBy('after_sha')
    .orderBy('before_sha')
    .execute()
  const ended = new Set(ending.map((push) => push.after_sha))
  const listing = await listListings(
    db,
    repositoryId,
    shas.filter((sha) => !ended.has(sha)),
  )
  return [
    ...ending.map((push) => ({
      sha: push.after_sha,
      pushId: push.id,
      before: push.before_sha || undefined,
      after: push.after_sha,
      position: undefined,
    })),
    ...listing,
  ]
}

/** The pushes that list one of the commits, and at which position; sorted alike. */
export async function listListings(db: Db, repositoryId: number, shas: readonly string[]): Promise<WayInto[]> {
  if (shas.length === 0) return []
  const rows = await db
    .selectFrom('push_commits')
    .innerJoin('pushes', 'pushes.id', 'push_commits.push_id')
    .select(['sha', 'pushes.id', 'before_sha', 'after_sha', 'position'])
    .where('sha', 'in', [...shas])
    .where('repository_id', '=', repositoryId)
    .orderBy('after_sha')
    .orderBy('before_sha')
    .orderBy('position')
    .execute()
  return rows.map((row) => ({
    sha: row.sha,
    pushId: row.id,
    before: row.before_sha || undefined,
    after: row.after_sha,
    position: row.position,
  }))
}

/** The commits of each push, oldest first. */
export async function listPushedShas(
  db: Db,
  pushIds: readonly number[],
): Promise<ReadonlyMap<number, readonly string[]>> {
  const rows = await db
    .selectFrom('push_commits')
    .select(['push_id', 'sha'])
    .where('push_id', 'in', [...pushIds])
    .orderBy('push_id')
    .orderBy('position')
    .execute()
  const shas = new Map<number, string[]>(pushIds.map((id) => [id, []]))
  for (const row of rows) shas.get(row.push_id)?.push(row.sha)
  return shas
}

/** The commits that came by a push onto one of the given ones, and what those pushes end in. */
export async function listShasPushedOnto(db: Db, repositoryId: number, shas: readonly string[]): Promise<string[]> {
  const rows = await db
    .selectFrom('pushes')
    .leftJoin('push_commits', 'push_commits.push_id', 'pushes.id')
    .select(['after_sha', 'sha'])
    .where('repository_id', '=', repositoryId)
    .where('before_sha', 'in', [...shas])
    .execute()
  return [...new Set(rows.flatMap(({ after_sha, sha }) => (sha === null ? [after_sha] : [after_sha, sha])))]
}
