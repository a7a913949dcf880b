import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { listOf, parseWith, readEpoch, readTime, webUrl } from '../../../src/sources/reading/payload.ts'

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

describe('a list', () => {
  const read = (value: unknown, most?: number) => {
    let looks = 0
    const element = z.unknown().transform((one) => {
      looks++
      return one
    })
    const named = z.object({ id: z.string() })
    const parsed = parseWith(z.object({ items: listOf(element.pipe(named), most).nullish() }), value)
    return { parsed, looks: () => looks }
  }

  it('has its elements in order, may be left out, and is read whole', () => {
    const items = Array.from({ length: 20_000 }, (_, i) => ({ id: `${i}` }))
    expect(read({ items }).parsed).toEqual({ ok: true, value: { items } })
    expect(read({}).parsed).toEqual({ ok: true, value: {} })
    expect(read({ items: null }).parsed).toEqual({ ok: true, value: { items: null } })
  })

  it('names each element that is wrong, and where', () => {
    expect(read({ items: [{ id: 'a' }, { id: 7 }, 'b', {}] }).parsed).toEqual({
      ok: false,
      problems: [
        { path: 'items.1.id', message: 'must be text' },
        { path: 'items.2', message: 'must be an object' },
        { path: 'items.3.id', message: 'is required' },
      ],
    })
    expect(read({ items: {} }).parsed).toMatchObject({ problems: [{ path: 'items', message: 'must be a list' }] })
  })

  it('is given up after a few of them, and not looked at when it is too long', () => {
    const { parsed, looks } = read({ items: Array(40_000).fill([]) })
    expect(parsed).toMatchObject({ ok: false, problems: { length: 50 } })
    expect(looks()).toBeLessThan(1_000)
    const long = read({ items: [1, 2, 3] }, 2)
    expect(long.parsed).toEqual({ ok: false, problems: [{ path: 'items', message: 'must have at most 2 entries' }] })
    expect(long.looks()).toBe(0)
  })
})

describe('an address', () => {
  it.each(['https://ci.example/runs/7', 'http://127.0.0.1:8080', 'HTTPS://ci.example/a b?c=é#d'])(
    '%s is kept',
    (text) => {
      expect(webUrl(text)).toBe(text)
    },
  )

  it.each([
    'javascript:alert(1)',
    'ftp://ci.example/',
    '/runs/7',
    'https://',
    'https://[::1',
    'https://ci.example/a\u0000b',
    'https://ci.example/a\nb',
    'https://ci.example/\ud800',
    ` https://ci.example/`,
    `https://ci.example/${'a'.repeat(2100)}`,
    null,
  ])('%j is none', (text) => {
    expect(webUrl(text)).toBeUndefined()
  })
})
