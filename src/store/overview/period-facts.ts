import { sql } from 'kysely'
import type { Stretch } from '../../core/time/calendar.ts'
import { ripeUntil } from '../../core/trends/change-failures.ts'
import { MOST_LIVES, type PeriodFacts } from '../../core/trends/period-numbers.ts'
import { lifeTimes } from '../../core/trends/severe-lives.ts'
import type { Db } from '../database.ts'
import { rowsOf } from '../dialect.ts'
import { isOneOf } from '../services/of-services.ts'
import { countPlaced } from '../trends/deployment-days.ts'
import { listSevereLivesAt } from '../trends/lives.ts'
import type { TrendPlace } from '../trends/place.ts'
import type { DefectPlaces } from './overview-queries.ts'

/**
 * What adjoining stretches of time came to in an environment, but for the defects first seen in them.
 * `places` are those whose defects are held against it.
 */
export async function loadPeriodFacts(
  db: Db,
  place: TrendPlace,
  places: DefectPlaces,
  periods: readonly Stretch[],
  now: number,
): Promise<readonly Omit<PeriodFacts, 'newDefects'>[]> {
  const [placed, releases, lives] = await Promise.all([
    countJudged(db, place, periods, now),
    countArrived(db, place, periods),
    listSevereLivesAt(db, places, periods, MOST_LIVES, place.serviceIds),
  ])
  return periods.map((_, i) => ({
    placed: placed[i] as PeriodFacts['placed'],
    releases: releases[i] as number,
    lives: lifeTimes(lives[i]?.list ?? [], now),
    livesFrom: lives[i]?.from,
  }))
}

async function countJudged(db: Db, place: TrendPlace, periods: readonly Stretch[], now: number) {
  const ripe = ripeUntil(now)
  const parts = periods.flatMap(({ from, to }, period) => {
    const cut = Math.min(Math.max(from, ripe), to)
    return [
      { period, isRipe: true, from, to: cut },
      { period, isRipe: false, from: cut, to },
    ]
  })
  const counted = parts.filter(({ from, to }) => from < to)
  const sums = periods.map(() => ({ failed: 0, ripe: 0, unripe: 0 }))
  for (const counts of (await countPlaced(db, place, counted)).values())
    for (const [i, { deployments, rollbacks, emergencies, failed }] of counts.entries()) {
      const { period, isRipe } = counted[i] as (typeof counted)[number]
      const sum = sums[period] as (typeof sums)[number]
      const all = deployments + rollbacks + emergencies
      if (isRipe) {
        sum.ripe += all
        sum.failed += failed
      } else sum.unripe += all
    }
  return sums
}

/** Releases that first came to the environment in each period, without those kept out of sight. */
async function countArrived(
  db: Db,
  { environmentId, serviceIds }: TrendPlace,
  periods: readonly Stretch[],
): Promise<readonly number[]> {
  const rows = periods.map(({ from, to }, i) => [i, from, to])
  // The few that are quarantined are found at once; joined, each release would be looked at.
  const found = await sql<{ i: number; n: number }>`with periods (i, low, high) as materialized (${rowsOf(db, rows)})
    select i, (select count(*) from first_deployments as f
      where f.environment_id = ${environmentId} and f.at >= low and f.at < high
      and f.release_id not in (select id from releases where quarantine is not null)
      and ${isOneOf('f.service_id', serviceIds)}) as n from periods`.execute(db)
  const counts = new Map(found.rows.map(({ i, n }) => [i, n]))
  return periods.map((_, i) => counts.get(i) ?? 0)
}
