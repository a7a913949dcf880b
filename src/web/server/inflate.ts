import { promisify } from 'node:util'
import { brotliDecompress, gunzip, inflate } from 'node:zlib'

/** How senders may pack a body; `deflate` is the zlib format, as RFC 9110 has it. */
const UNPACK = new Map([
  ['gzip', promisify(gunzip)],
  ['x-gzip', promisify(gunzip)],
  ['deflate', promisify(inflate)],
  ['br', promisify(brotliDecompress)],
])

/** Whether `inflated` can unpack it; `undefined` and `identity` are as it is. */
export const isUnpackable = (encoding: string | undefined): boolean => isPlain(encoding) || UNPACK.has(nameOf(encoding))

/**
 * The bytes behind a `Content-Encoding`. It stops once there are more than `maxBytes`, so that a few thousand bytes cannot
 * become gigabytes of memory.
 */
export async function inflated(
  body: Uint8Array,
  encoding: string | undefined,
  maxBytes: number,
): Promise<Uint8Array | 'too large' | 'damaged'> {
  const unpack = UNPACK.get(nameOf(encoding))
  if (!unpack) return body
  try {
    return await unpack(body, { maxOutputLength: maxBytes })
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE' ? 'too large' : 'damaged'
  }
}

const isPlain = (encoding: string | undefined): boolean => ['', 'identity'].includes(nameOf(encoding))

const nameOf = (encoding: string | undefined): string => (encoding ?? '').trim().toLowerCase()
