import { expect, test } from 'vitest'
import { chooseBaseline } from '../../../src/core/verdict/baseline.ts'
import { day } from '../../support/factories.ts'
import { aReleaseInPlace } from '../../support/verdict-facts.ts'

const ids = (releases: readonly { releaseId: number }[]) => releases.map(({ releaseId }) => releaseId)
const earlier = Array.from({ length: 40 }, (_, i) => aReleaseInPlace(i + 1, -(i + 1), 1))

test('the last ten releases tell the level, twenty more the spread', () => {
  const { recent, older } = chooseBaseline(earlier, day(0))
  expect(ids(recent)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
  expect(ids(older)).toEqual(Array.from({ length: 20 }, (_, i) => i + 11))
})

test('what was put back or deployed again is not compared with, nor what was never live', () => {
  const mixed = [
    aReleaseInPlace(1, -1, 1, [], { arrivedBy: 'rollback' }),
    aReleaseInPlace(2, -2, 1, [], { arrivedBy: 'redeploy' }),
    aReleaseInPlace(3, -3, 1, [], { spans: [] }),
    aReleaseInPlace(4, -4, 1),
    aReleaseInPlace(5, -5, 1, [], { spans: [{ from: day(-5), to: day(-4), share: 0 }] }),
  ]
  expect(ids(chooseBaseline(mixed, day(0)).recent)).toEqual([4])
})

test('it is frozen when the release goes live: being put back later does not change it', () => {
  const [first, ...others] = earlier as [(typeof earlier)[0], ...typeof earlier]
  const before = chooseBaseline(earlier, day(0))
  const putBack = { ...first, spans: [...first.spans, { from: day(1), to: day(9) }] }
  expect(chooseBaseline([putBack, ...others], day(0))).toEqual(before)
})
