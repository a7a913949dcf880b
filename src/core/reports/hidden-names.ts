/** What stands where a name or an address stood. */
export const HIDDEN = '[person]'

/** Shorter words are no names, or too often something else; a whole name in Chinese may have two characters. */
const LEAST_LETTERS = 3
const LEAST_IDEOGRAPHS = 2

/** Written without spaces, so that nothing tells where a name ends. */
const UNSPACED = String.raw`\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}`
const WORD = String.raw`\p{L}\p{M}\p{N}_`
const ADDRESS = /[\p{L}\p{N}._%+-]+@(?:[\p{L}\p{N}-]+\.)+\p{L}{2,}/gu

/**
 * Hides people in text: every e-mail address, and the names given, where they stand as whole words. Of names that begin
 * alike the longest is taken. A name of several words is known in any case and with any spaces in it; a name of one word,
 * which may be a word as well, as it is written alone.
 *
 * @param names of people, or how they are called where they come from: `Ana Roe`, `Ana Roe <ana@b.example>`, `aroe`
 * @returns a function of a text, which is in NFC from then on; the same text when nobody is named
 */
export function nameHider(names: Iterable<string>): (text: string) => string {
  const several = new Set<string>()
  const single = new Set<string>()
  for (const given of names) {
    const name = given
      .normalize('NFC')
      .replace(/<[^<>]*>\s*$/u, '')
      .trim()
      .replaceAll(/\s+/gu, ' ')
    if (isName(name)) (name.includes(' ') ? several : single).add(name)
  }
  const patterns = [ADDRESS, ...oneOf(several, 'giu'), ...oneOf(single, 'gu')]
  return (text) => patterns.reduce((left, pattern) => left.replaceAll(pattern, HIDDEN), text.normalize('NFC'))
}

function isName(name: string): boolean {
  const letters = name.match(/\p{L}/gu)?.length ?? 0
  return letters >= (/\p{Script=Han}/u.test(name) ? LEAST_IDEOGRAPHS : LEAST_LETTERS) && !HIDDEN.includes(name)
}

function oneOf(names: ReadonlySet<string>, flags: string): RegExp[] {
  if (names.size === 0) return []
  const longestFirst = [...names].sort((a, b) => b.length - a.length)
  return [new RegExp(longestFirst.map(wholeWords).join('|'), flags)]
}

function wholeWords(name: string): string {
  const escaped = name.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`).replaceAll(' ', String.raw`\s+`)
  const before = isBoundary(name.at(0)) ? `(?<![${WORD}])` : ''
  return `${before}${escaped}${isBoundary(name.at(-1)) ? `(?![${WORD}])` : String.raw`(?!\p{M})`}`
}

const EDGE = new RegExp(`^(?![${UNSPACED}])[${WORD}]$`, 'u')
const isBoundary = (character: string | undefined): boolean => character !== undefined && EDGE.test(character)
