import {
  type Listing,
  moreOf,
  type ReportedDefect,
  type ReportedDeployment,
  type ReportedEmergency,
} from '../../src/core/reports/snapshot.ts'
import {
  type DeploymentEffect,
  DeploymentStatusBadge,
  effectWord,
  SeverityBadge,
  StatusBadge,
} from '../components/badges.tsx'
import { Empty, Panel, TableBox } from '../components/page-parts.tsx'
import { counted, formatCount, formatDuration, middleCut } from '../format.ts'
import { defectPath, emergencyPath, releasePath } from '../paths.ts'
import { ReportLink } from './report-link.tsx'
import { ReportTime } from './report-time.tsx'

interface ListProps<Row> {
  readonly list: Listing<Row>
  readonly madeAt: number
  /** Where the live list is. */
  readonly rest: string
}

/** `and 12 more`, which leads to where all of them are. */
function More({ list, rest }: { list: Listing<unknown>; rest: string }) {
  const more = moreOf(list)
  if (more === 0 && !list.atLeast) return null
  return (
    <div class="pn-f">
      <span>
        <ReportLink path={rest} isPrinted>
          and {list.atLeast ? 'at least ' : ''}
          {formatCount(Math.max(1, more))} more
        </ReportLink>
      </span>
    </div>
  )
}

const countHint = ({ count, atLeast }: Listing<unknown>, one: string): string =>
  `${atLeast ? 'at least ' : ''}${counted(count, one)}`

export function DefectsList({ list, madeAt, rest }: ListProps<ReportedDefect>) {
  return (
    <Panel
      id="defects"
      title="Defects"
      hint={list.count > 0 ? `${countHint(list, 'defect')}, the worst first` : undefined}
    >
      {list.rows.length === 0 ? (
        <Empty icon="check-ring">No defects.</Empty>
      ) : (
        <TableBox label="Defects">
          <table class="t">
            <caption>Defects, the worst first</caption>
            <thead>
              <tr>
                <th scope="col">Severity</th>
                <th scope="col">Defect</th>
                <th scope="col">Status</th>
                <th scope="col">Service</th>
                <th scope="col">Suspect</th>
                <th scope="col">First seen</th>
                <th scope="col" class="num">
                  Seen
                </th>
                <th scope="col">Owner</th>
              </tr>
            </thead>
            <tbody>
              {list.rows.map((row) => (
                <tr>
                  <td>
                    <SeverityBadge severity={row.severity} />
                  </td>
                  <td class="m-full rpt-title">
                    <ReportLink path={defectPath(row.id)} isPrinted>
                      PF-{row.id} {row.title}
                    </ReportLink>
                  </td>
                  <td>
                    <StatusBadge status={row.status} />
                  </td>
                  <td>{row.service ?? <span class="t3">unknown</span>}</td>
                  <td>
                    {row.suspect ? (
                      <ReportLink path={releasePath(row.suspect.service, row.suspect.version)}>
                        {middleCut(row.suspect.version)}
                      </ReportLink>
                    ) : (
                      <span class="t3">none</span>
                    )}
                  </td>
                  <td>
                    <ReportTime at={row.firstSeenAt} madeAt={madeAt} />
                  </td>
                  <td class="num">{formatCount(row.occurrences)}</td>
                  <td>{row.owner ?? <span class="t3">–</span>}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </TableBox>
      )}
      <More list={list} rest={rest} />
    </Panel>
  )
}

export function EmergenciesList({ list, madeAt, rest }: ListProps<ReportedEmergency>) {
  if (list.rows.length === 0)
    return (
      <Panel id="emergencies" title="Emergency releases">
        <Empty icon="check-ring">No emergency release.</Empty>
      </Panel>
    )
  return (
    <Panel id="emergencies" title="Emergency releases" hint={countHint(list, 'emergency release')}>
      <TableBox label="Emergency releases">
        <table class="t">
          <caption>Emergency releases, newest first</caption>
          <thead>
            <tr>
              <th scope="col">Which</th>
              <th scope="col">What</th>
              <th scope="col">Opened</th>
              <th scope="col">Approved after</th>
              <th scope="col">Live after</th>
              <th scope="col">In all</th>
            </tr>
          </thead>
          <tbody>
            {list.rows.map((row) => (
              <tr>
                <td>
                  <ReportLink path={emergencyPath(row.id)} isPrinted>
                    ER-{row.id}
                  </ReportLink>
                  <span class="sub2">{row.state}</span>
                </td>
                <td class="m-full rpt-title">
                  {row.strategy === 'rollback' ? 'Roll back' : 'Hotfix'} {row.service} in {row.environment} to{' '}
                  {middleCut(row.version)}
                  {row.reason ? <span class="sub2">{row.reason}</span> : null}
                </td>
                <td>
                  <ReportTime at={row.openedAt} madeAt={madeAt} />
                  {row.openedBy ? <span class="sub2">by {row.openedBy}</span> : null}
                </td>
                <td>
                  <After from={row.openedAt} to={row.approvedAt} />
                  {row.approvedBy ? <span class="sub2">by {row.approvedBy}</span> : null}
                </td>
                <td>
                  <After from={row.openedAt} to={row.deployedAt} />
                </td>
                <td>
                  {row.endedAt === null ? (
                    <>{formatDuration(madeAt - row.openedAt)}, still open</>
                  ) : (
                    <After from={row.openedAt} to={row.endedAt} />
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </TableBox>
      <More list={list} rest={rest} />
    </Panel>
  )
}

function After({ from, to }: { from: number; to: number | null }) {
  return to === null ? <span class="t3">–</span> : <span class="nw">{formatDuration(to - from)}</span>
}

export function DeploymentsList({ list, madeAt, rest }: ListProps<ReportedDeployment>) {
  return (
    <Panel
      id="deployments"
      title="Deployments"
      hint={list.count > 0 ? `${countHint(list, 'deployment')}, newest first` : undefined}
    >
      {list.rows.length === 0 ? (
        <Empty icon="deploy">No deployments.</Empty>
      ) : (
        <TableBox label="Deployments">
          <table class="t">
            <caption>Deployments, newest first</caption>
            <thead>
              <tr>
                <th scope="col">When</th>
                <th scope="col">Release</th>
                <th scope="col">Environment</th>
                <th scope="col">Status</th>
                <th scope="col">What it did</th>
                <th scope="col">Replaced</th>
                <th scope="col">Took</th>
                <th scope="col">By</th>
              </tr>
            </thead>
            <tbody>
              {list.rows.map((row) => (
                <tr>
                  <td>
                    <ReportTime at={row.at} madeAt={madeAt} />
                  </td>
                  <td class="rpt-title">
                    {row.version === null ? (
                      row.service
                    ) : (
                      <ReportLink path={releasePath(row.service, row.version)}>
                        {row.service} {middleCut(row.version)}
                      </ReportLink>
                    )}
                  </td>
                  <td>{row.environment}</td>
                  <td>
                    <DeploymentStatusBadge status={row.status} />
                  </td>
                  <td>{row.effect ? effectWord(row.effect as DeploymentEffect) : <span class="t3">–</span>}</td>
                  <td>{row.replaced ? middleCut(row.replaced) : <span class="t3">–</span>}</td>
                  <td>
                    {row.startedAt !== null && row.finishedAt !== null ? (
                      <After from={row.startedAt} to={row.finishedAt} />
                    ) : (
                      <span class="t3">–</span>
                    )}
                  </td>
                  <td>{row.by ?? <span class="t3">–</span>}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </TableBox>
      )}
      <More list={list} rest={rest} />
    </Panel>
  )
}
