/** Text from outside, made fit to be stored and shown; the same for both databases. */

const LONE_SURROGATE = /\p{Surrogate}/gu
/** NUL (PostgreSQL refuses it), other control characters (terminals obey some of them), C1 included. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it removes
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g

/**
 * `text` without control characters but tab and line feed, lone surrogates replaced by U+FFFD, cut after
 * `maxCodePoints`. Never normalised: two names that differ in bytes stay two names.
 */
export function cleanText(text: string, maxCodePoints: number): string {
  return cutText(text.replace(LONE_SURROGATE, '\ufffd').replace(CONTROL, ''), maxCodePoints)
}

/** The same on one line: runs of white space become one space, none at the ends. For titles, names and keys. */
export function cleanLine(text: string, maxCodePoints: number): string {
  // Cut before and after: the first keeps the white-space search short on a hostile megabyte.
  const line = cleanText(text.trimStart(), maxCodePoints * 4)
    .replace(/\s+/gu, ' ')
    .trim()
  return cutText(line, maxCodePoints).trimEnd()
}

function cutText(text: string, maxCodePoints: number): string {
  // A code point has one or two units, so a text that short needs no counting.
  if (text.length <= maxCodePoints) return text
  let units = 0
  for (let count = 0; count < maxCodePoints && units < text.length; count++)
    units += (text.codePointAt(units) as number) > 0xffff ? 2 : 1
  return text.slice(0, units)
}
