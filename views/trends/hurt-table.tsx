import type { Stretch } from '../../src/core/time/calendar.ts'
import type { Trends } from '../../src/core/trends/trends.ts'
import { CsvLink, Panel, TableBox } from '../components/page-parts.tsx'
import { counted, formatCount, middleCut } from '../format.ts'
import { withQuery } from '../paths.ts'
import { seenIn } from './rows-counted.ts'
import { monthName, type TrendAddress } from './trend-chart.tsx'

/** Those beyond are in the CSV. */
const MOST_ROWS = 25

/** New defects by service and month, and how many that is for ten deployments; the darker, the more. */
export function HurtTable({ trends, address }: { trends: Trends; address: TrendAddress }) {
  const { months, zone, now } = trends
  const rows = trends.services.slice(0, MOST_ROWS)
  const most = Math.max(1, ...rows.flatMap(({ months: cells }) => cells.map(rateOf)))
  const left = trends.services.length - rows.length
  return (
    <Panel
      id="services"
      title="Where does it hurt?"
      hint="New defects for every 10 deployments"
      foot={
        <>
          {left > 0 ? <span>{`${counted(left, 'service')} with fewer defects are in the CSV.`}</span> : null}
          <CsvLink href={withQuery('/trends/services.csv', { ...address })} of="New defects by service and month" />
        </>
      }
    >
      <TableBox label="New defects by service and month">
        <table class="t keep figures heat">
          <caption>New defects for every ten deployments, by service and month</caption>
          <thead>
            <tr>
              <th scope="col" class="words">
                Service
              </th>
              {months.map((month) => (
                <th scope="col">{monthName(month, zone, now)}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ service, months: cells }) => (
              <tr>
                <th scope="row">
                  <a href={withQuery('/trends', { ...address, service })}>{middleCut(service, 40)}</a>
                </th>
                {cells.map((cell, i) => (
                  <td class={`h${shadeOf(rateOf(cell), most)}`}>
                    {cell.defects === 0 ? (
                      <>
                        <span title={wordsOf(cell)}>{rateWords(cell)}</span>
                        <span class="vh"> ({wordsOf(cell)})</span>
                      </>
                    ) : (
                      // Its title is its description, for who hears it too.
                      <a href={seenIn({ service, env: address.env }, months[i] as Stretch)} title={wordsOf(cell)}>
                        {rateWords(cell)}
                      </a>
                    )}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </TableBox>
    </Panel>
  )
}

interface Cell {
  readonly defects: number
  readonly deployments: number
}

/** Without a deployment there is nothing to divide by; the shade is that of one. */
const rateOf = ({ defects, deployments }: Cell): number => (10 * defects) / Math.max(1, deployments)

function rateWords(cell: Cell): string {
  if (cell.deployments > 0) {
    const rate = rateOf(cell)
    return rate < 100 ? rate.toFixed(1) : formatCount(Math.round(rate))
  }
  return cell.defects === 0 ? '–' : `${formatCount(cell.defects)} in all`
}

const wordsOf = ({ defects, deployments }: Cell): string =>
  `${counted(defects, 'new defect')}, ${counted(deployments, 'deployment')}`

/** Five shades, the lightest for none. */
const shadeOf = (rate: number, most: number): number =>
  rate === 0 ? 0 : Math.min(4, 1 + Math.floor((3.999 * rate) / most))
