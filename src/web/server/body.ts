import type { IncomingMessage } from 'node:http'
import { readJson, repeatedKeyProblems } from '../../sources/reading/json.ts'
import { badInput, problem } from '../problems.ts'
import type { Ctx } from '../routes.ts'
import { inflated, isUnpackable } from './inflate.ts'

export interface BodyLimits {
  readonly maxBytes: number
  /** Media types in lower case, without parameters; `+json` stands for every type that ends so. */
  readonly contentTypes: readonly string[]
}

/** For senders whose media type says nothing, and who pack what they send. */
export interface PackedBodyLimits {
  /** Of what comes over the wire, and of what it unpacks to. */
  readonly maxBytes: number
}

export const JSON_CONTENT_TYPES: readonly string[] = ['application/json', '+json']

/** The client went away before its body was complete; there is nobody to answer. */
export class UploadAborted extends Error {}

/** The same of a form, which the framework reads: then the error is that of the request's own stream. */
export const isUploadAborted = (c: Ctx, error: Error): boolean =>
  error instanceof UploadAborted || error === c.env?.incoming?.errored

/** What was sent as a form is none. The framework has no class for this. */
export const isUnreadableForm = (error: Error): boolean =>
  error instanceof TypeError && error.message.startsWith('Failed to parse body as FormData')

/**
 * Reads the body of a request byte for byte, or gives the answer that refuses it: 415 for a media type, encoding or
 * character set not taken, 413 past `maxBytes`, counted while it streams, so that a larger one is never held.
 * Throws UploadAborted.
 */
export async function readBody(c: Ctx, limits: BodyLimits): Promise<Uint8Array | Response> {
  const refusal = mediaTypeRefusal(c, limits.contentTypes)
  if (refusal) return problem(c, 415, { title: 'Media type not taken', detail: refusal })
  return await readBytes(c, limits.maxBytes)
}

async function readBytes(c: Ctx, maxBytes: number): Promise<Uint8Array | Response> {
  if (Number(c.req.header('Content-Length') ?? 0) > maxBytes) return tooLarge(c, maxBytes)
  // On a real server the bytes come straight from the socket: going through web streams costs more than all the rest.
  const incoming = c.env?.incoming as IncomingMessage | undefined
  const body = incoming ? await readIncoming(incoming, maxBytes) : await readStream(c.req.raw.body, maxBytes)
  return body ?? tooLarge(c, maxBytes)
}

/**
 * The same for any media type or none, unpacked by its Content-Encoding: 413 for what would unpack to more, 400 for what
 * cannot be unpacked.
 */
export async function readPackedBody(c: Ctx, { maxBytes }: PackedBodyLimits): Promise<Uint8Array | Response> {
  const encoding = c.req.header('Content-Encoding')
  if (!isUnpackable(encoding))
    return problem(c, 415, {
      title: 'Media type not taken',
      detail: `Content-Encoding ${encoding} is not taken; this address takes gzip, deflate and br.`,
    })
  const packed = await readBytes(c, maxBytes)
  if (packed instanceof Response) return packed
  const body = await inflated(packed, encoding, maxBytes)
  if (body === 'too large') return tooLarge(c, maxBytes)
  if (body === 'damaged') return badInput(c, [{ path: '', message: `the body is not what ${encoding} makes` }])
  return body
}

/**
 * Reads a JSON body of our own API, or gives the answer that refuses it: as above, and 400 for what is not JSON, is
 * too deep or too many, or has a key twice. Throws UploadAborted.
 */
export async function readJsonBody(c: Ctx, maxBytes: number): Promise<{ readonly value: unknown } | Response> {
  const body = await readBody(c, { maxBytes, contentTypes: JSON_CONTENT_TYPES })
  if (body instanceof Response) return body
  const json = readJson(body)
  if (!json.ok) return badInput(c, [json.problem])
  return json.repeatedKeys.length > 0 ? badInput(c, repeatedKeyProblems(json.repeatedKeys)) : { value: json.value }
}

const tooLarge = (c: Ctx, maxBytes: number): Response =>
  problem(c, 413, {
    title: 'Body too large',
    detail: `The body may have ${maxBytes.toLocaleString('en')} bytes at most.`,
  })

function mediaTypeRefusal(c: Ctx, taken: readonly string[]): string | undefined {
  const encoding = c.req.header('Content-Encoding')
  if (encoding !== undefined && encoding.trim().toLowerCase() !== 'identity')
    return `Content-Encoding ${encoding} is not taken; send the body as it is.`
  const header = c.req.header('Content-Type')
  // The usual ones need no taking apart.
  if (header !== undefined && taken.includes(header)) return undefined
  if (header === undefined) return `Content-Type is missing; this address takes ${namesOf(taken)}.`
  const [mediaType = '', ...parameters] = header.split(';').map((part) => part.trim().toLowerCase())
  if (!taken.some((type) => (type.startsWith('+') ? mediaType.endsWith(type) : mediaType === type)))
    return `Content-Type ${mediaType} is not taken; this address takes ${namesOf(taken)}.`
  const charset = parameters.find((parameter) => parameter.startsWith('charset='))?.slice('charset='.length)
  if (charset !== undefined && !/^"?utf-?8"?$/.test(charset))
    return `The character set ${charset} is not taken; send UTF-8.`
  return undefined
}

const namesOf = (taken: readonly string[]) =>
  taken.map((type) => (type.startsWith('+') ? `application/…${type}` : type)).join(', ')

/** Undefined: more than `maxBytes`. A body that comes in one piece is not copied. */
function readIncoming(incoming: IncomingMessage, maxBytes: number): Promise<Uint8Array | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    const finish = (settle: () => void) => {
      incoming.off('data', onData).off('end', onEnd).off('error', onAbort).off('close', onAbort)
      settle()
    }
    const onData = (chunk: Buffer) => {
      size += chunk.length
      if (size <= maxBytes) {
        chunks.push(chunk)
        return
      }
      // The rest stays unread; the server drops the connection when the sender does not stop.
      incoming.pause()
      finish(() => resolve(undefined))
    }
    const onEnd = () => finish(() => resolve(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks, size)))
    const onAbort = () => finish(() => reject(new UploadAborted('the upload ended early')))
    if (incoming.destroyed) return onAbort()
    if (incoming.readableEnded) return onEnd()
    incoming.on('data', onData).on('end', onEnd).on('error', onAbort).on('close', onAbort)
  })
}

async function readStream(
  stream: ReadableStream<Uint8Array> | null,
  maxBytes: number,
): Promise<Uint8Array | undefined> {
  if (!stream) return new Uint8Array()
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of stream) {
    size += chunk.byteLength
    if (size > maxBytes) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks, size)
}
