import { blockSubject, countAttempt, findBlock } from '../../store/access/login-attempts.ts'
import type { Store } from '../../store/database.ts'
import { addressSubject, FORGET_AFTER_MS } from '../access/sign-in-throttle.ts'

/** Wrong links from one address, after which each further one blocks it for a while. */
const FREE_MISSES = 20
const BLOCK_MS = 60_000

/** Of its own, so that a stale link never keeps anybody from signing in. */
const subjectAt = (address: string): string => `report ${addressSubject(address)}`

/** Until when no link is looked at for this address; 0: it may ask. */
export async function linksBlockedUntil(store: Store, address: string, now: number): Promise<number> {
  const until = await findBlock(store.db, subjectAt(address))
  return until > now ? until : 0
}

/** Counts a link that led nowhere. */
export async function countMiss(store: Store, address: string, now: number): Promise<void> {
  await store.transaction(async (trx) => {
    const misses = await countAttempt(trx, subjectAt(address), now, now - FORGET_AFTER_MS)
    if (misses !== undefined && misses >= FREE_MISSES) await blockSubject(trx, subjectAt(address), now + BLOCK_MS)
  })
}
