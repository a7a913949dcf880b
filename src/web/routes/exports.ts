import type { Cell } from '../../core/text/csv.ts'
import { SIGN_WORDS, signOf } from '../../core/verdict/release-sign.ts'
import type { Verdict } from '../../core/verdict/verdict.ts'
import { type AuditFilter, listAudit } from '../../store/audit/audit-list.ts'
import type { Db } from '../../store/database.ts'
import {
  type DefectFilter,
  type DefectListRow,
  type DefectPosition,
  type DefectSort,
  listDefects,
} from '../../store/defects/defect-list.ts'
import {
  type DeploymentFilter,
  type DeploymentPosition,
  listDeployments,
} from '../../store/deployments/deployment-list.ts'
import { type DeliveryFilter, listDeliveries } from '../../store/inbox/delivery-list.ts'
import {
  type BroughtCommitPosition,
  type BroughtCommits,
  listBroughtCommits,
} from '../../store/releases/brought-commits.ts'
import {
  listReleases,
  type ReleaseFilter,
  type ReleaseListRow,
  type ReleasePosition,
  stayInProduction,
} from '../../store/releases/release-list.ts'
import type { Deps } from '../deps.ts'
import type { Principal } from '../env.ts'
import { notFound } from '../errors.ts'
import { readAuditSearch } from '../pages/audit-search.ts'
import { readCommitSearch } from '../pages/commit-search.ts'
import { CsvExports } from '../pages/csv-answer.ts'
import { readDefectSearch } from '../pages/defect-search.ts'
import { readDeliverySearch } from '../pages/delivery-search.ts'
import { readDeploymentSearch } from '../pages/deployment-search.ts'
import { judgeRunning } from '../pages/judge-running.ts'
import { readReleaseSearch } from '../pages/release-search.ts'
import { StandingVerdicts } from '../pages/standing-verdicts.ts'
import type { Ctx, Routes } from '../routes.ts'
import { zoneOf } from '../time-zone.ts'
import { sendDeliveryCsv } from './trends/trends-delivery.tsx'

/** Held at a time, and read without others having their turn. */
const PORTION = 500

type Portions = AsyncIterable<readonly (readonly Cell[])[]>

/** The lists with the filters of their pages, as CSV; times in UTC. */
export function registerExportRoutes(routes: Routes, deps: Deps): void {
  const exports = new CsvExports(deps.stopping)
  const db = deps.store.reader
  const standing = new StandingVerdicts()

  routes.get('/defects.csv', 'session', async (c) => {
    const { userId } = c.get('principal') as Extract<Principal, { kind: 'user' }>
    const { filter, sort, remarks } = await readDefectSearch(db, queryOf(c), userId, deps.clock())
    // A file of everything would look like the answer; so it is with the others.
    if (remarks.length > 0) return notFound(c)
    return exports.answer(c, {
      name: nameOf('defects', deps),
      columns: DEFECT_COLUMNS,
      portions: defects(db, filter, sort),
    })
  })

  routes.get('/releases.csv', 'session', async (c) => {
    const now = deps.clock()
    const { filter, remarks } = await readReleaseSearch(db, standing, queryOf(c), now, zoneOf(c))
    if (remarks.length > 0) return notFound(c)
    return exports.answer(c, {
      name: nameOf('releases', deps),
      columns: RELEASE_COLUMNS,
      portions: releases(db, standing, filter, now),
    })
  })

  routes.get('/admin/audit.csv', { role: 'admin' }, async (c) => {
    const { filter } = readAuditSearch(queryOf(c), zoneOf(c))
    return exports.answer(c, { name: nameOf('audit', deps), columns: AUDIT_COLUMNS, portions: audit(db, filter) })
  })

  // The pages show deployments in parts; what is asked for here is the part.
  routes.get('/deployments.csv', 'session', async (c) => {
    const search = await readDeploymentSearch(db, queryOf(c), { now: deps.clock(), zone: zoneOf(c) })
    if (search.unknown.length + search.remarks.length > 0) return notFound(c)
    const portions = deployments(db, search.filter)
    return exports.answer(c, { name: nameOf('deployments', deps), columns: DEPLOYMENT_COLUMNS, portions })
  })

  routes.get('/commits.csv', 'session', async (c) => {
    const search = await readCommitSearch(db, queryOf(c), { now: deps.clock(), zone: zoneOf(c) })
    if (!search) return notFound(c)
    const portions = commits(db, search.commits)
    return exports.answer(c, { name: nameOf('commits', deps), columns: COMMIT_COLUMNS, portions })
  })

  routes.get('/trends/delivery.csv', 'session', (c) => sendDeliveryCsv(c, deps, exports))

  routes.get('/deliveries.csv', 'session', async (c) => {
    const { filter } = await readDeliverySearch(db, queryOf(c), deps.clock())
    const portions = deliveries(db, filter)
    return exports.answer(c, { name: nameOf('deliveries', deps), columns: DELIVERY_COLUMNS, portions })
  })
}

const queryOf = (c: Ctx): URLSearchParams => new URL(c.req.url).searchParams

/** `defects-2026-11-26`, the day in UTC. */
const nameOf = (what: string, { clock }: Deps): string => `${what}-${new Date(clock()).toISOString().slice(0, 10)}`

const time = (at: number | undefined): string | undefined => (at === undefined ? undefined : new Date(at).toISOString())

const DEFECT_COLUMNS = [
  'id',
  'title',
  'severity',
  'status',
  'service',
  'environment',
  'first_seen',
  'last_seen',
  'occurrences',
  'owner',
  'attribution',
  'suspect_service',
  'suspect_version',
  'suspect_probability',
]

const defectCells = (row: DefectListRow): Cell[] => [
  `PF-${row.id}`,
  row.title,
  row.severity,
  row.status,
  row.service,
  row.environment,
  time(row.firstSeenAt),
  time(row.lastSeenAt),
  row.occurrences,
  row.assignee,
  row.attribution,
  row.suspect?.service,
  row.suspect?.version,
  row.suspect?.probability,
]

async function* defects(db: Db, filter: DefectFilter, asked: DefectSort): Portions {
  let sort = asked
  let after: DefectPosition | undefined
  do {
    const page = await listDefects(db, filter, { sort, after, limit: PORTION })
    // Too many to be sorted as asked: the order it has instead holds to the end.
    if (after && page.sort !== sort) throw new Error('the list grew too long to be sorted while it was read')
    sort = page.sort
    after = page.next ?? undefined
    yield page.rows.map(defectCells)
  } while (after)
}

const COMMIT_COLUMNS = ['sha', 'message', 'author', 'committed', 'service', 'version', 'deployed']

async function* commits(db: Db, asked: BroughtCommits): Portions {
  let after: BroughtCommitPosition | undefined
  do {
    const { rows, more } = await listBroughtCommits(db, asked, { after, limit: PORTION })
    yield rows.map(({ sha, message, author, at, service, version, deployedAt }) => [
      ...[sha, message, author, time(at), service, version, time(deployedAt)],
    ])
    after = more ? rows.at(-1) : undefined
  } while (after)
}

const RELEASE_COLUMNS = [
  'service',
  'version',
  'kind',
  'first_known',
  'first_deployed',
  'first_production',
  'live_in',
  'open_s1',
  'open_s2',
  'open_s3',
  'open_s4',
  'failed_deployments',
  'rolled_back',
  'withdrawn',
  'not_counted_because',
  'verdict',
  'found',
  'expected',
  'defects',
  's1',
  's2',
  's3',
  's4',
  'regressions',
  'hotfixes',
]

/** The word of the page; nothing of what runs and was not judged. */
function signText(row: ReleaseListRow, verdict: Verdict | undefined): string | undefined {
  const sign = signOf(stayInProduction(row), verdict)
  return sign && SIGN_WORDS[sign].toLowerCase()
}

/** Verdicts on what runs alone, as on the page; so many of a portion at most. */
const MOST_JUDGED = 200

async function* releases(db: Db, standing: StandingVerdicts, filter: ReleaseFilter, now: number): Portions {
  let after: ReleasePosition | undefined
  do {
    const page = await listReleases(db, filter, { after, limit: PORTION })
    const verdicts = await judgeRunning(db, standing, page.rows, now, MOST_JUDGED)
    after = page.next ?? undefined
    yield page.rows.map((row) => [
      row.service,
      row.version,
      row.kind,
      time(row.firstKnownAt),
      time(row.firstDeployedAt),
      time(row.firstProductionAt),
      row.liveIn.join(' '),
      row.openDefects.S1,
      row.openDefects.S2,
      row.openDefects.S3,
      row.openDefects.S4,
      row.failedDeployments,
      row.rolledBack,
      row.withdrawn ? 'yes' : 'no',
      row.quarantine,
      signText(row, verdicts.get(row.id)),
      verdicts.get(row.id)?.comparison?.found,
      verdicts.get(row.id)?.comparison?.expected.toFixed(1),
      row.defects,
      row.bySeverity.S1,
      row.bySeverity.S2,
      row.bySeverity.S3,
      row.bySeverity.S4,
      row.regressions,
      row.hotfixes.join(' '),
    ])
  } while (after)
}

const AUDIT_COLUMNS = [
  'entry',
  'at',
  'actor_kind',
  'actor_id',
  'actor',
  'address',
  'action',
  'subject_kind',
  'subject_id',
  'subject',
  'change',
  'hash',
]

async function* audit(db: Db, filter: AuditFilter): Portions {
  let before: number | undefined
  do {
    const { rows, more } = await listAudit(db, filter, { before, limit: PORTION })
    before = more ? rows.at(-1)?.number : undefined
    yield rows.map((row) => [
      row.number,
      time(row.at),
      row.actorKind,
      row.actorId ?? undefined,
      row.actorName,
      row.address ?? undefined,
      row.action,
      row.subjectKind,
      row.subjectId,
      row.subjectName,
      row.changeJson,
      row.hash,
    ])
  } while (before !== undefined)
}

const DEPLOYMENT_COLUMNS = [
  'id',
  'service',
  'environment',
  'version',
  'status',
  'action',
  'effect',
  'at',
  'started',
  'finished',
  'replaced',
  'commit',
  'by',
  'url',
  'source',
  'sender_id',
]

async function* deployments(db: Db, filter: DeploymentFilter): Portions {
  let after: DeploymentPosition | undefined
  do {
    const { rows, more } = await listDeployments(db, filter, { after, limit: PORTION })
    after = more ? rows.at(-1) : undefined
    yield rows.map((row) => [
      row.id,
      row.service,
      row.environment,
      row.release?.version,
      row.status,
      row.action,
      row.effect,
      time(row.at),
      time(row.startedAt),
      time(row.finishedAt),
      row.replaced,
      row.commit,
      row.actor,
      row.url,
      row.source,
      row.senderKey,
    ])
  } while (after)
}

const DELIVERY_COLUMNS = [
  'id',
  'source',
  'delivery_key',
  'received',
  'state',
  'event',
  'reason',
  'attempts',
  'processed',
  'took_ms',
  'seen_before',
]

async function* deliveries(db: Db, filter: DeliveryFilter): Portions {
  let before: number | undefined
  do {
    const { rows, more, lookedUpTo } = await listDeliveries(db, filter, { before, limit: PORTION })
    before = lookedUpTo ?? (more ? rows.at(-1)?.id : undefined)
    yield rows.map((row) => [
      row.id,
      row.source,
      row.deliveryKey,
      time(row.receivedAt),
      row.state,
      row.event,
      row.reason,
      row.attempts,
      time(row.processedAt),
      row.tookMs,
      row.replaySuspect ? 'yes' : 'no',
    ])
  } while (before !== undefined)
}
