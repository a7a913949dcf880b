import type { CalendarDay } from '../../src/core/time/calendar-month.ts'
import type { PlannedRelease } from '../../src/store/deployments/calendar.ts'
import type { DeploymentListRow } from '../../src/store/deployments/deployment-list.ts'
import type { FreezeRow } from '../../src/store/deployments/freezes.ts'
import { type DeploymentEffect, DeploymentStatusBadge, EffectBadge, KindTag } from '../components/badges.tsx'
import { Icon } from '../components/icon.tsx'
import { Empty, PageHead, Pager, Panel, ReleaseLink, TableBox } from '../components/page-parts.tsx'
import { Time } from '../components/time.tsx'
import { middleCut } from '../format.ts'
import { deploymentsCsv, safeExternalUrl, servicePath } from '../paths.ts'
import { PlannedLink } from './calendar-page.tsx'
import { FreezesPanel } from './freezes-panel.tsx'
import { dayName, dayPath } from './words.ts'

export interface DayPageProps {
  readonly day: CalendarDay
  readonly before: string
  readonly after: string
  readonly planned: readonly PlannedRelease[]
  readonly freezes: readonly FreezeRow[]
  readonly deployments: readonly DeploymentListRow[]
  readonly first: string | undefined
  readonly next: string | undefined
  /** Such as `1–50 of 81`. */
  readonly summary: string
  readonly zone: string
  readonly mayFreeze: boolean
  readonly now: number
}

export function DayPage(props: DayPageProps) {
  const { day, before, after, planned, freezes, deployments, zone, mayFreeze, now } = props
  return (
    <>
      <PageHead
        title={dayName(day)}
        sub={<span>From midnight to midnight, {zone}.</span>}
        actions={
          <>
            <a class="btn sm" href={dayPath(before)} rel="prev">
              Day before
            </a>
            <a class="btn sm" href={dayPath(after)} rel="next">
              Day after
            </a>
          </>
        }
      />
      {planned.length > 0 ? (
        <Panel id="planned" title="Planned releases" pad>
          <ul>
            {planned.map((release) => (
              <li>
                <Time at={release.plannedAt} now={now} /> <PlannedLink release={release} />{' '}
                <KindTag kind={release.kind} />
                {release.firstProductionAt === undefined ? null : (
                  <span class="t3">
                    {' '}
                    first in production <Time at={release.firstProductionAt} now={now} />
                  </span>
                )}
              </li>
            ))}
          </ul>
        </Panel>
      ) : null}
      {freezes.length > 0 ? <FreezesPanel freezes={freezes} mayFreeze={mayFreeze} now={now} /> : null}
      <Panel id="deployments" title="Deployments" hint="last first">
        {deployments.length === 0 ? (
          <Empty icon="deploy">Nothing was deployed on this day.</Empty>
        ) : (
          <Deployments deployments={deployments} now={now} />
        )}
        <Pager
          newer={props.first}
          older={props.next}
          newerText="Last"
          olderText="Earlier"
          summary={props.summary}
          csv={deployments.length > 0 ? deploymentsCsv({ from: day.from, to: day.to }) : undefined}
        />
      </Panel>
    </>
  )
}

function Deployments({ deployments, now }: { deployments: readonly DeploymentListRow[]; now: number }) {
  return (
    <TableBox label="Deployments of the day">
      <table class="t t-day">
        <caption>Deployments of the day, last first</caption>
        <thead>
          <tr>
            <th scope="col">Time</th>
            <th scope="col">Service</th>
            <th scope="col">Release</th>
            <th scope="col">Environment</th>
            <th scope="col">Status</th>
            <th scope="col">Replaced</th>
            <th scope="col">By</th>
          </tr>
        </thead>
        <tbody>
          {deployments.map((row) => {
            const href = safeExternalUrl(row.url)
            return (
              <tr>
                <td class="nw">
                  <Time at={row.at} now={now} />
                </td>
                <td class="m-2">
                  <a class="ttl" href={servicePath(row.service)}>
                    {row.service}
                  </a>
                </td>
                <td class="m-2">
                  {row.release ? (
                    <ReleaseLink service={row.service} version={row.release.version} />
                  ) : (
                    <span class="t3">None named</span>
                  )}
                </td>
                <td class="m-2">{row.environment}</td>
                <td class="m-2">
                  {row.status === 'succeeded' && row.effect && row.effect !== 'deploy' ? (
                    <EffectBadge effect={row.effect as DeploymentEffect} />
                  ) : (
                    <DeploymentStatusBadge status={row.status} />
                  )}
                </td>
                <td class="m-hide">
                  {row.replaced ? (
                    <ReleaseLink service={row.service} version={row.replaced} />
                  ) : (
                    <span class="t3">–</span>
                  )}
                </td>
                <td class="m-hide">
                  {href ? (
                    <a href={href} rel="noreferrer">
                      {middleCut(row.actor ?? 'Run', 24)} <Icon name="external" small />
                    </a>
                  ) : (
                    (row.actor ?? <span class="t3">Not said</span>)
                  )}
                </td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </TableBox>
  )
}
