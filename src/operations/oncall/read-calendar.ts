import { Worker } from 'node:worker_threads'
import type { CalendarShifts, CalendarWindow } from './calendar-shifts.ts'

const READ_WITHIN_MS = 10_000
const MOST_MEMORY_MB = 128

/** The shifts of a calendar, read in a thread of its own that is ended when it takes too long or too much memory. */
export function readCalendar(
  text: string,
  window: CalendarWindow,
  { withinMs = READ_WITHIN_MS, signal }: { readonly withinMs?: number; readonly signal?: AbortSignal } = {},
): Promise<CalendarShifts> {
  const worker = new Worker(new URL('./calendar-thread.mjs', import.meta.url), {
    workerData: { text, window },
    resourceLimits: { maxOldGenerationSizeMb: MOST_MEMORY_MB },
  })
  return new Promise((resolve) => {
    const end = (answer: CalendarShifts) => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', stop)
      resolve(answer)
      void worker.terminate()
    }
    const stop = () => end({ ok: false, reason: 'Reading it was stopped.' })
    const timer = setTimeout(() => end({ ok: false, reason: 'It takes too long to read.' }), withinMs)
    signal?.addEventListener('abort', stop, { once: true })
    if (signal?.aborted) stop()
    worker.on('message', end)
    worker.on('error', () => end({ ok: false, reason: 'It takes too much memory to read.' }))
    worker.on('exit', () => end({ ok: false, reason: 'Reading it ended early.' }))
  })
}
