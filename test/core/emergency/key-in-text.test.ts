import { describe, expect, test } from 'vitest'
import { carriesKey, keysIn } from '../../../src/core/emergency/key-in-text.ts'

describe('a key in a name', () => {
  test.each([
    'ER-27-1',
    'Roll back checkout-api (ER-27-1)',
    'ER-27-1: roll back',
    '[ER-27-1]',
    'zurück: ER-27-1.',
    'ER-26-1 after ER-27-1',
  ])('%s', (text) => expect(carriesKey(text, 'ER-27-1')).toBe(true))

  test.each([
    'ER-27-11',
    'ER-127-1',
    'ER-27',
    'ER-27-1-2',
    'MERGER-27-1',
    'xER-27-1',
    'ER-27-1a',
    'ÄER-27-1',
    'er-27-1',
    '',
  ])('not in %j', (text) => expect(carriesKey(text, 'ER-27-1')).toBe(false))

  test('all of them, and no zeros before a number', () => {
    expect(keysIn('ER-1-1, ER-2-10 and ER-03-1')).toEqual(['ER-1-1', 'ER-2-10'])
    expect(keysIn(`${'x'.repeat(3_000)} ER-1-1`)).toEqual([])
  })
})
