import type { DeliveryMetrics } from '../../src/core/delivery/delivery-metrics.ts'
import type { DeploymentRow } from '../../src/store/measures/trend-queries.ts'
import { Panel } from '../components/page-parts.tsx'
import { DeliveryOfOne } from './delivery-of-one.tsx'
import { DeliveryTable } from './delivery-table.tsx'
import { type DayBefore, NothingThen } from './nothing-then.tsx'
import { TrendsFrame, type TrendsFrameProps } from './trends-frame.tsx'

/** DORA's five metrics of software delivery. */
export interface DeliveryPageProps extends TrendsFrameProps {
  readonly now: number
  readonly before: DayBefore | undefined
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

export function DeliveryPage({ scope, choices, services, more, behind, before, now }: DeliveryPageProps) {
  const [one] = services
  return (
    <TrendsFrame path="/trends/delivery" title="Delivery" scope={scope} choices={choices} now={now}>
      {services.length === 0 ? (
        <Panel id="delivery" title="Delivery">
          <NothingThen
            icon="deploy"
            scope={scope}
            path="/trends/delivery"
            words={`Nothing was deployed to ${scope.environment} in the ${scope.span}.`}
            before={before}
            now={now}
          />
        </Panel>
      ) : null}
      {scope.services.length === 1 && one && behind ? (
        <DeliveryOfOne metrics={one.metrics} behind={behind} scope={scope} now={now} />
      ) : null}
      {scope.services.length !== 1 && services.length > 0 ? (
        <DeliveryTable services={services} scope={scope} more={more} />
      ) : null}
    </TrendsFrame>
  )
}
