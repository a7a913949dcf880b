import { hostOf, type OutboundAllow, readAllow } from '../../core/outbound-rule.ts'
import { type OutboundRules, safeRequest } from '../safe-request.ts'

/** Key sets and lists of claims are some kilobytes. */
const MAX_BYTES = 256 * 1024

/** The provider could not be reached, did not answer in time, or answered too much; the message says which. */
export class ProviderUnreachable extends Error {}

/** The operator set the issuer, so its host may be called wherever it lies; others as OUTBOUND_ALLOW says. */
export function allowIssuer(issuer: URL, allow: OutboundAllow): OutboundAllow {
  const named = readAllow(hostOf(issuer))
  if (!named.ok) return allow
  return {
    ...allow,
    names: [...allow.names, ...named.allow.names],
    addresses: [...allow.addresses, ...named.allow.addresses],
  }
}

/** `fetch` for openid-client, by the one way out of this server: bounded in time and size, no redirects. */
export function providerFetch(rules: OutboundRules) {
  return async (
    url: string,
    options: { body?: unknown; headers?: Record<string, string>; method?: string; signal?: AbortSignal },
  ): Promise<Response> => {
    const answer = await safeRequest(
      {
        method: options.method === 'POST' ? 'POST' : 'GET',
        url,
        headers: options.headers ?? {},
        ...(options.body === undefined || options.body === null ? {} : { body: String(options.body as string) }),
        maxBytes: MAX_BYTES,
        signal: options.signal,
      },
      rules,
    )
    switch (answer.kind) {
      case 'answered':
        return new Response(answer.body.byteLength === 0 ? null : new Uint8Array(answer.body), {
          status: answer.status,
          headers: answer.headers,
        })
      case 'refused':
        throw new ProviderUnreachable(`not called: ${answer.refusal.why}`)
      case 'unreachable':
        throw new ProviderUnreachable(`${answer.why} (${answer.code})`)
    }
  }
}
