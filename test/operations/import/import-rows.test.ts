import { expect, test } from 'vitest'
import {
  type ImportFormat,
  type ImportRow,
  readTable,
  UnreadableTable,
} from '../../../src/operations/import/import-rows.ts'

async function* bytes(...chunks: (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk
}

async function rowsOf(format: ImportFormat, ...chunks: (string | Uint8Array)[]): Promise<ImportRow[]> {
  const rows: ImportRow[] = []
  for await (const row of (await readTable(bytes(...chunks), format)).rows) rows.push(row)
  return rows
}

const row = (line: number, cells: Record<string, unknown>) => ({ kind: 'row', line, cells })
const bad = (line: number, reason: string | RegExp) => ({
  kind: 'unreadable',
  line,
  reason: typeof reason === 'string' ? reason : expect.stringMatching(reason),
})

test('each row says on which line it begins, empty lines and line breaks in cells counted', async () => {
  expect(await rowsOf('csv', 'a,b\n1,2\n\n"x\ny","say ""hi"""\n5,6')).toEqual([
    row(2, { a: '1', b: '2' }),
    row(4, { a: 'x\ny', b: 'say "hi"' }),
    row(6, { a: '5', b: '6' }),
  ])
})

test('a byte order mark and Windows line ends are no part of the cells', async () => {
  expect(await rowsOf('csv', '\ufeff"a",b\r\n1,2\r\n')).toEqual([row(2, { a: '1', b: '2' })])
  expect(await rowsOf('ndjson', '\ufeff{"a":1}\r\n')).toEqual([row(1, { a: 1 })])
})

test('where a chunk of the file ends does not matter', async () => {
  const text = 'a,b\nä,"1\n2"\nö,3\n'
  const single = [...Buffer.from(text)].map((byte) => Uint8Array.of(byte))
  expect(await rowsOf('csv', ...single)).toEqual(await rowsOf('csv', text))
})

test('a row that cannot be read takes no good one with it', async () => {
  expect(await rowsOf('csv', 'a,b\nx"y,1\n3,4\n"q"r,5\n6,7\n1,2,3\n8,9\n"open,1\n"shut",2\n')).toEqual([
    bad(2, /quote/),
    row(3, { a: '3', b: '4' }),
    bad(4, 'has text after a closing quote'),
    row(5, { a: '6', b: '7' }),
    bad(6, 'has 3 cells where the header has 2'),
    row(7, { a: '8', b: '9' }),
    bad(8, /quote/),
    row(9, { a: 'shut', b: '2' }),
  ])
})

test('two stray quotes do not swallow the rows between them', async () => {
  const rows = await rowsOf('csv', 'a,b\n"open,1\n2,3\n4,5\n6,"x\n7,8\n')
  expect(rows.filter(({ kind }) => kind === 'row').map(({ line }) => line)).toEqual([3, 4, 6])
})

test('bytes that are not UTF-8 spoil their own row only', async () => {
  expect(await rowsOf('csv', 'a,b\n1,ä\n', Uint8Array.of(0x61, 0xff, 0x2c, 0x62, 0x0a), '3,4\n')).toEqual([
    row(2, { a: '1', b: 'ä' }),
    { kind: 'unreadable', line: 3, column: 'a', reason: 'is not UTF-8 text' },
    row(4, { a: '3', b: '4' }),
  ])
})

test('a line that never ends is given up after 1 MiB, and what follows is read', async () => {
  const endless = Array.from({ length: 60 }, () => 'x'.repeat(50_000))
  expect(await rowsOf('csv', 'a,b\n', '"', ...endless, '\n1,2\n')).toEqual([
    bad(2, /1 MiB/),
    row(3, { a: '1', b: '2' }),
  ])
  expect(await rowsOf('ndjson', '{"a":"', ...endless, '"}\n{"a":1}\n')).toEqual([bad(1, /1 MiB/), row(2, { a: 1 })])
})

test('a table without a usable header is refused as a whole', async () => {
  await expect(rowsOf('csv', '')).rejects.toThrow(UnreadableTable)
  await expect(rowsOf('csv', 'a,b,a\n1,2,3\n')).rejects.toThrow('names the column "a" twice')
})

test('NDJSON lines must be objects, each key once', async () => {
  expect(await rowsOf('ndjson', '{"a":1}\n\n[1]\n{"a":\n{"a":1,"a":2}\n{"b":{"c":3}}')).toEqual([
    row(1, { a: 1 }),
    bad(3, 'is not a JSON object'),
    bad(4, /is not JSON/),
    { ...bad(5, 'is given more than once'), column: 'a' },
    row(6, { b: { c: 3 } }),
  ])
})
