import type { OverviewProps } from '../../../views/overview/overview-page.tsx'
import type { Verdict } from '../../core/verdict/verdict.ts'
import type { Db } from '../../store/database.ts'
import {
  type EnvironmentChoice,
  listRunning,
  type OpenCounts,
  type RunningRelease,
  type SeverityCounts,
} from '../../store/overview/overview-queries.ts'
import { listRunningThen } from '../../store/overview/then-queries.ts'
import type { TrendPlace } from '../../store/trends/place.ts'
import type { Deps } from '../deps.ts'
import type { StandingVerdicts } from './standing-verdicts.ts'

/** What runs in an environment, with the verdicts on what has the most open defects there. */

export const SEVERITIES = ['S1', 'S2', 'S3', 'S4'] as const
export const NO_DEFECTS: SeverityCounts = { S1: 0, S2: 0, S3: 0, S4: 0 }

/** Now, or as it was. */
export const listRunningOf = async (db: Db, place: TrendPlace, endedAt: number | undefined) =>
  endedAt === undefined ? await listRunning(db, place) : await listRunningThen(db, place, endedAt)

/** So many services show before the rest folds away; those are judged. */
const SHOWN_SERVICES = 20

/** What runs, by how bad it is: the verdict first, then the open defects. The rest have the fewest of these. */
export async function judgeRunning(
  { store, clock }: Pick<Deps, 'store' | 'clock'>,
  standing: StandingVerdicts,
  {
    environment,
    endedAt,
  }: { readonly environment: EnvironmentChoice | undefined; readonly endedAt?: number | undefined },
  running: readonly RunningRelease[],
  openByService: OpenCounts['byService'],
): Promise<Pick<OverviewProps, 'running' | 'moreRunning'>> {
  const rows = running
    .map((row) => ({ ...row, open: openByService.get(row.serviceId) ?? NO_DEFECTS }))
    .sort(byOpenDefects)
  const shown = rows.slice(0, SHOWN_SERVICES)
  // A verdict is about now; what was known then is not kept.
  const verdicts =
    environment && endedAt === undefined ? await standing.of(store.reader, shown, environment, clock()) : new Map()
  return {
    running: shown
      .map((row) => ({ ...row, verdict: verdicts.get(row.serviceId) }))
      .sort((a, b) => gravity(a.verdict?.word) - gravity(b.verdict?.word)),
    moreRunning: rows.slice(SHOWN_SERVICES),
  }
}

/** The order of the sort is kept among equals. */
const gravity = (word: Verdict['word'] | undefined): number => GRAVEST_FIRST.indexOf(word ?? 'too early')
const GRAVEST_FIRST: readonly Verdict['word'][] = ['suspect', 'watch', 'too early', 'healthy']

function byOpenDefects(a: OverviewProps['moreRunning'][number], b: OverviewProps['moreRunning'][number]): number {
  for (const severity of SEVERITIES) {
    const more = b.open[severity] - a.open[severity]
    if (more !== 0) return more
  }
  return a.service < b.service ? -1 : 1
}
