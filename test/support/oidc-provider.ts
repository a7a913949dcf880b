import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type ClientMetadata, Provider } from 'oidc-provider'
import { onTestFinished } from 'vitest'
import { takeOutput } from './console-output.ts'

/** What the provider says of somebody. */
export type Claims = Readonly<Record<string, unknown>>

/** A real OpenID provider on loopback that lets in, without asking, whoever `account` says. */
export interface TestProvider {
  readonly issuer: string
  readonly env: Readonly<Record<string, string>>
  /** Who signs in next, and what is said of them. */
  account: { id: string; claims: Claims }
  /** Follows a browser that was sent away, until it is sent back: the address it comes back to. */
  visit(url: string): Promise<URL>
  stop(): Promise<void>
}

const CLIENT_SECRET = 'a secret of the tests, long enough'

export async function startOidcProvider(
  publicUrl: string,
  options: { conformIdTokenClaims?: boolean; client?: Partial<ClientMetadata> } = {},
): Promise<TestProvider> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const held = { id: 'ana', claims: {} as Claims }
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: 'postflight',
        client_secret: CLIENT_SECRET,
        redirect_uris: [`${publicUrl}/login/oidc/callback`],
        post_logout_redirect_uris: [`${publicUrl}/login`],
        ...options.client,
      },
    ],
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), kid: 'one', use: 'sig', alg: 'RS256' }] },
    cookies: { keys: ['for tests'] },
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'], groups: ['groups'] },
    conformIdTokenClaims: options.conformIdTokenClaims ?? true,
    features: { devInteractions: { enabled: false } },
    pkce: { required: () => true },
    findAccount: (_ctx, id) => ({ accountId: id, claims: () => ({ sub: id, ...held.claims }) }),
    interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
    ttl: { Session: 600, Grant: 600, Interaction: 600, AccessToken: 600, IdToken: 600, AuthorizationCode: 60 },
  })
  // It warns that it keeps everything in memory, which is what is wanted here.
  takeOutput()
  const answer = provider.callback()
  server.on('request', (request, response) => {
    if (request.url?.startsWith('/interaction/')) void agree(provider, held.id, request, response)
    else void answer(request, response)
  })
  const stop = async () => {
    server.closeAllConnections()
    if (server.listening) await new Promise((done) => server.close(done))
  }
  onTestFinished(stop)
  return {
    issuer,
    env: {
      OIDC_ISSUER: issuer,
      OIDC_CLIENT_ID: 'postflight',
      OIDC_CLIENT_SECRET: CLIENT_SECRET,
      OIDC_SCOPES: 'openid email profile groups',
    },
    get account() {
      return held
    },
    set account({ id, claims }) {
      held.id = id
      held.claims = claims
    },
    visit: (url) => follow(url, publicUrl),
    stop,
  }
}

async function agree(provider: Provider, accountId: string, request: IncomingMessage, response: ServerResponse) {
  const { params, prompt, grantId } = await provider.interactionDetails(request, response)
  if (prompt.name === 'login')
    return await provider.interactionFinished(
      request,
      response,
      { login: { accountId } },
      { mergeWithLastSubmission: false },
    )
  const grant = grantId
    ? await provider.Grant.find(grantId)
    : new provider.Grant({ accountId, clientId: String(params.client_id) })
  grant?.addOIDCScope(String(params.scope))
  const consent = { grantId: await grant?.save() }
  await provider.interactionFinished(request, response, { consent }, { mergeWithLastSubmission: true })
}

/** A browser of its own for each visit: cookies, redirects, and nothing else. */
async function follow(start: string, publicUrl: string): Promise<URL> {
  const cookies = new Map<string, string>()
  let url = new URL(start)
  for (let hop = 0; hop < 10; hop++) {
    if (url.origin === publicUrl) return url
    const answer = await fetch(url, {
      redirect: 'manual',
      headers: { Cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
    })
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      cookies.set(name, value)
    }
    const location = answer.headers.get('Location')
    if (location === null) throw new Error(`${answer.status} at ${url.href}: ${(await answer.text()).slice(0, 500)}`)
    url = new URL(location, url)
  }
  throw new Error('the provider sends in circles')
}
