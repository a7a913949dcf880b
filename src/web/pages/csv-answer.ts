import type { DataTable } from '../../../views/components/chart.tsx'
import { type Cell, CSV_BEGINNING, csvLine } from '../../core/text/csv.ts'
import type { Ctx } from '../routes.ts'

/** Lists as CSV, however long: read portion by portion as fast as it is taken, and no further. */

export interface CsvList {
  /** Of the file, without its ending. */
  readonly name: string
  readonly columns: readonly string[]
  /** Rows of the list in its order, some hundreds at a time. */
  readonly portions: AsyncIterable<readonly (readonly Cell[])[]>
}

/** So many are read at the same time; each costs as much as a person who pages through everything. */
const MOST_AT_ONCE = 2
const COME_BACK_AFTER_S = 20
/** One that nobody reads on from would keep others away. */
const GIVEN_UP_AFTER_MS = 60_000

const headersOf = (name: string) => ({
  'Content-Type': 'text/csv; charset=utf-8; header=present',
  'Content-Disposition': `attachment; filename="${name}.csv"`,
  'Cache-Control': 'no-store',
  'X-Accel-Buffering': 'no',
})

export class CsvExports {
  readonly #stopping: AbortSignal
  #running = 0

  /** When `stopping`, answers end unfinished: a file that looks whole and is not would be worse. */
  constructor(stopping: AbortSignal) {
    this.#stopping = stopping
  }

  get running(): number {
    return this.#running
  }

  /** Two lists at once; who comes third is asked to come back. */
  answer(c: Ctx, { name, columns, portions }: CsvList): Response {
    if (this.#running >= MOST_AT_ONCE || this.#stopping.aborted)
      return c.text('Two lists are being exported already. Try again in a moment.', 503, {
        'Retry-After': String(COME_BACK_AFTER_S),
      })
    const headers = headersOf(name)
    if (c.req.method === 'HEAD') return c.body(null, 200, headers)
    return c.body(this.#stream(c, CSV_BEGINNING + csvLine(columns), portions), 200, headers)
  }

  #stream(c: Ctx, beginning: string, portions: CsvList['portions']): ReadableStream<Uint8Array> {
    const rows = portions[Symbol.asyncIterator]()
    const encoder = new TextEncoder()
    const gone = c.req.raw.signal
    const stopping = this.#stopping
    let ended = false
    let begun = false
    let breakOff: (() => void) | undefined
    const idle = setTimeout(() => breakOff?.(), GIVEN_UP_AFTER_MS)
    idle.unref()
    const end = () => {
      if (ended) return
      ended = true
      this.#running--
      clearTimeout(idle)
      gone.removeEventListener('abort', end)
      if (breakOff) stopping.removeEventListener('abort', breakOff)
      void rows.return?.()
    }
    this.#running++
    gone.addEventListener('abort', end)
    return new ReadableStream<Uint8Array>(
      {
        start(controller) {
          breakOff = () => {
            if (ended) return
            // Closed in the middle, so that who reads it sees that something is missing.
            if (c.env?.outgoing) c.env.outgoing.destroy()
            else controller.error(new Error('the export was broken off'))
            end()
          }
          stopping.addEventListener('abort', breakOff)
        },
        async pull(controller) {
          idle.refresh()
          if (!begun) {
            begun = true
            controller.enqueue(encoder.encode(beginning))
            return
          }
          try {
            // Others get their turn between portions, also where the database answers without a pause.
            await new Promise((resolve) => setImmediate(resolve))
            const { done, value } = await rows.next()
            if (ended || done) {
              end()
              controller.close()
            } else controller.enqueue(encoder.encode(value.map(csvLine).join('')))
          } catch (error) {
            end()
            throw error
          }
        },
        cancel: end,
      },
      { highWaterMark: 0 },
    )
  }
}

/** The numbers of a chart as they stand in its table; small enough to be sent in one piece. */
export function csvOfTable(c: Ctx, name: string, { columns, rows }: DataTable): Response {
  const lines = [namesOf({ columns }), ...cellsOf({ rows })].map(csvLine)
  return c.body(CSV_BEGINNING + lines.join(''), 200, headersOf(name))
}

export const namesOf = ({ columns }: Pick<DataTable, 'columns'>): string[] =>
  columns.map(({ name, unit }) => (unit ? `${name} (${unit})` : name))

export const cellsOf = ({ rows }: Pick<DataTable, 'rows'>): Cell[][] =>
  rows.map(({ cells }) => cells.map(({ value }) => value ?? undefined))
