import { daysInUse } from '../../../src/core/attribution/days-in-use.ts'
import { defaultProfile } from '../../../src/core/attribution/defaults.ts'
import type { ServicePast } from '../../../src/core/attribution/learn.ts'
import type { ServiceProfile } from '../../../src/core/attribution/profile.ts'
import { DAY_MS, historyUntil, type ServiceRecord, snapshotOf } from './history.ts'

/** What a first night would start from: the defaults, scaled to as many defects as there were. */
export function startOf(
  records: ReadonlyMap<string, ServiceRecord>,
  defects: readonly unknown[],
  at: number,
  detection: ServiceProfile['detection'] = 'hosted',
): Map<string, ServiceProfile> {
  const snapshots = [...records.values()].map((record) => snapshotOf(record, at, defaultProfile(detection)))
  const releases = [...records.values()].reduce(
    (sum, record) => sum + record.releases.filter(({ firstDeployedAt }) => firstDeployedAt <= at).length,
    0,
  )
  const perRelease = (0.85 * defects.length) / Math.max(1, releases)
  return new Map(
    [...records.keys()].map((service, i) => {
      const snapshot = snapshots[i] as ServiceProfile
      const { releasesPerDay, meanSize, files } = snapshot
      return [
        service,
        defaultProfile(detection, { releasesPerDay, meanSize, files, defectsPerSize: perRelease / meanSize }),
      ]
    }),
  )
}

export function pastOf(record: ServiceRecord, at: number, profile: ServiceProfile): ServicePast {
  const history = historyUntil(record, at, { relation: 'own', profile, candidates: Number.POSITIVE_INFINITY })
  const orderOf = new Map(record.releases.map(({ id, order }) => [id, order]))
  const days = new Map<number, number>()
  let from = at
  for (const place of history.places) {
    if (place.tier !== 'production') continue
    from = Math.min(from, place.historyFrom)
    for (const [id, inUse] of daysInUse(place, at, profile.detection, orderOf))
      days.set(id, Math.max(inUse, days.get(id) ?? 0))
  }
  return {
    service: record.service,
    profile,
    days: Math.max(1, (at - from) / DAY_MS),
    releases: history.releases.map(({ id, commitCount }) => ({ id, commitCount, exposureDays: days.get(id) ?? 0 })),
  }
}
