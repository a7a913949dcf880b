import { expect, test } from 'vitest'
import { likelySame } from '../../../src/core/defect/merge-candidates.ts'
import { day, hours } from '../../support/factories.ts'

const defect = (title: string, from: number, to = from) => ({ title, firstSeenAt: from, lastSeenAt: to })

test('the same title in the same time comes first, a strange one long ago not at all', () => {
  const found = likelySame(
    defect('Timeout after 30 s in checkout', day(10), day(12)),
    [
      defect('Wrong total', day(1)),
      defect('Checkout times out', day(11)),
      defect('Timeout after 99 s in checkout', day(1)),
      defect('Timeout after 31 s in checkout', day(12), day(14)),
      defect('Slow timeout in checkout', day(3)),
    ],
    8,
  )
  expect(found.map(({ other, because }) => [other.title, ...because])).toEqual([
    ['Timeout after 31 s in checkout', 'The same title but for numbers.', 'Seen in the same time.'],
    ['Timeout after 99 s in checkout', 'The same title but for numbers.'],
    ['Checkout times out', 'Seen in the same time.'],
    ['Slow timeout in checkout', 'A similar title.'],
  ])
})

test('at most as many as asked for', () => {
  const others = [1, 2, 3].map((n) => defect('Same', day(n)))
  expect(likelySame(defect('Same', day(1) + hours(1)), others, 2)).toHaveLength(2)
})
