import { createHash } from 'node:crypto'
import { closeSync, createReadStream, openSync, statSync, writeSync } from 'node:fs'
import { basename } from 'node:path'
import { Command } from 'commander'
import { type ImportSummary, importHistory, type RefusedRow } from '../operations/import/import-history.ts'
import { type ImportKind, type ImportMapping, readMapping } from '../operations/import/import-mapping.ts'
import { type ImportFormat, readTable } from '../operations/import/import-rows.ts'
import { recordImport } from '../operations/import/record-import.ts'
import { commandLineActor } from './actor.ts'
import { withNativeSubmission } from './native-submission.ts'
import { ProgressLine } from './progress-line.ts'
import { CommandRefused } from './refusal.ts'
import { print, say, type Terminal } from './terminal.ts'

interface ImportOptions {
  readonly map?: readonly string[]
  readonly constant?: readonly string[]
  readonly translate?: readonly string[]
  readonly format?: string
  readonly delimiter?: string
  readonly errors?: string
  readonly restart?: boolean
}

export function importCommand(terminal: Terminal): Command {
  const command = new Command('import').description('load past deployments or defects from a table')
  for (const kind of ['deployments', 'defects'] as const)
    command
      .command(kind)
      .description(`load ${kind} from CSV with a header line, or from NDJSON; - reads standard input`)
      .argument('<file>', 'file.csv, file.ndjson or -')
      .option('--map <field=column...>', 'where a field comes from; column|column takes the first that is not empty')
      .option('--constant <field=value...>', 'a value for all rows that have none')
      .option(
        '--translate <field:word=ours...>',
        'their word for ours; * is any other word, an empty ours leaves it out',
      )
      .option('--format <format>', 'csv or ndjson (default: by the name of the file, csv for -)')
      .option('--delimiter <character>', 'between the cells of a CSV; tab for a tabulator', ',')
      .option('--errors <file>', 'write the refused rows there instead of standard error')
      .option('--restart', 'begin at the first row even if an earlier run stopped half-way')
      .action((file: string, options: ImportOptions) => runImport(terminal, kind, file, options))
  return command
}

async function runImport(terminal: Terminal, kind: ImportKind, file: string, options: ImportOptions): Promise<void> {
  const startedAt = terminal.clock()
  const format = formatOf(file, options.format)
  const mapping = readMapping(kind, options)
  const delimiter = delimiterOf(options.delimiter)
  // Standard input can be read only once, so it has no name under which to go on.
  const importKey = file === '-' ? undefined : await keyOf(file, kind, mapping, format, delimiter)
  const totalBytes = file === '-' ? undefined : statSync(file).size
  const input = file === '-' ? terminal.stdin : createReadStream(file)
  let bytesRead = 0
  const counted = async function* (): AsyncGenerator<Uint8Array> {
    for await (const chunk of input as AsyncIterable<Uint8Array>) {
      bytesRead += chunk.byteLength
      yield chunk
    }
  }
  const table = await readTable(counted(), format, { delimiter })
  const progress = new ProgressLine(terminal)
  const refusals = new RefusalList(terminal, progress, options.errors)
  try {
    const summary = await withNativeSubmission(terminal, async (store, submit) => {
      const record = (summary: ImportSummary | undefined) =>
        recordImport(store, kind, basename(file), summary, { by: commandLineActor(), now: terminal.clock() })
      const imported = await importHistory(store.db, submit, {
        kind,
        mapping,
        table,
        importKey,
        restart: options.restart,
        onBegin: () => record(undefined),
        onProgress: (rows) => progress.show(totalBytes && bytesRead / totalBytes, rows),
        onRefused: (row) => refusals.add(row),
      })
      await record(imported)
      return imported
    })
    progress.clear()
    report(terminal, summary, (terminal.clock() - startedAt) / 1000)
  } finally {
    progress.clear()
    refusals.close()
  }
}

function report(terminal: Terminal, summary: ImportSummary, seconds: number): void {
  const { rowsRead, rowsSkipped, created, updated, unchanged, waiting, refused, undated } = summary
  const count = (n: number): string => n.toLocaleString('en')
  const skipped = rowsSkipped > 0 ? `, ${count(rowsSkipped)} of them done by an earlier run` : ''
  print(terminal, `${count(rowsRead)} rows read${skipped}.`)
  print(
    terminal,
    `${count(created + updated + unchanged)} accepted: ${count(created)} created, ${count(updated)} updated, ${count(unchanged)} unchanged.`,
  )
  if (waiting > 0) say(terminal, `${count(waiting)} are safe on disk and will be worked out by the server.`)
  if (undated > 0)
    say(terminal, `Without a time: ${count(undated)}. They count as of now; map one, or leave these rows out.`)
  print(terminal, `${count(refused)} refused. ${seconds.toFixed(1)} seconds.`)
}

function formatOf(file: string, given: string | undefined): ImportFormat {
  if (given === 'csv' || given === 'ndjson') return given
  if (given !== undefined) throw new CommandRefused(`--format ${given}: choose csv or ndjson`)
  return /\.(ndjson|jsonl)$/i.test(file) ? 'ndjson' : 'csv'
}

function delimiterOf(given: string | undefined): string | undefined {
  const delimiter = given === 'tab' ? '\t' : given
  if (delimiter === undefined || (/^[\x20-\x7e\t]$/.test(delimiter) && delimiter !== '"')) return delimiter
  throw new CommandRefused(`--delimiter ${given}: give one character, such as ; or tab`)
}

/** Another file, mapping or way of reading it is another import. */
async function keyOf(
  file: string,
  ...how: [ImportKind, ImportMapping, ImportFormat, string | undefined]
): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(file)) hash.update(chunk as Uint8Array)
  const plain = (_: string, value: unknown): unknown => (value instanceof Map ? [...value] : value)
  return hash.update(JSON.stringify(how, plain)).digest('hex')
}

/** Says each refused row as it is met, to a person or into a file. */
class RefusalList {
  readonly #terminal: Terminal
  readonly #progress: ProgressLine
  readonly #file: number | undefined

  constructor(terminal: Terminal, progress: ProgressLine, file: string | undefined) {
    this.#terminal = terminal
    this.#progress = progress
    this.#file = file === undefined ? undefined : openSync(file, 'w')
  }

  add({ line, where, reason }: RefusedRow): void {
    const text = `line ${line}: ${where ? `${where} ` : ''}${reason}`
    if (this.#file !== undefined) writeSync(this.#file, `${text}\n`)
    else {
      this.#progress.clear()
      say(this.#terminal, text)
    }
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file)
  }
}
