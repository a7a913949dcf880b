import type { DeploymentStatus } from '../../core/event.ts'
import type { ReportedDefect, ReportedDeployment, ReportedEmergency } from '../../core/reports/snapshot.ts'
import type { DefectListRow } from '../../store/defects/defect-list.ts'
import type { Emergency } from '../../store/emergency/emergencies.ts'

/** What the lists of a report show of a defect, an emergency release and a deployment. */

export const reportedDefect = (row: DefectListRow): ReportedDefect => ({
  id: row.id,
  title: row.title,
  severity: row.severity,
  status: row.status,
  service: row.service ?? null,
  environment: row.environment ?? null,
  firstSeenAt: row.firstSeenAt,
  lastSeenAt: row.lastSeenAt,
  occurrences: row.occurrences,
  owner: row.assignee ?? null,
  suspect: row.suspect ? { service: row.suspect.service, version: row.suspect.version } : null,
})

export const reportedEmergency = (one: Emergency): ReportedEmergency => ({
  id: one.id,
  strategy: one.strategy,
  state: one.state,
  service: one.service,
  environment: one.environment,
  version: one.targetVersion,
  openedAt: one.openedAt,
  openedBy: one.openedName,
  approvedAt: one.approvedAt ?? null,
  approvedBy: one.approvedName ?? null,
  deployedAt: one.deployedAt ?? null,
  endedAt: one.endedAt ?? null,
  reason: one.reason,
})

interface DeploymentFacts {
  readonly environment: string
  readonly status: DeploymentStatus
  readonly effect: string | undefined
  readonly at: number
  readonly startedAt: number | undefined
  readonly finishedAt: number | undefined
  readonly replaced: string | undefined
  readonly actor: string | undefined
}

export const reportedDeployment = (
  row: DeploymentFacts,
  of: { readonly service: string; readonly version: string | undefined },
): ReportedDeployment => ({
  service: of.service,
  version: of.version ?? null,
  environment: row.environment,
  status: row.status,
  effect: row.effect ?? null,
  at: row.at,
  startedAt: row.startedAt ?? null,
  finishedAt: row.finishedAt ?? null,
  replaced: row.replaced ?? null,
  by: row.actor ?? null,
})
