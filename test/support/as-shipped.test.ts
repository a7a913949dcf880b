import { readFileSync } from 'node:fs'
import { relative, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { AS_SHIPPED } from './as-shipped.ts'

const root = resolve(import.meta.dirname, '../..')

test('the image starts the server as "npm start" does', () => {
  const dockerfile = readFileSync(resolve(root, 'Dockerfile'), 'utf8')
  const words = AS_SHIPPED.words.map((word) => (word.startsWith('/') ? relative(root, word) : word))
  expect(dockerfile).toContain(`CMD ${JSON.stringify(['node', ...words]).replaceAll('","', '", "')}\n`)
  const variables = [...dockerfile.matchAll(/^ENV (.*)$/gm)].flatMap(([, set = '']) => set.split(' '))
  expect(variables).toEqual(
    expect.arrayContaining(Object.entries(AS_SHIPPED.environment).map((pair) => pair.join('='))),
  )
  expect(AS_SHIPPED.words).toContain('--disable-proto=delete')
})
