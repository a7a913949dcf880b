import type { DataTable } from '../../views/components/chart.tsx'
import type { Ctx } from './routes.ts'

/** Null: an empty field. */
export type CsvField = string | number | null

/** A spreadsheet would take what begins so for a formula; an apostrophe in front makes it text again. */
const FORMULA = /^[=+\-@\t\r]/
const QUOTED = /[",\r\n]/
/** Rows to a piece of the stream. */
const PIECE = 500

/** One line, with its end. Texts that a spreadsheet would run are defused, numbers are as they are (RFC 4180). */
export const csvLine = (fields: readonly CsvField[]): string => `${fields.map(csvField).join(',')}\r\n`

function csvField(field: CsvField): string {
  if (field === null) return ''
  if (typeof field === 'number') return String(field)
  const text = FORMULA.test(field) ? `'${field}` : field
  return QUOTED.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** Answers with rows as a file, piece by piece as the reader takes them. */
export function csvAnswer(c: Ctx, name: string, rows: Iterable<readonly CsvField[]>): Response {
  const lines = rows[Symbol.iterator]()
  const encoder = new TextEncoder()
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      let piece = ''
      for (let i = 0; i < PIECE; i++) {
        const { done, value } = lines.next()
        if (done) {
          if (piece) controller.enqueue(encoder.encode(piece))
          controller.close()
          return
        }
        piece += csvLine(value)
      }
      controller.enqueue(encoder.encode(piece))
    },
  })
  c.header('Content-Type', 'text/csv; charset=utf-8')
  c.header('Content-Disposition', `attachment; filename="${name}.csv"`)
  c.header('Cache-Control', 'no-store')
  return c.body(body)
}

/** The numbers of a chart as they stand in its table. */
export function csvOfTable(c: Ctx, name: string, { columns, rows }: DataTable): Response {
  function* lines(): Generator<readonly CsvField[]> {
    yield columns.map((column) => column.name)
    for (const { cells } of rows) yield cells.map(({ value }) => value)
  }
  return csvAnswer(c, name, lines())
}
