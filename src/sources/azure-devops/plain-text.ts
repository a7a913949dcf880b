import { cleanText } from '../../core/text/text.ts'

const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  nbsp: ' ',
  apos: "'",
  '#39': "'",
}

/** The text of HTML from a sender's editor, with its line breaks; what is left is text, to be escaped like any other. */
export function plainText(html: string | null | undefined, maxCodePoints: number): string | undefined {
  const text = (html ?? '')
    .slice(0, 8 * maxCodePoints)
    .replace(/<(?:br|\/p|\/div|\/li|\/tr)\b[^<>]{0,200}>/gi, '\n')
    .replace(/<[a-z/!][^<>]{0,2000}>/gi, '')
    .replace(/&(amp|lt|gt|quot|nbsp|apos|#39);/g, (_, name: string) => ENTITIES[name] ?? '')
    // Looked for where blanks begin only: else a long run of them is gone through once for each.
    .replace(/(?<![ \t])[ \t]+\n/g, '\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim()
  return cleanText(text, maxCodePoints) || undefined
}
