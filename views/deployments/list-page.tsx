import type { Child } from 'hono/jsx'
import type { DeploymentEffect } from '../../src/core/deployment/timeline.ts'
import type { DeploymentListRow } from '../../src/store/deployments/deployment-list.ts'
import { DeploymentStatusBadge, EffectBadge } from '../components/badges.tsx'
import { type Choice, Pick, ScopeForm } from '../components/form-parts.tsx'
import { type NarrowingProps, Narrowings } from '../components/narrowings.tsx'
import { Empty, PageHead, Pager, ReleaseLink, Remarks, TableBox } from '../components/page-parts.tsx'
import { ServicePick, type ServicePickProps } from '../components/service-pick.tsx'
import { TimeAndAge } from '../components/time.tsx'
import { middleCut } from '../format.ts'
import { servicePath } from '../paths.ts'

export interface DeploymentListProps {
  /** Newest first. */
  readonly rows: readonly DeploymentListRow[]
  readonly filters: { readonly service: string; readonly env: string; readonly outcome: string }
  /** What no menu picks. */
  readonly narrowings: readonly NarrowingProps[]
  readonly services: ServicePickProps
  readonly choices: { readonly environments: readonly Choice[] }
  /** What the address asked for and is not there. */
  readonly remarks: readonly string[]
  readonly anyFilter: boolean
  readonly summary: string
  readonly first: string | undefined
  readonly next: string | undefined
  readonly csv: string
  readonly now: number
}

const OUTCOMES: readonly Choice[] = [
  { value: '', text: 'Any' },
  { value: 'deployed', text: 'Deployed, rollbacks included' },
  { value: 'rollback', text: 'Rolled back' },
  { value: 'emergency', text: 'Emergency releases' },
  { value: 'failed', text: 'Failed' },
]

export function DeploymentListPage(props: DeploymentListProps) {
  const { rows, filters, narrowings, choices, anyFilter, now } = props
  const any = (list: readonly Choice[]): readonly Choice[] => [{ value: '', text: 'Any' }, ...list]
  const all = (
    <a class="btn ghost" href="/deployments">
      Clear filters
    </a>
  )
  return (
    <>
      <PageHead title="Deployments" />
      <ScopeForm action="/deployments" label="Filter deployments">
        <ServicePick {...props.services} />
        <Pick name="env" label="Environment" value={filters.env} choices={any(choices.environments)} />
        <Pick name="outcome" label="Outcome" value={filters.outcome} choices={OUTCOMES} />
        <Narrowings narrowings={narrowings} now={now} />
        {anyFilter ? all : null}
      </ScopeForm>
      <Remarks remarks={props.remarks} />
      <section class="panel" aria-label="Deployments found">
        {rows.length > 0 ? (
          <Rows rows={rows} now={now} />
        ) : anyFilter ? (
          <Empty icon="deploy" action={all}>
            No deployment matches these filters.
          </Empty>
        ) : (
          <Empty icon="deploy" action={<a href="/setup">Connect your CI</a>}>
            No deployments yet.
          </Empty>
        )}
        <Pager
          newer={props.first}
          older={props.next}
          newerText="Newest"
          summary={props.summary}
          csv={rows.length > 0 ? props.csv : undefined}
        />
      </section>
    </>
  )
}

function Rows({ rows, now }: { rows: DeploymentListProps['rows']; now: number }) {
  return (
    <TableBox label="Deployments">
      <table class="t t-deployments">
        <caption>Deployments, newest first</caption>
        <thead>
          <tr>
            <th scope="col">Finished</th>
            <th scope="col">Service</th>
            <th scope="col">Release</th>
            <th scope="col">Environment</th>
            <th scope="col">Status</th>
            <th scope="col">Effect</th>
            <th scope="col">Replaced</th>
            <th scope="col">By</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr>
              <td class="nw">
                <TimeAndAge at={row.at} now={now} />
              </td>
              <td class="nw">
                <a href={servicePath(row.service)}>{row.service}</a>
              </td>
              <td class="nw end">
                {row.release ? <ReleaseLink service={row.service} version={row.release.version} /> : <None />}
              </td>
              <td class="nw">{row.environment}</td>
              <td class="nw status">
                <DeploymentStatusBadge status={row.status} />
              </td>
              <td class="nw end">{row.effect ? <EffectBadge effect={row.effect as DeploymentEffect} /> : <None />}</td>
              <td class={row.replaced ? 'nw' : 'nw m-hide'}>
                {row.replaced ? <OnPhone word="replaced">{middleCut(row.replaced)}</OnPhone> : <None />}
              </td>
              <td class={row.actor ? 'nw' : 'nw m-hide'}>
                {row.actor ? <OnPhone word="by">{row.actor}</OnPhone> : <None />}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableBox>
  )
}

/** Where columns have no headings, a word says what it is. */
const OnPhone = ({ word, children }: { word: string; children: Child }) => (
  <>
    <span class="t3 m-only-inline">{word} </span>
    {children}
  </>
)

const None = () => <span class="t3">–</span>
