/** The services that a person or a token may change things of; undefined: all, also those to come. */
export type ServiceLimit = readonly string[] | undefined

export const MOST_SERVICES_IN_LIMIT = 200

/**
 * Which of the services concerned are out of bounds, each once. What is about no service in particular (undefined)
 * concerns all of them, so whoever is limited may not change it.
 */
export function outOfBounds(limit: ServiceLimit, concerned: readonly (string | undefined)[]): (string | undefined)[] {
  if (limit === undefined) return []
  return [...new Set(concerned)].filter((service) => service === undefined || !limit.includes(service))
}

/** As it is stored: JSON. What cannot be read limits to nothing. */
export function readServiceLimit(stored: string | null): ServiceLimit {
  if (stored === null) return undefined
  try {
    const names: unknown = JSON.parse(stored)
    return Array.isArray(names) ? names.filter((name) => typeof name === 'string') : []
  } catch {
    return []
  }
}

export const writeServiceLimit = (limit: ServiceLimit): string | null =>
  limit === undefined ? null : JSON.stringify([...new Set(limit)].sort())

/** What was typed: names separated by commas or line ends. */
export const parseServiceNames = (text: string): string[] => [
  ...new Set(
    text
      .split(/[,\n]/)
      .map((name) => name.trim())
      .filter((name) => name !== ''),
  ),
]
