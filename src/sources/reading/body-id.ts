import { z } from 'zod'
import type { RawDelivery } from '../source.ts'
import { readJson } from './json.ts'

/** Finding the id in the body means reading it before it is answered; beyond this the shell goes by the body's hash. */
const MAX_BYTES = 256 * 1024

const text = z.union([z.string(), z.number()]).transform(String)

/** Text or a number at the top of the body: what senders without a header for it call the delivery. Never throws. */
export function idInBody({ body }: RawDelivery, field: string): string | undefined {
  if (body.byteLength > MAX_BYTES) return undefined
  const json = readJson(body)
  if (!json.ok || typeof json.value !== 'object' || json.value === null) return undefined
  const parsed = text.safeParse(
    Object.hasOwn(json.value, field) ? (json.value as Record<string, unknown>)[field] : null,
  )
  // Examples and unfilled forms have nothing but zeros.
  return parsed.success && /^(?![0-]*$)[\w:.-]{1,200}$/.test(parsed.data) ? parsed.data : undefined
}
