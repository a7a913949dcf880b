/** Read at once beyond what was asked for. */
const ROWS_AHEAD = 50
const TIME_AHEAD_MS = 30 * 86_400_000

/**
 * Rows that follow each other in time, read in pieces: asking for one stretch after another, each a little later than the
 * one before, seldom needs a query.
 */
export class RowsAhead<Row extends { readonly at: number }> {
  readonly #load: (from: number, to: number, limit: number) => Promise<Row[]>
  #from = 0
  /** All rows in [from, to) are here. */
  #to = 0
  #rows: readonly Row[] = []

  /** @param load the rows in [from, to), by instant and what else decides between them, at most `limit` */
  constructor(load: (from: number, to: number, limit: number) => Promise<Row[]>) {
    this.#load = load
  }

  /** All that were read last, asked for or not. */
  get read(): readonly Row[] {
    return this.#rows
  }

  /** The first `most` rows in [from, to). */
  async between(from: number, to: number, most: number): Promise<Row[]> {
    const known = this.#known(from, to, most)
    if (known) return known
    const limit = most + ROWS_AHEAD
    this.#rows = await this.#load(from, to + TIME_AHEAD_MS, limit)
    this.#from = from
    // Of those at the instant of the last one some may be missing.
    this.#to = this.#rows.length < limit ? to + TIME_AHEAD_MS : (this.#rows.at(-1)?.at as number)
    return this.#known(from, to, most) ?? []
  }

  /** @returns undefined when there may be others */
  #known(from: number, to: number, most: number): Row[] | undefined {
    if (from < this.#from) return undefined
    const since = this.#rows.filter(({ at }) => at >= from)
    if (since.length < most && to > this.#to) return undefined
    return since.filter(({ at }) => at < to).slice(0, most)
  }
}
