import { createHmac, generateKeyPairSync, sign } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

/** What a token of the forging provider says and how it is signed; each left out is as it should be. */
export interface Forgery {
  readonly claims?: Readonly<Record<string, unknown>>
  readonly signedBy?: 'its key' | 'another key' | 'nobody' | 'the secret'
  /** The answer of the token endpoint in place of a token. */
  readonly instead?: 'hangs' | 'a flood' | 'not JSON'
}

/** An OpenID provider that lies as it is told, for what a genuine one never does. */
export async function startForgingProvider() {
  const keys = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const others = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const told: {
    forgery: Forgery
    nonce: string
    discovery: 'answers' | 'hangs' | 'fails'
    asked: number
    /** Called when a request has come that is left hanging. */
    onHanging: (() => void) | undefined
  } = { forgery: {}, nonce: '', discovery: 'answers', asked: 0, onHanging: undefined }
  const json = (response: ServerResponse, value: unknown, status = 200) =>
    response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(value))

  const token = ({ claims = {}, signedBy = 'its key' }: Forgery): string => {
    const now = Math.floor(Date.now() / 1000)
    const own = { iss: issuer, sub: 'ana', aud: 'postflight', iat: now, exp: now + 300, nonce: told.nonce }
    const said = { ...own, email: 'ana@example.com', email_verified: true, name: 'Ana', ...claims }
    const alg = signedBy === 'nobody' ? 'none' : signedBy === 'the secret' ? 'HS256' : 'RS256'
    const text = `${encoded({ alg, kid: 'one' })}.${encoded(said)}`
    if (signedBy === 'nobody') return `${text}.`
    if (signedBy === 'the secret') return `${text}.${createHmac('sha256', 'a secret').update(text).digest('base64url')}`
    const { privateKey } = signedBy === 'another key' ? others : keys
    return `${text}.${sign('sha256', Buffer.from(text), privateKey).toString('base64url')}`
  }

  const server = createServer((request, response) => {
    switch (request.url) {
      case '/.well-known/openid-configuration':
        told.asked++
        if (told.discovery === 'hangs') return told.onHanging?.()
        if (told.discovery === 'fails') return void json(response, {}, 500)
        return void json(response, {
          issuer,
          authorization_endpoint: `${issuer}/authorize`,
          token_endpoint: `${issuer}/token`,
          jwks_uri: `${issuer}/keys`,
          response_types_supported: ['code'],
          id_token_signing_alg_values_supported: ['RS256', 'HS256', 'none'],
          code_challenge_methods_supported: ['S256'],
          authorization_response_iss_parameter_supported: true,
        })
      case '/keys':
        return void json(response, { keys: [{ ...keys.publicKey.export({ format: 'jwk' }), kid: 'one', use: 'sig' }] })
      case '/token':
        request.resume()
        if (told.forgery.instead === 'hangs') return told.onHanging?.()
        if (told.forgery.instead === 'a flood') return void response.end('x'.repeat(2 * 1024 * 1024))
        if (told.forgery.instead === 'not JSON') return void response.end('<html>')
        return void json(response, { access_token: 'x', token_type: 'bearer', id_token: token(told.forgery) })
      default:
        return void json(response, {}, 404)
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  onTestFinished(async () => {
    server.closeAllConnections()
    await new Promise((done) => server.close(done))
  })
  return {
    issuer,
    told,
    /** The address it sends a browser back to, which was sent away to `url`. */
    sendBack(url: string, changes: Readonly<Record<string, string>> = {}): string {
      const { searchParams } = new URL(url)
      told.nonce = searchParams.get('nonce') ?? ''
      const state = searchParams.get('state') ?? ''
      return `/login/oidc/callback?${new URLSearchParams({ code: 'c0de', state, iss: issuer, ...changes })}`
    },
  }
}

const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
