import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { titleFingerprint } from '../../../src/core/defect/title-fingerprint.ts'

describe('the fingerprint of a title', () => {
  it.each([
    ['numbers', 'Capture of order 77120 fails', 'Capture of order 9 fails'],
    ['amounts and times', 'Took 1,234.5 s at 10:04:05', 'Took 2 s at 23:59:01'],
    ['versions', 'Crash in v4.18.0', 'Crash in v4.17.2'],
    ['UUIDs', 'Job 6f1c2b9e-0d1a-4c55-9c0e-2d8f6a1b3c4d lost', 'Job 00000000-0000-4000-8000-0000000000FF lost'],
    ['addresses', 'Segfault at 0x7ffee3b2', 'Segfault at 0x0'],
    ['commit ids', 'Build of 9f3c2ab41d broke', 'Build of 1b7e44c09d2a6f5839e0c1d2a3b4c5d6e7f80912 broke'],
    ['case and white space', 'Capture  FAILS\tagain ', 'capture fails again'],
    ['two ways of composing a letter', 'Za\u0308hler fehlt', 'Zähler fehlt'],
  ])('does not depend on %s', (_, one, other) => {
    expect(titleFingerprint(one)).toBe(titleFingerprint(other))
  })

  it.each([
    ['HTTP statuses', 'Capture fails with 409', 'Capture fails with 500'],
    ['words', 'Capture fails', 'Refund fails'],
    ['words made of the letters of hex', 'Wrong facade', 'Wrong decade'],
    ['a word of eight such letters', 'Fix the deadbeef marker', 'Fix the feedface marker'],
  ])('tells %s apart', (_, one, other) => {
    expect(titleFingerprint(one)).not.toBe(titleFingerprint(other))
  })

  it.each([
    ['durations', 'Query took 500 ms', 'Query took 431 ms'],
    ['shares', 'Errors at 450%', 'Errors at 401%'],
    ['numbers of things', 'Ticket #404 reopened', 'Ticket #500 reopened'],
    ['parts of longer numbers', 'Host 10.0.0.500 down', 'Host 10.0.0.404 down'],
  ])('takes three-digit %s for no HTTP status', (_, one, other) => {
    expect(titleFingerprint(one)).toBe(titleFingerprint(other))
  })

  it('names the rule that made it', () => {
    expect(titleFingerprint('Capture of order 77120 fails with 409')).toBe(
      'title-v1:capture of order <n> fails with 409',
    )
  })

  it('is bounded, and is the same for any text each time', () => {
    expect(titleFingerprint('a'.repeat(1_000_000)).length).toBeLessThan(1000)
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (title) => {
        const fingerprint = titleFingerprint(title)
        expect(fingerprint).toBe(titleFingerprint(` ${title} `))
        expect(fingerprint).toMatch(/^title-v1:/)
      }),
    )
  })
})
