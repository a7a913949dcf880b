import type { Verdict } from '../../core/verdict/verdict.ts'
import type { Db } from '../../store/database.ts'
import type { ReleaseListRow } from '../../store/releases/release-list.ts'
import type { StandingVerdicts } from './standing-verdicts.ts'

/** No more are judged for one page. */
const MOST_JUDGED = 25

/** The verdicts on the newest releases of a list that run in production, by release id. */
export async function judgeRunning(
  db: Db,
  standing: StandingVerdicts,
  rows: readonly ReleaseListRow[],
  now: number,
  most = MOST_JUDGED,
): Promise<ReadonlyMap<number, Verdict>> {
  const running = rows.flatMap((row) => (row.inProduction ? [{ ...row, place: row.inProduction }] : []))
  const shown = running.slice(0, most)
  const verdicts = new Map<number, Verdict>()
  for (const place of new Map(shown.map((row) => [row.place.id, row.place])).values()) {
    const there = shown.filter((row) => row.place.id === place.id)
    const judged = await standing.of(
      db,
      there.map(({ id, serviceId, service, place: { since }, openDefects }) => ({
        ...{ serviceId, service, releaseId: id, since, open: openDefects },
      })),
      place,
      now,
    )
    for (const { id, serviceId } of there) {
      const verdict = judged.get(serviceId)
      if (verdict) verdicts.set(id, verdict)
    }
  }
  return verdicts
}
