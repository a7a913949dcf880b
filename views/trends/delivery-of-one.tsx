import type { DeliveryMetrics } from '../../src/core/delivery/delivery-metrics.ts'
import type { Metric } from '../../src/core/delivery/metric.ts'
import type { DeploymentRow } from '../../src/store/measures/trend-queries.ts'
import { EffectBadge } from '../components/badges.tsx'
import { Icon } from '../components/icon.tsx'
import { Panel, ReleaseLink } from '../components/page-parts.tsx'
import { Time } from '../components/time.tsx'
import { counted } from '../format.ts'
import type { CountedInDeployments, DeliveryPageProps } from './delivery-page.tsx'
import { MadeOf, type MetricPlace, madeOfPath } from './made-of.tsx'
import { intervalWords, METRICS, type MetricKey, valueWords } from './metric-words.ts'

interface DeliveryOfOneProps {
  readonly metrics: DeliveryMetrics
  readonly behind: NonNullable<DeliveryPageProps['behind']>
  readonly scope: DeliveryPageProps['scope']
  readonly now: number
}

/** The five delivery metrics of one service, each with what it is made of, its rule and the deployments behind it. */
export function DeliveryOfOne({ metrics, behind, scope, now }: DeliveryOfOneProps) {
  return (
    <div class="grid g-11">
      {METRICS.map(({ key, name, ...more }) => (
        <Panel id={key} title={name} hint={`${scope.environment}, ${scope.span}`} pad>
          <One metricKey={key} metric={metrics[key]} place={scope} />
          {'counts' in more ? <p class="t3 fs12">{more.counts}</p> : null}
          <details class="data mt12">
            <summary>
              <Icon name="info" small />
              What is counted
            </summary>
            <p class="prose fs13">{metrics[key].rule}</p>
          </details>
          {isCounted(key) && behind[key].length > 0 ? (
            <Rows
              name={name}
              rows={behind[key]}
              count={metrics[key].numeratorIds.length}
              service={metrics.service}
              now={now}
            />
          ) : null}
        </Panel>
      ))}
    </div>
  )
}

const isCounted = (key: MetricKey): key is CountedInDeployments => key !== 'changeLeadTime'

interface OneProps {
  readonly metricKey: MetricKey
  readonly metric: Metric
  readonly place: MetricPlace
}

function One({ metricKey, metric, place }: OneProps) {
  const { value, unit, enough, unripe } = metric
  const interval = intervalWords(metric)
  return (
    <>
      <p class="big-number">{value === null || !enough ? 'Not enough data' : valueWords(value, unit)}</p>
      <p class="t2 fs13">
        <MadeOf metricKey={metricKey} metric={metric} place={place} />
        {value !== null && !enough ? `: ${valueWords(value, unit)}, too few to go by` : ''}
        {interval ? `; ${interval} with 95 % confidence` : ''}
        {unripe > 0 ? (
          <>
            {'; '}
            <a href={madeOfPath(place, metricKey, 'young')}>{counted(unripe, 'deployment')}</a> too young to judge
          </>
        ) : null}
      </p>
    </>
  )
}

function Rows({
  name,
  rows,
  count,
  service,
  now,
}: {
  name: string
  rows: readonly DeploymentRow[]
  /** Of which these are the last. */
  count: number
  service: string
  now: number
}) {
  return (
    <details class="data mt8">
      <summary>
        <Icon name="table" small />
        {rows.length < count
          ? `The last ${rows.length} of ${counted(count, 'deployment')} counted`
          : `The ${counted(rows.length, 'deployment')} counted`}
      </summary>
      <section class="tw" tabindex={0} aria-label={`${name}, deployments counted`}>
        <table class="t keep">
          <caption>{name}, deployments counted</caption>
          <thead>
            <tr>
              <th scope="col">Finished</th>
              <th scope="col">Release</th>
              <th scope="col">Effect</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ at, version, effect }) => (
              <tr>
                <td>
                  <Time at={at} now={now} />
                </td>
                <td>{version === undefined ? '–' : <ReleaseLink service={service} version={version} />}</td>
                <td>{effect === undefined ? '–' : <EffectBadge effect={effect} />}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </details>
  )
}
