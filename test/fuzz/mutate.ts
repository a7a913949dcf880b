import type { Random } from '../../src/simulation/random.ts'
import type { RawDelivery } from '../../src/sources/source.ts'
import { spoil, written } from './mutations.ts'

/** As the server takes them by default. */
const MAX_BODY_BYTES = 1024 * 1024

/** A delivery made worse, and in which ways. */
export interface Mutated {
  readonly delivery: RawDelivery
  readonly how: readonly string[]
}

/** Spoils values, bytes and headers of a delivery that a sender could have sent. */
export function mutate(sample: RawDelivery, random: Random): Mutated {
  const how: string[] = []
  let body = random.chance(0.9) ? withSpoiledValues(sample, random, how) : sample.body
  if (random.chance(0.1) || how.length === 0) body = withSpoiledBytes(body, random, how)
  const headers = random.chance(0.15) ? withSpoiledHeaders(sample.headers, random, how) : sample.headers
  if (body.byteLength > MAX_BODY_BYTES) how.push('cut at the limit')
  return { delivery: { ...sample, headers, body: body.slice(0, MAX_BODY_BYTES) }, how }
}

function withSpoiledValues({ body, headers }: RawDelivery, random: Random, how: string[]): Uint8Array {
  const text = Buffer.from(body).toString('utf8')
  const isForm = headers['content-type']?.includes('form-urlencoded')
  const json = isForm ? (new URLSearchParams(text).get('payload') ?? '') : text
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch {
    return body
  }
  const spoiled = spoil(value, random.pick([1, 1, 1, 2, 3]), random)
  value = spoiled.value
  how.push(...spoiled.how)
  return Buffer.from(isForm ? new URLSearchParams({ payload: written(value) }).toString() : written(value))
}

const BYTES: Readonly<Record<string, (bytes: Buffer, random: Random) => Buffer>> = {
  'the end cut off': (bytes, random) => bytes.subarray(0, random.whole(0, bytes.length)),
  'the beginning cut off': (bytes, random) => bytes.subarray(random.whole(0, bytes.length)),
  'bits flipped': (bytes, random) => {
    const flipped = Buffer.from(bytes)
    for (let i = random.whole(1, 8); i > 0 && flipped.length > 0; i--) {
      const at = random.whole(0, flipped.length - 1)
      flipped[at] = (flipped[at] as number) ^ (1 << random.whole(0, 7))
    }
    return flipped
  },
  'half a character put in': (bytes, random) =>
    inserted(bytes, random, random.pick([[0xe2, 0x82], [0xf0, 0x9f], [0xc3], [0xed, 0xa0, 0x80], [0xff]])),
  'a zero byte put in': (bytes, random) => inserted(bytes, random, [0]),
  'a mark of byte order put in front': (bytes) => Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytes]),
  'a part taken out': (bytes, random) => {
    const at = random.whole(0, bytes.length)
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + random.whole(1, 50))])
  },
  'a part twice': (bytes, random) => {
    const at = random.whole(0, bytes.length)
    const part = bytes.subarray(at, at + random.whole(1, 200))
    return Buffer.concat([bytes.subarray(0, at), part, bytes.subarray(at)])
  },
  'another body behind it': (bytes) => Buffer.concat([bytes, bytes]),
}

function withSpoiledBytes(bytes: Uint8Array, random: Random, how: string[]): Uint8Array {
  const name = random.pick(Object.keys(BYTES))
  how.push(name)
  return (BYTES[name] as (bytes: Buffer, random: Random) => Buffer)(Buffer.from(bytes), random)
}

function inserted(bytes: Buffer, random: Random, what: readonly number[]): Buffer {
  const at = random.whole(0, bytes.length)
  return Buffer.concat([bytes.subarray(0, at), Buffer.from(what), bytes.subarray(at)])
}

/** What HTTP lets through: no line breaks, no zero bytes. */
const HEADER_VALUES = [
  '',
  ' ',
  'constructor',
  '__proto__',
  'x'.repeat(8_000),
  '\u00ff\u00fe',
  '%00',
  '-1',
  '1e400',
  ', , ,',
  'a, a',
]

function withSpoiledHeaders(
  headers: Readonly<Record<string, string>>,
  random: Random,
  how: string[],
): Record<string, string> {
  const name = random.pick(Object.keys(headers))
  const { [name]: value = '', ...others } = headers
  if (random.chance(0.3)) {
    how.push(`${name} left out`)
    return others
  }
  how.push(`${name} changed`)
  return { ...others, [name]: random.chance(0.3) ? `${value}, ${value}` : random.pick(HEADER_VALUES) }
}
