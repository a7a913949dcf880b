import { z } from 'zod'
import { crashFreeShare } from '../../../core/release/sessions.ts'
import { formatInstant } from '../../../core/time/instant.ts'
import type { Store } from '../../../store/database.ts'
import { listVerdicts } from '../../../store/measures/release-verdicts.ts'
import { countReleaseDefects } from '../../../store/releases/release-counts.ts'
import { listReleases, type ReleaseListRow } from '../../../store/releases/release-list.ts'
import { findRelease, listReleaseDeployments, nearestVersions } from '../../../store/releases/release-queries.ts'
import { listReleaseSessions } from '../../../store/releases/session-counts.ts'
import { page, placeFilter, resolvePlace, timeOrNull } from '../../api/api-answers.ts'
import { type releaseDetails, type releaseItem, releaseKind } from '../../api/api-schemas.ts'
import { cursorOf } from '../../api/cursor.ts'
import type { Deps } from '../../deps.ts'
import { notFoundProblem } from '../../problems.ts'
import { anyOf, instantParameter, limitParameter, nameParameter, readQuery } from '../../query.ts'
import type { Ctx, Routes } from '../../routes.ts'
import { toVerdict } from './api-verdicts.ts'

export const releasesQuery = z.object({
  service: nameParameter.optional(),
  environment: nameParameter.optional().meta({ description: 'Deployed, or being deployed, to this environment.' }),
  kind: anyOf(releaseKind.options).optional(),
  since: instantParameter.optional().meta({ description: 'First known at or after this instant.' }),
  limit: limitParameter,
  cursor: cursorOf(z.tuple([z.int(), z.int()])).optional(),
})

/** Releases, last known first, and one release with its deployments and counts. */
export function registerReleaseApiRoutes(routes: Routes, { store, clock }: Pick<Deps, 'store' | 'clock'>): void {
  routes.get('/api/v1/releases', { scope: 'read' }, async (c) => {
    const query = readQuery(c, releasesQuery)
    if (query instanceof Response) return query
    const place = await resolvePlace(c, store, query)
    if (place instanceof Response) return place
    const [firstKnownAt, id] = query.cursor ?? []
    const { rows, next } = await listReleases(
      store.reader,
      { ...placeFilter(place), kinds: query.kind, from: query.since },
      {
        after: firstKnownAt === undefined || id === undefined ? undefined : { firstKnownAt, id },
        limit: query.limit,
      },
    )
    return page(c, rows.map(toItem), next ? [next.firstKnownAt, next.id] : undefined)
  })

  routes.get('/api/v1/releases/:service/:version', { scope: 'read' }, async (c) => {
    const query = readQuery(c, z.object({}))
    if (query instanceof Response) return query
    const [service, version] = [c.req.param('service') ?? '', c.req.param('version') ?? '']
    const release = await findRelease(store.reader, service, version)
    if (!release) return await unknownRelease(c, store, service, version)
    const [defects, deployments, verdicts, sessions] = await Promise.all([
      countReleaseDefects(store.reader, release),
      listReleaseDeployments(store.reader, release.id),
      listVerdicts(store.reader, release, clock()),
      listReleaseSessions(store.reader, release),
    ])
    return c.json<z.output<typeof releaseDetails>>({
      id: String(release.id),
      service: release.service,
      version: release.version,
      kind: release.kind,
      name: release.name ?? null,
      notes: release.notes ?? null,
      url: release.url ?? null,
      commit: release.commit ?? null,
      artifact: release.artifact ?? null,
      withdrawn: release.withdrawn,
      quarantine: release.quarantine ?? null,
      emergency: {
        points: release.emergency.points,
        verdict: release.emergency.verdict,
        reasons: release.emergency.reasons.map(({ kind, sentence, points, defectIds = [] }) => ({
          kind,
          sentence,
          points,
          defects: defectIds.map((id) => `PF-${id}`),
        })),
      },
      previous: release.previous ?? null,
      commits: release.commitCount,
      publishedAt: timeOrNull(release.publishedAt),
      plannedAt: timeOrNull(release.plannedAt),
      firstKnownAt: formatInstant(release.firstKnownAt),
      firstDeployedAt: timeOrNull(release.firstDeployedAt),
      firstProductionAt: timeOrNull(release.firstProductionAt),
      defects: { ...defects, carriedOver: defects.carriedOver ?? null },
      verdicts: verdicts.map(toVerdict),
      sessions: sessions.map((counted) => ({
        environment: counted.environment,
        total: counted.total,
        crashed: counted.crashed,
        crashFree: crashFreeShare(counted) ?? null,
        firstDay: formatInstant(counted.firstDay).slice(0, 10),
        lastDay: formatInstant(counted.lastDay).slice(0, 10),
      })),
      deployments: deployments.map((row) => ({
        id: String(row.id),
        environment: row.environment,
        status: row.status,
        effect: row.effect ?? null,
        at: formatInstant(row.at),
        startedAt: timeOrNull(row.startedAt),
        finishedAt: timeOrNull(row.finishedAt),
        replaced: row.replaced ?? null,
        live: row.liveUntil === 'live',
        liveUntil: timeOrNull(row.liveUntil === 'live' ? undefined : row.liveUntil),
        url: row.url ?? null,
        actor: row.actor ?? null,
      })),
    })
  })
}

/** Says so, and which versions come nearest. */
export async function unknownRelease(c: Ctx, store: Store, service: string, version: string): Promise<Response> {
  const nearest = await nearestVersions(store.reader, service, version)
  const hint = nearest.length > 0 ? ` The nearest are ${nearest.join(', ')}.` : ''
  return notFoundProblem(c, `There is no release ${version} of ${service}.${hint}`)
}

const toItem = (row: ReleaseListRow): z.output<typeof releaseItem> => ({
  id: String(row.id),
  service: row.service,
  version: row.version,
  kind: row.kind,
  withdrawn: row.withdrawn,
  quarantine: row.quarantine ?? null,
  firstKnownAt: formatInstant(row.firstKnownAt),
  firstDeployedAt: timeOrNull(row.firstDeployedAt),
  firstProductionAt: timeOrNull(row.firstProductionAt),
  liveIn: [...row.liveIn],
  openDefects: row.openDefects,
  failedDeployments: row.failedDeployments,
  rolledBack: row.rolledBack,
})
