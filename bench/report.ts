import type { FiringRun } from './firing.ts'
import type { Contestant, IngestRun } from './ingest.ts'
import type { LateRun } from './late-deployment.ts'
import { FAR_FROM_UTC, type PageRun } from './pages.ts'
import { median, quantile } from './statistics.ts'

/** Something promised, and what was measured. */
export interface Bound {
  readonly promise: string
  readonly measured: string
  readonly met: boolean
}

export const verdicts = (bounds: readonly Bound[]): string =>
  bounds.map(({ promise, measured, met }) => `- ${met ? 'pass' : 'FAIL'}: ${promise}; measured ${measured}`).join('\n')

export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map((_, i) => (i === 0 ? '---' : '--:')), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')

const known = (values: readonly (number | undefined)[]): number[] => values.filter((value) => value !== undefined)
const shown = (value: number, digits: number): string => (Number.isNaN(value) ? '–' : value.toFixed(digits))

/** Medians over the rounds, one line per contestant and number of connections. */
export function ingestTable(runs: readonly IngestRun[]): string {
  const places = new Map(runs.map((run) => [`${run.connections} ${run.contestant}`, run]))
  const rows = [...places.values()].map(({ connections, contestant }) => {
    const own = runs.filter((run) => run.connections === connections && run.contestant === contestant)
    const of = (value: (run: IngestRun) => number | undefined) => median(known(own.map(value)))
    return [
      `${connections} connections, ${contestant}`,
      shown(
        of((run) => run.perSecond),
        0,
      ),
      shown(medianRatio(runs, connections, contestant, 'no-op'), 2),
      shown(medianRatio(runs, connections, contestant, 'one-transaction'), 2),
      shown(medianRatio(runs, connections, contestant, 'bare'), 2),
      shown(
        of((run) => run.p50),
        2,
      ),
      shown(
        of((run) => run.p99),
        1,
      ),
      shown(
        of((run) => run.cpuMicrosPerRequest),
        0,
      ),
      shown(
        of((run) => run.peakMemoryMiB),
        0,
      ),
    ]
  })
  return table(
    ['', 'per second', '× no-op', '× one transaction', '× bare', 'p50 ms', 'p99 ms', 'CPU µs', 'memory MiB'],
    rows,
  )
}

/** Each round's rate against another's in the same round; the median of these. */
function medianRatio(runs: readonly IngestRun[], connections: number, contestant: Contestant, to: Contestant): number {
  const rate = (round: number, who: Contestant) =>
    runs.find((run) => run.round === round && run.connections === connections && run.contestant === who)?.perSecond
  const rounds = [...new Set(runs.map((run) => run.round))]
  return median(rounds.map((round) => (rate(round, contestant) ?? Number.NaN) / (rate(round, to) ?? Number.NaN)))
}

export function ingestBounds(runs: readonly IngestRun[]): Bound[] {
  const own = runs.filter((run) => run.contestant === 'postflight')
  const ratio = (connections: number, to: Contestant, least: number, name: string): Bound => {
    const measured = medianRatio(runs, connections, 'postflight', to)
    return {
      promise: `at least ${least} × ${name} at ${connections} connections`,
      measured: `${measured.toFixed(2)} × (bare: ${medianRatio(runs, connections, 'bare', to).toFixed(2)} ×)`,
      met: measured >= least,
    }
  }
  const p99 = median(own.filter((run) => run.connections === 64).map((run) => run.p99))
  const memory = Math.max(...known(own.map((run) => run.peakMemoryMiB)))
  const lost = own.reduce((sum, run) => sum + Math.max(0, run.acknowledged - (run.kept ?? 0)), 0)
  const acknowledged = own.reduce((sum, run) => sum + run.acknowledged, 0)
  const others = own.reduce((sum, run) => sum + Object.values(run.otherAnswers).reduce((a, b) => a + b, 0), 0)
  return [
    ratio(16, 'no-op', 0.6, 'no-op Hono'),
    ratio(64, 'no-op', 0.6, 'no-op Hono'),
    ratio(16, 'one-transaction', 3, 'one transaction per request'),
    ratio(64, 'one-transaction', 3, 'one transaction per request'),
    ratio(16, 'bare', 0.75, 'the barest receiver that keeps the same promise'),
    ratio(64, 'bare', 0.75, 'the barest receiver that keeps the same promise'),
    { promise: 'p99 at most 250 ms at 64 connections', measured: `${p99.toFixed(1)} ms`, met: p99 <= 250 },
    {
      promise: 'resident memory under 200 MB',
      measured: `${((memory * 1024 ** 2) / 1e6).toFixed(0)} MB`,
      met: memory * 1024 ** 2 < 200e6,
    },
    {
      promise: 'every acknowledged delivery on disk after kill -9',
      measured: `${lost} of ${acknowledged.toLocaleString('en')} lost`,
      met: lost === 0 && acknowledged > 0,
    },
    { promise: 'nothing but 202', measured: `${others} other answers`, met: others === 0 },
  ]
}

export const firingTable = ({ fires, connections, toWire, webhooksPerSecond }: FiringRun): string =>
  table(
    ['fires', 'webhooks meanwhile', 'p50 ms', 'p99 ms', 'slowest ms'],
    [
      [
        String(fires),
        `${Math.round(webhooksPerSecond)}/s over ${connections} connections`,
        ...[0.5, 0.99, 1].map((q) => quantile(toWire, q).toFixed(0)),
      ],
    ],
  )

export function firingBounds({ toWire, amiss, fires }: FiringRun): Bound[] {
  const p99 = quantile(toWire, 0.99)
  return [
    { promise: 'from approval to CI within 2 s (p99)', measured: `${p99.toFixed(0)} ms`, met: p99 <= 2_000 },
    { promise: 'each request sent once', measured: `${amiss} of ${fires} not`, met: amiss === 0 && fires > 0 },
  ]
}

export const pageTable = (runs: readonly PageRun[]): string =>
  table(
    ['', 'p50 ms', 'p95 ms', 'first ms', 'slowest ms', 'slowest address'],
    runs.map((run) => [
      `${run.engine}: ${run.page}`,
      run.p50.toFixed(1),
      run.p95.toFixed(1),
      run.first.toFixed(1),
      run.worst.toFixed(1),
      `\`${run.worstPath}\``,
    ]),
  )

/** The pages at one number of defects. */
export interface Grown {
  readonly defects: number
  readonly pages: readonly PageRun[]
}

/** Medians side by side, in order of the volume, and the last over the first. */
export const growthTable = (grown: readonly Grown[]): string => {
  const medianOf = ({ pages }: Grown, { engine, page }: PageRun) =>
    pages.find((run) => run.engine === engine && run.page === page)?.p50 ?? Number.NaN
  const runs = grown[0]?.pages ?? []
  return table(
    ['p50 ms', ...grown.map(({ defects }) => defects.toLocaleString('en')), 'grows'],
    runs.map((run) => {
      const medians = grown.map((one) => medianOf(one, run))
      const growth = (medians.at(-1) as number) / (medians[0] as number)
      return [`${run.engine}: ${run.page}`, ...medians.map((ms) => ms.toFixed(1)), `${growth.toFixed(1)} ×`]
    }),
  )
}

/** Milliseconds. */
const BOUND_PAGES: Readonly<Record<string, number>> = {
  Overview: 100,
  Releases: 100,
  'One release': 100,
  Defects: 100,
  Trends: 200,
  'Trends, a year': 200,
  [FAR_FROM_UTC]: 200,
  'Trends, delivery': 200,
  'Trends, delivery, a year': 200,
}

export const pageBounds = (runs: readonly PageRun[]): Bound[] =>
  runs.flatMap(({ engine, page, p95 }) => {
    const bound = BOUND_PAGES[page]
    if (bound === undefined) return []
    return {
      promise: `${page} on ${engine}: p95 at most ${bound} ms`,
      measured: `${p95.toFixed(1)} ms`,
      met: p95 <= bound,
    }
  })

export const lateTable = (runs: readonly LateRun[]): string =>
  table(
    ['', 'defects judged anew', 'until all are, ms'],
    runs.map(({ engine, late, defects, settled }) => [
      `${engine}: ${late} late`,
      defects.toLocaleString('en'),
      settled.toFixed(0),
    ]),
  )

/** A week late is more than the promise. */
export const lateBounds = (runs: readonly LateRun[]): Bound[] =>
  runs
    .filter(({ late }) => late !== 'a week')
    .map(({ engine, late, settled }) => ({
      promise: `a deployment ${late} late on ${engine}: all suspects as they should be within 5 s`,
      measured: `${(settled / 1000).toFixed(2)} s`,
      met: settled <= 5_000,
    }))
