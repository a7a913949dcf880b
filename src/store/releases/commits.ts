import type { Commit } from '../../core/event.ts'
import { mergeCommits } from '../../core/release/commit.ts'
import type { Db } from '../database.ts'

/** How many are read or written by one statement. */
const CHUNK = 200

/** The repository of that name, made when nothing was heard from it yet. */
export async function ensureRepository(db: Db, name: string): Promise<number> {
  const known = await findRepository(db, name)
  if (known !== undefined) return known
  await db
    .insertInto('repositories')
    .values({ name })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .execute()
  return (await findRepository(db, name)) as number
}

export async function findRepository(db: Db, name: string): Promise<number | undefined> {
  return (await db.selectFrom('repositories').select('id').where('name', '=', name).executeTakeFirst())?.id
}

/** @returns all that is known of the commits now, and the ids of those of which something is new */
export async function saveCommits(
  db: Db,
  repositoryId: number,
  commits: readonly Commit[],
): Promise<{ readonly known: ReadonlyMap<string, Commit>; readonly changed: readonly string[] }> {
  const said = new Map<string, Commit>()
  for (const commit of commits) said.set(commit.sha, mergeCommits(commit, said.get(commit.sha) ?? commit))
  const held = await listCommits(db, repositoryId, [...said.keys()])
  const known = new Map<string, Commit>()
  const added: Commit[] = []
  const grown: Commit[] = []
  for (const commit of said.values()) {
    const before = held.get(commit.sha)
    const merged = before ? mergeCommits(before, commit) : commit
    known.set(merged.sha, merged)
    if (!before) added.push(merged)
    else if (JSON.stringify(columnsOf(merged)) !== JSON.stringify(columnsOf(before))) grown.push(merged)
  }
  for (let start = 0; start < added.length; start += CHUNK)
    await db
      .insertInto('commits')
      .values(
        added
          .slice(start, start + CHUNK)
          .map((commit) => ({ repository_id: repositoryId, sha: commit.sha, ...columnsOf(commit) })),
      )
      .execute()
  for (const commit of grown)
    await db
      .updateTable('commits')
      .set(columnsOf(commit))
      .where('repository_id', '=', repositoryId)
      .where('sha', '=', commit.sha)
      .execute()
  return { known, changed: [...added, ...grown].map(({ sha }) => sha) }
}

export async function listCommits(
  db: Db,
  repositoryId: number,
  shas: readonly string[],
): Promise<ReadonlyMap<string, Commit>> {
  const found = new Map<string, Commit>()
  for (let start = 0; start < shas.length; start += CHUNK) {
    const rows = await db
      .selectFrom('commits')
      .select(['sha', 'message', 'author', 'at', 'files_json'])
      .where('repository_id', '=', repositoryId)
      .where('sha', 'in', shas.slice(start, start + CHUNK))
      .execute()
    for (const { sha, message, author, at, files_json } of rows)
      found.set(sha, {
        sha,
        message: message ?? undefined,
        author: author ?? undefined,
        at: at ?? undefined,
        files: JSON.parse(files_json) as string[],
      })
  }
  return found
}

const columnsOf = ({ message, author, at, files }: Commit) => ({
  message: message ?? null,
  author: author ?? null,
  at: at ?? null,
  files_json: JSON.stringify(files ?? []),
})
