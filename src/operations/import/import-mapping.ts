import { readJsonText } from '../../sources/reading/json.ts'

/** How the columns of somebody's own table become the fields of the native deployment and defect. */
export interface ImportMapping {
  /** Field → columns, the first that is not empty counts. A field not named here is read from the column of its name. */
  readonly columns: ReadonlyMap<string, readonly string[]>
  /** Field → value for every row; a column wins where it has something. */
  readonly constants: ReadonlyMap<string, string>
  /** Field → their word → our word; `*` stands for any other word, and nothing on our side leaves the field out. */
  readonly translations: ReadonlyMap<string, ReadonlyMap<string, string>>
}

export type ImportKind = 'deployments' | 'defects'

/** What a row can fill; docs/sources/native.md says what each means. The list of commits does not fit a cell. */
export const IMPORT_FIELDS: Readonly<Record<ImportKind, readonly string[]>> = {
  deployments: [
    ...['id', 'service', 'version', 'environment', 'tier', 'status', 'action', 'kind', 'commit', 'artifact'],
    ...['startedAt', 'finishedAt', 'url', 'actor', 'percent', 'files'],
  ],
  defects: [
    ...['id', 'fingerprint', 'title', 'description', 'service', 'environment', 'tier', 'phase', 'severity', 'status'],
    ...[
      'version',
      'commit',
      'deployment',
      'artifact',
      'occurredAt',
      'detectedAt',
      'reportedAt',
      'acknowledgedAt',
      'mitigatedAt',
      'resolvedAt',
      'updatedAt',
      'fixedIn',
      'count',
      'url',
    ],
    ...['files', 'components', 'links', 'introducedIn', 'culpritCommits', 'detection'],
  ],
}

/** Fields that hold several values; in a cell they are separated by semicolons, or a JSON array. */
const LISTS = new Set(['files', 'components', 'links', 'culpritCommits'])

/** The mapping cannot be meant as it was given; the message names the part. */
export class BadMapping extends Error {}

/**
 * Reads `field=column`, `field=column|column`, `field=value` and `field:word=ours` as given on the command line; words and
 * columns may hold spaces.
 * @throws BadMapping
 */
export function readMapping(
  kind: ImportKind,
  given: {
    readonly map?: readonly string[]
    readonly constant?: readonly string[]
    readonly translate?: readonly string[]
  },
): ImportMapping {
  const columns = new Map<string, readonly string[]>()
  for (const [field, value] of pairs(kind, '--map', 'field=column', given.map)) columns.set(field, value.split('|'))
  const constants = new Map(pairs(kind, '--constant', 'field=value', given.constant))
  const translations = new Map<string, Map<string, string>>()
  for (const text of given.translate ?? []) {
    const colon = text.indexOf(':')
    const equals = text.lastIndexOf('=')
    if (colon < 1 || equals <= colon + 1) throw new BadMapping(`--translate ${text}: write it as field:word=ours`)
    const field = knownField(kind, '--translate', text.slice(0, colon))
    const words = translations.get(field) ?? new Map<string, string>()
    translations.set(field, words.set(text.slice(colon + 1, equals), text.slice(equals + 1)))
  }
  return { columns, constants, translations }
}

function pairs(kind: ImportKind, option: string, form: string, given: readonly string[] = []): [string, string][] {
  return given.map((text) => {
    const equals = text.indexOf('=')
    if (equals < 1 || equals === text.length - 1) throw new BadMapping(`${option} ${text}: write it as ${form}`)
    return [knownField(kind, option, text.slice(0, equals)), text.slice(equals + 1)]
  })
}

function knownField(kind: ImportKind, option: string, field: string): string {
  if (IMPORT_FIELDS[kind].includes(field)) return field
  throw new BadMapping(`${option}: ${kind} have no field "${field}". There are: ${IMPORT_FIELDS[kind].join(', ')}`)
}

/** Columns named in the mapping that the table does not have: a typing error, better said before anything is kept. */
export function missingColumns(mapping: ImportMapping, header: readonly string[]): string[] {
  return [...mapping.columns.values()].flat().filter((column) => !header.includes(column))
}

/** The columns a field of this row would come from, for messages. */
export const columnsOf = (mapping: ImportMapping, field: string): readonly string[] =>
  mapping.columns.get(field) ?? [field]

/** The native item a row stands for. Empty cells are absent; nothing is checked here. */
export function itemOf(
  kind: ImportKind,
  mapping: ImportMapping,
  row: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const item: Record<string, unknown> = {}
  for (const field of IMPORT_FIELDS[kind]) {
    const found = columnsOf(mapping, field)
      .map((column) => cellOf(row, column))
      .find((cell) => cell !== undefined)
    const value = (found === undefined ? undefined : translated(mapping, field, found)) ?? mapping.constants.get(field)
    if (value !== undefined) item[field] = asNative(field, value)
  }
  return item
}

/** A column, or a member inside one (`release.tag`) when the rows are JSON; surrounding space is not meant. */
function cellOf(row: Readonly<Record<string, unknown>>, column: string): unknown {
  let cell: unknown = Object.hasOwn(row, column) ? row[column] : undefined
  if (cell === undefined && column.includes('.')) {
    cell = row
    for (const part of column.split('.')) cell = isRecord(cell) && Object.hasOwn(cell, part) ? cell[part] : undefined
  }
  if (typeof cell === 'string') cell = cell.trim()
  return cell === '' || cell === null ? undefined : cell
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

const isWord = (cell: unknown): cell is string | number | boolean =>
  ['string', 'number', 'boolean'].includes(typeof cell)

function translated(mapping: ImportMapping, field: string, cell: unknown): unknown {
  const words = mapping.translations.get(field)
  if (!words || !isWord(cell)) return cell
  const ours = words.get(String(cell)) ?? words.get('*') ?? cell
  return ours === '' ? undefined : ours
}

/** A day alone is its midnight UTC; numbers and lists in a table are text, and several versions share a cell. */
function asNative(field: string, value: unknown): unknown {
  if (typeof value !== 'string') return value
  if (/At$/.test(field) && /^\d{4}-\d\d-\d\d$/.test(value)) return `${value}T00:00:00Z`
  if (field === 'fixedIn')
    return value
      .split(',')
      .map((version) => version.trim())
      .filter((version) => version !== '')
  if (field === 'count' && /^\d{1,9}$/.test(value)) return Number(value)
  if (field === 'percent' && /^\d{1,3}(?:\.\d{1,9})?\s*%?$/.test(value)) return Number.parseFloat(value)
  if (LISTS.has(field)) return listIn(value)
  return value
}

function listIn(cell: string): unknown {
  const json = cell.startsWith('[') ? readJsonText(cell) : undefined
  // A path may begin with a bracket, as the routes of some frameworks do.
  if (json?.ok && Array.isArray(json.value)) return json.value
  return cell
    .split(';')
    .map((part) => part.trim())
    .filter((part) => part !== '')
}
