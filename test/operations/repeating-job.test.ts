import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { LiveEvents } from '../../src/operations/live-events.ts'
import { RepeatingJob, type RepeatingJobParts } from '../../src/operations/repeating-job.ts'

/** A job whose turns end when they are let. */
function aJob(parts: Partial<RepeatingJobParts> = {}) {
  const logged: string[] = []
  const turns: { stopping: AbortSignal; end: () => void; fail: (error: Error) => void }[] = []
  let atOnce = 0
  let mostAtOnce = 0
  const job = new RepeatingJob({
    name: 'sweeping the yard',
    everyMs: 1_000,
    log: pino({ base: null, timestamp: false }, { write: (line: string) => void logged.push(line) }),
    async turn(stopping) {
      mostAtOnce = Math.max(mostAtOnce, ++atOnce)
      try {
        await new Promise<void>((resolve, reject) => turns.push({ stopping, end: resolve, fail: reject }))
      } finally {
        atOnce--
      }
    },
    ...parts,
  })
  return { job, turns, logged, last: () => turns.at(-1) as (typeof turns)[number], mostAtOnce: () => mostAtOnce }
}

/** Lets everything happen that this much time brings. */
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms)

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

describe('its turns', () => {
  test('come one after another, as long apart as they should', async () => {
    const { job, turns, last, mostAtOnce } = aJob()
    job.start()
    await pass(5_000)
    expect(turns).toHaveLength(1)
    last().end()
    await pass(999)
    expect(turns).toHaveLength(1)
    await pass(1)
    expect(turns).toHaveLength(2)
    last().end()
    await pass(1_000)
    expect(turns).toHaveLength(3)
    expect(mostAtOnce()).toBe(1)
  })

  test('begin at once, or after a while', async () => {
    const prompt = aJob()
    prompt.job.start()
    expect(prompt.turns).toHaveLength(1)
    const late = aJob({ firstAfterMs: 300 })
    late.job.start()
    await pass(299)
    expect(late.turns).toHaveLength(0)
    await pass(1)
    expect(late.turns).toHaveLength(1)
  })

  test('come when it is woken alone, where nothing else brings them', async () => {
    const { job, turns, last } = aJob({ everyMs: undefined })
    job.start()
    last().end()
    await pass(1_000_000_000)
    expect(turns).toHaveLength(1)
    job.wake()
    expect(turns).toHaveLength(2)
  })

  test('keep no process alive', () => {
    vi.useRealTimers()
    const alive = () => process.getActiveResourcesInfo().filter((what) => what === 'Timeout').length
    const before = alive()
    const { job } = aJob({ firstAfterMs: 60_000 })
    job.start()
    expect(alive()).toBe(before)
    return job.stop()
  })
})

describe('woken', () => {
  test('during a turn it has one more after it, however often it was', async () => {
    const { job, turns, last, mostAtOnce } = aJob()
    job.start()
    for (let i = 0; i < 3; i++) job.wake()
    await pass(0)
    expect(turns).toHaveLength(1)
    last().end()
    await pass(0)
    expect(turns).toHaveLength(2)
    last().end()
    await pass(999)
    expect(turns).toHaveLength(2)
    expect(mostAtOnce()).toBe(1)
  })

  test('while it rests it does not turn again where it would have', async () => {
    const { job, turns, last } = aJob()
    job.start()
    last().end()
    await pass(600)
    job.wake()
    expect(turns).toHaveLength(2)
    last().end()
    await pass(600)
    expect(turns).toHaveLength(2)
  })

  test('by news of what it works on, and by no other', async () => {
    const news = new LiveEvents()
    const { job, turns, last } = aJob({ news: { from: news, topics: ['defects', 'deployments'] } })
    job.start()
    last().end()
    await pass(0)
    news.publish({ topic: 'deliveries' })
    expect(turns).toHaveLength(1)
    news.publish({ topic: 'deployments' })
    expect(turns).toHaveLength(2)
  })
})

describe('what is due', () => {
  const untilTheNext = async (nextInMs: number | undefined): Promise<number> => {
    const clock = () => 1_000_000
    const next = async () => (nextInMs === undefined ? undefined : clock() + nextInMs)
    const { job, turns, last } = aJob({ due: { next, clock } })
    job.start()
    last().end()
    let passed = 0
    for (; turns.length < 2; passed++) await pass(1)
    return passed
  }

  test.each([
    ['sooner than its turn', 300, 300],
    ['later', 5_000, 1_000],
    ['already, after a rest', -5_000, 50],
    ['never', undefined, 1_000],
  ])('%s', async (_, nextInMs, restMs) => {
    expect(await untilTheNext(nextInMs)).toBe(restMs)
  })
})

test('a turn that fails is logged with what it was, and the next comes in its time', async () => {
  const { job, turns, logged, last } = aJob()
  job.start()
  last().fail(new Error('no broom'))
  await pass(999)
  expect(logged.map((line) => JSON.parse(line))).toMatchObject([
    { msg: 'sweeping the yard paused', err: { message: 'no broom' } },
  ])
  expect(turns).toHaveLength(1)
  await pass(1)
  expect(turns).toHaveLength(2)
})

describe('stopped', () => {
  test('it waits for the turn under way, which knows', async () => {
    const { job, last } = aJob()
    job.start()
    const happened: string[] = []
    const stopped = job.stop().then(() => happened.push('stopped'))
    expect(last().stopping.aborted).toBe(true)
    await pass(10_000)
    happened.push('turn')
    last().end()
    await stopped
    expect(happened).toEqual(['turn', 'stopped'])
  })

  test('during a turn that was to have another after it, it has none', async () => {
    const { job, turns, last } = aJob()
    job.start()
    job.wake()
    const stopped = job.stop()
    last().end()
    await stopped
    job.wake()
    await pass(10_000)
    expect(turns).toHaveLength(1)
  })

  test('while it rests, it turns no more', async () => {
    const { job, turns, last } = aJob()
    job.start()
    last().end()
    await pass(500)
    await job.stop()
    await pass(10_000)
    expect(turns).toHaveLength(1)
  })

  test('it leaves nothing behind, and does not start again', async () => {
    const listeners = new Set<unknown>()
    const subscribe: LiveEvents['subscribe'] = (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    }
    const parts: Partial<RepeatingJobParts> = { news: { from: { subscribe }, topics: ['defects'] } }
    const [resting, busy] = [aJob(parts), aJob(parts)]
    resting.job.start()
    resting.last().end()
    busy.job.start()
    await pass(0)
    const stopped = Promise.all([resting.job.stop(), busy.job.stop()])
    busy.last().end()
    await stopped
    resting.job.start()
    expect([listeners.size, vi.getTimerCount(), resting.turns.length]).toEqual([0, 0, 1])
  })
})
