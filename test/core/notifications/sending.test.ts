import { describe, expect, test } from 'vitest'
import {
  afterSend,
  type Health,
  healthAfter,
  type SendOutcome,
  TRY_FOR_MS,
} from '../../../src/core/notifications/sending.ts'
import { day } from '../../support/factories.ts'

const failed = (again: boolean, retryAfterMs?: number): SendOutcome => ({
  kind: 'failed',
  reason: 'It answered 500.',
  again,
  retryAfterMs,
})
const SENT: SendOutcome = { kind: 'sent', detail: '' }
const at = (attempt: number, now = day(2)) => ({ attempt, createdAt: day(2), now })

describe('after handing a message over', () => {
  test('it is sent, or refused for good', () => {
    expect(afterSend(SENT, at(1), 0.5)).toEqual({ state: 'sent' })
    expect(afterSend(failed(false), at(1), 0.5)).toEqual({ state: 'failed', reason: 'It answered 500.' })
  })

  test('it is tried again after longer and longer pauses', () => {
    const pauses = [1, 2, 3, 4, 5, 6, 7, 8].map((attempt) => {
      const after = afterSend(failed(true), at(attempt), 0.5)
      return after.state === 'ready' ? (after.dueAt - day(2)) / 1000 : undefined
    })
    expect(pauses).toEqual([5, 30, 120, 600, 1800, 3600, 7200, 7200])
  })

  test('the pauses vary by a quarter', () => {
    expect(afterSend(failed(true), at(2), 0)).toMatchObject({ dueAt: day(2) + 22_500 })
    expect(afterSend(failed(true), at(2), 0.999)).toMatchObject({ dueAt: day(2) + 37_485 })
  })

  test('it is not tried before the other side wants it', () => {
    expect(afterSend(failed(true, 90_000), at(1), 0.5)).toMatchObject({ dueAt: day(2) + 90_000 })
    expect(afterSend(failed(true, 1_000), at(1), 0.5)).toMatchObject({ dueAt: day(2) + 5_000 })
  })

  test('it is given up after a day, visibly', () => {
    expect(afterSend(failed(true), at(15, day(2) + TRY_FOR_MS - 7_200_000), 0.5)).toMatchObject({ state: 'ready' })
    expect(afterSend(failed(true), at(16, day(2) + TRY_FOR_MS - 7_199_999), 0.5)).toEqual({
      state: 'failed',
      reason: 'It answered 500. Tried 16 times in a day.',
    })
    expect(afterSend(failed(true, 2 * TRY_FOR_MS), at(1), 0.5)).toMatchObject({ state: 'failed' })
  })
})

describe('a channel', () => {
  const well: Health = { failures: 0, heldUntil: undefined }

  test('is left alone after five failures in a row, longer each time', () => {
    let health = well
    const holds: (number | undefined)[] = []
    for (let n = 0; n < 12; n++) {
      health = healthAfter(health, failed(true), day(2))
      holds.push(health.heldUntil === undefined ? undefined : (health.heldUntil - day(2)) / 1000)
    }
    expect(holds).toEqual([undefined, undefined, undefined, undefined, 30, 60, 120, 240, 480, 600, 600, 600])
  })

  test('is well again after one that went through', () => {
    expect(healthAfter({ failures: 9, heldUntil: day(2) }, SENT, day(2))).toEqual(well)
  })

  test('gets the pause it asks for, an hour at most', () => {
    expect(healthAfter(well, failed(true, 90_000), day(2))).toEqual({ failures: 1, heldUntil: day(2) + 90_000 })
    expect(healthAfter(well, failed(true, 86_400_000), day(2)).heldUntil).toBe(day(2) + 3_600_000)
  })
})
