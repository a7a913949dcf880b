import { type Address, type Block, isWithin, readAddress, readBlock } from '../network-address.ts'

export type TrustedProxiesRead =
  /** Undefined: none was named. */
  | { readonly ok: true; readonly blocks: readonly Block[] | undefined }
  | { readonly ok: false; readonly problem: string }

/** Reads `TRUSTED_PROXIES`: addresses and blocks (`10.0.0.0/8`), separated by commas or blanks. */
export function readTrustedProxies(text: string): TrustedProxiesRead {
  const blocks: Block[] = []
  for (const entry of text.split(/[\s,]+/).filter(Boolean)) {
    const address = readAddress(entry)
    const block = address ? { start: address, bits: address.length * 8 } : readBlock(entry)
    if (!block) return { ok: false, problem: `${entry} is no address or block such as 10.0.0.0/8` }
    blocks.push(block)
  }
  return { ok: true, blocks: blocks.length === 0 ? undefined : blocks }
}

/** Whether a proxy with this address was named. */
export function isTrustedProxy(text: string, blocks: readonly Block[]): boolean {
  const address: Address | undefined = readAddress(text)
  return address !== undefined && blocks.some((block) => isWithin(address, block))
}

/**
 * Whom a request came from: the last address in `X-Forwarded-For` that is no proxy of ours. What stands before it is the
 * caller's own word. When the peer is none of our proxies, it is the peer.
 */
export function addressBehind(peer: string, forwardedFor: string | undefined, blocks: readonly Block[]): string {
  if (!isTrustedProxy(peer, blocks)) return peer
  const hops = (forwardedFor ?? '').split(',').map((hop) => hop.trim())
  for (const hop of hops.reverse()) {
    if (readAddress(hop) === undefined) return peer
    if (!isTrustedProxy(hop, blocks)) return hop
  }
  return peer
}
