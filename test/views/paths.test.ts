import { expect, test } from 'vitest'
import { releasePath, safeExternalUrl, withQuery } from '../../views/paths.ts'

test('names and versions with slashes and blanks stay one segment each', () => {
  expect(releasePath('a/b', '1.0 rc?#')).toBe('/releases/a%2Fb/1.0%20rc%3F%23')
})

test('empty filters are left out of an address', () => {
  expect(withQuery('/deliveries', { state: undefined, source: '' })).toBe('/deliveries')
  expect(withQuery('/deliveries', { state: 'failed', source: 'a&b' })).toBe('/deliveries?state=failed&source=a%26b')
})

test('only web addresses become links', () => {
  expect(safeExternalUrl('https://ci.example/run/1')).toBe('https://ci.example/run/1')
  for (const url of [
    'javascript:alert(1)',
    'data:text/html,x',
    ' JavaScript:alert(1)',
    '/relative',
    '',
    null,
    undefined,
  ])
    expect(safeExternalUrl(url)).toBeUndefined()
})
