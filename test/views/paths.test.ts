import { expect, test } from 'vitest'
import { instantText, releasePath, safeExternalUrl, withQuery } from '../../views/paths.ts'

test('names and versions with slashes and blanks stay one segment each', () => {
  expect(releasePath('a/b', '1.0 rc?#')).toBe('/releases/a%2Fb/1.0%20rc%3F%23')
})

test('empty filters are left out of an address', () => {
  expect(withQuery('/deliveries', { state: undefined, source: '' })).toBe('/deliveries')
  expect(withQuery('/deliveries', { state: 'failed', source: 'a&b' })).toBe('/deliveries?state=failed&source=a%26b')
})

test('times and lists stay short in an address, and are what they were', () => {
  const at = Date.UTC(2026, 10, 22, 21, 10)
  const href = withQuery('/defects', {
    severity: 'S1,S2',
    seenFrom: instantText(at),
    seenTo: instantText(at + 1),
    q: 'a&b:c%3A',
  })
  expect(href).toBe(
    '/defects?severity=S1,S2&seenFrom=2026-11-22T21:10:00Z&seenTo=2026-11-22T21:10:00.001Z&q=a%26b:c%253A',
  )
  expect(new URL(href, 'http://x').searchParams.get('q')).toBe('a&b:c%3A')
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
