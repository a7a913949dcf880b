import { parentPort, workerData } from 'node:worker_threads'
import { type CalendarWindow, calendarShifts } from './calendar-shifts.ts'

/** Runs in a thread of its own, once: what a stranger's calendar makes of it ends with it. */

const { text, window } = workerData as { readonly text: string; readonly window: CalendarWindow }
parentPort?.postMessage(calendarShifts(text, window))
