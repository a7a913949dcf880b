import type { DeliveryMetrics } from '../../src/core/delivery/delivery-metrics.ts'
import type { ReleaseKind } from '../../src/core/event.ts'
import type { OnCall } from '../../src/core/oncall/on-call.ts'
import type { ReleaseSign } from '../../src/core/verdict/release-sign.ts'
import type { FreezeRow } from '../../src/store/deployments/freezes.ts'
import type { BoardEnvironment, BoardRow } from '../../src/store/deployments/live-board.ts'
import type { ServiceDetails } from '../../src/store/services/service-queries.ts'
import { KindTag, SignBadge } from '../components/badges.tsx'
import { Icon } from '../components/icon.tsx'
import { CsvLink, Empty, Facts, Note, PageHead, Panel, ReleaseLink, TableBox } from '../components/page-parts.tsx'
import { Time } from '../components/time.tsx'
import { type DefectRow, DefectTable } from '../defects/defect-table.tsx'
import { formatCount } from '../format.ts'
import { LiveCell, versionIn } from '../live/live-page.tsx'
import { OnCallLine } from '../oncall/on-call-line.tsx'
import { deploymentsCsv, safeExternalUrl, servicePath, withQuery } from '../paths.ts'
import { MadeOf } from '../trends/made-of.tsx'
import { METRICS, valueWords } from '../trends/metric-words.ts'

export interface ServiceReleaseRow {
  readonly version: string
  readonly kind: ReleaseKind
  readonly firstKnownAt: number
  readonly firstProductionAt: number | undefined
  readonly liveIn: readonly string[]
  /** In production. */
  readonly sign: ReleaseSign | undefined
  /** The verdict with which it was replaced or removed. */
  readonly ended: ReleaseSign | undefined
}

export interface ServicePageProps {
  readonly service: ServiceDetails
  readonly environments: readonly BoardEnvironment[]
  /** Undefined: never deployed. */
  readonly running: BoardRow | undefined
  readonly releases: readonly ServiceReleaseRow[]
  readonly defects: readonly DefectRow[]
  readonly openCount: { readonly count: number; readonly atLeast: boolean } | undefined
  readonly delivery:
    | {
        readonly metrics: DeliveryMetrics
        readonly environment: string
        readonly days: number
        /** Of these days, epoch ms, half-open. */
        readonly from: number
        readonly to: number
      }
    | undefined
  readonly freezes: readonly FreezeRow[]
  /** Undefined: no schedule says. */
  readonly onCall: OnCall | undefined
  /** Whether they may set what no sender says of it. */
  readonly maySet: boolean
  readonly now: number
}

export function ServicePage(props: ServicePageProps) {
  const { service, freezes, onCall, maySet, now } = props
  const repository = safeExternalUrl(service.repositoryUrl)
  return (
    <>
      <PageHead
        title={service.name}
        sub={
          <>
            <span>{service.owner ? `Owned by ${service.owner}` : 'No owner is named'}</span>
            {onCall ? (
              <span>
                <a href="/on-call">On call</a>: <OnCallLine onCall={onCall} now={now} />
              </span>
            ) : null}
            <span>{service.detection === 'shipped' ? 'Shipped: users run it' : 'Hosted: we run it'}</span>
            {repository ? (
              <span>
                <a href={repository} rel="noreferrer">
                  Repository <Icon name="external" small />
                </a>
              </span>
            ) : null}
          </>
        }
        actions={
          <>
            <a class="btn" href={withQuery('/calendar', { service: service.name })}>
              <Icon name="calendar" />
              Calendar
            </a>
            <a class="btn" href={withQuery('/trends', { service: service.name })}>
              <Icon name="chart" />
              Trends
            </a>
            {maySet ? (
              <a class="btn" href={`${servicePath(service.name)}/settings`}>
                Settings
              </a>
            ) : null}
          </>
        }
      />
      {freezes.map((freeze) => (
        <div class="gap">
          <Note>
            Frozen in {freeze.environment} until <Time at={freeze.to} now={now} />: {freeze.reason} ({freeze.createdBy})
          </Note>
        </div>
      ))}
      <Running {...props} />
      <div class="grid g-21 mt16">
        <Releases {...props} />
        <div class="stack">
          <Delivery {...props} />
          <Dependencies service={service} />
        </div>
      </div>
      <Panel
        id="defects"
        title="Open defects"
        hint="worst first"
        end={
          <a class="fs13" href={withQuery('/defects', { service: service.name })}>
            Open in Defects
          </a>
        }
        foot={
          props.openCount && props.openCount.count > props.defects.length ? (
            <span>
              {formatCount(props.defects.length)} of{' '}
              <a href={withQuery('/defects', { service: service.name })}>
                {formatCount(props.openCount.count)}
                {props.openCount.atLeast ? '+' : ''}
                <span class="vh"> open defects</span>
              </a>
            </span>
          ) : undefined
        }
      >
        {props.defects.length > 0 ? (
          <DefectTable label="Open defects" rows={props.defects} now={now} oneService />
        ) : (
          <Empty icon="check-ring">No open defects.</Empty>
        )}
      </Panel>
    </>
  )
}

function Running({ service, environments, running, now }: ServicePageProps) {
  const cells = (running?.cells ?? []).flatMap((cell, i) => {
    const environment = environments[i]
    const isKnown = cell.live || cell.attempt || cell.removedAt !== undefined
    return environment && isKnown ? [{ cell, environment }] : []
  })
  return (
    <Panel
      id="running"
      title="Running"
      foot={
        cells.length > 0 ? (
          <>
            <span>Every deployment of it is in the CSV.</span>
            <CsvLink href={deploymentsCsv({ service: service.name })} of="Deployments" />
          </>
        ) : undefined
      }
    >
      {cells.length === 0 ? (
        <Empty icon="deploy">No deployment of it was reported.</Empty>
      ) : (
        <ul class="runs">
          {cells.map(({ cell, environment }) => (
            <li>
              <h3>{environment.name}</h3>
              <LiveCell
                service={service.name}
                cell={cell}
                ahead={running && versionIn(running, cell.behind?.environmentId)}
                verdict={undefined}
                now={now}
              />
            </li>
          ))}
        </ul>
      )}
    </Panel>
  )
}

function Releases({ service, releases, now }: ServicePageProps) {
  return (
    <Panel
      id="releases"
      title="Releases"
      hint="last known first"
      end={
        <a class="fs13" href={withQuery('/releases', { service: service.name })}>
          All releases
        </a>
      }
    >
      {releases.length === 0 ? (
        <Empty icon="release">No release of it is known.</Empty>
      ) : (
        <TableBox label="Last releases">
          <table class="t t-last">
            <caption>Last releases with their verdicts in production</caption>
            <thead>
              <tr>
                <th scope="col">Release</th>
                <th scope="col">Verdict</th>
                <th scope="col">First in production</th>
                <th scope="col">Live in</th>
              </tr>
            </thead>
            <tbody>
              {releases.map((release) => (
                <tr>
                  <td class="nw">
                    <ReleaseLink service={service.name} version={release.version} /> <KindTag kind={release.kind} />
                  </td>
                  <td class="m-2">
                    {release.sign ? <SignBadge sign={release.sign} ended={release.ended} /> : <span class="t3">–</span>}
                  </td>
                  <td class="m-hide">
                    {release.firstProductionAt === undefined ? (
                      <span class="t3">Never</span>
                    ) : (
                      <Time at={release.firstProductionAt} now={now} />
                    )}
                  </td>
                  <td class="m-full">
                    {release.liveIn.length > 0 ? release.liveIn.join(', ') : <span class="t3">nowhere</span>}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </TableBox>
      )}
    </Panel>
  )
}

function Delivery({ service, delivery }: ServicePageProps) {
  if (!delivery) return null
  const { metrics, environment, days } = delivery
  return (
    <Panel
      id="delivery"
      title="Delivery"
      hint={`${environment}, last ${days} days`}
      end={
        <a class="fs13" href={withQuery('/trends/delivery', { service: service.name, env: environment })}>
          Trends
        </a>
      }
      pad
    >
      <dl class="facts">
        {METRICS.map(({ key, name, ...more }) => {
          const metric = metrics[key]
          return (
            <>
              <dt title={'counts' in more ? more.counts : undefined}>{name}</dt>
              <dd>
                {metric.value === null ? (
                  <span class="t3">–</span>
                ) : metric.enough ? (
                  valueWords(metric.value, metric.unit)
                ) : (
                  <span class="t3">not enough data</span>
                )}{' '}
                {metric.value === null ? null : (
                  <span class="t3 fs12">
                    <MadeOf metricKey={key} metric={metric} place={{ ...delivery, service: service.name }} />
                  </span>
                )}
              </dd>
            </>
          )
        })}
      </dl>
    </Panel>
  )
}

export const ORDER_WORDS: Readonly<Record<ServiceDetails['orderPolicy'], string>> = {
  semver: 'by semantic version',
  calendar: 'by calendar version',
  'deployed-at': 'by time of deployment',
  manual: 'as listed by hand',
}

function Dependencies({ service }: { service: ServiceDetails }) {
  const names = (list: readonly string[]) =>
    list.length === 0
      ? undefined
      : list.map((name, i) => (
          <>
            {i > 0 ? ', ' : ''}
            <a href={servicePath(name)}>{name}</a>
          </>
        ))
  return (
    <Panel id="about" title="About" pad>
      <Facts
        facts={[
          ['Depends on', names(service.dependsOn) ?? <span class="t3">nothing stated</span>],
          ['Used by', names(service.dependedOnBy) ?? <span class="t3">nothing stated</span>],
          ['Versions', ORDER_WORDS[service.orderPolicy]],
        ]}
      />
    </Panel>
  )
}
