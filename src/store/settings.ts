import type { Db } from './database.ts'

/** What the installation remembers about itself, by name: that it is a demo, how far an import came. */
export async function findSetting(db: Db, name: string): Promise<string | undefined> {
  const row = await db.selectFrom('settings').select('value').where('name', '=', name).executeTakeFirst()
  return row?.value
}

export async function saveSetting(db: Db, name: string, value: string): Promise<void> {
  await db
    .insertInto('settings')
    .values({ name, value })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
    .execute()
}

/** Sets it where it still has the value it was seen with (undefined: none). @returns whether it had */
export async function replaceSetting(
  db: Db,
  name: string,
  before: string | undefined,
  after: string,
): Promise<boolean> {
  if (before === undefined) {
    const inserted = await db
      .insertInto('settings')
      .values({ name, value: after })
      .onConflict((conflict) => conflict.column('name').doNothing())
      .executeTakeFirst()
    return Number(inserted.numInsertedOrUpdatedRows) === 1
  }
  const updated = await db
    .updateTable('settings')
    .set({ value: after })
    .where('name', '=', name)
    .where('value', '=', before)
    .executeTakeFirst()
  return Number(updated.numUpdatedRows) === 1
}
