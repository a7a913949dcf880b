import { expect, test } from 'vitest'
import {
  ImportRefused,
  type ImportSummary,
  importHistory,
  type RefusedRow,
  type Submit,
} from '../../../src/operations/import/import-history.ts'
import { type ImportKind, readMapping } from '../../../src/operations/import/import-mapping.ts'
import { type ImportFormat, readTable } from '../../../src/operations/import/import-rows.ts'
import { submitNative } from '../../../src/operations/intake/submit-native.ts'
import type { Store } from '../../../src/store/database.ts'
import { day } from '../../support/factories.ts'
import { processingOn } from '../../support/processing.ts'
import { describeOnEachEngine } from '../../support/stores.ts'
import { visibleState } from '../../support/visible-state.ts'

const NOW = day(90)

interface Importing {
  readonly format?: ImportFormat
  readonly given?: Parameters<typeof readMapping>[1]
  readonly importKey?: string
  readonly restart?: boolean
  readonly batchRows?: number
  readonly now?: number
  /** Stands in for a crash: called before each batch. */
  readonly beforeBatch?: (batch: number) => void
}

/** Imports a table given as text, as the command does, and waits until all of it is worked out. */
async function importInto(
  store: Store,
  kind: ImportKind,
  text: string,
  { format = 'csv', given = {}, beforeBatch, now = NOW, ...options }: Importing = {},
): Promise<ImportSummary & { refusals: string[] }> {
  const parts = await processingOn(store, () => now)
  let batches = 0
  const submit: Submit = (itemKind, items, idempotencyKey) => {
    beforeBatch?.(++batches)
    return submitNative(parts, { kind: itemKind, items, idempotencyKey, receivedAt: now })
  }
  const refusals: string[] = []
  const onRefused = ({ line, where, reason }: RefusedRow) => refusals.push(`${line}: ${where ?? 'row'} ${reason}`)
  const bytes = (async function* () {
    yield Buffer.from(text)
  })()
  const table = await readTable(bytes, format)
  const request = { kind, mapping: readMapping(kind, given), table, onRefused, ...options }
  const summary = await importHistory(store.db, submit, request)
  await parts.processor.runUntilIdle()
  return { ...summary, refusals }
}

const instant = (at: number) => new Date(at).toISOString()

/** Deployments of `shop`, one an hour. */
const deploymentsCsv = (count: number, from = 0): string =>
  [
    'run,service,tag,environment,finished',
    ...Array.from(
      { length: count },
      (_, i) => `run-${from + i},shop,1.${from + i}.0,production,${instant(day(1) + (from + i) * 3_600_000)}`,
    ),
  ].join('\n')

const deploymentColumns = { map: ['id=run', 'version=tag', 'finishedAt=finished'] }

const defectsCsv = [
  'key,summary,service,environment,seen,prio,done',
  `D-1,Cart empty after login,shop,production,${instant(day(1) + 90 * 60_000)},high,`,
  `D-2,Wrong total,shop,production,${instant(day(1) + 150 * 60_000)},low,${instant(day(3))}`,
].join('\n')

const defectColumns = {
  map: ['id=key', 'title=summary', 'occurredAt=seen', 'severity=prio', 'resolvedAt=done', 'status=done'],
  translate: ['severity:high=S2', 'severity:low=S4', 'status:*=fixed'],
}

describeOnEachEngine('import of past deployments and defects', (openTestStore) => {
  test('a table becomes deployments and defects that point at each other', async () => {
    const store = await openTestStore()
    const deployments = await importInto(store, 'deployments', deploymentsCsv(3), { given: deploymentColumns })
    expect(deployments).toMatchObject({
      rowsRead: 3,
      created: 3,
      updated: 0,
      unchanged: 0,
      refused: 0,
      waiting: 0,
      undated: 0,
    })
    const defects = await importInto(store, 'defects', defectsCsv, { given: defectColumns })
    expect(defects).toMatchObject({ rowsRead: 2, created: 2, refused: 0 })
    const { defects: seen } = await visibleState(store.db)
    expect(seen).toMatchObject([
      {
        title: 'Cart empty after login',
        severity: 'S2',
        status: 'open',
        suspect: '1.1.0',
        first_seen_at: day(1) + 90 * 60_000,
      },
      { title: 'Wrong total', severity: 'S4', status: 'fixed', status_at: day(3), suspect: '1.2.0' },
    ])
  })

  test('defects before deployments end in the same state as deployments before defects', async () => {
    const [one, other] = [await openTestStore(), await openTestStore()]
    await importInto(one, 'deployments', deploymentsCsv(3), { given: deploymentColumns })
    await importInto(one, 'defects', defectsCsv, { given: defectColumns })
    await importInto(other, 'defects', defectsCsv, { given: defectColumns })
    await importInto(other, 'deployments', deploymentsCsv(3), { given: deploymentColumns })
    expect(await visibleState(other.db)).toEqual(await visibleState(one.db))
  })

  test('a bad row is reported with its line, field and column, and the good ones are kept', async () => {
    const store = await openTestStore()
    const text = [
      'service,version,environment,finished',
      `shop,1.0.0,production,${instant(day(1))}`,
      'shop,1.1.0,production,yesterday',
      ',1.2.0,production,',
      'shop,1.3.0',
      `shop,1.4.0,production,${instant(day(2))}`,
      `shop,1.5.0,production,1969-07-20`,
    ].join('\n')
    const summary = await importInto(store, 'deployments', text, { given: { map: ['finishedAt=finished'] } })
    expect(summary).toMatchObject({ rowsRead: 6, created: 2, refused: 4 })
    expect(summary.refusals).toEqual([
      expect.stringMatching(/^3: finishedAt \(column finished\) is not an RFC 3339 time/),
      '4: service is required',
      '5: row has 2 cells where the header has 4',
      '7: finishedAt (column finished) is before the year 2000',
    ])
    const { releases } = await visibleState(store.db)
    expect(releases?.map((release) => (release as { version: string }).version)).toEqual(['1.0.0', '1.4.0'])
  })

  test('a batch of nothing but bad rows is reported row by row and does not stop the next', async () => {
    const store = await openTestStore()
    const bad = Array.from({ length: 501 }, () => 'shop,production,maybe')
    const text = [
      'service,environment,status,version',
      ...bad.map((row) => `${row},1.0.0`),
      'shop,production,succeeded,1.0.0',
    ]
    const summary = await importInto(store, 'deployments', text.join('\n'))
    expect(summary).toMatchObject({ rowsRead: 502, created: 1, refused: 501 })
    expect(summary.refusals.at(-1)).toMatch(/^502: status must be one of/)
  })

  test('a second run of the same import passes over what is done, unless told to begin anew', async () => {
    const store = await openTestStore()
    const options = { given: deploymentColumns, importKey: 'a' }
    await importInto(store, 'deployments', deploymentsCsv(7), options)
    const before = await visibleState(store.db)
    expect(await importInto(store, 'deployments', deploymentsCsv(7), options)).toMatchObject({
      ...{ rowsRead: 7, rowsSkipped: 7, created: 0, updated: 0, unchanged: 0 },
    })
    expect(await importInto(store, 'deployments', deploymentsCsv(7), { ...options, restart: true })).toMatchObject({
      ...{ rowsRead: 7, rowsSkipped: 0, created: 0, updated: 0, unchanged: 7 },
    })
    expect(await visibleState(store.db)).toEqual(before)
  })

  test('an import that crashed goes on where it stopped and ends as if it had not', async () => {
    const [store, undisturbed] = [await openTestStore(), await openTestStore()]
    const text = deploymentsCsv(11)
    const options = { given: deploymentColumns, importKey: 'a', batchRows: 5 }
    const crash = (batch: number) => {
      if (batch === 3) throw new Error('power cut')
    }
    await expect(importInto(store, 'deployments', text, { ...options, beforeBatch: crash })).rejects.toThrow(
      'power cut',
    )
    const resumed = await importInto(store, 'deployments', text, options)
    expect(resumed).toMatchObject({ rowsRead: 11, rowsSkipped: 10, created: 1 })
    await importInto(undisturbed, 'deployments', text, options)
    expect(await visibleState(store.db)).toEqual(await visibleState(undisturbed.db))
  })

  test('a longer file with the rows of a shorter one adds only what is new', async () => {
    const [store, once] = [await openTestStore(), await openTestStore()]
    const moved = `${defectsCsv.split('\n')[0]}\nD-0,Slow search,shop,production,${instant(day(1))},low,\n${defectsCsv.split('\n').slice(1).join('\n')}`
    await importInto(store, 'defects', defectsCsv, { given: defectColumns })
    const second = await importInto(store, 'defects', moved, { given: defectColumns })
    expect(second).toMatchObject({ created: 1, updated: 0, unchanged: 2 })
    await importInto(once, 'defects', moved, { given: defectColumns })
    expect(await visibleState(store.db)).toEqual(await visibleState(once.db))
  })

  test('rows without an id are the same thing when they say the same', async () => {
    const store = await openTestStore()
    const text = ['title,service,detectedAt,description', `Down,shop,${instant(day(2))},first words`].join('\n')
    await importInto(store, 'defects', text)
    const again = await importInto(store, 'defects', `${text}, second words\nDown,shop,${instant(day(9))},another time`)
    expect(again).toMatchObject({ created: 1 })
    const { defects } = await visibleState(store.db)
    expect(defects).toMatchObject([{ occurrences: 1 }, { occurrences: 1 }])
    const undated = 'service,version,environment\nshop,1.0.0,production'
    expect(await importInto(store, 'deployments', undated)).toMatchObject({ created: 1, undated: 1 })
    const later = { now: day(91) }
    expect(await importInto(store, 'deployments', `${undated}\nshop,1.1.0,production`, later)).toMatchObject({
      created: 1,
    })
  })

  test('NDJSON is read line by line, with members inside', async () => {
    const store = await openTestStore()
    const lines = [
      { app: { name: 'shop' }, release: { tag: '1.0.0' }, env: 'production', done: instant(day(1)) },
      { app: { name: 'shop' }, release: {}, env: 'production', done: instant(day(2)) },
    ]
    const summary = await importInto(store, 'deployments', lines.map((line) => JSON.stringify(line)).join('\n'), {
      format: 'ndjson',
      given: { map: ['service=app.name', 'version=release.tag', 'environment=env', 'finishedAt=done'] },
    })
    expect(summary).toMatchObject({ created: 1, refusals: ['2: version (column release.tag) is required'] })
  })

  test('a column that is not there is said before anything is kept', async () => {
    const store = await openTestStore()
    const text = 'service,version,environment\nshop,1.0.0,production'
    const refusedWith = (given: Parameters<typeof readMapping>[1]) => importInto(store, 'deployments', text, { given })
    await expect(refusedWith({ map: ['version=tag'] })).rejects.toThrow(
      'The header has no column "tag". It has: service, version, environment',
    )
    await expect(importInto(store, 'defects', text)).rejects.toThrow(ImportRefused)
    expect((await visibleState(store.db)).deployments).toEqual([])
  })
})
