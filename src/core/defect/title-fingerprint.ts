/**
 * One fingerprint for titles that differ only in what changes from one failure to the next: identifiers, counts,
 * addresses in memory. It groups reports whose sender gave neither an id nor a fingerprint. The method's name is part
 * of it, so that a better rule does not silently split what this one joined.
 *
 * A number from 400 to 599 that stands alone is kept: in a title it is nearly always an HTTP status, and "fails with
 * 409" and "fails with 500" are different faults.
 */
export function titleFingerprint(title: string): string {
  const normalised = title
    .slice(0, MAX_UNITS)
    .normalize('NFC')
    .toLowerCase()
    .replace(UUID, '<id>')
    .replace(HEX, '<hex>')
    .replace(NUMBER, (number, ...rest) => (isHttpStatus(number, rest) ? number : '<n>'))
    .replace(/\s+/gu, ' ')
    .trim()
  return `title-v1:${normalised}`
}

/** The rest of a very long title says little that its beginning does not. */
const MAX_UNITS = 500

const UUID = /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g
/** With the prefix, or eight digits and more with a letter and a figure among them: `deadbeef` alone may be a word. */
const HEX = /\b(?:0x[0-9a-f]+|(?=[a-f]*[0-9])(?=[0-9]*[a-f])[0-9a-f]{8,})\b/g
const NUMBER = /\d+(?:[.,:]\d+)*/g
const UNIT_AFTER = /^(?:%|\s*(?:ms|s|sec|secs|seconds?|min|minutes?|kb|mb|gb|bytes|rows|items|times)\b)/

/** `rest` is what String.replace hands over after the match: its position and the whole text. */
function isHttpStatus(number: string, rest: readonly unknown[]): boolean {
  const [position, text] = rest as [number, string]
  const after = text.slice(position + number.length, position + number.length + 12)
  return (
    /^[45]\d\d$/.test(number) &&
    !/[\w#/.:-]$/.test(text.slice(Math.max(0, position - 1), position)) &&
    !/^[\w/-]/.test(after) &&
    !UNIT_AFTER.test(after)
  )
}
