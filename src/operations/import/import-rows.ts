import { isUtf8 } from 'node:buffer'
import { parse } from 'csv-parse/sync'
import { readJson } from '../../sources/reading/json.ts'

export type ImportFormat = 'csv' | 'ndjson'

/** One row of a table from outside; `line` is where it begins, counted from 1, the header included. */
export type ImportRow =
  | { readonly kind: 'row'; readonly line: number; readonly cells: Readonly<Record<string, unknown>> }
  | {
      readonly kind: 'unreadable'
      readonly line: number
      readonly column?: string | undefined
      readonly reason: string
    }

export interface ImportTable {
  /** The columns; undefined for NDJSON, where each row names its own. */
  readonly header: readonly string[] | undefined
  readonly rows: AsyncIterable<ImportRow>
}

/** The table as a whole cannot be read; the message says why. */
export class UnreadableTable extends Error {}

/** Longest row in bytes: what a quote that is never closed may swallow. */
const MAX_ROW_BYTES = 1024 * 1024

/**
 * Reads a table row by row, holding one row at a time.
 * @throws UnreadableTable when there is no header, or it names a column twice
 */
export async function readTable(
  bytes: AsyncIterable<Uint8Array>,
  format: ImportFormat,
  options: { readonly delimiter?: string | undefined } = {},
): Promise<ImportTable> {
  if (format === 'ndjson') return { header: undefined, rows: ndjsonRows(bytes) }
  const delimiter = options.delimiter ?? ','
  const lines = new PushBack(textLines(bytes))
  const first = await framesOf(lines).next()
  if (first.done) throw new UnreadableTable('The table is empty: it has no header line.')
  const cells = cellsOf(first.value, delimiter)
  if (typeof cells === 'string') throw new UnreadableTable(`The header ${cells}.`)
  const header = cells.map((cell) => decoded(cell)?.trim() ?? '')
  const twice = header.find((name, i) => name !== '' && header.indexOf(name) !== i)
  if (twice) throw new UnreadableTable(`The header names the column "${twice}" twice.`)
  return { header, rows: csvRows(lines, header, delimiter) }
}

async function* csvRows(
  lines: PushBack<Line>,
  header: readonly string[],
  delimiter: string,
): AsyncGenerator<ImportRow> {
  for await (const frame of framesOf(lines)) {
    const line = frame[0].number
    const cells = cellsOf(frame, delimiter)
    if (typeof cells === 'string' || cells.length !== header.length) {
      // Two stray quotes can swallow the good lines between them: only the first line is given up.
      lines.pushBack(frame.slice(1))
      const reason =
        typeof cells === 'string' ? cells : `has ${cells.length} cells where the header has ${header.length}`
      yield { kind: 'unreadable', line, reason: frame.length > 1 ? 'opens a quote that is not closed rightly' : reason }
      continue
    }
    const texts = cells.map(decoded)
    const broken = texts.indexOf(undefined)
    if (broken >= 0) yield { kind: 'unreadable', line, column: header[broken], reason: 'is not UTF-8 text' }
    else yield { kind: 'row', line, cells: Object.fromEntries(header.map((name, i) => [name, texts[i]])) }
  }
}

/** Bytes travel through the CSV reader as Latin-1, which loses none, so that one bad cell is one bad row. */
function decoded(cell: string): string | undefined {
  const bytes = Buffer.from(cell, 'latin1')
  return isUtf8(bytes) ? bytes.toString('utf8') : undefined
}

interface Line {
  readonly number: number
  /** Latin-1, without its line feed. */
  readonly text: string
}

/** The lines of one record each: a well-formed record has an even number of quotes (RFC 4180). */
async function* framesOf(lines: PushBack<Line>): AsyncGenerator<[Line, ...Line[]]> {
  let frame: Line[] = []
  let bytes = 0
  let quotes = 0
  const take = (): Line[] => {
    const taken = frame
    frame = []
    bytes = 0
    quotes = 0
    return taken
  }
  for (;;) {
    const line = await lines.next()
    if (frame.length === 0 && line?.text === '') continue
    if (line) {
      frame.push(line)
      bytes += line.text.length
      quotes += quotesIn(line.text)
      if (quotes % 2 !== 0 && bytes <= MAX_ROW_BYTES) continue
    }
    const taken = take()
    if (!isFrame(taken)) return
    yield taken
  }
}

const isFrame = (lines: Line[]): lines is [Line, ...Line[]] => lines.length > 0

function quotesIn(text: string): number {
  let count = 0
  for (let at = text.indexOf('"'); at >= 0; at = text.indexOf('"', at + 1)) count++
  return count
}

/** The cells of one record, or what is wrong with it. */
function cellsOf(frame: readonly Line[], delimiter: string): string[] | string {
  const text = frame.map((line) => line.text).join('\n')
  if (text.length > MAX_ROW_BYTES) return 'is longer than 1 MiB'
  if (!text.includes('"')) return text.split(delimiter)
  try {
    const records = parse(text, { delimiter, encoding: 'latin1', relax_column_count: true }) as string[][]
    return records.length === 1 ? (records[0] as string[]) : 'is not one record'
  } catch (error) {
    return plainReason(error as Error)
  }
}

function plainReason(error: Error & { code?: string }): string {
  if (error.code === 'CSV_QUOTE_NOT_CLOSED') return 'opens a quote that is never closed'
  if (error.code === 'INVALID_OPENING_QUOTE') return 'has a quote in the middle of a cell that does not begin with one'
  if (error.code === 'CSV_INVALID_CLOSING_QUOTE') return 'has text after a closing quote'
  return error.message
}

/** Reads one by one, and again what was put back. */
class PushBack<T> {
  readonly #source: AsyncIterator<T>
  #held: T[] = []

  constructor(source: AsyncIterable<T>) {
    this.#source = source[Symbol.asyncIterator]()
  }

  async next(): Promise<T | undefined> {
    if (this.#held.length > 0) return this.#held.pop()
    const next = await this.#source.next()
    return next.done ? undefined : next.value
  }

  pushBack(items: readonly T[]): void {
    this.#held.push(...[...items].reverse())
  }
}

async function* textLines(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Line> {
  let number = 0
  for await (const line of linesOf(bytes)) {
    number++
    // A line that is too long stays too long, but need not be carried along.
    const text = line === 'too long' ? ' '.repeat(MAX_ROW_BYTES + 1) : Buffer.from(line).toString('latin1')
    yield { number, text: text.endsWith('\r') ? text.slice(0, -1) : text }
  }
}

async function* ndjsonRows(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<ImportRow> {
  let line = 0
  for await (const text of linesOf(bytes)) {
    line++
    if (text === 'too long') {
      yield { kind: 'unreadable', line, reason: 'is longer than 1 MiB' }
      continue
    }
    if (text.every((byte) => byte === 0x20 || byte === 0x09 || byte === 0x0d)) continue
    const json = readJson(text)
    if (!json.ok) yield { kind: 'unreadable', line, reason: json.problem.message.replace(/^the body /, '') }
    else if (json.repeatedKeys[0] !== undefined)
      yield { kind: 'unreadable', line, column: json.repeatedKeys[0], reason: 'is given more than once' }
    else if (typeof json.value !== 'object' || json.value === null || Array.isArray(json.value))
      yield { kind: 'unreadable', line, reason: 'is not a JSON object' }
    else yield { kind: 'row', line, cells: json.value as Record<string, unknown> }
  }
}

async function* linesOf(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array | 'too long'> {
  let held: Uint8Array[] = []
  let heldBytes = 0
  const take = (last: Uint8Array): Uint8Array | 'too long' => {
    const line = heldBytes + last.byteLength > MAX_ROW_BYTES ? 'too long' : Buffer.concat([...held, last])
    held = []
    heldBytes = 0
    return line
  }
  for await (const chunk of withoutMark(bytes)) {
    let from = 0
    for (let end = chunk.indexOf(0x0a); end >= 0; end = chunk.indexOf(0x0a, from)) {
      yield take(chunk.subarray(from, end))
      from = end + 1
    }
    const rest = chunk.subarray(from)
    // Beyond the limit only the length matters; the bytes need not be kept.
    if (heldBytes <= MAX_ROW_BYTES) held.push(rest)
    heldBytes += rest.byteLength
  }
  if (heldBytes > 0) yield take(new Uint8Array(0))
}

/** Drops a byte order mark, which spreadsheets write. */
async function* withoutMark(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let start: Uint8Array | undefined = new Uint8Array(0)
  for await (const chunk of bytes) {
    if (start === undefined) {
      yield chunk
      continue
    }
    start = Buffer.concat([start, chunk])
    if (start.byteLength < 3) continue
    yield hasMark(start) ? start.subarray(3) : start
    start = undefined
  }
  if (start && start.byteLength > 0) yield start
}

const hasMark = (bytes: Uint8Array) => bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf
