import { attribute } from '../src/core/attribution/attribute.ts'
import { MOST_CANDIDATES } from '../src/core/attribution/facts.ts'
import type { ServiceProfile } from '../src/core/attribution/profile.ts'
import { DAY_MS, recordServices } from './evaluate/attribution/history.ts'
import { pastOf, startOf } from './evaluate/attribution/nights.ts'
import { factsOfSimulated } from './evaluate/attribution/simulated.ts'
import { simulateWorld } from './evaluate/attribution/simulator.ts'
import { WORLDS, type World } from './evaluate/attribution/worlds.ts'
import { type Bound, table } from './report.ts'
import { median, quantile } from './statistics.ts'

export interface AttributionRun {
  readonly deployments: number
  /** Order, what ran where, popularity of files and days in use, of all services: what a night starts from. */
  readonly indexMs: readonly number[]
  /** Per defect. */
  readonly contestants: readonly { readonly name: string; readonly ms: readonly number[] }[]
}

/** Fifty services that deploy often enough for so many deployments in half a year. */
const worldOf = (deployments: number): World => {
  const moderate = WORLDS.find(({ name }) => name === 'moderate') as World
  const services = 50
  return { ...moderate, services, cadence: deployments / (services * moderate.days * EVENTS_PER_RELEASE) }
}
/** Staging and production, canaries and roll-backs; the spread of the services' pace in it. */
const EVENTS_PER_RELEASE = 1.4
const DEFECTS = 2000
const WARM_UP = 300

/** Measures the core alone: no database and no network. */
export function measureAttribution(volume: number, rounds: number): AttributionRun {
  const { deployments, defects, dependencies } = simulateWorld(worldOf(volume), 1)
  const past = deployments
    .map((one) => ({ ...one, at: Math.round(one.at * DAY_MS) }))
    .sort((a, b) => a.at - b.at)
    .slice(0, volume)
  const end = Math.max(...past.map(({ at }) => at))
  const index = () => {
    const records = recordServices(past)
    const profiles = startOf(records, defects, end)
    for (const record of records.values()) pastOf(record, end, profiles.get(record.service) as ServiceProfile)
    return { records, profiles }
  }
  const indexMs = Array.from({ length: rounds }, () => timed(index))
  const { records, profiles } = index()

  const asked = defects.filter(({ service, version }) => service !== undefined && version !== undefined).slice(-DEFECTS)
  const facts = (related: typeof dependencies) =>
    asked.map((defect) => {
      const built = factsOfSimulated(defect, records, related, profiles, MOST_CANDIDATES)
      return { ...built, defect: { ...built.defect, firstSeenAt: Math.round(defect.firstSeen * DAY_MS) } }
    })
  const alone = facts(new Map())
  const [first] = alone
  if (!first) throw new Error('no defect to attribute')
  const inTime = new Map(
    [...records].map(([name, record]) => [
      name,
      past.filter((one) => one.service === name && record).sort((a, b) => a.at - b.at),
    ]),
  )
  return {
    deployments: past.length,
    indexMs,
    contestants: [
      {
        name: 'latest deployment of the service',
        ms: each(alone, ({ defect }) => latest(inTime.get(defect.service ?? '') ?? [], defect.firstSeenAt)),
      },
      { name: 'attribute(), its own service', ms: each(alone, attribute) },
      { name: 'attribute(), with the services it depends on', ms: each(facts(dependencies), attribute) },
    ],
  }
}

function latest(deployments: readonly { readonly at: number }[], at: number): number {
  let [low, high] = [0, deployments.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((deployments[middle] as { at: number }).at < at) low = middle + 1
    else high = middle
  }
  return low - 1
}

function each<T>(all: readonly T[], run: (one: T) => unknown): number[] {
  for (const one of all.slice(0, WARM_UP)) run(one)
  return all.map((one) => timed(() => run(one)))
}

function timed(run: () => unknown): number {
  const start = performance.now()
  run()
  return performance.now() - start
}

export const attributionTable = ({ deployments, indexMs, contestants }: AttributionRun): string =>
  table(
    ['', 'p50 ms', 'p99 ms'],
    [
      [`index ${deployments.toLocaleString('en')} deployments`, median(indexMs).toFixed(0), ''],
      ...contestants.map(({ name, ms }) => [name, median(ms).toFixed(4), quantile(ms, 0.99).toFixed(3)]),
    ],
  )

export function attributionBounds({ deployments, indexMs, contestants }: AttributionRun): Bound[] {
  const own = median(contestants.find(({ name }) => name === 'attribute(), its own service')?.ms ?? [])
  return [
    {
      promise: `${deployments.toLocaleString('en')} deployments indexed in less than 1 s`,
      measured: `${median(indexMs).toFixed(0)} ms`,
      met: median(indexMs) < 1000,
    },
    {
      promise: 'less than 1 ms for a defect of a known service',
      measured: `${own.toFixed(3)} ms`,
      met: own < 1,
    },
  ]
}
