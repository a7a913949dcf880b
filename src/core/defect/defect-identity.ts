/**
 * Which reports are one defect. Reports that share a key are, unless a person said otherwise; what people say stands
 * above the keys, and what they said later above what they said before. It follows from the set of what is known alone,
 * in whatever order that was heard.
 */

export interface KeyedReport {
  /** Its own: no other report has it. */
  readonly key: string
  /** Those that others may have as well. */
  readonly shared: readonly string[]
  /** Shared keys of others that it mentions; makes it one with those of another source that have them. */
  readonly mentioned?: readonly string[]
  readonly sourceId?: number
}

/** What a person said of reports, named by their own keys; reports that are not known yet may be among them. */
export interface IdentityWord {
  /** same: both sides are one defect. apart: each side is one, and the first was split off from the second. */
  readonly kind: 'same' | 'apart'
  readonly at: number
  readonly sides: readonly [readonly string[], readonly string[]]
}

export interface Gathering {
  /** The own keys of the reports of each defect; sorted, and the defects by their first. */
  readonly defects: readonly (readonly string[])[]
  /** By shared key: the place in `defects` of the one to which further reports with it belong. */
  readonly holders: ReadonlyMap<string, number>
}

/**
 * Gathers reports into defects. Reports that share a key directly or over others, and words about them, must be given
 * together.
 */
export function gatherReports(reports: readonly KeyedReport[], words: readonly IdentityWord[]): Gathering {
  const groups = new Groups()
  for (const { key } of reports) groups.add(key)
  for (const [i, { kind, sides }] of latestFirst(words).entries()) {
    const [one, other] = sides
    if (kind === 'same') groups.join([...one, ...other])
    else {
      groups.join(one)
      groups.join(other)
      groups.keepApart(i, one, other)
    }
  }

  const known = new Set(reports.map(({ key }) => key))
  const holding = new Map<string, string>()
  for (const [shared, keys] of byShared(reports)) holding.set(shared, groups.joinHolders(keys))

  const defects = groups
    .all()
    .map((keys) => keys.filter((key) => known.has(key)).sort())
    .filter((keys) => keys.length > 0)
    .sort((a, b) => ((a[0] as string) < (b[0] as string) ? -1 : 1))
  const places = new Map(defects.flatMap((keys, place) => keys.map((key) => [key, place] as const)))
  return {
    defects,
    holders: new Map([...holding].map(([shared, key]) => [shared, places.get(key) as number])),
  }
}

/** Those of one instant in an order of their own, so that the result hangs on nothing else. */
const latestFirst = (words: readonly IdentityWord[]): IdentityWord[] =>
  words
    .map(({ kind, at, sides }): IdentityWord => ({ kind, at, sides: [[...sides[0]].sort(), [...sides[1]].sort()] }))
    .sort((a, b) => b.at - a.at || (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))

/** Who has each shared key, and after those who mentions it in another source. */
function byShared(reports: readonly KeyedReport[]): [string, string[]][] {
  const having = new Map<string, KeyedReport[]>()
  for (const report of reports)
    for (const shared of new Set(report.shared)) having.set(shared, [...(having.get(shared) ?? []), report])
  const holders = new Map([...having].map(([shared, those]) => [shared, those.map(({ key }) => key)]))
  for (const { key, sourceId, mentioned = [] } of reports)
    for (const one of new Set(mentioned))
      if (having.get(one)?.some((other) => other.sourceId !== sourceId)) holders.get(one)?.push(key)
  return [...holders].sort(([a], [b]) => (a < b ? -1 : 1))
}

interface Group {
  readonly keys: string[]
  least: string
  /** Words by which it was split off from another, and by which another was from it. */
  readonly off: Set<number>
  readonly from: Set<number>
}

class Groups {
  readonly #of = new Map<string, Group>()

  add(key: string): Group {
    const held = this.#of.get(key)
    if (held) return held
    const group: Group = { keys: [key], least: key, off: new Set(), from: new Set() }
    this.#of.set(key, group)
    return group
  }

  all(): string[][] {
    return [...new Set(this.#of.values())].map(({ keys }) => keys)
  }

  /** Makes them one, as far as no later word keeps them apart. */
  join(keys: readonly string[]): void {
    for (const key of keys) this.#joinWith(this.add(keys[0] as string), this.add(key))
  }

  keepApart(word: number, one: readonly string[], other: readonly string[]): void {
    const off = new Set(one.map((key) => this.add(key)))
    const from = new Set(other.map((key) => this.add(key)))
    // Where a later word made both sides one, this one is over.
    for (const group of off) if (!from.has(group)) group.off.add(word)
    for (const group of from) if (!off.has(group)) group.from.add(word)
  }

  /**
   * Makes one of all that hold a shared key, as far as no word keeps them apart. What was split off leaves the key with
   * what it was split off from.
   * @returns the own key of a report of the group that has it now
   */
  joinHolders(keys: readonly string[]): string {
    const holding = [...new Set(keys.map((key) => this.add(key)))].sort((a, b) => (a.least < b.least ? -1 : 1))
    const staying = holding.filter((group) => !holding.some((other) => meet(group.off, other.from)))
    const first = staying[0] ?? holding[0]
    const holder = keys.find((key) => this.add(key) === first) as string
    for (const group of staying) this.#joinWith(this.add(holder), group)
    return holder
  }

  #joinWith(a: Group, b: Group): void {
    if (a === b || meet(a.off, b.from) || meet(a.from, b.off)) return
    const [large, small] = a.keys.length >= b.keys.length ? [a, b] : [b, a]
    for (const key of small.keys) {
      large.keys.push(key)
      this.#of.set(key, large)
    }
    if (small.least < large.least) large.least = small.least
    for (const word of small.off) large.off.add(word)
    for (const word of small.from) large.from.add(word)
  }
}

const meet = (a: ReadonlySet<number>, b: ReadonlySet<number>): boolean => {
  for (const one of a) if (b.has(one)) return true
  return false
}
