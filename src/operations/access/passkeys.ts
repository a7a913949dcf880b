import { isIP } from 'node:net'
import type {
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  verifyAuthenticationResponse,
} from '@simplewebauthn/server'
import type { Config } from '../../config.ts'
import { type OpenWays, whyKept } from '../../core/access/ways-in.ts'
import {
  deletePasskey,
  insertPasskey,
  listPasskeys,
  type NewPasskey,
  type Passkey,
} from '../../store/access/passkeys.ts'
import { deleteSessionsOf } from '../../store/access/sessions.ts'
import type { Store } from '../../store/database.ts'
import { isUniqueViolation } from '../../store/dialect.ts'
import { registrationMessage } from './passkey-messages.ts'
import { beginPending, takePending } from './pending-sign-in.ts'
import { makeSecretToken } from './secret-token.ts'
import { recordSignInChange, type SignInOwner } from './sign-in-audit.ts'
import { holdWaysOf } from './ways-of.ts'

/** Loaded when first needed: it takes nearly thirty megabytes, and many use no passkeys. */
const library = () => import('@simplewebauthn/server')

/** Who asks for passkeys, to browsers: they are bound to the host, and signed for the origin. */
export interface RelyingParty {
  readonly id: string
  readonly origin: string
}

/**
 * Undefined where browsers allow none (at an IP address, or on plain http elsewhere than at localhost), and where people
 * sign in elsewhere: a passkey would go on when they are no longer let in there.
 */
export function relyingParty({ publicUrl, signIn }: Pick<Config, 'publicUrl' | 'signIn'>): RelyingParty | undefined {
  if (!signIn.passwords) return undefined
  const { hostname, origin, protocol } = new URL(publicUrl)
  if (isIP(hostname.replace(/^\[|\]$/g, '')) !== 0) return undefined
  return protocol === 'https:' || hostname === 'localhost' ? { id: hostname, origin } : undefined
}

const MOST_PASSKEYS = 20
const NAME_LENGTH = 60

export interface BegunRegistration {
  readonly options: PublicKeyCredentialCreationOptionsJSON
  readonly pendingId: string
}

/** What the browser hands to an authenticator so that it makes a passkey for this person. */
export async function beginPasskey(
  store: Store,
  party: RelyingParty,
  owner: SignInOwner,
  now: number,
): Promise<BegunRegistration> {
  const known = await listPasskeys(store.db, owner.userId)
  // The same for all of a person's, so that an authenticator that has one replaces it rather than offering two.
  const userHandle = known[0]?.userHandle ?? makeSecretToken()
  const options = await (await library()).generateRegistrationOptions({
    rpName: 'Postflight',
    rpID: party.id,
    userName: owner.email,
    userDisplayName: owner.name,
    userID: new Uint8Array(Buffer.from(userHandle, 'base64url')),
    challenge: new Uint8Array(Buffer.from(makeSecretToken(), 'base64url')),
    excludeCredentials: known.map(({ credentialId }) => ({ id: credentialId })),
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
  })
  const data = JSON.stringify({ challenge: options.challenge, userHandle })
  const pendingId = await store.transaction((trx) =>
    beginPending(trx, { kind: 'passkey-registration', userId: owner.userId, data }, owner.address, now),
  )
  return { options, pendingId }
}

export type PasskeyAddition =
  | { readonly kind: 'added' }
  | { readonly kind: 'refused'; readonly because: 'ended' | 'not-genuine' | 'known' | 'too-many' }

/** Keeps the passkey that an authenticator made for what was begun here, with its owner's finger or PIN. */
export async function addPasskey(
  store: Store,
  party: RelyingParty,
  owner: SignInOwner,
  { pendingId, message, name }: { pendingId: string | undefined; message: unknown; name: string },
  now: number,
): Promise<PasskeyAddition> {
  const pending = await store.transaction((trx) => takePending(trx, pendingId, 'passkey-registration', now))
  if (!pending || pending.userId !== owner.userId) return { kind: 'refused', because: 'ended' }
  const { challenge, userHandle } = JSON.parse(pending.data) as { challenge: string; userHandle: string }
  const made = await madePasskey(party, challenge, message)
  if (!made) return { kind: 'refused', because: 'not-genuine' }
  const passkey: NewPasskey = { ...made, userId: owner.userId, userHandle, name: nameOf(name), createdAt: now }
  try {
    return await store.transaction(async (trx): Promise<PasskeyAddition> => {
      if ((await listPasskeys(trx, owner.userId)).length >= MOST_PASSKEYS)
        return { kind: 'refused', because: 'too-many' }
      await insertPasskey(trx, passkey)
      await recordSignInChange(trx, owner, 'passkey.added', { name: passkey.name }, now)
      return { kind: 'added' }
    })
  } catch (error) {
    if (!isUniqueViolation(error)) throw error
    return { kind: 'refused', because: 'known' }
  }
}

async function madePasskey(
  party: RelyingParty,
  challenge: string,
  message: unknown,
): Promise<Pick<Passkey, 'credentialId' | 'publicKey' | 'signCount' | 'transports'> | undefined> {
  const read = registrationMessage.safeParse(message)
  if (!read.success) return undefined
  const { transports, ...response } = read.data.response
  const verification = await (await library())
    .verifyRegistrationResponse({
      response: { ...read.data, response: transports ? { ...response, transports } : response },
      expectedChallenge: challenge,
      expectedOrigin: party.origin,
      expectedRPID: party.id,
      requireUserVerification: true,
    })
    .catch(() => undefined)
  // Whatever it says against the message, it is not to be believed.
  if (!verification?.verified) return undefined
  const { id, publicKey, counter } = verification.registrationInfo.credential
  return {
    credentialId: id,
    publicKey: Buffer.from(publicKey).toString('base64url'),
    signCount: counter,
    transports: transports ?? [],
  }
}

export type PasskeyRemoval =
  | { readonly kind: 'removed' | 'not-found' }
  | { readonly kind: 'refused'; readonly message: string }

/** Ends the other sessions of its owner. Refused when nothing else would let them in. */
export async function removePasskey(
  store: Store,
  owner: SignInOwner,
  id: number,
  open: OpenWays,
  now: number,
): Promise<PasskeyRemoval> {
  return await store.transaction(async (trx): Promise<PasskeyRemoval> => {
    const ways = await holdWaysOf(trx, owner.userId)
    if (!(await listPasskeys(trx, owner.userId)).some((passkey) => passkey.id === id)) return { kind: 'not-found' }
    const message = whyKept(ways, { kind: 'passkey' }, open)
    if (message !== undefined) return { kind: 'refused', message }
    const name = await deletePasskey(trx, owner.userId, id)
    await deleteSessionsOf(trx, owner.userId, owner.sessionIdHash)
    await recordSignInChange(trx, owner, 'passkey.removed', { name }, now)
    return { kind: 'removed' }
  })
}

const nameOf = (typed: string): string => [...typed.trim()].slice(0, NAME_LENGTH).join('') || 'Passkey'

/** What the browser hands to an authenticator so that it offers the passkeys it has for this server. */
export async function beginPasskeySignIn(
  store: Store,
  party: RelyingParty,
  address: string,
  now: number,
): Promise<{ options: PublicKeyCredentialRequestOptionsJSON; pendingId: string }> {
  const options = await (await library()).generateAuthenticationOptions({
    rpID: party.id,
    challenge: new Uint8Array(Buffer.from(makeSecretToken(), 'base64url')),
    userVerification: 'required',
  })
  const pendingId = await store.transaction((trx) =>
    beginPending(trx, { kind: 'passkey', userId: null, data: options.challenge }, address, now),
  )
  return { options, pendingId }
}

/** The count that the authenticator says now; undefined when this is no genuine sign-in with the passkey. */
export async function verifiedCount(
  party: RelyingParty,
  passkey: Passkey,
  challenge: string,
  response: Parameters<typeof verifyAuthenticationResponse>[0]['response'],
): Promise<number | undefined> {
  if (response.response.userHandle !== passkey.userHandle) return undefined
  const verification = await (await library())
    .verifyAuthenticationResponse({
      response,
      expectedChallenge: challenge,
      expectedOrigin: party.origin,
      expectedRPID: party.id,
      credential: {
        id: passkey.credentialId,
        publicKey: new Uint8Array(Buffer.from(passkey.publicKey, 'base64url')),
        counter: passkey.signCount,
      },
      requireUserVerification: true,
    })
    .catch(() => undefined)
  return verification?.verified ? verification.authenticationInfo.newCounter : undefined
}
