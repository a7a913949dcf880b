import type { Role } from '../../core/access/role.ts'
import { groupsIn, type RoleMap } from '../../core/access/role-map.ts'
import {
  type OidcChecks,
  type OidcClientSettings,
  type OidcPerson,
  OidcProvider,
} from '../../outbound/oidc/oidc-provider.ts'
import { ProviderUnreachable } from '../../outbound/oidc/provider-fetch.ts'
import type { OutboundRules } from '../../outbound/safe-request.ts'
import type { Store } from '../../store/database.ts'
import { beginPending, takePending } from './pending-sign-in.ts'
import type { Visitor } from './sessions.ts'
import type { SignedIn } from './sign-in.ts'
import { type OutsidePerson, type OutsideRefusal, signInFromOutside } from './sign-in-from-outside.ts'

/** Signing in again: the provider must have asked within these seconds. */
const AGAIN_MAX_AGE_S = 60

export interface OidcRules extends OidcClientSettings {
  readonly map: RoleMap | undefined
  readonly defaultRole: Role | undefined
}

/** What is remembered while the browser is with the provider. */
interface Journey {
  readonly checks: OidcChecks
  readonly next: string
  /** Who was signed in when it began, and shows once more that it is them. */
  readonly onlyFor: number | undefined
}

interface Unreachable {
  readonly kind: 'unreachable'
  readonly next: string
  /** For the log. */
  readonly because: string
}

export type OidcBegin = { readonly kind: 'away'; readonly url: string; readonly pendingId: string } | Unreachable

export type OidcFinish =
  | { readonly kind: 'signed-in'; readonly signedIn: SignedIn; readonly next: string }
  | Unreachable
  | {
      readonly kind: 'refused'
      readonly next: string
      /** `not-begun`: too late, or by another browser; `not-confirmed`: the provider's answer does not hold. */
      readonly refusal: 'not-begun' | 'not-confirmed' | OutsideRefusal
      /** For the log. */
      readonly because: string
    }

/** Signing in by an OpenID provider: what happens before a browser is sent there, and once it is back. */
export class OidcSignIn {
  readonly #store: Store
  readonly #rules: OidcRules
  readonly #provider: OidcProvider
  readonly #redirectUri: string
  readonly #clock: () => number

  constructor(
    rules: OidcRules,
    parts: { readonly store: Store; readonly outbound: OutboundRules; readonly clock: () => number },
    /** Where the provider sends people back; registered there. */
    redirectUri: string,
  ) {
    this.#store = parts.store
    this.#rules = rules
    this.#provider = new OidcProvider(rules, parts.outbound, parts.clock)
    this.#redirectUri = redirectUri
    this.#clock = parts.clock
  }

  /** @param onlyFor the user who is signed in and signs in again */
  async begin(next: string, onlyFor: number | undefined, address: string): Promise<OidcBegin> {
    try {
      const { url, checks } = await this.#provider.begin(
        this.#redirectUri,
        onlyFor === undefined ? undefined : AGAIN_MAX_AGE_S,
      )
      const journey: Journey = { checks, next, onlyFor }
      const pending = { kind: 'oidc' as const, userId: null, data: JSON.stringify(journey) }
      const pendingId = await this.#store.transaction((trx) => beginPending(trx, pending, address, this.#clock()))
      return { kind: 'away', url, pendingId }
    } catch (error) {
      if (!(error instanceof ProviderUnreachable)) throw error
      return { kind: 'unreachable', next, because: error.message }
    }
  }

  /**
   * @param pendingId of this browser
   * @param search of the address that it came back to, with the question mark
   */
  async finish(pendingId: string | undefined, search: string, visitor: Visitor): Promise<OidcFinish> {
    const now = this.#clock()
    // Used up whatever comes of it: a state and a nonce are good for one return.
    const pending = await this.#store.transaction((trx) => takePending(trx, pendingId, 'oidc', now))
    if (!pending) return { kind: 'refused', next: '/', refusal: 'not-begun', because: 'not begun' }
    const { checks, next, onlyFor } = JSON.parse(pending.data) as Journey
    const { map, defaultRole } = this.#rules
    const outcome = await this.#provider.finish(new URL(this.#redirectUri + search), checks, map?.claim)
    if (outcome.kind === 'unreachable') return { kind: 'unreachable', next, because: outcome.because }
    if (outcome.kind === 'refused') return { kind: 'refused', next, refusal: 'not-confirmed', because: outcome.because }
    const person = personOf(outcome.person, map?.claim ?? '')
    const rules = { way: 'oidc', map, defaultRole, onlyFor } as const
    const signIn = await signInFromOutside(this.#store, person, rules, visitor, now)
    return signIn.kind === 'refused'
      ? { kind: 'refused', next, refusal: signIn.because, because: signIn.because }
      : { kind: 'signed-in', signedIn: signIn, next }
  }

  /** Where the session at the provider ends; undefined when it does not say. */
  endSessionUrl(back: string): Promise<string | undefined> {
    return this.#provider.endSessionUrl(back)
  }
}

function personOf({ issuer, subject, claims }: OidcPerson, groupsClaim: string): OutsidePerson {
  const { email, name, email_verified: isVerified } = claims
  return {
    issuer,
    subject,
    email: typeof email === 'string' && isVerified === true ? email : undefined,
    name: typeof name === 'string' ? name : undefined,
    groups: groupsIn(claims, groupsClaim),
  }
}
