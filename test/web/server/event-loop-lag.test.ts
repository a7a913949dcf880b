import { setTimeout as turns } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { watchEventLoop } from '../../../src/web/server/event-loop-lag.ts'

test('a loop that turns freely is hardly late, however often it is measured', async () => {
  const lag = watchEventLoop()
  // On a busy machine it takes a few readings; with the pace of the measurement in them it would be none.
  for (let median = 1; median === 0 || median > 0.01; median = lag.read().get(50) ?? 1) await turns(100)
})

test('a loop that was held up shows it, once', async () => {
  const lag = watchEventLoop()
  while (lag.read().get(100) === 0) await turns(50)
  await turns(50)
  const until = performance.now() + 300
  while (performance.now() < until);
  await turns(50)
  expect(lag.read().get(100)).toBeGreaterThan(0.2)
  expect(lag.read().get(100)).toBe(0)
})
