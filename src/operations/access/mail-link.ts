import { insertAccountMail, type TakenMail } from '../../store/access/account-mails.ts'
import type { Db } from '../../store/database.ts'
import { SealBroken, type SealedPlace, type SecretBox } from './secret-box.ts'

const placeOf = (linkId: number): SealedPlace => ({ purpose: 'account_mails.sealed_token', row: String(linkId) })

/** Has a link mailed to the address it is for; in the transaction that makes the link. */
export const mailLink = (trx: Db, box: SecretBox, linkId: number, token: string, now: number): Promise<void> =>
  insertAccountMail(trx, { linkId, sealedToken: box.seal(placeOf(linkId), token) }, now)

/** Undefined: this key file does not open it. */
export function openMailedToken(box: SecretBox, { linkId, sealedToken }: TakenMail): string | undefined {
  try {
    return box.open(placeOf(linkId), sealedToken)
  } catch (error) {
    if (!(error instanceof SealBroken)) throw error
    return undefined
  }
}
