import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type JsonRead, readJson, readJsonText } from '../../../src/sources/reading/json.ts'

const read = (text: string) => readJson(Buffer.from(text))
const valueIn = (result: JsonRead) => {
  if (!result.ok) throw new Error(result.problem.message)
  return result.value
}
const refusalOf = (result: JsonRead) => (result.ok ? undefined : result.problem)

describe('what is read', () => {
  it('agrees with JSON.parse on every value it can hold', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 8 }), (text) => {
        fc.pre(!/\d{16}/.test(text))
        expect(valueIn(read(text))).toEqual(JSON.parse(text))
      }),
    )
  })

  it('drops a byte order mark', () => {
    expect(valueIn(readJson(Buffer.from('\ufeff{"a":1}')))).toEqual({ a: 1 })
  })

  it('reads a view into a larger buffer', () => {
    const all = Buffer.from('xx{"a":1}yy')
    expect(valueIn(readJson(all.subarray(2, -2)))).toEqual({ a: 1 })
  })

  it('keeps every digit of an integer beyond 2^53, as text', () => {
    const value = valueIn(
      read('{"id":90071992547409931,"safe":9007199254740991,"below":-90071992547409931,"list":[12345678901234567890]}'),
    )
    expect(value).toEqual({
      id: '90071992547409931',
      safe: 9007199254740991,
      below: '-90071992547409931',
      list: ['12345678901234567890'],
    })
  })

  it('leaves digits in text, fractions and exponents alone', () => {
    const text = '{"a":"12345678901234567890","b":0.12345678901234567890,"c":12345678901234567890e3,"\\"d":1}'
    expect(valueIn(read(text))).toEqual(JSON.parse(text))
  })

  it('an integer in a place where none may stand stays an error', () => {
    expect(refusalOf(read('{12345678901234567890:1}'))).toBeDefined()
    expect(refusalOf(read('[012345678901234567890]'))).toBeDefined()
    expect(refusalOf(read('[12345678901234567890x]'))).toBeDefined()
  })
})

describe('what is refused, with its reason', () => {
  it.each([
    ['', 'is empty'],
    [' \r\n\t', 'is empty'],
    ['\ufeff', 'is empty'],
    ['{"service":', 'is not JSON'],
    ['{"a":1}}', 'is not JSON'],
    ["{'a':1}", 'is not JSON'],
    ['{"a":1,}', 'is not JSON'],
    ['NaN', 'is not JSON'],
    ['\u0000', 'is not JSON'],
    ['"a\u0000b"', 'is not JSON'],
    ['<xml/>', 'is not JSON'],
  ])('%j %s', (text, reason) => {
    expect(refusalOf(read(text))).toMatchObject({ path: '', message: expect.stringContaining(reason) })
  })

  it.each([
    ['a stray continuation byte', [0x22, 0x80, 0x22]],
    ['a surrogate written as UTF-8', [0x22, 0xed, 0xa0, 0x80, 0x22]],
    ['an overlong slash', [0x22, 0xc0, 0xaf, 0x22]],
    ['UTF-16', [0xff, 0xfe, 0x7b, 0x00, 0x7d, 0x00]],
  ])('%s is not UTF-8', (_, bytes) => {
    expect(refusalOf(readJson(Uint8Array.from(bytes)))?.message).toContain('is not UTF-8')
  })

  it('64 levels are read and 65 are not', () => {
    const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels)
    expect(read(nested(64)).ok).toBe(true)
    expect(refusalOf(read(nested(65)))?.message).toContain('64 levels')
    expect(refusalOf(read('{"a":'.repeat(100_000)))?.message).toContain('64 levels')
  })

  it('brackets inside text do not count', () => {
    expect(read(JSON.stringify({ a: '['.repeat(1000), 'b,{': ','.repeat(60_000) })).ok).toBe(true)
  })

  it('50,000 members are read and one more is not', () => {
    const array = (elements: number) => `[${'0,'.repeat(elements - 1)}0]`
    expect(read(array(50_000)).ok).toBe(true)
    expect(refusalOf(read(array(50_001)))?.message).toContain('50,000 members')
    expect(refusalOf(read(`[${'[],'.repeat(30_000)}[]]`))?.message).toContain('50,000 members')
  })

  it('a megabyte of nonsense takes no longer than a blink', () => {
    const before = process.cpuUsage()
    for (const piece of ['"', '\\', '"\\', '{', '-', '1', '"a":', ',']) read(piece.repeat(1_000_000 / piece.length))
    // Worked, not waited: a busy machine gives it no turn.
    expect(process.cpuUsage(before).user / 1000).toBeLessThan(2_000)
  })

  it('no bytes make it throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        expect(typeof readJson(bytes).ok).toBe('boolean')
      }),
    )
    const jsonish = fc.array(
      fc.constantFrom(
        '{',
        '}',
        '[',
        ']',
        '"',
        ':',
        ',',
        '\\',
        '\\u',
        '0',
        '9'.repeat(20),
        '-',
        'e',
        'null',
        ' ',
        '\ud800',
      ),
    )
    fc.assert(
      fc.property(jsonish, (pieces) => {
        const result = readJsonText(pieces.join(''))
        expect(result.ok).toBe(parses(pieces.join('')))
      }),
      { numRuns: 1_000 },
    )
  })
})

describe('repeated keys', () => {
  it('are named with their path, at any depth', () => {
    const result = read('{"a":1,"b":{"c":[{"x":1},{"x":1,"y":2,"x":3}]},"a":2}')
    expect(result).toMatchObject({ ok: true, repeatedKeys: ['b.c.1.x', 'a'] })
  })

  it('are seen through escapes', () => {
    expect(read('{"a":1,"\\u0061":2}')).toMatchObject({ repeatedKeys: ['a'] })
  })

  it('the same key in two objects is not a repeat', () => {
    expect(read('[{"a":{"a":1}},{"a":"a"},["a","a"]]')).toMatchObject({ ok: true, repeatedKeys: [] })
  })

  it('are reported twenty times and no more', () => {
    const result = read(`{${'"k":1,'.repeat(500)}"k":1}`)
    expect(result.ok && result.repeatedKeys.length).toBe(20)
  })
})

describe('keys that reach for the prototype', () => {
  const hostile = valueIn(
    read(
      '{"service":"pay","__proto__":{"admin":true},"constructor":{"prototype":{"admin":true}},"labels":{"__proto__":{"admin":true}}}',
    ),
  )
  const ordinary = (value: unknown) => {
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
    expect((value as { admin?: unknown }).admin).toBeUndefined()
  }

  it('stay ordinary own keys, and nothing is polluted', () => {
    ordinary(hostile)
    expect(Object.hasOwn(hostile as object, '__proto__')).toBe(true)
    ordinary({})
  })

  it.each([
    ['an object', z.object({ service: z.string(), labels: z.object({}) })],
    ['a loose object', z.looseObject({ service: z.string(), labels: z.looseObject({}) })],
    ['a record', z.object({ labels: z.record(z.string(), z.unknown()) })],
  ])('%s of zod leaves them behind', (_, schema) => {
    const parsed = schema.parse(hostile) as { labels: object }
    ordinary(parsed)
    ordinary(parsed.labels)
    ordinary({})
  })

  it('a repeated __proto__ is a repeated key like any other', () => {
    expect(read('{"__proto__":1,"__proto__":2}')).toMatchObject({ repeatedKeys: ['__proto__'] })
  })
})

function parses(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
