import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { afterFire, afterLook, dispatchKey, readDispatchKey, TRY_FOR_MS } from '../../../src/core/emergency/dispatch.ts'

const facts = { attempt: 1, decidedAt: 0, now: 1_000 }
const looked = { looks: 1, answered: true, doubtful: 1, decidedAt: 0, now: 1_000 }
const run = { id: '1', url: undefined }

describe('after a call', () => {
  test('a run that started is sent', () => {
    expect(afterFire({ kind: 'started', run, detail: '' }, facts, 0)).toEqual({ state: 'sent', run })
  })

  test('what surely did not arrive is tried again for five minutes', () => {
    const again = { kind: 'refused', reason: 'No connection.', again: true } as const
    expect(afterFire(again, facts, 0.5)).toMatchObject({ state: 'ready', dueAt: 3_000 })
    expect(afterFire(again, { ...facts, now: TRY_FOR_MS }, 0).state).toBe('failed')
  })

  test('what was refused for good is not', () => {
    expect(afterFire({ kind: 'refused', reason: 'No.', again: false }, facts, 0).state).toBe('failed')
  })

  test('what may have started is never ready again before somebody looked', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50 }), fc.nat(10 * TRY_FOR_MS), (attempt, now) => {
        const next = afterFire({ kind: 'unknown', reason: '502' }, { attempt, decidedAt: 0, now }, 0)
        expect(next.state).toBe('unknown')
      }),
    )
  })
})

describe('after looking for the run', () => {
  test('one that is found is sent', () => {
    expect(afterLook({ kind: 'found', run }, { ...looked, answered: false })).toEqual({ state: 'sent', run })
  })

  test('when there surely is none it is sent again, three times at most', () => {
    expect(afterLook({ kind: 'surely-none' }, looked).state).toBe('ready')
    expect(afterLook({ kind: 'surely-none' }, { ...looked, doubtful: 3 }).state).toBe('failed')
    expect(afterLook({ kind: 'surely-none' }, { ...looked, now: TRY_FOR_MS + 1 }).state).toBe('failed')
  })

  test('after a crash that says nothing: the call may still be on its way', () => {
    const none = { kind: 'surely-none' } as const
    expect(afterLook(none, { ...looked, answered: false })).toMatchObject({ state: 'unknown', lookAt: 7_000 })
    expect(afterLook(none, { ...looked, answered: false, looks: 3 })).toMatchObject({ lookAt: undefined })
  })

  test('who cannot tell looks three times, and then asks a person', () => {
    const cannot = { kind: 'cannot-tell', reason: 'No list.' } as const
    expect(afterLook(cannot, looked)).toMatchObject({ state: 'unknown', lookAt: 7_000 })
    expect(afterLook(cannot, { ...looked, looks: 2 })).toMatchObject({ state: 'unknown', lookAt: 13_000 })
    expect(afterLook(cannot, { ...looked, looks: 3 })).toMatchObject({ state: 'unknown', lookAt: undefined })
  })
})

test('a key says whose it is', () => {
  expect(readDispatchKey(dispatchKey(27, 2))).toEqual({ emergencyId: 27, generation: 2 })
  for (const text of ['ER-27', 'ER-0-1', 'er-27-1', 'ER-27-1 ', 'ER-27-01'])
    expect(readDispatchKey(text)).toBeUndefined()
})
