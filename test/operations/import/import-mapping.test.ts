import { expect, test } from 'vitest'
import { BadMapping, type ImportKind, itemOf, readMapping } from '../../../src/operations/import/import-mapping.ts'

const item = (
  kind: ImportKind,
  given: Parameters<typeof readMapping>[1],
  row: Record<string, unknown>,
): Record<string, unknown> => itemOf(kind, readMapping(kind, given), row)

test('fields come from the columns of their names, and other columns are left alone', () => {
  expect(
    item('deployments', {}, { service: 'shop', version: '1.0', mood: 'good', environment: ' production ' }),
  ).toEqual({
    service: 'shop',
    version: '1.0',
    environment: 'production',
  })
})

test('a field comes from the first of its columns that is not empty', () => {
  const given = { map: ['version=tag|commit'] }
  expect(item('deployments', given, { tag: '1.0', commit: 'abc' })).toMatchObject({ version: '1.0' })
  expect(item('deployments', given, { tag: '', commit: 'abc' })).toMatchObject({ version: 'abc' })
  expect(item('deployments', given, { tag: '', commit: '' })).toEqual({})
})

test('a mapped field is not read from the column of its own name', () => {
  expect(item('defects', { map: ['title=summary'] }, { title: 'old', summary: 'new' })).toEqual({ title: 'new' })
})

test('a constant fills only what the row leaves empty', () => {
  const given = { constant: ['environment=production'] }
  expect(item('defects', given, { title: 'a', environment: '' })).toMatchObject({ environment: 'production' })
  expect(item('defects', given, { title: 'a', environment: 'staging' })).toMatchObject({ environment: 'staging' })
})

test('their words become ours, a star stands for the others, nothing leaves the field out', () => {
  const given = { map: ['severity=prio'], translate: ['severity:Very High=S1', 'severity:none=', 'severity:*=S4'] }
  const severity = (prio: string) => item('defects', given, { prio }).severity
  expect(severity('Very High')).toBe('S1')
  expect(severity('whatever')).toBe('S4')
  expect(severity('none')).toBeUndefined()
  expect(severity('')).toBeUndefined()
})

test('a day alone is its midnight in UTC', () => {
  expect(item('defects', {}, { title: '2024-02-03', occurredAt: '2024-02-03' })).toEqual({
    title: '2024-02-03',
    occurredAt: '2024-02-03T00:00:00Z',
  })
})

test('a count in a table is a number', () => {
  expect(item('defects', {}, { count: '12' })).toEqual({ count: 12 })
  expect(item('defects', {}, { count: 'many' })).toEqual({ count: 'many' })
})

test('lists stand in a cell with semicolons between, or as a JSON array', () => {
  const files = (cell: unknown) => item('deployments', {}, { files: cell }).files
  expect(files('src/a.ts; src/b c.ts;')).toEqual(['src/a.ts', 'src/b c.ts'])
  expect(files('["src/a.ts", "src/b;c.ts"]')).toEqual(['src/a.ts', 'src/b;c.ts'])
  expect(files('[slug]/page.tsx;src/a.ts')).toEqual(['[slug]/page.tsx', 'src/a.ts'])
  expect(files(['src/a.ts'])).toEqual(['src/a.ts'])
  expect(files('')).toBeUndefined()
  const row = {
    components: 'cart;mail',
    links: '#4;PAY-7',
    culpritCommits: '9f3c2ab',
    introducedIn: '1.0;2',
    detection: 'alert',
  }
  expect(item('defects', {}, row)).toEqual({
    components: ['cart', 'mail'],
    links: ['#4', 'PAY-7'],
    culpritCommits: ['9f3c2ab'],
    introducedIn: '1.0;2',
    detection: 'alert',
  })
})

test('a share in a table is a number, with or without its sign', () => {
  const percent = (cell: unknown) => item('deployments', {}, { percent: cell }).percent
  expect([percent('10'), percent('2.5 %'), percent('100%'), percent(50)]).toEqual([10, 2.5, 100, 50])
  expect(percent('half')).toBe('half')
})

test('members inside a JSON row are reached with dots, inherited ones are not', () => {
  const given = { map: ['version=release.tag', 'title=constructor.name'] }
  expect(item('defects', given, { release: { tag: '2.0' } })).toEqual({ version: '2.0' })
})

test('a typing error in the mapping is named', () => {
  const refused = (given: Parameters<typeof readMapping>[1]) => () => readMapping('deployments', given)
  expect(refused({ map: ['verzion=tag'] })).toThrow(/no field "verzion"[\s\S]*version/)
  expect(refused({ map: ['version'] })).toThrow('write it as field=column')
  expect(refused({ constant: ['severity=S1'] })).toThrow(BadMapping)
  expect(refused({ translate: ['status=done'] })).toThrow('field:word=ours')
})

test('the releases that fix a defect share a cell', () => {
  expect(item('defects', {}, { fixedIn: '8.1.2, 8.0.5 ,' })).toEqual({ fixedIn: ['8.1.2', '8.0.5'] })
  expect(item('defects', {}, { fixedIn: ['8.1.2'] })).toEqual({ fixedIn: ['8.1.2'] })
})
