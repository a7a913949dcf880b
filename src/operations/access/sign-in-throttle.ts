import { createHash } from 'node:crypto'
import { isIPv6 } from 'node:net'
import {
  blockSubject,
  countAttempt,
  deleteOldAttempts,
  findBlock,
  forgetAttempts,
  uncountAttempt,
} from '../../store/access/login-attempts.ts'
import type { Store } from '../../store/database.ts'

const MINUTE = 60_000
/** Failures after which each further one blocks: 30 s, 1, 2, 4, 8, then always 15 min. */
const FREE_FAILURES = { account: 5, address: 20 } as const
const FIRST_BLOCK_MS = MINUTE / 2
const LONGEST_BLOCK_MS = 15 * MINUTE
export const FORGET_AFTER_MS = 24 * 60 * MINUTE

type SubjectKind = keyof typeof FREE_FAILURES

/** One attempt to sign in that was let through and counted as a failure until it is taken back. */
export interface CountedAttempt {
  readonly subjects: readonly { readonly kind: SubjectKind; readonly subject: string; readonly blocks: boolean }[]
}

/**
 * Lets an attempt through or not. It is counted before the password is looked at, so that many at once do not slip
 * past the limit; `succeeded` and `unjudged` take it back. Asking for a new password has counts of its own.
 */
export async function beginAttempt(
  store: Store,
  who: { email: string; address: string },
  now: number,
  purpose: 'sign-in' | 'new-password' = 'sign-in',
): Promise<{ kind: 'let-through'; attempt: CountedAttempt } | { kind: 'throttled'; until: number }> {
  const begins = purpose === 'sign-in' ? '' : `${purpose} `
  const kinds = [
    { kind: 'address', subject: begins + addressSubject(who.address) },
    { kind: 'account', subject: begins + accountSubject(who.email) },
  ] as const
  return await store.transaction(async (trx) => {
    await deleteOldAttempts(trx, now - FORGET_AFTER_MS)
    const subjects: CountedAttempt['subjects'][number][] = []
    for (const { kind, subject } of kinds) {
      const failures = await countAttempt(trx, subject, now, now - FORGET_AFTER_MS)
      if (failures === undefined) return { kind: 'throttled' as const, until: await findBlock(trx, subject) }
      const blockMs = blockAfter(kind, failures)
      if (blockMs > 0) await blockSubject(trx, subject, now + blockMs)
      subjects.push({ kind, subject, blocks: blockMs > 0 })
    }
    return { kind: 'let-through' as const, attempt: { subjects } }
  })
}

/** The password was right: the account starts anew, the address gets this one attempt back. */
export async function succeeded(store: Store, attempt: CountedAttempt): Promise<void> {
  await store.transaction(async (trx) => {
    for (const { kind, subject, blocks } of attempt.subjects)
      if (kind === 'account') await forgetAttempts(trx, subject)
      else await uncountAttempt(trx, subject, { unblock: blocks })
  })
}

/** Nobody looked at the password. */
export async function unjudged(store: Store, attempt: CountedAttempt): Promise<void> {
  await store.transaction(async (trx) => {
    for (const { subject, blocks } of attempt.subjects) await uncountAttempt(trx, subject, { unblock: blocks })
  })
}

const blockAfter = (kind: SubjectKind, failures: number): number =>
  failures < FREE_FAILURES[kind]
    ? 0
    : Math.min(LONGEST_BLOCK_MS, FIRST_BLOCK_MS * 2 ** (failures - FREE_FAILURES[kind]))

/** Hashed: bounded in size whatever was typed, and what was typed may be a password. */
const accountSubject = (email: string): string => `account ${createHash('sha256').update(email).digest('hex')}`

/** One IPv6 customer has a whole /64, so that is what counts. */
export function addressSubject(address: string): string {
  const plain = address.replace(/%.*$/, '').replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '')
  if (!isIPv6(plain)) return `address ${plain.slice(0, 64)}`
  const [head = '', tail] = new URL(`http://[${plain}]/`).hostname.slice(1, -1).split('::')
  const before = head === '' ? [] : head.split(':')
  const after = tail === undefined || tail === '' ? [] : tail.split(':')
  const groups = [...before, ...Array<string>(Math.max(0, 8 - before.length - after.length)).fill('0'), ...after]
  return `address ${groups.slice(0, 4).join(':')}::/64`
}
