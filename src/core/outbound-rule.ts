import { type Address, type Block, isSameAddress, isWithin, readAddress, readBlock } from './network-address.ts'

/**
 * What this server may call. Addresses to call come from people and from answers of other systems, and this server
 * often stands where they do not: beside databases, metadata services, other machines' admin pages. So only the public
 * internet may be called unless the operator named more.
 */

/** What the operator opened besides the public internet, `OUTBOUND_ALLOW`. */
export interface OutboundAllow {
  /** Host names, lower case. */
  readonly names: readonly string[]
  readonly addresses: readonly Address[]
  readonly blocks: readonly Block[]
}

export const NOTHING_MORE: OutboundAllow = { names: [], addresses: [], blocks: [] }

/**
 * How far an address lies: `public`; `private`, reached when its host, block or itself was named; `guarded` (this
 * machine, its links, metadata services), reached only when named itself; `never`, no place to send anything to.
 */
export type Reach = 'public' | 'private' | 'guarded' | 'never'

export type Refusal =
  | { readonly why: 'unreadable' | 'scheme' | 'plain-http' | 'credentials' }
  | { readonly why: 'port'; readonly host: string }
  | { readonly why: 'address'; readonly host: string; readonly address: string; readonly reach: Reach }

export type Target =
  | {
      readonly ok: true
      readonly url: URL
      /** Without brackets and without the dot at its end. */
      readonly host: string
      /** When the host is an address. It still has to be judged. */
      readonly isAddress: boolean
    }
  | { readonly ok: false; readonly refusal: Refusal }

/** Other ports belong to other services than web APIs. */
const PORTS = ['', '443', '8443']

/** Judges all of an address that can be judged before its host is looked up. */
export function judgeUrl(text: string, allow: OutboundAllow): Target {
  const refused = (refusal: Refusal): Target => ({ ok: false, refusal })
  if (!URL.canParse(text)) return refused({ why: 'unreadable' })
  // The parser has turned every way of writing an IPv4 address (decimal, hexadecimal, octal, full-width) into one.
  const url = new URL(text)
  const host = hostOf(url)
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return refused({ why: 'scheme' })
  if (host === '') return refused({ why: 'unreadable' })
  if (url.username !== '' || url.password !== '') return refused({ why: 'credentials' })
  const named = isNamed(host, allow)
  if (url.protocol === 'http:' && !named) return refused({ why: 'plain-http' })
  if (!PORTS.includes(url.port) && !named) return refused({ why: 'port', host })
  return { ok: true, url, host, isAddress: readAddress(host) !== undefined }
}

/** Judges one address that `host` has; all of them must pass. */
export function judgeAddress(host: string, text: string, allow: OutboundAllow): Refusal | undefined {
  const address = readAddress(text)
  const reach = address ? reachOf(address) : 'never'
  return address && isOpen(host, address, reach, allow) ? undefined : { why: 'address', host, address: text, reach }
}

/** The sentence for people, with what to do about it. */
export function refusalSentence(refusal: Refusal): string {
  switch (refusal.why) {
    case 'unreadable':
      return 'The address cannot be read.'
    case 'scheme':
      return 'Only https:// addresses are called.'
    case 'plain-http':
      return 'Only https:// is called; http:// only where OUTBOUND_ALLOW names the host.'
    case 'credentials':
      return 'A user name or password in the address is not sent.'
    case 'port':
      return `Only ports 443 and 8443 are called; name ${refusal.host} in OUTBOUND_ALLOW for others.`
    case 'address':
      return `${refusal.host === refusal.address ? refusal.host : `${refusal.host} (${refusal.address})`} ${REACH_WORDS[refusal.reach]}`
  }
}

const REACH_WORDS: Record<Reach, string> = {
  public: 'is not called.',
  private: 'is not on the public internet. If it is meant, name the host in OUTBOUND_ALLOW.',
  guarded: 'is this machine, its own link or a metadata service. If it is meant, name the address in OUTBOUND_ALLOW.',
  never: 'is no address that can be called.',
}

export type AllowRead =
  | { readonly ok: true; readonly allow: OutboundAllow }
  | { readonly ok: false; readonly problem: string }

/** Reads `OUTBOUND_ALLOW`: host names, addresses and blocks (`10.0.0.0/8`), separated by commas or blanks. */
export function readAllow(text: string): AllowRead {
  const names: string[] = []
  const addresses: Address[] = []
  const blocks: Block[] = []
  for (const entry of text.split(/[\s,]+/).filter(Boolean)) {
    const address = readAddress(entry.replace(/^\[(.*)\]$/, '$1'))
    const block = readBlock(entry)
    if (address) addresses.push(address)
    else if (block && GUARDED.some((guarded) => guarded.bits <= block.bits && isWithin(block.start, guarded)))
      return { ok: false, problem: `${entry} opens this machine, its links or a metadata service: name each address` }
    else if (block) blocks.push(block)
    else if (isHostName(entry)) names.push(entry.toLowerCase().replace(/\.$/, ''))
    else return { ok: false, problem: `${entry} is no host name, address or block such as 10.0.0.0/8` }
  }
  return { ok: true, allow: { names, addresses, blocks } }
}

/** A last label that is a number would make it an address. */
const isHostName = (text: string): boolean =>
  text.length <= 253 && /^([a-z0-9_]([a-z0-9_-]*[a-z0-9])?\.)*[a-z]([a-z0-9-]*[a-z0-9])?\.?$/i.test(text)

export const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '')

function isNamed(host: string, allow: OutboundAllow): boolean {
  const address = readAddress(host)
  return address ? isListed(address, allow) || isInBlock(address, allow) : allow.names.includes(host)
}

function isOpen(host: string, address: Address, reach: Reach, allow: OutboundAllow): boolean {
  switch (reach) {
    case 'public':
      return true
    case 'private':
      return allow.names.includes(host) || isListed(address, allow) || isInBlock(address, allow)
    case 'guarded':
      // `localhost` is this machine by name; any other name that leads here is somebody's trick.
      return isListed(address, allow) || (host === 'localhost' && allow.names.includes(host) && isLoopback(address))
    case 'never':
      return false
  }
}

const isListed = (address: Address, { addresses }: OutboundAllow) =>
  addresses.some((listed) => isSameAddress(listed, address))
const isInBlock = (address: Address, { blocks }: OutboundAllow) => blocks.some((block) => isWithin(address, block))
const isLoopback = (address: Address) => LOOPBACK.some((block) => isWithin(address, block))

/** From the IANA registries of special-purpose addresses (read 2026-11). */
export function reachOf(address: Address): Reach {
  const isIn = (blocks: readonly Block[]) => blocks.some((block) => isWithin(address, block))
  // A translator makes IPv4 of it, so it is whatever the address inside is.
  if (isWithin(address, NAT64)) return reachOf([...V4.start.slice(0, 12), ...address.slice(12)])
  // Before the next: `::1` lies in a block of those.
  if (isIn(GUARDED)) return 'guarded'
  if (isIn(NEVER)) return 'never'
  if (isIn(PRIVATE)) return 'private'
  // Of IPv6 only one eighth has been given out.
  return isWithin(address, V4) || isWithin(address, GIVEN_OUT) ? 'public' : 'private'
}

const blocksOf = (...texts: string[]): Block[] =>
  texts.map((text) => {
    const block = readBlock(text.includes('/') ? text : `${text}/${text.includes(':') ? 128 : 32}`)
    if (!block) throw new Error(`${text} is no block`)
    return block
  })
const V4: Block = blocksOf('::ffff:0:0/96')[0] as Block
const GIVEN_OUT: Block = blocksOf('2000::/3')[0] as Block
const NAT64: Block = blocksOf('64:ff9b::/96')[0] as Block

const LOOPBACK = blocksOf('127.0.0.0/8', '::1')

const GUARDED = [
  ...LOOPBACK,
  ...blocksOf('169.254.0.0/16', 'fe80::/10'),
  // Metadata services that are not link-local: Alibaba, Oracle, Azure's wire server; AWS, Google and Oracle over IPv6.
  ...blocksOf('100.100.100.200', '192.0.0.192', '168.63.129.16', 'fd00:ec2::254', 'fd20:ce::254', 'fd00:c1::a9fe:a9fe'),
]

const NEVER = [
  // This network, multicast, reserved, broadcast.
  ...blocksOf('0.0.0.0/8', '224.0.0.0/4', '240.0.0.0/4', '::', 'ff00::/8'),
  // Ways to write an IPv4 address inside an IPv6 one: compatible, translated, local translators, Teredo, 6to4.
  ...blocksOf('::/96', '::ffff:0:0:0/96', '64:ff9b:1::/48', '2001::/32', '2002::/16'),
]

const PRIVATE = blocksOf(
  ...['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7'],
  // Protocol assignments, documentation, benchmarks, anycast relays of old transitions.
  ...['192.0.0.0/24', '192.0.2.0/24', '198.51.100.0/24', '203.0.113.0/24', '198.18.0.0/15', '192.88.99.0/24'],
  ...['192.31.196.0/24', '192.52.193.0/24', '192.175.48.0/24'],
  ...['2001::/23', '2001:db8::/32', '3fff::/20', '2620:4f:8000::/48'],
)
