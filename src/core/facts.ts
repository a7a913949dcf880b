/**
 * Statements that merge to the same result in whatever order, and however often, they arrive.
 *
 * Each field keeps one statement with the instant at which its sender made it. Of two statements the later one (or,
 * for `earliest`, the earlier one) stays; at the same instant the greater JSON text does, so that no pair is undecided.
 * Merging is therefore commutative, associative and idempotent: a join semilattice (Shapiro et al., "A comprehensive
 * study of convergent and commutative replicated data types", 2011, the last-writer-wins map).
 */
export interface Statement<T> {
  readonly value: T
  readonly at: number
}

export type Facts<Fields> = { readonly [Name in keyof Fields]?: Statement<NonNullable<Fields[Name]>> }

/** The values that are there, each stated at `at`. */
export function statedAt<Fields extends object>(values: Fields, at: number): Facts<Fields> {
  const facts: Record<string, Statement<unknown>> = {}
  for (const [name, value] of Object.entries(values))
    if (value !== undefined && value !== null) facts[name] = { value, at }
  return sortedByName(facts) as Facts<Fields>
}

/** Field by field the later statement. */
export const mergeLatest = <Fields>(a: Facts<Fields>, b: Facts<Fields>): Facts<Fields> =>
  merge(a, b, (x, y) => y.at > x.at)

/** Field by field the earlier statement. */
export const mergeEarliest = <Fields>(a: Facts<Fields>, b: Facts<Fields>): Facts<Fields> =>
  merge(a, b, (x, y) => y.at < x.at)

function merge<Fields>(
  a: Facts<Fields>,
  b: Facts<Fields>,
  wins: (held: Statement<unknown>, said: Statement<unknown>) => boolean,
): Facts<Fields> {
  const merged: Record<string, Statement<unknown>> = { ...(a as Record<string, Statement<unknown>>) }
  for (const [name, said] of Object.entries(b as Record<string, Statement<unknown>>)) {
    const held = merged[name]
    if (!held || wins(held, said) || (said.at === held.at && canonical(said) > canonical(held))) merged[name] = said
  }
  return sortedByName(merged) as Facts<Fields>
}

/** The value of a field, undefined when nothing was said. */
export const said = <Fields, Name extends keyof Fields>(
  facts: Facts<Fields>,
  name: Name,
): NonNullable<Fields[Name]> | undefined => facts[name]?.value

const canonical = (value: unknown): string => JSON.stringify(value)

/** Equal facts have equal JSON, whatever the order in which their fields came. */
const sortedByName = (record: Record<string, Statement<unknown>>) =>
  Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)))

export const earlier = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined ? b : b === undefined ? a : Math.min(a, b)

export const later = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined ? b : b === undefined ? a : Math.max(a, b)
