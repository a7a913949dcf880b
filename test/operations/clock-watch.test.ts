import { expect, onTestFinished, test } from 'vitest'
import { type ClockJump, ClockWatch } from '../../src/operations/clock-watch.ts'
import { day, hours } from '../support/factories.ts'

function aWatch() {
  const time = { clock: day(1), monotonic: 500 }
  const jumps: ClockJump[] = []
  const watch = new ClockWatch({
    clock: () => time.clock,
    monotonic: () => time.monotonic,
    onJump: (jump) => jumps.push(jump),
  })
  const pass = (ms: number, clockMs = ms) => {
    time.monotonic += ms
    time.clock += clockMs
    return watch.look()
  }
  return { time, watch, jumps, pass }
}

test('time that passes is no jump, however long nobody looked', () => {
  const { jumps, pass } = aWatch()
  pass(10_000)
  expect(pass(hours(30))).toBeUndefined()
  expect(jumps).toEqual([])
})

test('a minute ahead or back is one, less is not', () => {
  const { time, jumps, pass } = aWatch()
  pass(10_000, 69_999)
  pass(10_000, -49_999)
  expect(jumps).toEqual([])
  expect(pass(10_000, 70_000)).toEqual({ at: time.clock, by: 60_000 })
  expect(pass(10_000, -50_000)).toEqual({ at: time.clock, by: -60_000 })
  expect(jumps.map(({ by }) => by)).toEqual([60_000, -60_000])
})

test('a jump is told once, and remembered', () => {
  const { jumps, pass } = aWatch()
  const jump = pass(0, -hours(2))
  expect(pass(10_000)).toBe(jump)
  expect(jumps).toHaveLength(1)
})

test('it looks by itself until it is stopped', async () => {
  const { time, watch, jumps } = aWatch()
  onTestFinished(() => watch.stop())
  watch.start(1)
  time.clock += hours(1)
  while (jumps.length === 0) await new Promise((resolve) => setTimeout(resolve, 1))
  expect(jumps).toEqual([{ at: time.clock, by: hours(1) }])
})
