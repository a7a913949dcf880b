import { expect, test } from 'vitest'
import { compareSeen, type SeenDefect, type SeenThings } from '../../../src/core/inbound/replay-effect.ts'

const nothing: SeenThings = { defects: new Map(), deployments: new Map(), releases: new Map(), places: new Map() }
const aSeenDefect: SeenDefect = {
  title: 'Timeout',
  service: 'checkout',
  environment: 'production',
  severity: 'S2',
  status: 'fixed',
  suspect: undefined,
  occurrences: 1,
  firstSeenAt: 1,
  lastSeenAt: 1,
  mergedInto: undefined,
  rest: '',
}
const withDefect = (over: Partial<SeenDefect>): SeenThings => ({
  ...nothing,
  defects: new Map([[12, { ...aSeenDefect, ...over }]]),
})

test('what is the same before and after is no change', () => {
  expect(compareSeen(withDefect({}), withDefect({}))).toEqual([])
})

test('a defect that was not there is made, one that was is told property by property', () => {
  expect(compareSeen(nothing, withDefect({}))).toEqual([{ kind: 'defect-made', defect: aSeenDefect }])
  expect(compareSeen(withDefect({}), withDefect({ status: 'regressed', lastSeenAt: 5, mergedInto: 3 }))).toEqual([
    {
      kind: 'defect-changed',
      id: 12,
      fields: [
        { field: 'status', from: 'fixed', to: 'regressed' },
        { field: 'last seen', from: 1, to: 5, isTime: true },
        { field: 'merged into', from: undefined, to: 'PF-3' },
      ],
    },
  ])
})

test('a change that has no word of its own is still a change', () => {
  expect(compareSeen(withDefect({}), withDefect({ rest: 'more evidence' }))).toEqual([
    { kind: 'defect-changed', id: 12, fields: [] },
  ])
})

test('what runs in a place comes first, also when nothing does any more', () => {
  const place = { service: 'checkout', environment: 'production', version: '1.0' }
  const running: SeenThings = { ...nothing, places: new Map([['p', place]]) }
  const both: SeenThings = {
    ...withDefect({}),
    places: new Map([['p', { ...place, version: '1.1' }]]),
  }
  expect(compareSeen(running, both).map(({ kind }) => kind)).toEqual(['place-changed', 'defect-made'])
  expect(compareSeen(running, both)[0]).toMatchObject({ from: '1.0', place: { version: '1.1' } })
  expect(compareSeen(running, nothing)).toEqual([
    { kind: 'place-changed', from: '1.0', place: { ...place, version: undefined } },
  ])
})
