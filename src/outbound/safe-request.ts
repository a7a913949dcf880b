import { lookup } from 'node:dns/promises'
import http from 'node:http'
import https from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import { judgeAddress, judgeUrl, type OutboundAllow, type Refusal } from '../core/outbound-rule.ts'

/**
 * The one way out of this server. What may be called is judged over the address as it was given and over every
 * address its host has, and the connection goes to the addresses that were judged. Redirects are not followed, proxies
 * of the environment not used, time and bytes are bounded. What goes wrong is an answer too.
 */

export interface OutboundRequest {
  readonly method: 'GET' | 'POST'
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
  /** Of the answer's body; 64 KiB unless told. */
  readonly maxBytes?: number
  /** Ends it early. */
  readonly signal?: AbortSignal | undefined
}

export type OutboundAnswer =
  | {
      readonly kind: 'answered'
      /** Whatever it is; a redirect is an answer like any other. */
      readonly status: number
      /** Names in lower case; of one that came twice, all values with commas between. */
      readonly headers: Readonly<Record<string, string>>
      readonly body: Uint8Array
    }
  /** Nothing was sent, and it will be the same next time. */
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  | {
      readonly kind: 'unreachable'
      readonly why: Unreachable
      /** The system's word for it, `ECONNREFUSED`; for the log. */
      readonly code: string
      /** True once there was a connection: then the other side may have done what it was asked. */
      readonly sent: boolean
    }

/**
 * The name is unknown; no connection; no TLS or a certificate that does not hold; out of time; what came is no HTTP;
 * more came than was wanted; we stopped it.
 */
export type Unreachable = 'name' | 'connection' | 'tls' | 'time' | 'not-http' | 'too-much' | 'stopped'

export interface OutboundRules {
  readonly allow: OutboundAllow
  /** All addresses of a host; the system's unless told. Asked once per request. */
  readonly resolve?: Resolve
  readonly limits?: { readonly connectMs: number; readonly totalMs: number }
}

export type Resolve = (host: string) => Promise<readonly ResolvedAddress[]>
interface ResolvedAddress {
  readonly address: string
  readonly family: number
}

const LIMITS = { connectMs: 5_000, totalMs: 15_000 }
const MAX_BYTES = 64 * 1024

const systemResolve: Resolve = (host) => lookup(host, { all: true })

export async function safeRequest(request: OutboundRequest, rules: OutboundRules): Promise<OutboundAnswer> {
  const target = judgeUrl(request.url, rules.allow)
  if (!target.ok) return { kind: 'refused', refusal: target.refusal }
  const limits = rules.limits ?? LIMITS
  const ending = new AbortController()
  const stop = () => ending.abort('stopped' satisfies Unreachable)
  const timer = setTimeout(() => ending.abort('time' satisfies Unreachable), limits.totalMs)
  request.signal?.addEventListener('abort', stop, { once: true })
  if (request.signal?.aborted) stop()
  try {
    const found = await findAddresses(target, rules, ending.signal)
    if (found.kind !== 'addresses') return found
    return await exchange({ target, request, addresses: found.addresses, connectMs: limits.connectMs }, ending.signal)
  } finally {
    clearTimeout(timer)
    request.signal?.removeEventListener('abort', stop)
  }
}

type Judged = Extract<ReturnType<typeof judgeUrl>, { ok: true }>

async function findAddresses(
  { host, isAddress }: Judged,
  { allow, resolve = systemResolve }: OutboundRules,
  signal: AbortSignal,
): Promise<{ kind: 'addresses'; addresses: readonly ResolvedAddress[] } | OutboundAnswer> {
  let addresses: readonly ResolvedAddress[]
  try {
    // Node looks no address up, so a judgement inside the look-up alone would let every one of them pass.
    addresses = isAddress ? [{ address: host, family: isIP(host) }] : await unlessEnded(resolve(host), signal)
  } catch (error) {
    return unreachable(signal.aborted ? signal.reason : 'name', error, false)
  }
  if (addresses.length === 0) return unreachable('name', undefined, false)
  for (const { address } of addresses) {
    // One good answer beside a bad one is how a guard that looks at the first is passed.
    const refusal = judgeAddress(host, address, allow)
    if (refusal) return { kind: 'refused', refusal }
  }
  return { kind: 'addresses', addresses }
}

function unlessEnded<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const end = () => reject(new Error('ended'))
    if (signal.aborted) end()
    signal.addEventListener('abort', end, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', end))
  })
}

interface Exchange {
  readonly target: Judged
  readonly request: OutboundRequest
  readonly addresses: readonly ResolvedAddress[]
  readonly connectMs: number
}

function exchange({ target, request, addresses, connectMs }: Exchange, signal: AbortSignal): Promise<OutboundAnswer> {
  const { url, host } = target
  const isSecure = url.protocol === 'https:'
  return new Promise((resolve) => {
    let sent = false
    const call = (isSecure ? https : http).request({
      method: request.method,
      protocol: url.protocol,
      hostname: host,
      port: url.port || (isSecure ? 443 : 80),
      path: url.pathname + url.search,
      headers: {
        'User-Agent': 'Postflight',
        'Accept-Encoding': 'identity',
        ...request.headers,
        ...(request.body === undefined ? {} : { 'Content-Length': Buffer.byteLength(request.body) }),
      },
      // A connection of its own: the shared agents may be told by the environment to use a proxy.
      agent: false,
      lookup: pinnedTo(addresses),
      // NODE_TLS_REJECT_UNAUTHORIZED is for somebody's experiment, not for our tokens.
      rejectUnauthorized: true,
    })

    const connecting = setTimeout(() => finish(unreachable('time', undefined, false)), connectMs)
    const onEnd = () => finish(unreachable(signal.reason, undefined, sent))
    const finish = (answer: OutboundAnswer) => {
      clearTimeout(connecting)
      signal.removeEventListener('abort', onEnd)
      resolve(answer)
      call.destroy()
    }
    if (signal.aborted) onEnd()
    signal.addEventListener('abort', onEnd, { once: true })

    call.on('socket', (socket) =>
      socket.once(isSecure ? 'secureConnect' : 'connect', () => {
        sent = true
        clearTimeout(connecting)
      }),
    )
    // Errors after the end come from ending it; the promise has its answer by then.
    call.on('error', (error) => finish(unreachable(reasonOf(error), error, sent)))
    call.on('response', (response) => {
      const maxBytes = request.maxBytes ?? MAX_BYTES
      const chunks: Buffer[] = []
      let bytes = 0
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.byteLength
        if (bytes > maxBytes) finish(unreachable('too-much', undefined, true))
        else chunks.push(chunk)
      })
      response.on('error', (error) => finish(unreachable(reasonOf(error), error, true)))
      response.on('end', () =>
        finish({
          kind: 'answered',
          status: response.statusCode ?? 0,
          headers: headersOf(response),
          body: Buffer.concat(chunks),
        }),
      )
    })
    call.end(request.body)
  })
}

/** The look-up of a connection whose addresses are known; the name is not asked for again. */
function pinnedTo(addresses: readonly ResolvedAddress[]): LookupFunction {
  return (_host, { all }, done) => {
    const [first] = addresses
    if (all) done(null, [...addresses])
    else done(null, first?.address ?? '', first?.family)
  }
}

const headersOf = ({ headers }: http.IncomingMessage): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, [value].flat().join(', ')]],
    ),
  )

const unreachable = (why: Unreachable, error: unknown, sent: boolean): OutboundAnswer => ({
  kind: 'unreachable',
  why,
  code: (error as { code?: string } | undefined)?.code ?? why.toUpperCase(),
  sent,
})

function reasonOf(error: Error): Unreachable {
  const code = (error as { code?: string }).code ?? ''
  if (/^HPE_/.test(code)) return 'not-http'
  return /CERT|SELF_SIGNED|UNABLE_TO|ISSUER|^ERR_TLS|^ERR_SSL|^EPROTO/.test(code) ? 'tls' : 'connection'
}
