/** As much of an OpenAPI document as is needed to call it. */
export interface ApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly parameters?: readonly Parameter[] }>>>>
}
interface Parameter {
  readonly in: string
  readonly name: string
}

/** Values that make a good request of the seeded server; others are asked for by a number. */
const SAMPLES: Readonly<Record<string, string>> = { service: 'checkout-api', environment: 'production', q: 'error' }

/**
 * Every address that reads, once for each of its parameters: all but the one that is spoilt should be right, or each
 * request is refused for the same reason.
 */
export function apiAddresses(base: string, { paths }: ApiDocument, version: string): string[] {
  return Object.entries(paths).flatMap(([path, { get }]) => {
    if (!get) return []
    const values: Readonly<Record<string, string>> = { ...SAMPLES, version }
    const address = base + path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(values[name] ?? '1'))
    const queries = (get.parameters ?? []).filter((one) => one.in === 'query')
    return [address, ...queries.map(({ name }) => `${address}?${name}=${values[name] ?? '1'}`)]
  })
}
