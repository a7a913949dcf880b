import type { Logger } from 'pino'
import { runSchedules, type ScheduleParts } from './run-schedules.ts'

export interface ReportClockParts extends ScheduleParts {
  readonly log: Logger
}

const LOOK_EVERY_MS = 60_000

/** Looks every minute whether a report is due. Several instances may: each report is made by one. */
export class ReportClock {
  readonly #parts: ReportClockParts
  #timer: NodeJS.Timeout | undefined
  #running: Promise<void> | undefined
  #stopped = false

  constructor(parts: ReportClockParts) {
    this.#parts = parts
  }

  start(): void {
    this.#timer = setTimeout(() => this.#look(), LOOK_EVERY_MS).unref()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#timer)
    await this.#running
  }

  #look(): void {
    this.#running = runSchedules(this.#parts)
      .then((made) => {
        if (made > 0) this.#parts.log.info({ made }, 'planned reports were made')
      })
      .catch((error: unknown) => this.#parts.log.error({ err: error }, 'making planned reports paused'))
      .finally(() => {
        if (!this.#stopped) this.start()
      })
  }
}
