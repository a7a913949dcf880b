import { monitorEventLoopDelay } from 'node:perf_hooks'

/** How finely the loop is watched. A reading includes it, because the timer that measures is itself due that late. */
const RESOLUTION_MS = 20
/** The last is the latest of all. */
const PERCENTILES = [50, 99, 100]

export interface EventLoopLag {
  /** How late timers ran since the last reading, in seconds, by percentile; 0 when nothing was measured. */
  read(): ReadonlyMap<number, number>
}

/** Watches the event loop from now on, which by itself keeps no process alive. */
export function watchEventLoop(): EventLoopLag {
  const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  delays.enable()
  const lag = (percentile: number): number =>
    delays.count === 0 ? 0 : Math.max(0, delays.percentile(percentile) / 1e9 - RESOLUTION_MS / 1000)
  return {
    read() {
      const seen = new Map(PERCENTILES.map((percentile) => [percentile, lag(percentile)]))
      delays.reset()
      return seen
    },
  }
}
