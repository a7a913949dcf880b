import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CSV_BEGINNING, csvLine } from '../../../src/core/text/csv.ts'

const read = (csv: string): string[][] => parse(csv, { bom: true, relax_column_count: true })

test('what is written is what is read, whatever stands in it', () => {
  // Texts that cannot be taken for formulas; those are the next tests.
  const cell = fc.string({ unit: 'binary' }).map((text) => `a${text}`)
  fc.assert(
    fc.property(fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 5 }), (rows) => {
      expect(read(CSV_BEGINNING + rows.map(csvLine).join(''))).toEqual(rows)
    }),
  )
})

describe('a cell that a spreadsheet would run', () => {
  test.each(['=1+1', '+1', '-1', '@SUM(A1)', ' =1', '\t=1', '\r=1', '\n=1', '\tx', '＝1', "=cmd|' /C calc'!A0"])(
    '%j is text',
    (text) => {
      expect(read(csvLine([text, 'x']))[0]?.[0]).toBe(`'${text}`)
    },
  )

  test.each(['a=1', '1-2', 'a@b.example', '(-1)'])('%j is left alone', (text) => {
    expect(csvLine([text])).toBe(`${text}\r\n`)
  })

  test('numbers stay numbers, what is not there stays empty', () => {
    expect(csvLine([-5, 0.25, undefined, ''])).toBe('-5,0.25,,\r\n')
  })
})
