import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '../..')
const text = readFileSync(join(root, 'docs/security.md'), 'utf8')

test('what the document on security names is there', () => {
  const named = [...new Set([...text.matchAll(/`(test\/[^`]+)`/g)].map(([, file]) => file as string))]
  expect(named.length).toBeGreaterThan(30)
  expect(named.filter((file) => !existsSync(join(root, file)))).toEqual([])
})

test('it has a line for every chapter of the standard', () => {
  const chapters = [...text.matchAll(/^\| V(\d+) /gm)].map(([, n]) => Number(n))
  expect(chapters).toEqual(Array.from({ length: 17 }, (_, i) => i + 1))
})

test('each of these lines names a test, or has nothing that could be tested', () => {
  const lines = text.split('\n').filter((line) => /^\| V\d+ /.test(line))
  const untested = lines.flatMap((line) => {
    const [, chapter = '', how = '', tests = ''] = line.split('|').map((cell) => cell.trim())
    return tests.includes('`test/') || (tests === '–' && /^(none are issued|not used)$/.test(how)) ? [] : [chapter]
  })
  expect(untested).toEqual([])
})

test('every test that it names has tests in it', () => {
  const named = [...new Set([...text.matchAll(/`(test\/[^`]+\.test\.tsx?)`/g)].map(([, file]) => file as string))]
  const empty = named.filter((file) => !/\b(test|it)(\.each)?[(`]/.test(readFileSync(join(root, file), 'utf8')))
  expect(empty).toEqual([])
})
