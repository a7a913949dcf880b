/**
 * The words by which a text is found: lower case, without accents, split where neither a letter nor a digit stands.
 * `NullPointerException` is also found by what it is made of, scripts that write no blanks character by character, and a
 * version by its numbers, whatever letters stand before it: `v3.1` and `hive3.1` by 3.1.
 */

/** Longer ones are cut: nobody types more of a word. */
const LONGEST_WORD = 60
/** Of one text; titles have some ten. */
const MOST_WORDS = 200
/** Of one question; more hardly make it narrower. */
const MOST_ASKED = 8

/** Radicals of Han are symbols to Unicode; text copied from a PDF holds them in the place of letters. */
const WORD = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]|[\p{L}\p{N}]+/gu
/** The first number of a version that letters stand before. */
const VERSION_AFTER_LETTERS = /(?<=\p{L})[0-9]+(?=\.[0-9])/gu
/** What is written before a version and is no part of it. */
const VERSION_MARK = /(?<![\p{L}\p{N}])v(?=[0-9]+\.[0-9])/giu
const UNSPACED = /([\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}])/gu

/** What `text` can be found by, each once, in no particular order. */
export function searchWords(text: string): readonly string[] {
  const parts = text.replace(/(\p{Ll}|\p{N})(?=\p{Lu})|\p{Lu}(?=\p{Lu}\p{Ll})/gu, '$& ')
  const versions = text.match(VERSION_AFTER_LETTERS) ?? []
  return [...new Set([...wordsIn(text), ...wordsIn(parts), ...versions.map(cutWord)])].slice(0, MOST_WORDS)
}

/** They as they are stored: a blank before each, by which its beginning can be looked for. */
export const titleWords = (title: string): string =>
  searchWords(title)
    .map((word) => ` ${word}`)
    .join('')

/** The words that somebody who typed this asks for; a text has to hold, for each, a word that begins so. */
export const askedWords = (typed: string): readonly string[] =>
  [...new Set(wordsIn(typed.replace(VERSION_MARK, '')))].slice(0, MOST_ASKED)

/** Versions among what somebody typed: numbers parted by dots belong together, which `askedWords` cannot say. */
export const askedVersions = (typed: string): readonly string[] =>
  [...new Set(typed.match(/[0-9]+(?:\.[0-9]+)+/g))].slice(0, MOST_ASKED)

/** Whether a text names a version that begins so: `3.1` is in `Hive 3.1.0`, not in `2.3.1` or `13.1`. */
export const holdsVersion = (text: string, version: string): boolean =>
  new RegExp(`(?:^|[^0-9.])${version.replaceAll('.', '[.]')}`).test(text)

function wordsIn(text: string): string[] {
  const plain = text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()
  return (plain.replace(UNSPACED, ' $1 ').match(WORD) ?? []).map(cutWord)
}

const cutWord = (word: string): string => [...word].slice(0, LONGEST_WORD).join('')
