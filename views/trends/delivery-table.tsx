import type { Metric } from '../../src/core/delivery/metric.ts'
import { CsvLink, Panel, TableBox } from '../components/page-parts.tsx'
import { middleCut } from '../format.ts'
import { withQuery } from '../paths.ts'
import type { DeliveryPageProps } from './delivery-page.tsx'
import { MadeOf, type MetricPlace } from './made-of.tsx'
import { METRICS, type MetricKey, valueWords } from './metric-words.ts'
import { addressOf } from './trends-frame.tsx'

/** The five delivery metrics, a row for each service: a mean over services would describe none. */
export function DeliveryTable({ services, scope, more }: Pick<DeliveryPageProps, 'services' | 'scope' | 'more'>) {
  const { environment, span } = scope
  return (
    <Panel
      id="delivery"
      title="Delivery, service by service"
      hint={`${environment}, ${span}`}
      end={
        <CsvLink href={withQuery('/trends/delivery.csv', { ...addressOf(scope) })} of="Delivery metrics by service" />
      }
      foot={more ? <span>There are more services; choose one above to see it.</span> : undefined}
    >
      <TableBox label="Delivery metrics by service">
        <table class="t named">
          <caption>Delivery metrics by service</caption>
          <thead>
            <tr>
              <th scope="col">Service</th>
              {METRICS.map(({ name }) => (
                <th scope="col" class="num">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {services.map(({ service, metrics }) => {
              const one = withQuery('/trends/delivery', { ...addressOf(scope), service })
              return (
                <tr>
                  <th scope="row">
                    <a href={one}>{middleCut(service, 40)}</a>
                  </th>
                  {METRICS.map(({ key, name }) => (
                    <td class="num made lines" data-col={name}>
                      <Value
                        metricKey={key}
                        metric={metrics[key]}
                        place={{ ...scope, service }}
                        rule={`${one}#${key}`}
                      />
                    </td>
                  ))}
                </tr>
              )
            })}
          </tbody>
        </table>
      </TableBox>
    </Panel>
  )
}

interface ValueProps {
  readonly metricKey: MetricKey
  readonly metric: Metric
  readonly place: MetricPlace
  /** Where its rule is. */
  readonly rule: string
}

/** Too little to go by is said in place of a number that would be quoted. */
function Value({ metricKey, metric, place, rule }: ValueProps) {
  if (metric.value === null) return <span class="t3">–</span>
  return (
    <>
      <a href={rule}>
        {metric.enough ? valueWords(metric.value, metric.unit) : <span class="t3">not enough data</span>}
      </a>
      <br />
      <span class="t3 fs12">
        <MadeOf metricKey={metricKey} metric={metric} place={place} />
      </span>
    </>
  )
}
