import { createHash } from 'node:crypto'
import type Postgres from 'pg'

/** So often a statement is asked before it is kept: many are never asked again. */
const OFTEN = 5
/** Each takes tens of kilobytes of the server on every connection. */
const MOST_KEPT = 200
/** Texts whose use is counted; those with a list of their own length are ever new. */
const MOST_COUNTED = 2_000

/**
 * PostgreSQL: a client for a pool, whose connections keep what is asked often as prepared statements. Working out how to
 * run the queries of a page takes the server as long as running them; it does so five times for each statement, and
 * then, where it does not expect to lose by it, no more.
 *
 * Within a transaction nothing is kept: a statement that has become unusable there would take the transaction along.
 * Elsewhere it is asked again as it is, and that connection keeps no more. A pooler between may mix up what is kept where, or
 * another instance may have added a column to a table that is read whole.
 */
export function preparingClient(client: typeof Postgres.Client): typeof Postgres.Client {
  const statements = new OftenAsked()
  return class extends client {
    #keeps = true

    // The overloads of the library come to this, as the driver calls it.
    override query(...asked: unknown[]): never {
      const ask = super.query.bind(this) as (...asked: unknown[]) => Promise<unknown>
      const [text, values] = asked
      const isPlain = typeof text === 'string' && Array.isArray(values) && asked.length === 2
      if (!isPlain || !this.#keeps || this.getTransactionStatus() !== 'I') return ask(...asked) as never
      const name = statements.nameOf(text)
      if (name === undefined) return ask(...asked) as never
      return ask({ name, text, values }).catch((error: unknown) => {
        if (!isUnusable(error)) throw error
        this.#keeps = false
        return ask(text, values)
      }) as never
    }
  }
}

/** Its result has other columns by now; it is not there; another has its name. Nothing has run then. */
const isUnusable = (error: unknown): boolean =>
  ['0A000', '26000', '42P05'].includes((error as { code?: string } | null)?.code ?? '')

/** The statements that are asked often, of one pool: each has one name on all its connections. */
class OftenAsked {
  readonly #names = new Map<string, string>()
  readonly #counted = new Map<string, number>()

  /** Undefined for one that is not asked often, or comes after so many that are. */
  nameOf(text: string): string | undefined {
    const known = this.#names.get(text)
    if (known !== undefined || this.#names.size === MOST_KEPT) return known
    const times = (this.#counted.get(text) ?? 0) + 1
    this.#counted.delete(text)
    if (times < OFTEN) {
      this.#counted.set(text, times)
      if (this.#counted.size > MOST_COUNTED) this.#counted.delete(this.#counted.keys().next().value as string)
      return undefined
    }
    // Of the text: behind a pooler the name of one client may be met by another, and must mean the same.
    const name = `postflight_${createHash('sha256').update(text).digest('hex').slice(0, 32)}`
    this.#names.set(text, name)
    return name
  }
}
