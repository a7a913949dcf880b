import { expect, test } from 'vitest'
import { moreOf, withoutPeople } from '../../../src/core/reports/snapshot.ts'
import { aReport } from '../../support/reports.ts'

test('without people no name is left, nor the reasons they gave', () => {
  const report = aReport()
  const names = ['Ana Roe', 'Ben Ito', 'Cleo Dent', 'Dora Fry', 'Because Ana said so']
  for (const name of names) expect(JSON.stringify(report)).toContain(name)
  const hidden = withoutPeople(report)
  for (const name of names) expect(JSON.stringify(hidden)).not.toContain(name)
  expect({ ...hidden.defects.rows[0], owner: '' }).toEqual({ ...report.defects.rows[0], owner: '' })
  expect(hidden.numbers).toEqual(report.numbers)
})

test('a list that is longer than its rows says by how many', () => {
  expect(moreOf({ rows: [1, 2], count: 7 } as never)).toBe(5)
  expect(moreOf({ rows: [1, 2], count: 2 } as never)).toBe(0)
})
