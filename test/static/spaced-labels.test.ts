import { expect, test } from 'vitest'
import { everyOf } from '../../static/js/spaced-labels.ts'

const evenly = (n: number, step: number, width: number) =>
  Array.from({ length: n }, (_, i) => ({ at: i * step, width }))

test('labels with room between them all stand', () => {
  expect(everyOf(evenly(6, 60, 50), 99)).toBe(1)
  expect(everyOf([], 99)).toBe(1)
})

test('as many are left out as would cover others', () => {
  expect(everyOf(evenly(6, 60, 51), 99)).toBe(2)
  expect(everyOf(evenly(10, 20, 51), 99)).toBe(4)
  expect(everyOf(evenly(3, 1, 200), 99), 'one at least stands').toBe(3)
})

test('a narrow plot has few, however short they are', () => {
  expect(everyOf(evenly(12, 60, 20), 5)).toBe(3)
})

test('unevenly placed ones are held apart where they are close', () => {
  expect(
    everyOf(
      [
        { at: 0, width: 40 },
        { at: 100, width: 40 },
        { at: 120, width: 40 },
      ],
      99,
    ),
  ).toBe(2)
})
