import { expect, test } from 'vitest'
import { apart } from '../../views/components/apart.ts'

test('labels far from each other stay where they are', () => {
  expect(apart([100, 20, 60], 14, 190)).toEqual([100, 20, 60])
})

test('those of lines that end alike are moved apart', () => {
  expect(apart([50, 50, 55], 14, 190)).toEqual([50, 64, 78])
})

test('at the bottom they take the ones above them along', () => {
  expect(apart([186, 186], 14, 186)).toEqual([172, 186])
  expect(apart([170, 186, 186], 14, 186)).toEqual([158, 172, 186])
})
