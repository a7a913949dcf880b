import type { AuditAction } from '../../core/audit/actions.ts'
import type { AuditActor, AuditChange, AuditSubject } from '../../core/audit/entry.ts'
import type { Db, Store } from '../../store/database.ts'
import { recordAudit } from '../audit/record-audit.ts'
import type { Visitor } from './sessions.ts'
import type { CountedAttempt } from './sign-in-throttle.ts'
import type { SignInWay } from './sign-in-way.ts'

interface Person {
  readonly id: number
  readonly email: string
  readonly name: string
}

/** A person who changes how they sign in, in a session of theirs. */
export interface SignInOwner {
  readonly userId: number
  readonly email: string
  readonly name: string
  /** Hash of the session that asks. */
  readonly sessionIdHash: string
  readonly address: string
}

/** In the transaction that begins the session. */
export async function recordSignIn(
  trx: Db,
  person: Person,
  visitor: Pick<Visitor, 'address'>,
  how: { way: SignInWay; by?: string | undefined },
  now: number,
): Promise<void> {
  const actor: AuditActor = { kind: 'person', id: `user:${person.id}`, name: person.name, address: visitor.address }
  const subject = subjectOf(person)
  if (how.by === 'recovery-code') await recordAudit(trx, { actor, action: 'recovery-code.used', subject }, now)
  await recordAudit(trx, { actor, action: 'sign-in.succeeded', subject, change: { way: how.way } }, now)
}

/**
 * What was typed for an unknown address is not kept, for it may be a password. It is written down all the same, so that
 * the time it takes tells nobody which addresses are known.
 */
export async function recordRefusedSignIn(
  store: Store,
  person: Person | undefined,
  visitor: Pick<Visitor, 'address'>,
  { way, attempt }: { way: SignInWay; attempt: CountedAttempt },
  now: number,
): Promise<void> {
  const actor: AuditActor = { kind: 'stranger', id: null, name: 'somebody', address: visitor.address }
  const subject = person ? subjectOf(person) : { kind: 'user', id: 'unknown', name: 'an unknown user' }
  await store.transaction(async (trx) => {
    await recordAudit(trx, { actor, action: 'sign-in.refused', subject, change: { way } }, now)
    if (attempt.subjects.some(({ blocks }) => blocks))
      await recordAudit(trx, { actor, action: 'sign-in.locked', subject }, now)
  })
}

/** Something of theirs that they sign in with was added or taken away; in the same transaction. */
export async function recordSignInChange(
  trx: Db,
  owner: SignInOwner,
  action: AuditAction,
  change: AuditChange,
  now: number,
): Promise<void> {
  const actor: AuditActor = { kind: 'person', id: `user:${owner.userId}`, name: owner.name, address: owner.address }
  await recordAudit(trx, { actor, action, subject: subjectOf({ ...owner, id: owner.userId }), change }, now)
}

const subjectOf = ({ id, email }: Pick<Person, 'id' | 'email'>): AuditSubject => ({ kind: 'user', id, name: email })
