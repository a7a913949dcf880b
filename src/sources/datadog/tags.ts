import { labelNames } from '../reading/origin.ts'

/** Datadog's tags: `env:production,service:checkout,version:2.4.1,monitor`, with blanks or without. */
export const tagsIn = (...lists: readonly (string | null | undefined)[]): string[] => [
  ...new Set(
    lists.flatMap((list) =>
      (list ?? '')
        .split(',')
        .map((tag) => tag.trim())
        .filter(Boolean),
    ),
  ),
]

/** The value of the first tag with one of the names, in the order of the names. */
export function tagValue(tags: readonly string[], ...names: readonly string[]): string | undefined {
  for (const name of names) {
    const tag = tags.find((one) => one.toLowerCase().startsWith(`${name}:`))
    if (tag !== undefined && tag.length > name.length + 1) return tag.slice(name.length + 1)
  }
  return undefined
}

/** As `label.<name>`, for the operator's rules. */
export const tagNames = (tags: readonly string[]): Record<string, string> => labelNames(tags.slice(0, 40))
