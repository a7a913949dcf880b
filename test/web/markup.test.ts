import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { expect, test } from 'vitest'

/** What would defeat the escaping of the templates or need a weaker content security policy. */
const FORBIDDEN: readonly (readonly [what: string, pattern: RegExp])[] = [
  ['unescaped markup', /\braw\(|dangerouslySetInnerHTML|\.innerHTML\b/],
  ['a style attribute', /\sstyle=/],
  ['a style element', /<style\b/],
  ['a handler in the markup', /\son[a-z]+=|\bhx-on\b/],
  ['an expression that htmx would evaluate', /['"`{]js:/],
]

/**
 * The one place where text is put into a page as it is, with an escaping of its own (test/views/json-script.test.tsx), and
 * a file to be saved, which has our own style sheet in it and nothing else that is not escaped.
 */
const EXCEPT = ['views/components/json-script.tsx', 'views/reports/report-file.tsx']

const root = resolve(import.meta.dirname, '../..')
const files = ['views', 'src/web'].flatMap((folder) =>
  readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name)),
)

test('there are templates to look at', () => {
  expect(files.length).toBeGreaterThan(10)
})

test.each(FORBIDDEN)('no template has %s', (_what, pattern) => {
  const found = files.flatMap((file) =>
    readFileSync(file, 'utf8')
      .split('\n')
      .map((line, i) => ({ line, at: `${relative(root, file)}:${i + 1}` }))
      .filter(({ line }) => pattern.test(line) && !/^\s*(\*|\/\/|\/\*)/.test(line))
      .filter(({ at }) => !EXCEPT.some((file) => at.startsWith(`${file}:`)))
      .map(({ line, at }) => `${at} ${line.trim()}`),
  )
  expect(found).toEqual([])
})
