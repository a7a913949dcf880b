import { Panel, TableBox } from '../components/page-parts.tsx'
import { counted, formatCount, middleCut } from '../format.ts'
import { withQuery } from '../paths.ts'
import type { TrendsPageProps } from './trends-page.tsx'

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

type HurtTableProps = TrendsPageProps['hurt'] & Pick<TrendsPageProps, 'scope'>

/** New defects by service and month, and how many that is for ten deployments; the darker, the more. */
export function HurtTable({ months, rows, scope }: HurtTableProps) {
  const most = Math.max(1, ...rows.flatMap(({ cells }) => cells.map(rateOf)))
  return (
    <Panel id="hurt" title="Where does it hurt?" hint="New defects for every 10 deployments, by month (UTC)">
      <TableBox label="New defects by service and month">
        <table class="t keep heat">
          <caption>New defects for every ten deployments, by service and month</caption>
          <thead>
            <tr>
              <th scope="col">Service</th>
              {months.map(({ from }) => (
                <th scope="col" class="num">
                  {MONTHS[new Date(from).getUTCMonth()]}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ service, cells }) => (
              <tr>
                <th scope="row">
                  <a href={withQuery('/defects', { service, status: 'any', env: scope.environment })}>
                    {middleCut(service, 40)}
                  </a>
                </th>
                {cells.map((cell) => (
                  <td class={`num h${shadeOf(rateOf(cell), most)}`} title={wordsOf(cell)}>
                    {cell.deployments === 0
                      ? cell.defects === 0
                        ? '–'
                        : formatCount(cell.defects)
                      : rateOf(cell).toFixed(1)}
                    <span class="vh"> ({wordsOf(cell)})</span>
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

const wordsOf = ({ defects, deployments }: Cell): string =>
  `${counted(defects, 'new defect')}, ${counted(deployments, 'deployment')}`

/** Five shades, the lightest for none. */
const shadeOf = (rate: number, most: number): number =>
  rate === 0 ? 0 : Math.min(4, 1 + Math.floor((3.999 * rate) / most))
