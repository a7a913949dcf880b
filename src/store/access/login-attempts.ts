import type { Db } from '../database.ts'

/**
 * Counts one more attempt of `subject`, unless it is blocked at `now`; a count untouched since `forgetBefore` starts anew.
 * One statement, so that attempts made at the same instant are all counted.
 *
 * @returns the count, this one included; undefined: blocked, and not counted
 */
export async function countAttempt(
  db: Db,
  subject: string,
  now: number,
  forgetBefore: number,
): Promise<number | undefined> {
  const counted = await db
    .insertInto('login_attempts')
    .values({ subject, failures: 1, blocked_until: 0, last_at: now })
    .onConflict((conflict) =>
      conflict
        .column('subject')
        .doUpdateSet((eb) => ({
          failures: eb
            .case()
            .when('login_attempts.last_at', '<', forgetBefore)
            .then(1)
            .else(eb('login_attempts.failures', '+', 1))
            .end(),
          last_at: now,
        }))
        .where('login_attempts.blocked_until', '<=', now),
    )
    .returning('failures')
    .executeTakeFirst()
  return counted?.failures
}

export async function blockSubject(db: Db, subject: string, until: number): Promise<void> {
  await db.updateTable('login_attempts').set({ blocked_until: until }).where('subject', '=', subject).execute()
}

/** @returns the instant until which it is blocked; 0 when it never was */
export async function findBlock(db: Db, subject: string): Promise<number> {
  const row = await db
    .selectFrom('login_attempts')
    .select('blocked_until')
    .where('subject', '=', subject)
    .executeTakeFirst()
  return row?.blocked_until ?? 0
}

/** Takes one attempt back that turned out not to be a failure, with the block it caused, if any. */
export async function uncountAttempt(db: Db, subject: string, options: { unblock: boolean }): Promise<void> {
  await db
    .updateTable('login_attempts')
    .set((eb) => ({ failures: eb('failures', '-', 1), ...(options.unblock && { blocked_until: 0 }) }))
    .where('subject', '=', subject)
    .where('failures', '>', 0)
    .execute()
}

export async function forgetAttempts(db: Db, subject: string): Promise<void> {
  await db.deleteFrom('login_attempts').where('subject', '=', subject).execute()
}

/** @returns how many */
export async function deleteOldAttempts(db: Db, before: number): Promise<number> {
  const deleted = await db.deleteFrom('login_attempts').where('last_at', '<', before).executeTakeFirst()
  return Number(deleted.numDeletedRows)
}
