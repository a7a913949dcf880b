import type { ShownBody } from '../../../views/deliveries/detail-page.tsx'

/** More than this says nothing to a person and slows the browser down. */
export const SHOWN_BYTES = 256 * 1024

/** The body of a delivery as text: indented when it is JSON small enough, else as it came. Never fails. */
export function shownBody(bytes: Uint8Array, asked: 'pretty' | 'raw'): ShownBody {
  const cut = bytes.byteLength > SHOWN_BYTES
  const raw = new TextDecoder('utf-8').decode(cut ? bytes.subarray(0, SHOWN_BYTES) : bytes)
  const pretty = cut ? undefined : indented(raw)
  const form = asked === 'pretty' && pretty !== undefined ? 'pretty' : 'raw'
  return {
    form,
    text: form === 'pretty' ? (pretty as string) : raw,
    bytes: bytes.byteLength,
    cut,
    canBePretty: pretty !== undefined,
  }
}

/**
 * Adds line breaks and indents to the text itself. Parsing and printing again would be shorter, and would change big
 * numbers and drop repeated keys: what is shown here must be what was sent.
 */
function indented(text: string): string | undefined {
  try {
    JSON.parse(text)
  } catch {
    return undefined
  }
  const out: string[] = []
  let depth = 0
  let isEmptySoFar = false
  const newLine = () => out.push('\n', '  '.repeat(Math.min(depth, MAX_INDENT)))
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{},:]|[^\s[\]{},:"]+/g)) {
    const closes = token === '}' || token === ']'
    if (closes) depth--
    // The line after an opening bracket is begun only when something follows: `{}` stays together.
    if (closes ? !isEmptySoFar : isEmptySoFar) newLine()
    isEmptySoFar = token === '{' || token === '['
    if (isEmptySoFar) depth++
    out.push(token === ':' ? ': ' : token)
    if (token === ',') newLine()
  }
  return out.join('')
}

/** Deeper text would only move off the screen. */
const MAX_INDENT = 40
