/**
 * Keys of dispatches where CI shows them: in the name of a run such as `Roll back checkout-api (ER-27-1)`. `ER-27-11` and
 * `MERGER-27-1` do not hold `ER-27-1`.
 */
const KEYS = /(?<![\p{L}\p{N}_-])ER-[1-9]\d{0,14}-[1-9]\d{0,8}(?![\p{L}\p{N}_-])/gu

/** All keys in a text, in its order. */
export const keysIn = (text: string): string[] => text.slice(0, MOST_READ).match(KEYS) ?? []

export const carriesKey = (text: string, key: string): boolean => keysIn(text).includes(key)

/** More than any CI lets a name have. */
const MOST_READ = 2_000
