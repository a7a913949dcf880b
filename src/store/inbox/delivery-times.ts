import type { Db } from '../database.ts'

/** Arrivals that were committed together, on several machines or while the clock was corrected, are not in strict order. */
const DISORDER_MS = 10 * 60_000

/**
 * Bounds of the ids that deliveries received in `[from, to)` have; undefined and Infinity where there is none. Ids are
 * given in the order of arrival, so a few look-ups find them and no index of times has to be kept while taking in.
 * Ten minutes wide of the mark on either side: whoever asks also compares the times.
 */
export async function idsReceived(
  db: Db,
  { from, to }: { readonly from?: number | undefined; readonly to?: number | undefined },
  disorderMs = DISORDER_MS,
): Promise<{ from: number | undefined; before: number }> {
  return {
    from: from === undefined ? undefined : await firstIdSince(db, from - disorderMs),
    before: to === undefined ? Number.POSITIVE_INFINITY : await firstIdSince(db, to + disorderMs),
  }
}

/** The first id of those that arrived at `at` or later; one more than all there are when none did. O(log deliveries). */
async function firstIdSince(db: Db, at: number): Promise<number> {
  const { last } = await db
    .selectFrom('deliveries')
    .select((eb) => eb.fn.max<number | null>('id').as('last'))
    .executeTakeFirstOrThrow()
  let low = 1
  let high = (last ?? 0) + 1
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    const row = await db
      .selectFrom('deliveries')
      .select(['id', 'received_at'])
      .where('id', '>=', middle)
      .orderBy('id')
      .limit(1)
      .executeTakeFirst()
    if (!row || row.received_at >= at) high = middle
    else low = row.id + 1
  }
  return low
}
