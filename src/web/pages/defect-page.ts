import type { ActionProps } from '../../../views/defects/actions.tsx'
import type { DefectPageProps } from '../../../views/defects/detail-page.tsx'
import { listActiveUsers } from '../../store/access/users.ts'
import { isAttributionUnderWay } from '../../store/attribution/attribution-progress.ts'
import { listWordsOf } from '../../store/defects/defect-identity.ts'
import {
  type Activity,
  countReports,
  type DefectDetails,
  findReleaseName,
  findWentLive,
  listActivities,
  listDeploymentsAround,
  listReleaseChoices,
  listReports,
  listSuspects,
  occurrenceSeries,
} from '../../store/defects/defect-queries.ts'
import {
  findLiveFixes,
  type GenerationRow,
  listGenerations,
  listSeenVersions,
} from '../../store/defects/fix-queries.ts'
import type { Deps } from '../deps.ts'

const HOUR_MS = 3_600_000
/** A deployment further back than this is not drawn: the bars would have no room. */
const SHOWN_BEFORE_MS = 2 * 24 * HOUR_MS
const MOST_SEEN_VERSIONS = 5

/** All that the page of one defect shows, from about a dozen short queries. */
export async function loadDefectPage(
  deps: Pick<Deps, 'store' | 'clock'>,
  defect: DefectDetails,
  person: { readonly csrfToken: string; readonly mayChange: boolean },
  refused: ActionProps['refused'],
): Promise<Omit<DefectPageProps, 'auditHref'>> {
  const db = deps.store.reader
  const now = deps.clock()
  const { id, suspectReleaseId: blamedId, serviceId, environmentId, firstSeenAt } = defect
  const [live, seenIn, generations] = await Promise.all([
    findLiveFixes(db, defect),
    listSeenVersions(db, id, MOST_SEEN_VERSIONS),
    listGenerations(db, id),
  ])
  const [blamed, wentLive, suspects, reports, counts, activities, people, releases, around, isUnderWay, words] =
    await Promise.all([
      blamedId === undefined ? undefined : findReleaseName(db, blamedId),
      blamedId === undefined ? undefined : findWentLive(db, blamedId, { environmentId, before: firstSeenAt }),
      listSuspects(db, id),
      listReports(db, id),
      countReports(db, id),
      listActivities(db, id),
      listActiveUsers(db),
      serviceId === undefined ? [] : listReleaseChoices(db, serviceId),
      blamedId === undefined && serviceId !== undefined ? listDeploymentsAround(db, serviceId, firstSeenAt, 2) : [],
      isAttributionUnderWay(db, id),
      listWordsOf(db, id),
    ])
  const shownFrom = wentLive && firstSeenAt - wentLive.at <= SHOWN_BEFORE_MS ? wentLive.at : firstSeenAt
  const series = await occurrenceSeries(db, id, { from: shownFrom, to: defect.lastSeenAt })
  const decision = defect.decisions.attribution
  return {
    defect,
    actions: {
      id,
      severity: defect.severity,
      status: defect.status,
      assigneeId: defect.assigneeId,
      assignee: defect.assignee,
      fixedIn: defect.fixes.map(({ entry }) => entry),
      people,
      versions: releases.map(({ name }) => name),
      ...person,
      refused,
    },
    evidence: {
      id,
      attribution: defect.attribution,
      reason: defect.attributionReason,
      blamed: blamed && blamedId !== undefined ? { releaseId: blamedId, ...blamed } : undefined,
      decided: decision && { by: decision.by, at: decision.at, reason: decision.reason },
      suspects,
      rest: defect.attributionRemainder?.rest,
      running: defect.attributionRemainder?.seenIn,
      wentLive,
      around,
      // What a person decided stands meanwhile.
      isUnderWay: isUnderWay && decision === undefined,
      service: defect.service,
      firstSeenAt,
      // Of a defect that names no service, what it is suspected of.
      releases:
        serviceId === undefined
          ? suspects.map((one) => ({ id: one.releaseId, name: `${one.service} ${one.version}` }))
          : releases,
      ...person,
      refused,
      now,
    },
    chart: {
      binMs: series.binMs,
      ...drawnRange(shownFrom, defect.lastSeenAt, series),
      bins: series.bins,
      earlier: series.earlier,
      suspect: blamed && wentLive ? { version: blamed.version, at: wentLive.at, until: wentLive.until } : undefined,
      now,
    },
    times: { times: defect.times, decided: defect.decisions.times },
    fixes: defect.fixes.map(({ entry, version, by }) => ({
      entry,
      version,
      by: 'person' in by ? by.person : by.source,
      liveIn: (version === null ? undefined : live.get(version)) ?? [],
    })),
    seenIn,
    generations,
    reports,
    identity: { words, refused: refused?.action === 'identity' ? refused.reason : undefined },
    reportCount: counts.reports,
    sourceCount: counts.sources,
    activities: withRegressions(activities, generations),
    people: new Map(people.map((person) => [person.id, person.name])),
    now,
  }
}

/** What people did and what was seen of it, newest first; regressions are derived, not recorded. */
const withRegressions = (
  activities: readonly Activity[],
  generations: readonly GenerationRow[],
): DefectPageProps['activities'] =>
  [
    ...activities,
    ...generations.flatMap(({ since, seenIn }) =>
      seenIn === undefined ? [] : [{ at: since, actor: undefined, kind: 'regressed', detail: { version: seenIn } }],
    ),
  ].sort((a, b) => b.at - a.at)

/** From a bin or two before the first thing to see, at least a dozen bins wide, so that one bar is no wall. */
function drawnRange(
  shownFrom: number,
  lastSeenAt: number,
  { binMs, bins }: { binMs: number; bins: readonly { at: number }[] },
): { from: number; to: number } {
  const floor = (at: number): number => Math.floor(at / binMs) * binMs
  const first = Math.min(floor(shownFrom), ...bins.map(({ at }) => at))
  const last = Math.max(floor(lastSeenAt), ...bins.map(({ at }) => at))
  const from = Math.max(first - binMs, last - 121 * binMs)
  return { from: Math.min(from, last - 11 * binMs), to: last }
}
