import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cleanLine, cleanText } from '../../../src/core/text/text.ts'

describe('cleaning text', () => {
  it('keeps tabs and line feeds and drops every other control character', () => {
    expect(cleanText('a\u0000b\tc\r\nd\u001b[31me\u007ff\u009bg', 100)).toBe('ab\tc\nd[31mefg')
  })

  it('replaces half of a surrogate pair, which neither UTF-8 nor a database can hold', () => {
    expect(cleanText('a\ud83d b \ude80', 100)).toBe('a\ufffd b \ufffd')
    expect(cleanText('🚀', 100)).toBe('🚀')
  })

  it('cuts by code points and never through one', () => {
    expect(cleanText('🚀🚀🚀', 2)).toBe('🚀🚀')
    expect(cleanText('aé🚀b', 3)).toBe('aé🚀')
    expect(cleanText('abc', 3)).toBe('abc')
  })

  it('does not normalise: two spellings stay two texts', () => {
    expect(cleanText('e\u0301', 10)).not.toBe(cleanText('\u00e9', 10))
  })

  it('whatever comes in, what comes out is well-formed, free of NUL, short enough, and stays so', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 0, max: 20 }), (text, max) => {
        const clean = cleanText(text, max)
        expect(Buffer.from(clean).toString()).toBe(clean)
        expect(clean).not.toContain('\u0000')
        expect([...clean].length).toBeLessThanOrEqual(max)
        expect(cleanText(clean, max)).toBe(clean)
      }),
    )
  })

  it('a line has no breaks, no runs of spaces and no ends to trim', () => {
    expect(cleanLine('  Capture\r\n\tfails   with 409 \n', 100)).toBe('Capture fails with 409')
    expect(cleanLine('ab cd', 3)).toBe('ab')
  })
})
