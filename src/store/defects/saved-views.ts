import type { Db } from '../database.ts'

/** A filter of the defects under a name. */
export interface SavedView {
  readonly id: number
  readonly userId: number
  /** Of whom it is. */
  readonly owner: string
  readonly name: string
  /** As it stands in the address, without the question mark. */
  readonly query: string
  readonly shared: boolean
}

const selectViews = (db: Db) =>
  db
    .selectFrom('saved_views as v')
    .innerJoin('users as u', 'u.id', 'v.user_id')
    .select(['v.id', 'v.user_id', 'v.name', 'v.query', 'v.shared', 'u.name as owner'])

type Row = Awaited<ReturnType<ReturnType<typeof selectViews>['execute']>>[number]

const toView = ({ id, user_id, owner, name, query, shared }: Row): SavedView => ({
  id,
  userId: user_id,
  owner,
  name,
  query,
  shared: shared === 1,
})

/** Somebody's own ones, then those that others share; by name. */
export async function listViews(db: Db, userId: number, limit: number): Promise<SavedView[]> {
  const rows = await selectViews(db)
    .where((eb) => eb.or([eb('v.user_id', '=', userId), eb('v.shared', '=', 1)]))
    .orderBy((eb) => eb.case().when('v.user_id', '=', userId).then(0).else(1).end())
    .orderBy('v.name')
    .orderBy('v.id')
    .limit(limit)
    .execute()
  return rows.map(toView)
}

export async function findView(db: Db, id: number): Promise<SavedView | undefined> {
  const row = await selectViews(db).where('v.id', '=', id).executeTakeFirst()
  return row && toView(row)
}

/** The one that somebody begins with; undefined when there is none, or it is no longer theirs to see. */
export async function findFirstView(db: Db, userId: number): Promise<SavedView | undefined> {
  const row = await selectViews(db)
    .innerJoin('users as me', 'me.first_view_id', 'v.id')
    .where('me.id', '=', userId)
    .where((eb) => eb.or([eb('v.user_id', '=', userId), eb('v.shared', '=', 1)]))
    .executeTakeFirst()
  return row && toView(row)
}

export async function setFirstView(db: Db, userId: number, viewId: number | null): Promise<void> {
  await db.updateTable('users').set({ first_view_id: viewId }).where('id', '=', userId).execute()
}

export async function countViews(db: Db, userId: number): Promise<number> {
  const { n } = await db
    .selectFrom('saved_views')
    .select((eb) => eb.fn.countAll<number>().as('n'))
    .where('user_id', '=', userId)
    .executeTakeFirstOrThrow()
  return n
}

export async function hasViewNamed(db: Db, userId: number, name: string): Promise<boolean> {
  const row = await db
    .selectFrom('saved_views')
    .select('id')
    .where('user_id', '=', userId)
    .where('name', '=', name)
    .executeTakeFirst()
  return row !== undefined
}

export async function insertView(
  db: Db,
  view: Pick<SavedView, 'userId' | 'name' | 'query' | 'shared'> & { readonly createdAt: number },
): Promise<void> {
  const { userId, name, query, shared, createdAt } = view
  await db
    .insertInto('saved_views')
    .values({ user_id: userId, name, query, shared: shared ? 1 : 0, created_at: createdAt })
    .execute()
}

export async function updateView(
  db: Db,
  id: number,
  { name, shared }: { readonly name: string; readonly shared: boolean },
): Promise<void> {
  await db
    .updateTable('saved_views')
    .set({ name, shared: shared ? 1 : 0 })
    .where('id', '=', id)
    .execute()
}

/** Whoever began with it begins with the open defects again. */
export async function deleteView(db: Db, id: number): Promise<void> {
  await db.updateTable('users').set({ first_view_id: null }).where('first_view_id', '=', id).execute()
  await db.deleteFrom('saved_views').where('id', '=', id).execute()
}
