import type { DeliveryMetrics } from '../../src/core/delivery/delivery-metrics.ts'
import type { DeploymentRow } from '../../src/store/measures/trend-queries.ts'
import { Empty, Panel } from '../components/page-parts.tsx'
import { DeliveryOfOne } from './delivery-of-one.tsx'
import { DeliveryTable } from './delivery-table.tsx'
import { TrendsFrame, type TrendsFrameProps } from './trends-frame.tsx'

/** DORA's five metrics of software delivery. */
export interface DeliveryPageProps extends TrendsFrameProps {
  readonly now: number
  /** There are more services than are shown. */
  readonly more: boolean
  readonly services: readonly { readonly service: string; readonly metrics: DeliveryMetrics }[]
  /** The deployments behind the numbers, the last fifty; only for one service. */
  readonly behind: Readonly<Record<CountedInDeployments, readonly DeploymentRow[]>> | undefined
}

export type CountedInDeployments =
  | 'deploymentFrequency'
  | 'failedDeploymentRecoveryTime'
  | 'changeFailRate'
  | 'deploymentReworkRate'

export function DeliveryPage({ scope, choices, services, more, behind, now }: DeliveryPageProps) {
  const [one] = services
  return (
    <TrendsFrame path="/trends/delivery" title="Delivery" scope={scope} choices={choices}>
      {services.length === 0 ? (
        <Panel id="delivery" title="Delivery">
          <Empty icon="deploy" action={scope.environment ? undefined : <a href="/setup">Connect your CI</a>}>
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
    </TrendsFrame>
  )
}
