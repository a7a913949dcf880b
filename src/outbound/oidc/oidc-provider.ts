import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  buildEndSessionUrl,
  type ClientAuth,
  ClientSecretBasic,
  ClientSecretPost,
  type Configuration,
  calculatePKCECodeChallenge,
  customFetch,
  discovery,
  enableNonRepudiationChecks,
  fetchUserInfo,
  None,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
} from 'openid-client'
import type { OutboundRules } from '../safe-request.ts'
import { allowIssuer, ProviderUnreachable, providerFetch } from './provider-fetch.ts'

export interface OidcClientSettings {
  readonly issuer: string
  readonly clientId: string
  /** Absent for a public client, which has PKCE alone. */
  readonly clientSecret: string | undefined
  readonly scopes: string
}

/** What must be remembered between sending a browser away and its coming back. */
export interface OidcChecks {
  readonly state: string
  readonly nonce: string
  readonly verifier: string
  /** Seconds since the provider last asked who it is; undefined: it may be any time ago. */
  readonly maxAge: number | undefined
}

/** Who came back, by the word of the provider: signed by it, for us, for this browser. */
export interface OidcPerson {
  readonly issuer: string
  readonly subject: string
  /** Of the ID token, and of the provider's user information where that lacks them. */
  readonly claims: Readonly<Record<string, unknown>>
}

export type OidcReturn =
  | { readonly kind: 'person'; readonly person: OidcPerson }
  /** `because` is for the log: it may hold what the provider or the browser said. */
  | { readonly kind: 'refused'; readonly because: string }
  | { readonly kind: 'unreachable'; readonly because: string }

/** Its description may change: keys move, endpoints too. */
const KNOWN_FOR_MS = 3_600_000
/** Claims that are asked for again where the ID token lacks them. */
const WANTED = ['email', 'email_verified', 'name']

/** An OpenID provider, by authorization code with PKCE. What it says of itself is fetched when first needed, and kept. */
export class OidcProvider {
  readonly #settings: OidcClientSettings
  readonly #rules: OutboundRules
  readonly #clock: () => number
  #known: { configuration: Promise<Configuration>; until: number } | undefined

  constructor(settings: OidcClientSettings, rules: OutboundRules, clock: () => number) {
    this.#settings = settings
    this.#rules = { ...rules, allow: allowIssuer(new URL(settings.issuer), rules.allow) }
    this.#clock = clock
  }

  /** Where to send a browser. @throws ProviderUnreachable */
  async begin(redirectUri: string, maxAge: number | undefined): Promise<{ url: string; checks: OidcChecks }> {
    const configuration = await this.#configuration()
    const checks = { state: randomState(), nonce: randomNonce(), verifier: randomPKCECodeVerifier(), maxAge }
    const url = buildAuthorizationUrl(configuration, {
      redirect_uri: redirectUri,
      scope: this.#settings.scopes,
      state: checks.state,
      nonce: checks.nonce,
      code_challenge: await calculatePKCECodeChallenge(checks.verifier),
      code_challenge_method: 'S256',
      ...(maxAge !== undefined && { max_age: String(maxAge), prompt: 'login' }),
    })
    return { url: url.href, checks }
  }

  /**
   * What the address that a browser came back to is worth.
   * @param returned our address with the parameters that the provider added
   * @param groupsClaim fetched as well where the ID token lacks it
   */
  async finish(returned: URL, checks: OidcChecks, groupsClaim: string | undefined): Promise<OidcReturn> {
    try {
      const configuration = await this.#configuration()
      const tokens = await authorizationCodeGrant(configuration, returned, {
        pkceCodeVerifier: checks.verifier,
        expectedState: checks.state,
        expectedNonce: checks.nonce,
        idTokenExpected: true,
        ...(checks.maxAge !== undefined && { maxAge: checks.maxAge }),
      })
      const claims = tokens.claims()
      if (!claims) return { kind: 'refused', because: 'no ID token' }
      const lacks = [...WANTED, ...(groupsClaim ? [groupsClaim.split('.')[0] ?? ''] : [])].some(
        (name) => claims[name] === undefined,
      )
      const more =
        lacks && configuration.serverMetadata().userinfo_endpoint !== undefined
          ? await fetchUserInfo(configuration, tokens.access_token, claims.sub)
          : {}
      return { kind: 'person', person: { issuer: claims.iss, subject: claims.sub, claims: { ...more, ...claims } } }
    } catch (error) {
      const unreachable = unreachableIn(error)
      if (unreachable) return { kind: 'unreachable', because: unreachable.message }
      return { kind: 'refused', because: reasonOf(error) }
    }
  }

  /** Where a browser ends its session with the provider as well; undefined where it offers none. */
  async endSessionUrl(backTo: string): Promise<string | undefined> {
    try {
      const configuration = await this.#configuration()
      if (configuration.serverMetadata().end_session_endpoint === undefined) return undefined
      return buildEndSessionUrl(configuration, { post_logout_redirect_uri: backTo }).href
    } catch {
      // Our own session has ended whatever the provider does.
      return undefined
    }
  }

  async #configuration(): Promise<Configuration> {
    const now = this.#clock()
    if (!this.#known || now >= this.#known.until) {
      const configuration = this.#discover()
      const known = { configuration, until: now + KNOWN_FOR_MS }
      this.#known = known
      // Asked again by whoever comes next, not kept for an hour.
      configuration.catch(() => {
        if (this.#known === known) this.#known = undefined
      })
    }
    try {
      return await this.#known.configuration
    } catch (error) {
      throw unreachableIn(error) ?? new ProviderUnreachable(reasonOf(error))
    }
  }

  async #discover(): Promise<Configuration> {
    const { issuer, clientId, clientSecret } = this.#settings
    const isPlain = issuer.startsWith('http:')
    const configuration = await discovery(new URL(issuer), clientId, {}, clientAuth(clientSecret), {
      [customFetch]: providerFetch(this.#rules),
      // Configuration allows plain http for loopback only.
      execute: isPlain ? [allowInsecureRequests, enableNonRepudiationChecks] : [enableNonRepudiationChecks],
    })
    return configuration
  }
}

/** As the provider says it takes secrets; in a header where it says nothing (OpenID Connect Discovery 1.0, 3). */
function clientAuth(secret: string | undefined): ClientAuth {
  if (secret === undefined) return None()
  const [header, form] = [ClientSecretBasic(secret), ClientSecretPost(secret)]
  return (server, client, body, headers) => {
    const taken = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic']
    return (taken.includes('client_secret_basic') ? header : form)(server, client, body, headers)
  }
}

function unreachableIn(error: unknown): ProviderUnreachable | undefined {
  for (let at = error; at instanceof Error; at = at.cause) if (at instanceof ProviderUnreachable) return at
  return undefined
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown'
  const { code, error: said } = error as { code?: unknown; error?: unknown }
  return [code, said, error.message].filter((text) => typeof text === 'string').join(': ')
}
