import { describe, expect, it } from 'vitest'
import { readEpoch, readTime } from '../../src/sources/payload.ts'

const receivedAt = Date.parse('2026-03-02T10:05:00Z')

describe('the time a sender wrote', () => {
  it.each([
    ['2026-03-02T10:04:10Z', '2026-03-02T10:04:10Z'],
    ['2026-03-02 10:04:10 UTC', '2026-03-02T10:04:10Z'],
    ['2026-03-02 11:04:10 +0100', '2026-03-02T10:04:10Z'],
    ['2026-03-02 05:04:10 -0500', '2026-03-02T10:04:10Z'],
    ['2026-03-02T11:04:10.962+0100', '2026-03-02T10:04:10.962Z'],
    ['2026-03-02T10:04:10.5345098Z', '2026-03-02T10:04:10.534Z'],
  ])('%s is read', (text, expected) => {
    const notes: string[] = []
    expect(readTime(text, 'at', receivedAt, notes)).toBe(Date.parse(expected))
    expect(notes).toEqual([])
  })

  it.each(['2026-03-02 10:04', '2026-03-02', '02/03/2026 10:04:10 UTC', '1999-12-31T00:00:00Z'])(
    '%s is remarked on',
    (text) => {
      const notes: string[] = []
      expect(readTime(text, 'at', receivedAt, notes)).toBeUndefined()
      expect(notes).toEqual([expect.stringMatching(/^at .*time of receipt/)])
    },
  )

  it('that is not set, as Go writes it, is none', () => {
    const notes: string[] = []
    expect(readTime('0001-01-01T00:00:00Z', 'at', receivedAt, notes)).toBeUndefined()
    expect(notes).toEqual([])
  })
})

describe('a count since 1970', () => {
  it.each([
    [1772445850, '2026-03-02T10:04:10Z'],
    ['1772445850123', '2026-03-02T10:04:10.123Z'],
    [1772445850123, '2026-03-02T10:04:10.123Z'],
    ['1772445850123456', '2026-03-02T10:04:10.123Z'],
    ['1772445850123456789', '2026-03-02T10:04:10.123Z'],
    ['1772445850.75', '2026-03-02T10:04:10Z'],
  ])('%s is read by its digits', (value, expected) => {
    const notes: string[] = []
    expect(readEpoch(value, 'at', receivedAt, notes)).toBe(Date.parse(expected))
    expect(notes).toEqual([])
  })

  it.each([null, undefined, '', 0, '0'])('%j is none', (value) => {
    const notes: string[] = []
    expect(readEpoch(value, 'at', receivedAt, notes)).toBeUndefined()
    expect(notes).toEqual([])
  })

  it.each(['17724458501234', 'yesterday', -5, '9999999999999'])('%j is remarked on', (value) => {
    const notes: string[] = []
    expect(readEpoch(value, 'at', receivedAt, notes)).toBeUndefined()
    expect(notes).toEqual([expect.stringContaining('at cannot be right')])
  })
})
