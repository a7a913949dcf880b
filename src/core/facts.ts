/**
 * Statements that merge to the same result in whatever order, and however often, they arrive.
 *
 * Each field keeps one statement with the instant at which its sender made it. Of two statements the later one (or,
 * for `earliest`, the earlier one) stays; at the same instant the greater JSON text does, so that no pair is undecided.
 * Merging is therefore commutative, associative and idempotent: a join semilattice (Shapiro et al., "A comprehensive
 * study of convergent and commutative replicated data types", 2011, the last-writer-wins map).
 *
 * A statement may carry a weight: the heavier one stays, whatever the instants. The operator's rules are weighed so
 * (core/inbound/service-rules.ts), and a later reading of the same event can outrank an earlier one of the same instant.
 */
export interface Statement<T> {
  readonly value: T
  readonly at: number
  /** Absent: 0. */
  readonly weight?: number
}

export type Facts<Fields> = { readonly [Name in keyof Fields]?: Statement<NonNullable<Fields[Name]>> }

/** The values that are there, each stated at `at`. */
export function statedAt<Fields extends object>(values: Fields, at: number): Facts<Fields> {
  const facts: Record<string, Statement<unknown>> = {}
  for (const [name, value] of Object.entries(values))
    if (value !== undefined && value !== null) facts[name] = { value, at }
  return sortedByName(facts) as Facts<Fields>
}

/** With the value of one field stated with a weight. Without a value it takes back what lighter statements say. */
export function withWeighed<Fields, Name extends keyof Fields & string>(
  facts: Facts<Fields>,
  name: Name,
  { value, at, weight }: { value: Fields[Name] | undefined; at: number; weight: number },
): Facts<Fields> {
  const weighed = { ...(facts as Record<string, Statement<unknown>>), [name]: { value: value ?? null, at, weight } }
  return sortedByName(weighed) as Facts<Fields>
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
    if (!held || outranks(held, said, wins)) merged[name] = said
  }
  return sortedByName(merged) as Facts<Fields>
}

function outranks(
  held: Statement<unknown>,
  said: Statement<unknown>,
  wins: (held: Statement<unknown>, said: Statement<unknown>) => boolean,
): boolean {
  const heavier = (said.weight ?? 0) - (held.weight ?? 0)
  if (heavier !== 0) return heavier > 0
  return wins(held, said) || (said.at === held.at && canonical(said) > canonical(held))
}

/** The value of a field, undefined when nothing was said, or what was said is taken back. */
export const said = <Fields, Name extends keyof Fields>(
  facts: Facts<Fields>,
  name: Name,
): NonNullable<Fields[Name]> | undefined => facts[name]?.value ?? undefined

const canonical = (value: unknown): string => JSON.stringify(value)

/** Equal facts have equal JSON, whatever the order in which their fields came. */
const sortedByName = (record: Record<string, Statement<unknown>>) =>
  Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)))

/**
 * Sets only grow: the union in one order, of which the first `most` are kept. What is cut cannot come back among the
 * first, so merging stays independent of order and repetition.
 */
export const mergeSets = (a: readonly string[], b: readonly string[], most: number): readonly string[] =>
  [...new Set([...a, ...b])].sort().slice(0, most)

/** Values with the place each had in the list it was said in, from 0; by place, then by text. */
export type Ranked = readonly (readonly [place: number, value: string])[]

export const ranked = (values: readonly string[], most: number): Ranked =>
  mergeRanked(
    values.map((value, place) => [place, value]),
    [],
    most,
  )

/** The union of lists whose order means something: each value at its foremost place. Cut as sets are. */
export function mergeRanked(a: Ranked, b: Ranked, most: number): Ranked {
  const places = new Map<string, number>()
  for (const [place, value] of [...a, ...b]) places.set(value, Math.min(place, places.get(value) ?? place))
  return [...places]
    .map(([value, place]) => [place, value] as const)
    .sort(([p, x], [q, y]) => p - q || (x < y ? -1 : 1))
    .slice(0, most)
}

export const earlier = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined ? b : b === undefined ? a : Math.min(a, b)

export const later = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined ? b : b === undefined ? a : Math.max(a, b)
