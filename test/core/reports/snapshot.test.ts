import { expect, test } from 'vitest'
import { moreOf, withoutPeople } from '../../../src/core/reports/snapshot.ts'
import { aReport } from '../../support/reports.ts'

test('without people no name is left, nor the reasons they gave', () => {
  const report = aReport()
  const names = ['Ana Roe', 'Ben Ito', 'Cleo Dent', 'Dora Fry', 'Because Ana said so']
  for (const name of names) expect(JSON.stringify(report)).toContain(name)
  const hidden = withoutPeople(report, [])
  for (const name of names) expect(JSON.stringify(hidden)).not.toContain(name)
  expect({ ...hidden.defects.rows[0], owner: '' }).toEqual({ ...report.defects.rows[0], owner: '' })
  expect(hidden.numbers).toEqual(report.numbers)
})

test('without people those known are not named in titles either, whether the report or others know them', () => {
  const [row] = aReport().defects.rows
  if (!row) throw new Error('no defect')
  const titles = ['Ben Ito cannot pay', 'As Eva Moe, cart is empty', 'Mail to ana@b.example bounces', 'Nobody is named']
  const rows = titles.map((title) => ({ ...row, title }))
  const report = aReport({ defects: { rows, count: 4, atLeast: false } })
  expect(withoutPeople(report, ['Eva Moe']).defects.rows.map(({ title }) => title)).toEqual([
    '[person] cannot pay',
    'As [person], cart is empty',
    'Mail to [person] bounces',
    'Nobody is named',
  ])
})

test('a list that is longer than its rows says by how many', () => {
  expect(moreOf({ rows: [1, 2], count: 7 } as never)).toBe(5)
  expect(moreOf({ rows: [1, 2], count: 2 } as never)).toBe(0)
})
