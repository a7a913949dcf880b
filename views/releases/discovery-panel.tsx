import { WINDOWS, type WindowName } from '../../src/core/verdict/discovery-window.ts'
import { Chart } from '../components/chart.tsx'
import { Panel, Segments } from '../components/page-parts.tsx'
import { counted } from '../format.ts'
import { baselinePath, releasePath, shownPath, withQuery } from '../paths.ts'
import { ageText } from './age-ticks.tsx'
import { type DiscoveryFacts, discoveryData, discoveryTable } from './discovery-chart.ts'

/** How soon a release showed its defects, against the releases before it at the same age. */

export interface DiscoveryPanelProps extends DiscoveryFacts {
  readonly service: string
  readonly environment: string
  readonly window: WindowName
  /** What the address asks for; undefined: what suits the age. */
  readonly askedWindow: WindowName | undefined
  /** Whether its life is longer than the longest window. */
  readonly offersAll: boolean
  readonly onlySevere: boolean
  /** The comparison at equal age, in the words of the verdict; undefined: too few releases. */
  readonly numbers: string | undefined
  /** The tab of defects that is open below. */
  readonly defects: string | undefined
}

/** With fewer the verdict makes no comparison, and no band is drawn. */
const LEAST_EARLIER = 4

export function DiscoveryPanel(props: DiscoveryPanelProps) {
  const { service, version, environment, discoveries, window, onlySevere } = props
  const path = releasePath(service, version)
  const query = {
    window: props.askedWindow,
    severe: onlySevere ? '1' : undefined,
    defects: props.defects,
  }
  const windows = [...WINDOWS, ...(props.offersAll ? [{ name: 'all', text: 'All' } as const] : [])]
  const rowsBy = (ageDays: number) => shownPath({ service, version, environment }, ageDays, onlySevere)
  const isCompared = discoveries.earlier >= LEAST_EARLIER
  return (
    <Panel
      id="discovery"
      title="Defects found, by age"
      hint={environment}
      pad
      end={
        <Segments
          label="How much of its life"
          tabs={windows.map(({ name, text }) => ({
            text,
            href: `${withQuery(path, { ...query, window: name })}#discovery`,
            current: name === window,
          }))}
        />
      }
    >
      <div class="dsc-top">
        <span class="lg">
          {isCompared ? (
            <>
              <span>
                <i class="dash" />
                expected from{' '}
                <a href={baselinePath({ service, version, environment }, 'usual')}>
                  {counted(discoveries.earlier, 'earlier release')}
                </a>
              </span>
              <span>
                <i class="dsc-band" />
                usual here
              </span>
            </>
          ) : null}
        </span>
        <a class="fs13" href={`${withQuery(path, { ...query, severe: onlySevere ? undefined : '1' })}#discovery`}>
          {onlySevere ? 'Show all severities' : 'Only S1 and S2'}
        </a>
      </div>
      <Chart
        conclusion={conclusion(props)}
        size="medium"
        data={discoveryData(props, rowsBy)}
        table={discoveryTable(props, rowsBy)}
        csv={withQuery(`${path}/discovery.csv`, query)}
        note={[isCompared ? '' : needed(props), cutEnd(props)].filter(Boolean).join(' ') || undefined}
      />
    </Panel>
  )
}

function conclusion({ discoveries, onlySevere, numbers, ...props }: DiscoveryPanelProps): string {
  const what = onlySevere ? 'S1 and S2 alone: ' : ''
  if (numbers) return `${what}${numbers}.`
  return `${what}${counted(discoveries.ages.length, 'defect')} found so far. ${needed({ discoveries, ...props })}`
}

/** Why all of its life does not reach to its age. */
function cutEnd({ window, windowDays, comparedDays, discoveries: { lifeDays } }: DiscoveryPanelProps): string {
  if (window !== 'all' || lifeDays <= windowDays) return ''
  const compared = comparedDays ? `, and its comparison ends at ${ageText(comparedDays)}` : ''
  return `Drawn to an age of ${ageText(windowDays)}: nothing was found after it${compared}. It has been live for ${ageText(lifeDays)}.`
}

const needed = ({
  discoveries: { earlier },
  service,
  environment,
}: Pick<DiscoveryPanelProps, 'discoveries' | 'service' | 'environment'>) =>
  `A comparison needs ${LEAST_EARLIER} earlier releases of ${service} in ${environment}; there ${earlier === 1 ? 'is' : 'are'} ${earlier}.`
