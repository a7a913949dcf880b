import { randomBytes } from 'node:crypto'
import { replaceRecoveryCodes, takeRecoveryCode } from '../../store/access/totp.ts'
import type { Db } from '../../store/database.ts'
import { hashSecretToken } from './secret-token.ts'

const CODES = 10
/** 32 characters of 5 bits each, none of them alike on paper. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'
/** 120 bits: as with any secret that nobody can guess, a plain hash keeps it. */
const CHARACTERS = 24

/** Ten new codes in place of all former ones, `abcd-efgh-…`; they cannot be shown again. Call it in a transaction. */
export async function makeRecoveryCodes(trx: Db, userId: number, now: number): Promise<string[]> {
  const codes = Array.from({ length: CODES }, makeCode)
  await replaceRecoveryCodes(
    trx,
    userId,
    codes.map((code) => hashOf(code)),
    now,
  )
  return codes
}

/** Whether this is a code of theirs that was not used yet; it is now. */
export const useRecoveryCode = (trx: Db, userId: number, typed: string, now: number): Promise<boolean> =>
  takeRecoveryCode(trx, userId, hashOf(typed), now)

const makeCode = (): string =>
  [...randomBytes(CHARACTERS)]
    .map((byte, i) => (i > 0 && i % 4 === 0 ? '-' : '') + ALPHABET[byte % ALPHABET.length])
    .join('')

/** Typed from paper: dashes, blanks and capitals do not matter, nor do letters that look like digits. */
const hashOf = (typed: string): string =>
  hashSecretToken(
    typed
      .toLowerCase()
      .replace(/[^a-z0-9]/g, '')
      .replace(/o/g, '0')
      .replace(/[il]/g, '1'),
  )
