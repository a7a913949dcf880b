import { expect, it } from 'vitest'
import { labelNames, originOf } from '../../../src/sources/reading/origin.ts'

it('names that are absent or empty are left out', () => {
  expect(originOf({ project: 'acme/shop', group: undefined, id: null, stage: ' ' })).toEqual({ project: 'acme/shop' })
  expect(originOf({ project: '' })).toBeUndefined()
})

it('at most fifty are kept, each on one line of at most 200 characters', () => {
  const many = Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`n${i}`, `a\n${'x'.repeat(300)}`]))
  const origin = originOf(many) ?? {}
  expect(Object.keys(origin)).toHaveLength(50)
  expect(Object.values(origin).every((value) => value.length === 200 && !value.includes('\n'))).toBe(true)
})

it('labels are named one by one where they have a name, the first of two', () => {
  expect(labelNames(['bug', 'team: payments', 'Team::search', 'area/checkout'])).toEqual({
    labels: 'bug, team: payments, Team::search, area/checkout',
    'label.team': 'payments',
    'label.area': 'checkout',
  })
})
