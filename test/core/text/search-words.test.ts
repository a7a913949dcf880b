import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  askedVersions,
  askedWords,
  holdsVersion,
  searchWords,
  titleWords,
} from '../../../src/core/text/search-words.ts'

describe('a title is found by', () => {
  test.each<[string, string[]]>([
    ['Checkout fails: 409 Conflict', ['checkout', 'fails', '409', 'conflict']],
    [
      'NullPointerException in com.acme.CartService',
      ['nullpointerexception', 'null', 'pointer', 'exception', 'in', 'com', 'acme', 'cartservice', 'cart', 'service'],
    ],
    ['HTTPServer2Go', ['httpserver2go', 'http', 'server2', 'go']],
    ['Übergabe à Zürich', ['ubergabe', 'a', 'zurich']],
    ['支払いに失敗 v4', ['支', '払', 'い', 'に', '失', '敗', 'v4']],
    ['100% wrong — a_b', ['100', 'wrong', 'a', 'b']],
    ['v3.1 and hive3.1, not a1b2', ['v3', '3', '1', 'and', 'hive3', 'not', 'a1b2']],
    ['⻓期', ['⻓', '期']],
    ['…!?', []],
  ])('%s', (title, words) => {
    expect(new Set(searchWords(title))).toEqual(new Set(words))
  })
})

test('what is typed keeps its words whole, and no more than eight', () => {
  expect(askedWords('NullPoint acme')).toEqual(['nullpoint', 'acme'])
  expect(askedWords('a b c d e f g h i j')).toHaveLength(8)
  expect(askedWords('fails FAILS')).toEqual(['fails'])
  expect(askedWords('hive v3.1'), 'with the v or without').toEqual(['hive', '3', '1'])
  expect(askedWords('rev3.1 v3')).toEqual(['rev3', '1', 'v3'])
})

test('words hold letters and digits alone, or one character of Han, whatever the text', () => {
  const word = /^(?:[\p{L}\p{N}]{1,60}|\p{Script=Han})$/u
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      for (const found of [...searchWords(text), ...askedWords(text)]) expect(found).toMatch(word)
      expect(titleWords(text)).toBe(
        searchWords(text)
          .map((word) => ` ${word}`)
          .join(''),
      )
    }),
  )
})

test('every title is found by what stands in it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 30 }), (title) => {
      for (const word of askedWords(title)) expect(searchWords(title)).toContain(word)
    }),
  )
})

describe('a version', () => {
  test('is typed as numbers parted by dots', () => {
    expect(askedVersions('hive 3.1 at 10.0.0.1, 3.1')).toEqual(['3.1', '10.0.0.1'])
    expect(askedVersions('3 1. v2.0-rc1')).toEqual(['2.0'])
    expect(askedVersions('three.one')).toEqual([])
  })

  test('is named where it begins, not within another', () => {
    for (const title of ['Branch 3.1 is unstable', '3.1.0', 'since v3.1', 'hive-3.10', '13.1 and 3.1'])
      expect(holdsVersion(title, '3.1'), title).toBe(true)
    for (const title of ['3 of 1', '13.1', '2.3.1', '3,1', '301']) expect(holdsVersion(title, '3.1'), title).toBe(false)
  })
})
