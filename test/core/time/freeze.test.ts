import { describe, expect, test } from 'vitest'
import { freezeProblems, freezeState, frozenSentence } from '../../../src/core/time/freeze.ts'
import { day } from '../../support/factories.ts'

describe('a freeze', () => {
  const freeze = { from: day(10), to: day(20), endedAt: undefined }
  test.each([
    [freeze, day(9), 'planned'],
    [freeze, day(10), 'in force'],
    [freeze, day(20) - 1, 'in force'],
    [freeze, day(20), 'over'],
    [{ ...freeze, endedAt: day(15) }, day(15), 'over'],
    [{ ...freeze, endedAt: day(15) }, day(14), 'in force'],
    [{ ...freeze, endedAt: day(9) }, day(15), 'cancelled'],
    [{ ...freeze, endedAt: day(10) }, day(15), 'cancelled'],
  ] as const)('%o at %i is %s', (one, now, state) => {
    expect(freezeState(one, now)).toBe(state)
  })

  test.each([
    [{ from: day(10), to: day(10), reason: 'x' }, ['to']],
    [{ from: day(1), to: day(5), reason: 'x' }, ['to']],
    [{ from: day(10), to: day(10) + 367 * (day(1) - day(0)), reason: 'x' }, ['to']],
    [{ from: day(10), to: day(11), reason: '' }, ['reason']],
    [{ from: day(10), to: day(11), reason: 'x'.repeat(501) }, ['reason']],
    [{ from: day(1), to: day(11), reason: 'x' }, []],
  ] as const)('%o is wrong at %j', (wanted, paths) => {
    expect(freezeProblems(wanted, day(9)).map(({ path }) => path)).toEqual(paths)
  })

  test('says what is frozen in words that begin alike', () => {
    const said = { ...freeze, to: Date.UTC(2027, 0, 4, 6), environment: 'production', reason: 'Year end' }
    expect(frozenSentence({ ...said, service: undefined })).toBe(
      'frozen: all services in production until 2027-01-04T06:00Z: Year end',
    )
    expect(frozenSentence({ ...said, service: 'ledger' })).toMatch(/^frozen: ledger in production/)
  })
})
