import type { DeliveryMetrics } from '../../src/core/delivery-metrics.ts'
import type { DeploymentRow } from '../../src/store/trend-queries.ts'
import { Pick, ScopeForm } from '../components/form-parts.tsx'
import { Empty, Note, Panel } from '../components/page-parts.tsx'
import { DeliveryOfOne } from './delivery-of-one.tsx'
import { DeliveryTable } from './delivery-table.tsx'
import { HurtTable } from './hurt-table.tsx'

/** How delivery and quality go over months. */
export interface TrendsPageProps {
  readonly now: number
  readonly scope: {
    readonly environment: string | undefined
    readonly service: string | undefined
    readonly range: { readonly key: string; readonly text: string }
    readonly remarks: readonly string[]
  }
  readonly choices: {
    readonly environments: readonly string[]
    readonly services: readonly string[]
    readonly ranges: readonly { readonly key: string; readonly text: string }[]
  }
  /** There are more services than are shown. */
  readonly more: boolean
  readonly services: readonly { readonly service: string; readonly metrics: DeliveryMetrics }[]
  /** The deployments behind the numbers, the last fifty; only for one service. */
  readonly behind: Readonly<Record<CountedInDeployments, readonly DeploymentRow[]>> | undefined
  readonly hurt: {
    readonly months: readonly { readonly from: number; readonly to: number }[]
    readonly rows: readonly {
      readonly service: string
      readonly cells: readonly { readonly defects: number; readonly deployments: number }[]
    }[]
  }
}

export type CountedInDeployments =
  | 'deploymentFrequency'
  | 'failedDeploymentRecoveryTime'
  | 'changeFailRate'
  | 'deploymentReworkRate'

export function TrendsPage(props: TrendsPageProps) {
  const { scope, choices, services, more, behind, hurt, now } = props
  const [one] = services
  return (
    <>
      <div class="ph hs">
        <h1 tabindex={-1}>Trends</h1>
        <Scope scope={scope} choices={choices} />
      </div>
      {scope.remarks.length > 0 ? (
        <div class="gap">
          <Note tone="watch" role="status">
            {scope.remarks.join(' ')}
          </Note>
        </div>
      ) : null}
      {services.length === 0 ? (
        <Panel id="delivery" title="Delivery">
          <Empty icon="deploy" action={<a href="/setup">Connect your CI</a>}>
            {scope.environment
              ? `Nothing was deployed to ${scope.environment} in the last ${scope.range.text}.`
              : 'No deployments yet.'}
          </Empty>
        </Panel>
      ) : null}
      {scope.service && one && behind ? (
        <DeliveryOfOne metrics={one.metrics} behind={behind} scope={scope} now={now} />
      ) : null}
      {!scope.service && services.length > 0 ? <DeliveryTable services={services} scope={scope} more={more} /> : null}
      {services.length > 0 ? <HurtTable {...hurt} scope={scope} /> : null}
    </>
  )
}

function Scope({ scope, choices }: { scope: TrendsPageProps['scope']; choices: TrendsPageProps['choices'] }) {
  return (
    <ScopeForm action="/trends" label="Scope">
      <Pick
        name="service"
        label="Service"
        value={scope.service ?? ''}
        choices={[{ value: '', text: 'All' }, ...choices.services.map((name) => ({ value: name, text: name }))]}
      />
      {scope.environment ? (
        <Pick
          name="env"
          label="Environment"
          value={scope.environment}
          choices={choices.environments.map((name) => ({ value: name, text: name }))}
        />
      ) : null}
      <Pick
        name="range"
        label="Range"
        value={scope.range.key}
        choices={choices.ranges.map(({ key, text }) => ({ value: key, text: `Last ${text}` }))}
      />
    </ScopeForm>
  )
}
