import { createHash } from 'node:crypto'
import type { Effect } from '../../core/conclusion.ts'
import type { Problem } from '../../core/event.ts'
import type { Db } from '../../store/database.ts'
import { findSetting, saveSetting } from '../../store/settings.ts'
import type { Submission } from '../intake/submit-native.ts'
import { columnsOf, type ImportKind, type ImportMapping, itemOf, missingColumns } from './import-mapping.ts'
import type { ImportTable } from './import-rows.ts'

const DEFAULT_BATCH_ROWS = 500
/** A batch is one delivery, kept whole; long descriptions make it shorter. */
const BATCH_CHARACTERS = 512 * 1024

/** The front door: what a POST of an array to the API runs into as well. */
export type Submit = (kind: ImportKind, items: readonly unknown[], idempotencyKey: string) => Promise<Submission>

export interface ImportRequest {
  readonly kind: ImportKind
  readonly mapping: ImportMapping
  readonly table: ImportTable
  /** Names the file and the mapping; a second run goes on where the first stopped. Absent: it begins at the first row. */
  readonly importKey?: string | undefined
  readonly restart?: boolean | undefined
  /** Rows handed in at once, 500 unless told. */
  readonly batchRows?: number | undefined
  /** Before the first row is handed in; what it throws ends the import. */
  readonly onBegin?: (() => Promise<void>) | undefined
  readonly onProgress?: ((rowsRead: number) => void) | undefined
  readonly onRefused?: ((row: RefusedRow) => void) | undefined
}

export interface RefusedRow {
  /** Where the row begins in the file, counted from 1. */
  readonly line: number
  /** The field, with the column it came from when that has another name; undefined: the whole row. */
  readonly where: string | undefined
  readonly reason: string
}

export interface ImportSummary {
  readonly rowsRead: number
  /** Done by an earlier run and passed over. */
  readonly rowsSkipped: number
  readonly created: number
  readonly updated: number
  /** Known already, or said twice in the file. */
  readonly unchanged: number
  /** On disk, but not worked out yet: a running server is at it, or will try again. */
  readonly waiting: number
  readonly refused: number
  /** Of those taken, such as say no time: they happened when they were received, which no past did. */
  readonly undated: number
}

/** The table does not have what the mapping names; the message says which. */
export class ImportRefused extends Error {}

interface PendingRow {
  readonly line: number
  readonly item: Record<string, unknown>
}

/**
 * Brings a table of past deployments or defects in, batch by batch through the front door. Bad rows are reported and
 * left out, the others are kept. Running it again, after a crash or on a longer file, ends in the same state as once.
 * @throws ImportRefused before the first row when the table lacks a column the mapping names
 */
export async function importHistory(db: Db, submit: Submit, request: ImportRequest): Promise<ImportSummary> {
  const { kind, mapping, table, importKey, batchRows = DEFAULT_BATCH_ROWS } = request
  assertColumns(kind, mapping, table)
  await request.onBegin?.()
  const progressName = importKey && `import:${importKey}`
  const rowsDone = progressName && !request.restart ? Number((await findSetting(db, progressName)) ?? 0) : 0
  const tally = new Tally(request)
  let batch: PendingRow[] = []
  let characters = 0
  let rowsRead = 0

  const flush = async () => {
    await submitKeepingGood(submit, request, batch, tally)
    tally.reportRefused()
    batch = []
    characters = 0
    // After the effects are committed: a crash in between repeats the batch, which changes nothing.
    if (progressName) await saveSetting(db, progressName, String(rowsRead))
    request.onProgress?.(rowsRead)
  }

  for await (const row of table.rows) {
    rowsRead++
    if (rowsRead <= rowsDone) continue
    if (row.kind === 'unreadable') {
      tally.refuse({ line: row.line, where: row.column && `column ${row.column}`, reason: row.reason })
    } else {
      const item = withIdentity(kind, itemOf(kind, mapping, row.cells))
      batch.push({ line: row.line, item })
      characters += JSON.stringify(item).length
    }
    if (batch.length === batchRows || characters >= BATCH_CHARACTERS) await flush()
  }
  await flush()
  return tally.summary(rowsRead, Math.min(rowsDone, rowsRead))
}

function assertColumns(kind: ImportKind, mapping: ImportMapping, table: ImportTable): void {
  if (!table.header) return
  const missing = missingColumns(mapping, table.header)
  if (missing.length > 0)
    throw new ImportRefused(`The header has no column "${missing.join('", "')}". It has: ${table.header.join(', ')}`)
  const required = kind === 'deployments' ? ['service', 'environment'] : ['title']
  const absent = required.filter(
    (field) =>
      !mapping.constants.has(field) && !columnsOf(mapping, field).some((column) => table.header?.includes(column)),
  )
  if (absent.length > 0)
    throw new ImportRefused(
      `No column gives ${absent.join(' and ')}: name one with --map ${absent[0]}=<column>, or a value for all rows with --constant ${absent[0]}=<value>.`,
    )
}

/**
 * The same row is the same thing however often it is heard of. Where it has no id of its own it gets one from what
 * makes it that row; where only the detection has a time, that is when it was seen.
 */
function withIdentity(kind: ImportKind, row: Record<string, unknown>): Record<string, unknown> {
  // Deployments with a time are named by service, environment, version and time.
  if (kind === 'deployments')
    return row.id !== undefined || (row.finishedAt ?? row.startedAt) !== undefined
      ? row
      : { ...row, id: derivedId(row) }
  const item =
    row.occurredAt === undefined && row.detectedAt !== undefined ? { ...row, occurredAt: row.detectedAt } : row
  if (item.id !== undefined || item.fingerprint !== undefined) return item
  return { ...item, id: derivedId([item.service, item.environment, item.title, item.occurredAt]) }
}

const derivedId = (parts: unknown): string => `import-${sha256(JSON.stringify(parts)).slice(0, 20)}`

/** Submits the batch; refused rows are taken out and reported, and the rest is submitted again. */
async function submitKeepingGood(
  submit: Submit,
  request: ImportRequest,
  batch: readonly PendingRow[],
  tally: Tally,
): Promise<void> {
  let rows = batch
  while (rows.length > 0) {
    const items = rows.map(({ item }) => item)
    const submission = await submit(request.kind, items, `import-${sha256(JSON.stringify([request.kind, items]))}`)
    if (submission.kind !== 'refused') return tally.accept(submission, items)
    const problems = problemsByRow(submission.problems, rows.length)
    // Nobody to blame would mean asking for ever.
    if (problems.size === 0) throw new Error(`the batch was refused as a whole: ${JSON.stringify(submission.problems)}`)
    for (const [index, problem] of problems) {
      const [field = ''] = problem.path.split('.').slice(1)
      tally.refuse({
        line: rows[index]?.line ?? 0,
        where: field && whereOf(request.mapping, field),
        reason: problem.message,
      })
    }
    rows = rows.filter((_, index) => !problems.has(index))
  }
}

const TIMES: Readonly<Record<ImportKind, readonly string[]>> = {
  deployments: ['finishedAt', 'startedAt'],
  defects: ['occurredAt', 'detectedAt'],
}
const isUndated = (kind: ImportKind, item: Readonly<Record<string, unknown>>): boolean =>
  TIMES[kind].every((name) => item[name] === undefined)

/** The first problem of each row; paths begin with the row's place in the array. */
function problemsByRow(problems: readonly Problem[], rowCount: number): Map<number, Problem> {
  const byRow = new Map<number, Problem>()
  for (const problem of problems) {
    const index = /^\d+(?=\.|$)/.exec(problem.path)?.[0]
    if (index !== undefined && Number(index) < rowCount && !byRow.has(Number(index))) byRow.set(Number(index), problem)
  }
  return byRow
}

function whereOf(mapping: ImportMapping, field: string): string {
  const columns = columnsOf(mapping, field)
  return columns.length === 1 && columns[0] === field ? field : `${field} (column ${columns.join(' or ')})`
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

class Tally {
  readonly #request: ImportRequest
  readonly #effects: Record<Effect, number> = { created: 0, updated: 0, unchanged: 0 }
  #waiting = 0
  #refused = 0
  #undated = 0
  #unreported: RefusedRow[] = []

  constructor(request: ImportRequest) {
    this.#request = request
  }

  refuse(row: RefusedRow): void {
    this.#refused++
    this.#unreported.push(row)
  }

  /** What cannot be read is known before what is refused; people read by line. */
  reportRefused(): void {
    for (const row of this.#unreported.sort((a, b) => a.line - b.line)) this.#request.onRefused?.(row)
    this.#unreported = []
  }

  accept(
    { kind, results }: Exclude<Submission, { kind: 'refused' }>,
    items: readonly Readonly<Record<string, unknown>>[],
  ): void {
    this.#undated += items.filter((item) => isUndated(this.#request.kind, item)).length
    if (results === undefined) this.#waiting += items.length
    for (const result of results ?? []) {
      if (result.kind === 'note' || result.kind === 'release') continue
      // A duplicate comes back with the results of the first time, which did the work.
      this.#effects[kind === 'duplicate' ? 'unchanged' : result.effect]++
    }
  }

  summary(rowsRead: number, rowsSkipped: number): ImportSummary {
    return {
      ...{ rowsRead, rowsSkipped, ...this.#effects },
      ...{ waiting: this.#waiting, refused: this.#refused, undated: this.#undated },
    }
  }
}
