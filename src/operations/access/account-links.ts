import type { Role } from '../../core/access/role.ts'
import type { ServiceLimit } from '../../core/access/service-limit.ts'
import type { AuditActor } from '../../core/audit/entry.ts'
import {
  findAccountLink,
  type Invitation,
  type ResetLink,
  replaceAccountLink,
  takeAccountLink,
} from '../../store/access/account-links.ts'
import { deleteSessionsOf } from '../../store/access/sessions.ts'
import { deleteSetupLink } from '../../store/access/setup-links.ts'
import { findUser, findUserByEmail, insertUser, setPasswordHash } from '../../store/access/users.ts'
import type { Db, Store } from '../../store/database.ts'
import { isUniqueViolation } from '../../store/dialect.ts'
import { recordAudit } from '../audit/record-audit.ts'
import { TurnstileFull } from '../intake/turnstile.ts'
import { normalPerson, type PersonProblem, personProblems } from './create-user.ts'
import { mailLink } from './mail-link.ts'
import { accessProblem, type ByWhom, subjectOf } from './manage-users.ts'
import { hashPassword, passwordProblem } from './passwords.ts'
import type { SecretBox } from './secret-box.ts'
import { hashSecretToken, makeSecretToken } from './secret-token.ts'

const HOUR_MS = 3_600_000
export const INVITATION_LASTS_MS = 7 * 24 * HOUR_MS
/** Made by an admin, who may have to find a way to hand it over. */
export const RESET_LINK_LASTS_MS = 24 * HOUR_MS

export type LinkMade =
  /** The token is shown once; the store keeps its hash. */
  | { readonly kind: 'made'; readonly token: string; readonly expiresAt: number }
  | { readonly kind: 'not-found' }
  | { readonly kind: 'refused'; readonly problems: readonly { field: string; message: string }[] }

export interface InvitedPerson {
  readonly email: string
  readonly name?: string | undefined
  readonly role: string
  readonly services: ServiceLimit
}

/**
 * A link with which a person makes their own account. An earlier one for the same address ends.
 * @param mailBox seals the link until it is mailed to them; undefined: it is not
 */
export async function inviteUser(
  store: Store,
  wanted: InvitedPerson,
  { actor, now }: ByWhom,
  mailBox?: SecretBox,
): Promise<LinkMade> {
  const problems: { field: string; message: string }[] = personProblems({ ...wanted, password: UNKNOWN_YET }).filter(
    ({ field }) => field !== 'password',
  )
  const access = accessProblem(wanted.role, wanted.services)
  if (access) problems.push(access)
  const { email } = normalPerson({ ...wanted, password: UNKNOWN_YET })
  if (problems.length === 0 && (await findUserByEmail(store.db, email))) problems.push(TAKEN)
  if (problems.length > 0) return { kind: 'refused', problems }
  const token = makeSecretToken()
  const expiresAt = now + INVITATION_LASTS_MS
  await store.transaction(async (trx) => {
    const { role, services } = wanted
    const name = wanted.name?.trim() || undefined
    const madeBy = actor.name
    const link = { kind: 'invitation', email, name, role: role as Role, services, madeBy, expiresAt } as const
    const id = await replaceAccountLink(trx, { ...link, tokenHash: hashSecretToken(token), madeAt: now })
    if (mailBox) await mailLink(trx, mailBox, id, token, now)
    const subject = { kind: 'invitation', id, name: email }
    const change = { role, services: services ?? 'all', mailed: mailBox !== undefined }
    await recordAudit(trx, { actor, action: 'user.invited', subject, change }, now)
  })
  return { kind: 'made', token, expiresAt }
}

const UNKNOWN_YET = ' '.repeat(12)
const TAKEN: PersonProblem = { field: 'email', message: 'There is a user with this address already.' }

/** @returns whether there was such an invitation */
export async function withdrawInvitation(store: Store, id: number, { actor, now }: ByWhom): Promise<boolean> {
  return await store.transaction(async (trx) => {
    const link = await takeAccountLink(trx, id)
    if (link?.kind !== 'invitation') return false
    const subject = { kind: 'invitation', id, name: link.email }
    await recordAudit(trx, { actor, action: 'invitation.withdrawn', subject }, now)
    return true
  })
}

/** A link with which a person who cannot sign in chooses a new password. An earlier one ends. */
export async function makeResetLink(
  store: Store,
  userId: number,
  { actor, now }: ByWhom,
  lastsMs = RESET_LINK_LASTS_MS,
): Promise<LinkMade> {
  const user = await findUser(store.db, userId)
  if (!user) return { kind: 'not-found' }
  if (user.disabledAt !== null)
    return { kind: 'refused', problems: [{ field: '', message: 'This person is disabled. Enable them first.' }] }
  const token = makeSecretToken()
  const expiresAt = now + lastsMs
  await store.transaction(async (trx) => {
    const link = { kind: 'reset', userId, email: user.email, madeBy: actor.name, expiresAt } as const
    await replaceAccountLink(trx, { ...link, tokenHash: hashSecretToken(token), madeAt: now })
    await recordAudit(trx, { actor, action: 'password.reset-asked', subject: subjectOf(user) }, now)
  })
  return { kind: 'made', token, expiresAt }
}

/** The link in force with this token. Unknown, expired and used ones are alike. */
export const findLink = (db: Db, token: string, now: number): Promise<Invitation | ResetLink | undefined> =>
  findAccountLink(db, hashSecretToken(token), now)

export type LinkUse =
  | { readonly kind: 'done'; readonly userId: number; readonly email: string }
  | { readonly kind: 'refused'; readonly problems: readonly PersonProblem[] }
  | { readonly kind: 'link-not-valid' }
  /** Too many passwords are being hashed at this moment. */
  | { readonly kind: 'busy' }

/** Makes the account that an invitation is for. Of several who use it at the same time, exactly one succeeds. */
export async function acceptInvitation(
  store: Store,
  token: string,
  given: { readonly name: string; readonly password: string },
  address: string,
  now: number,
): Promise<LinkUse> {
  const link = await findLink(store.db, token, now)
  if (link?.kind !== 'invitation') return { kind: 'link-not-valid' }
  const person = { email: link.email, name: given.name.trim() || link.name, password: given.password }
  const problems = personProblems(person)
  if (problems.length > 0) return { kind: 'refused', problems }
  const passwordHash = await hashed(given.password)
  if (passwordHash === undefined) return { kind: 'busy' }
  try {
    return await store.transaction(async (trx): Promise<LinkUse> => {
      const taken = await takeAccountLink(trx, link.id)
      if (taken?.kind !== 'invitation') return { kind: 'link-not-valid' }
      await deleteSetupLink(trx)
      const { role, services } = taken
      const { email, name } = normalPerson(person)
      const userId = await insertUser(trx, { email, name, role, services, passwordHash, createdAt: now })
      const actor = themselves({ id: userId, name }, address)
      const subject = subjectOf({ id: userId, email })
      await recordAudit(
        trx,
        { actor, action: 'invitation.accepted', subject, change: { role, invitedBy: link.madeBy } },
        now,
      )
      return { kind: 'done', userId, email }
    })
  } catch (error) {
    if (!isUniqueViolation(error)) throw error
    return { kind: 'link-not-valid' }
  }
}

/** Sets the password that a reset link asks for; every session of the person ends. */
export async function resetPassword(
  store: Store,
  token: string,
  password: string,
  address: string,
  now: number,
): Promise<LinkUse> {
  const link = await findLink(store.db, token, now)
  if (link?.kind !== 'reset') return { kind: 'link-not-valid' }
  const problem = passwordProblem(password, link.email)
  if (problem) return { kind: 'refused', problems: [{ field: 'password', message: problem }] }
  const passwordHash = await hashed(password)
  if (passwordHash === undefined) return { kind: 'busy' }
  return await store.transaction(async (trx): Promise<LinkUse> => {
    const taken = await takeAccountLink(trx, link.id)
    const user = taken?.kind === 'reset' ? await findUser(trx, taken.userId) : undefined
    if (!user || user.disabledAt !== null) return { kind: 'link-not-valid' }
    await setPasswordHash(trx, user.id, passwordHash)
    await deleteSessionsOf(trx, user.id)
    const actor = themselves(user, address)
    await recordAudit(trx, { actor, action: 'password.changed', subject: subjectOf(user), change: { by: 'link' } }, now)
    return { kind: 'done', userId: user.id, email: user.email }
  })
}

/** Undefined: busy. */
async function hashed(password: string): Promise<string | undefined> {
  try {
    return await hashPassword(password)
  } catch (error) {
    if (error instanceof TurnstileFull) return undefined
    throw error
  }
}

const themselves = ({ id, name }: { id: number; name: string }, address: string): AuditActor => ({
  kind: 'person',
  id: `user:${id}`,
  name,
  address,
})
