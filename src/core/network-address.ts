/** IP addresses as numbers, so that every way of writing one is the same to whoever judges it. */

/** 16 bytes; IPv4 stands where IPv6 maps it, `::ffff:0:0/96`. */
export type Address = readonly number[]

/** All addresses that share their first `bits` bits with `start`; for IPv4 counted from the mapped 96 on. */
export interface Block {
  readonly start: Address
  readonly bits: number
}

const BYTES = 16
const MAPPED: readonly number[] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff]

/**
 * The address written as four decimal numbers or as IPv6 (RFC 4291, a zone such as `%eth0` is dropped).
 * Undefined for anything else, the older ways of writing IPv4 (`127.1`, `0x7f.1`, `017.0.0.1`) included.
 */
export function readAddress(text: string): Address | undefined {
  const v4 = readV4(text)
  return v4 ? [...MAPPED, ...v4] : readV6(text.replace(/%[\w.-]+$/, ''))
}

/** `10.0.0.0/8`, `fd00::/8`; undefined when it is none. Bits after the prefix are not looked at. */
export function readBlock(text: string): Block | undefined {
  const [, address = '', length = ''] = /^([^/]+)\/(\d{1,3})$/.exec(text) ?? []
  const start = readAddress(address)
  if (!start) return undefined
  const bits = Number(length) + (address.includes(':') ? 0 : MAPPED.length * 8)
  return bits <= BYTES * 8 ? { start, bits } : undefined
}

export const isWithin = (address: Address, { start, bits }: Block): boolean =>
  start.every((byte, i) => {
    const counted = Math.min(8, Math.max(0, bits - i * 8))
    const mask = (0xff << (8 - counted)) & 0xff
    return (byte & mask) === ((address[i] ?? 0) & mask)
  })

export const isSameAddress = (a: Address, b: Address): boolean => a.every((byte, i) => byte === b[i])

function readV4(text: string): number[] | undefined {
  if (!/^\d{1,3}(\.\d{1,3}){3}$/.test(text)) return undefined
  const parts = text.split('.')
  // A leading zero is octal to some and decimal to others.
  return parts.every((part) => Number(part) <= 255 && String(Number(part)) === part) ? parts.map(Number) : undefined
}

function readV6(text: string): number[] | undefined {
  const groups = withoutDots(text)
  const halves = groups?.split('::') ?? []
  if (halves.length === 0 || halves.length > 2) return undefined
  const [start = [], end] = halves.map((half) => (half === '' ? [] : half.split(':').flatMap(bytesOfGroup)))
  const zeros = BYTES - start.length - (end?.length ?? 0)
  // `::` stands for at least one group; without it there must be all eight.
  if (end ? zeros < 2 : zeros !== 0) return undefined
  const bytes = [...start, ...Array.from({ length: zeros }, () => 0), ...(end ?? [])]
  return bytes.includes(Number.NaN) ? undefined : bytes
}

/** The last two groups may be written as IPv4. */
function withoutDots(text: string): string | undefined {
  const [, front, dotted] = /^(.*:)([\d.]+\.[\d.]+)$/.exec(text) ?? []
  if (front === undefined || dotted === undefined) return text
  const v4 = readV4(dotted)
  return v4 && `${front}${hexGroup(v4.slice(0, 2))}:${hexGroup(v4.slice(2))}`
}

const hexGroup = (bytes: readonly number[]): string => bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('')

function bytesOfGroup(group: string): number[] {
  if (!/^[0-9a-f]{1,4}$/i.test(group)) return [Number.NaN, Number.NaN]
  const value = Number.parseInt(group, 16)
  return [value >> 8, value & 0xff]
}
