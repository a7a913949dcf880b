import type { Logger } from 'pino'
import type { AuditActor } from '../../core/audit/entry.ts'
import { isMailAddress } from '../../outbound/channels/mail.ts'
import { replaceAccountLink } from '../../store/access/account-links.ts'
import {
  insertPasswordRequest,
  listPasswordRequests,
  takePasswordRequest,
} from '../../store/access/password-requests.ts'
import { findUserByEmail, hasPassword, type UserRow } from '../../store/access/users.ts'
import type { Db, Store } from '../../store/database.ts'
import { recordAudit } from '../audit/record-audit.ts'
import { mailLink } from './mail-link.ts'
import { subjectOf } from './manage-users.ts'
import { SealBroken, type SealedPlace, type SecretBox } from './secret-box.ts'
import { hashSecretToken, makeSecretToken } from './secret-token.ts'
import { normalEmail } from './sign-in.ts'
import { beginAttempt } from './sign-in-throttle.ts'

/** From a mail, which lies in a mailbox. */
export const MAILED_RESET_LASTS_MS = 3_600_000
const MOST_AT_ONCE = 50

const placeOf = (id: number): SealedPlace => ({ purpose: 'password_requests.sealed_email', row: String(id) })

/**
 * Somebody forgot the password of an address. Only noted here: who has it is looked up afterwards, so that neither the
 * answer nor the time it takes says whether anybody does.
 */
export async function askForPassword(
  store: Store,
  box: SecretBox,
  typed: { readonly email: string; readonly address: string },
  now: number,
): Promise<{ readonly kind: 'asked' } | { readonly kind: 'throttled'; readonly until: number }> {
  const email = normalEmail(typed.email)
  const begun = await beginAttempt(store, { email, address: typed.address }, now, 'new-password')
  if (begun.kind === 'throttled') return begun
  if (isMailAddress(email))
    await store.transaction((trx) =>
      insertPasswordRequest(trx, { address: typed.address.slice(0, 64), askedAt: now }, (id) =>
        box.seal(placeOf(id), email),
      ),
    )
  return { kind: 'asked' }
}

interface Parts {
  readonly store: Store
  readonly secretBox: SecretBox
  readonly log: Logger
  readonly clock: () => number
}

/** Makes a link, and its mail, for everybody who asked and has a password here. */
export async function answerPasswordRequests({ store, secretBox, log, clock }: Parts): Promise<void> {
  for (const id of await listPasswordRequests(store.db, MOST_AT_ONCE))
    await store.transaction(async (trx) => {
      const request = await takePasswordRequest(trx, id)
      if (!request) return
      const now = clock()
      if (now - request.askedAt > MAILED_RESET_LASTS_MS) return
      const email = openEmail(secretBox, request)
      if (email === undefined) log.warn('a forgotten password was asked for under another key file; it is let go of')
      const user = email === undefined ? undefined : await findUserByEmail(trx, email)
      if (user && (await mayChoosePassword(trx, user))) await mailResetLink(trx, secretBox, user, request.address, now)
    })
}

/** Who was let in by another system and has no password gets none by asking: an admin may make them a link. */
const mayChoosePassword = async (trx: Db, user: UserRow): Promise<boolean> =>
  user.disabledAt === null && (await hasPassword(trx, user.id))

async function mailResetLink(trx: Db, box: SecretBox, user: UserRow, address: string, now: number): Promise<void> {
  const token = makeSecretToken()
  const { id: userId, email } = user
  const expiresAt = now + MAILED_RESET_LASTS_MS
  const link = { kind: 'reset', userId, email, madeBy: 'the sign-in page', expiresAt } as const
  const linkId = await replaceAccountLink(trx, { ...link, tokenHash: hashSecretToken(token), madeAt: now })
  await mailLink(trx, box, linkId, token, now)
  const actor: AuditActor = { kind: 'stranger', id: null, name: 'somebody', address }
  const subject = subjectOf(user)
  await recordAudit(trx, { actor, action: 'password.reset-asked', subject, change: { by: 'mail' } }, now)
}

function openEmail(box: SecretBox, { id, sealedEmail }: { id: number; sealedEmail: string }): string | undefined {
  try {
    return box.open(placeOf(id), sealedEmail)
  } catch (error) {
    if (!(error instanceof SealBroken)) throw error
    return undefined
  }
}
