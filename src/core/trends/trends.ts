import { type CalendarUnit, indexOfStretch, type Stretch, stretchesOver } from '../time/calendar.ts'
import { changeFailures, type FailuresInStretch, type PlacedCounts, ripeUntil } from './change-failures.ts'
import { type DiscoveryCurve, discoveryByAge } from './discovery-by-age.ts'
import type { Arrival, CameAndWent, Replacement, TrendDivisions, TrendFacts } from './facts.ts'
import { backlogMoved, failuresMoved, type Moved, releasesMoved, worstService } from './moved.ts'
import { type ReleaseColumn, releaseColumns } from './release-quality.ts'
import { sampleReleases } from './sample.ts'
import { type LifeTimes, lifeTimes } from './severe-lives.ts'

/** What the seven questions are answered from, counted; for one service or for all. */
export interface Trends {
  /** They are of one service. */
  readonly one: boolean
  readonly zone: string
  readonly now: number
  /** Days of a short range, else weeks; and weeks, else months. */
  readonly fine: readonly FineStretch[]
  readonly fineUnit: 'day' | 'week'
  readonly coarse: readonly CoarseStretch[]
  readonly coarseUnit: 'week' | 'month'
  readonly weeks: readonly WeekStretch[]
  readonly flow: { readonly openBefore: number; readonly openAfter: number }
  readonly releases: {
    readonly columns: readonly ReleaseColumn<Arrival>[]
    readonly which: 'major and minor' | 'all'
    /** Older ones are left out. */
    readonly cut: boolean
    readonly troubles: readonly Replacement[]
  }
  readonly curves: { readonly list: readonly DiscoveryCurve[]; readonly cut: boolean }
  readonly months: readonly Stretch[]
  readonly services: readonly ServiceMonths[]
  readonly moved: readonly Moved[]
  /** Whether anything was deployed or found at all. */
  readonly anything: boolean
}

/** A week in which deployments are judged. */
export interface WeekStretch extends Stretch, FailuresInStretch {}

export interface FineStretch extends Stretch {
  readonly found: number
  readonly fixed: number
  readonly givenUp: number
  /** Open at its end, or now. */
  readonly backlog: number
  readonly events: DeployEvents
}

export interface CoarseStretch extends Stretch {
  readonly lives: LifeTimes
  /** Only the newest defects of it were read. */
  readonly livesCut: boolean
  /** `NewestLives.from` */
  readonly livesFrom: number | undefined
  readonly rollbacks: number
  readonly emergencies: number
  readonly found: number
  /** Of these, noticed by a person; for one service only. */
  readonly byPeople: number
  /** Defects that came back, each once; for one service only. */
  readonly regressions: number
  readonly events: DeployEvents
}

/** What happened to the service meanwhile; rollbacks and emergencies are not deployments here. */
export interface DeployEvents {
  readonly deployments: number
  readonly rollbacks: number
  readonly emergencies: number
}

export interface ServiceMonths {
  readonly service: string
  readonly months: readonly { readonly defects: number; readonly deployments: number }[]
}

/** A month or less is told in days and weeks, a quarter in weeks, more in weeks and months. */
export function divisionsOf(range: Stretch, days: number, zone: string): TrendDivisions {
  const fineUnit = days <= 31 ? 'day' : 'week'
  const coarseUnit = days <= 92 ? 'week' : 'month'
  const into = (unit: CalendarUnit) => stretchesOver(range, unit, zone)
  return { fineUnit, coarseUnit, fine: into(fineUnit), coarse: into(coarseUnit), months: into('month') }
}

/** What lies between any two edges of the divisions: counted once, it makes up the stretches of each. */
export function atomsOf({ fine, coarse, months }: TrendDivisions): Stretch[] {
  const edges = [...new Set([fine, coarse, months].flat().flatMap(({ from, to }) => [from, to]))].sort((a, b) => a - b)
  return edges.slice(1).map((to, i) => ({ from: edges[i] as number, to }))
}

/** The same, none with both deployments that are old enough to be judged and others. */
export function judgedAtomsOf(atoms: readonly Stretch[], now: number): Stretch[] {
  const ripe = ripeUntil(now)
  return atoms.flatMap(({ from, to }) =>
    from < ripe && ripe < to
      ? [
          { from, to: ripe },
          { from: ripe, to },
        ]
      : [{ from, to }],
  )
}

/** The answers to the seven questions. O(facts + services × stretches). */
export function trendsOf(
  facts: TrendFacts,
  divisions: TrendDivisions,
  { one, zone, now }: { readonly one: boolean; readonly zone: string; readonly now: number },
): Trends {
  const { fineUnit, coarseUnit } = divisions
  const { found, open, regressions, knownSince = now } = facts
  // What was before anything was known of the place is not nothing.
  const isKnown = ({ to }: Stretch) => to > knownSince
  const fine = divisions.fine.filter(isKnown)
  const coarse = divisions.coarse.filter(isKnown)
  const months = divisions.months.filter(isKnown)
  const lives = facts.lives.slice(divisions.coarse.length - coarse.length)
  const weeks = fineUnit === 'week' ? fine : coarse
  const placed = placedOfAll(facts)
  const failures = changeFailures(placed, weeks, now)
  const fineEvents = eventsIn(placed, fine)
  const coarseEvents = eventsIn(placed, coarse)
  const fineCounts = countsOver(facts, fine)
  const coarseCounts = countsOver(facts, coarse)
  const flowing = fine.map((stretch, i) => {
    const { s1, s2, s3, s4, fixed, givenUp } = totals(fineCounts, i)
    return { ...stretch, found: s1 + s2 + s3 + s4, fixed, givenUp, events: fineEvents[i] as DeployEvents }
  })
  const backlogs = backlogsOf(flowing, open)
  const fineData = flowing.map((stretch, i) => ({ ...stretch, backlog: backlogs.after[i] as number }))
  const sample = sampleReleases(facts.arrivals)
  const columns = releaseColumns(sample.shown, found, now)
  const services = monthsByService(facts, months)
  return {
    ...{ zone, now, fineUnit, coarseUnit, months, services },
    fine: fineData,
    weeks: weeks.map((stretch, i) => ({ ...stretch, ...(failures[i] as FailuresInStretch) })),
    coarse: coarse.map((stretch, i) => {
      const { s1, s2, s3, s4, byPeople } = totals(coarseCounts, i)
      const events = coarseEvents[i] as DeployEvents
      return {
        ...stretch,
        lives: lifeTimes(lives[i]?.list ?? [], now),
        livesCut: lives[i]?.cut ?? false,
        livesFrom: lives[i]?.from,
        ...{ rollbacks: events.rollbacks, emergencies: events.emergencies, events },
        ...{ found: s1 + s2 + s3 + s4, byPeople },
        regressions: new Set(
          regressions.flatMap(({ defectId, at }) => (at >= stretch.from && at < stretch.to ? defectId : [])),
        ).size,
      }
    }),
    flow: { openBefore: backlogs.before, openAfter: open },
    releases: {
      ...{ columns, which: sample.which, troubles: facts.troubles },
      cut: sample.shownCut || facts.arrivalsCut,
    },
    curves: {
      list: sample.ofKind.flatMap(({ kind, releases }) => discoveryByAge(kind, releases, found, now) ?? []),
      cut: facts.arrivalsCut || sample.ofKind.some(({ cut }) => cut),
    },
    moved: whatMoved({
      columns,
      fine: fineData,
      failures,
      openBefore: backlogs.before,
      openAfter: open,
      services: one ? [] : services,
    }),
    anything: services.length > 0,
    one,
  }
}

interface Numbers {
  readonly columns: readonly ReleaseColumn<Arrival>[]
  readonly fine: readonly FineStretch[]
  readonly failures: readonly FailuresInStretch[]
  readonly openBefore: number
  readonly openAfter: number
  readonly services: readonly ServiceMonths[]
}

function whatMoved({ columns, fine, failures, openBefore, openAfter, services }: Numbers): Moved[] {
  const over = (count: (stretch: FineStretch) => number) => fine.reduce((sum, stretch) => sum + count(stretch), 0)
  const told = [
    releasesMoved(columns),
    backlogMoved({
      ...{ found: over(({ found }) => found), fixed: over(({ fixed }) => fixed) },
      ...{ givenUp: over(({ givenUp }) => givenUp), openBefore, openAfter },
    }),
    worstService(
      services.map(({ service, months }) => ({
        service,
        defects: months.reduce((sum, { defects }) => sum + defects, 0),
        deployments: months.reduce((sum, { deployments }) => sum + deployments, 0),
      })),
    ),
    failuresMoved(failures),
  ]
  return told.filter((one) => one !== undefined).slice(0, 3)
}

type ByService = ReadonlyMap<number, readonly CameAndWent[]>

function countsOver({ atoms, counts }: TrendFacts, stretches: readonly Stretch[]): ByService {
  const where = atoms.map(({ from }) => indexOfStretch(stretches, from))
  return new Map([...counts].map(([serviceId, parts]) => [serviceId, addedUp(parts, where, stretches.length)] as const))
}

function addedUp(parts: readonly CameAndWent[], where: readonly number[], length: number): CameAndWent[] {
  const sums = Array.from({ length }, () => ({ ...NOTHING }))
  for (const [i, part] of parts.entries()) {
    const sum = sums[where[i] as number]
    if (sum) for (const name of COUNTS) sum[name] += part[name]
  }
  return sums
}

const NOTHING = { s1: 0, s2: 0, s3: 0, s4: 0, byPeople: 0, fixed: 0, givenUp: 0 }
const COUNTS = Object.keys(NOTHING) as (keyof CameAndWent)[]

function totals(counts: ByService, index: number): CameAndWent {
  const sum = { ...NOTHING }
  for (const parts of counts.values()) {
    const part = parts[index]
    if (part) for (const name of COUNTS) sum[name] += part[name]
  }
  return sum
}

/** Open at the end of each stretch, told backwards from what is open after the last. */
function backlogsOf(
  stretches: readonly { found: number; fixed: number; givenUp: number }[],
  openAfter: number,
): { before: number; after: number[] } {
  const after: number[] = []
  let open = openAfter
  for (const { found, fixed, givenUp } of [...stretches].reverse()) {
    after.unshift(open)
    open += fixed + givenUp - found
  }
  return { before: open, after }
}

/** What was put in place in each part of the time, whatever the service. */
function placedOfAll({ placedIn, placed }: TrendFacts): (Stretch & PlacedCounts)[] {
  const all = placedIn.map((stretch) => ({ ...stretch, deployments: 0, rollbacks: 0, emergencies: 0, failed: 0 }))
  for (const parts of placed.values())
    for (const [i, { deployments, rollbacks, emergencies, failed }] of parts.entries()) {
      const sum = all[i] as (typeof all)[number]
      sum.deployments += deployments
      sum.rollbacks += rollbacks
      sum.emergencies += emergencies
      sum.failed += failed
    }
  return all
}

function eventsIn(placed: readonly (Stretch & PlacedCounts)[], stretches: readonly Stretch[]): DeployEvents[] {
  const events = stretches.map(() => ({ deployments: 0, rollbacks: 0, emergencies: 0 }))
  for (const { from, deployments, rollbacks, emergencies } of placed) {
    const sum = events[indexOfStretch(stretches, from)]
    if (!sum) continue
    sum.deployments += deployments
    sum.rollbacks += rollbacks
    sum.emergencies += emergencies
  }
  return events
}

/** Most defects first. */
function monthsByService(facts: TrendFacts, months: readonly Stretch[]): ServiceMonths[] {
  const { placedIn, placed, names } = facts
  const counts = countsOver(facts, months)
  const monthOf = placedIn.map(({ from }) => indexOfStretch(months, from))
  const deployments = new Map<number, number[]>()
  for (const [serviceId, parts] of placed) {
    const own = months.map(() => 0)
    for (const [i, one] of parts.entries()) {
      const month = monthOf[i] as number
      if (month >= 0) own[month] = (own[month] as number) + one.deployments + one.rollbacks + one.emergencies
    }
    deployments.set(serviceId, own)
  }
  const rows = [...new Set([...counts.keys(), ...deployments.keys()])].map((serviceId) => {
    const found = counts.get(serviceId)
    return {
      service: names.get(serviceId) ?? '',
      months: months.map((_, i) => {
        const { s1 = 0, s2 = 0, s3 = 0, s4 = 0 } = found?.[i] ?? {}
        return { defects: s1 + s2 + s3 + s4, deployments: deployments.get(serviceId)?.[i] ?? 0 }
      }),
    }
  })
  const sumOf = ({ months: cells }: ServiceMonths) => cells.reduce((sum, { defects }) => sum + defects, 0)
  const isThere = ({ months: cells }: ServiceMonths) =>
    cells.some(({ defects, deployments: some }) => defects + some > 0)
  return rows.filter(isThere).sort((a, b) => sumOf(b) - sumOf(a) || (a.service < b.service ? -1 : 1))
}
