import { expect, onTestFinished, test, vi } from 'vitest'
import { isDue, NightlyThread } from '../../src/operations/nightly-thread.ts'
import { hours } from '../support/factories.ts'

/** In the thread: says what it was given, and ends when it hears so. */
const THREAD = `
  import { parentPort, workerData } from 'node:worker_threads'
  parentPort.once('message', () => parentPort.postMessage('ended'))
  parentPort.postMessage(workerData)
`

function aNight() {
  const answers: string[] = []
  const logged: string[] = []
  const say = (what: unknown) => logged.push(String(what))
  let begun = () => {}
  const hasBegun = new Promise<void>((resolve) => {
    begun = resolve
  })
  const parts = { lastAt: async (): Promise<number | undefined> => undefined }
  const thread = new NightlyThread<string>({
    name: 'Counting',
    file: new URL(`data:text/javascript,${encodeURIComponent(THREAD)}`),
    data: () => 'the stars',
    onAnswer(answer) {
      answers.push(answer)
      begun()
    },
    end: (worker) => worker.postMessage('enough'),
    lastAt: () => parts.lastAt(),
    clock: () => hours(3),
    log: { info: say, warn: say, error: say },
  })
  return { thread, parts, answers, logged, hasBegun }
}

test('it is time once a night, and at once after a missed one', () => {
  const at = (iso: string) => Date.parse(iso)
  expect(isDue(undefined, at('2026-03-10T14:00:00Z'))).toBe(true)
  expect(isDue(at('2026-03-09T03:10:00Z'), at('2026-03-10T02:59:00Z'))).toBe(false)
  expect(isDue(at('2026-03-09T03:10:00Z'), at('2026-03-10T03:05:00Z'))).toBe(true)
  expect(isDue(at('2026-03-10T03:05:00Z'), at('2026-03-10T03:55:00Z'))).toBe(false)
  expect(isDue(at('2026-03-08T03:10:00Z'), at('2026-03-10T09:00:00Z'))).toBe(true)
})

test('one thread at a time does it, and stopping ends that', async () => {
  const { thread, answers, hasBegun } = aNight()
  const looks = [thread.look(), thread.look()]
  await hasBegun
  await thread.stop()
  await Promise.all(looks)
  expect(answers).toEqual(['the stars', 'ended'])
})

test('does nothing when it is not time', async () => {
  const { thread, parts, answers } = aNight()
  parts.lastAt = async () => hours(3)
  await thread.look()
  await thread.stop()
  expect(answers).toEqual([])
})

test('looks by the hour, and goes on to when it could not', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const { thread, parts, answers, logged, hasBegun } = aNight()
  const well = parts.lastAt
  parts.lastAt = async () => {
    throw new Error('locked')
  }
  thread.start()
  await vi.advanceTimersByTimeAsync(hours(1) - 1)
  expect(logged).toEqual([])
  await vi.advanceTimersByTimeAsync(1)
  expect(logged).toHaveLength(1)
  parts.lastAt = well
  await vi.advanceTimersByTimeAsync(hours(1))
  await hasBegun
  await thread.stop()
  expect(answers).toEqual(['the stars', 'ended'])
})
