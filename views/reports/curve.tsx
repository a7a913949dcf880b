import type { ReportedDiscovery } from '../../src/core/reports/snapshot.ts'
import { foundBy, tickDays } from '../../src/core/verdict/discovery-window.ts'
import { ChartTable } from '../components/chart.tsx'
import { Icon } from '../components/icon.tsx'
import { niceTop } from '../defects/occurrences-chart.tsx'
import { counted, formatCount, middleCut } from '../format.ts'
import { ageText } from '../releases/compare-chart.tsx'
import { discoveryTable } from '../releases/discovery-chart.ts'

/** The defects a release showed by age over what was usual, drawn by the server: it is to be printed. */

const TOP = 16
const PLOT = 170
const BOTTOM = TOP + PLOT
const HEIGHT = BOTTOM + 24
/** The plot's own units; the browser stretches them to its width. */
const WIDTH = 1_000

export function DiscoveryCurve({ discovery }: { discovery: ReportedDiscovery }) {
  const { version, discoveries, windowDays, rolledBack } = discovery
  const band = discoveries.band.filter(({ ageDays }) => ageDays <= windowDays)
  const end = Math.min(discoveries.lifeDays, windowDays)
  const found = foundBy(discoveries, end)
  const top = niceTop(Math.max(4, found, ...band.map(({ usual }) => usual.high)))
  const y = (n: number): string => (BOTTOM - (n / top) * PLOT).toFixed(1)
  const x = (age: number): string => ((age / windowDays) * WIDTH).toFixed(1)
  const percent = (age: number): string => `${Math.round((age / windowDays) * 10_000) / 100}%`
  const marks = top % 2 === 0 ? [0, top / 2, top] : [0, top]
  const rises = discoveries.ages.filter((age) => age <= end).map((age, i) => `H${x(age)}V${y(i + 1)}`)
  const isLate = end / windowDays > 0.8
  return (
    <figure>
      <p class="t2 mb8">{conclusionOf(discovery)}</p>
      <div class="ch" role="img" aria-label={conclusionOf(discovery)}>
        <svg height={HEIGHT} aria-hidden="true">
          {marks.map((n) => (
            <text x="100%" dx="-8" y={Number(y(n)) + 4} text-anchor="end">
              {formatCount(n)}
            </text>
          ))}
        </svg>
        <svg height={HEIGHT} aria-hidden="true">
          <svg
            width="100%"
            height={HEIGHT}
            viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
            preserveAspectRatio="none"
            aria-hidden="true"
          >
            {band.length > 0 ? (
              <>
                <path class="rpt-band" d={outline(band, x, y)} />
                <path
                  class="rpt-expected"
                  d={band.map((at, i) => `${i === 0 ? 'M' : 'L'}${x(at.ageDays)} ${y(at.expected)}`).join('')}
                />
              </>
            ) : null}
          </svg>
          {marks.map((n) => (
            <line class={n === 0 ? 'base' : 'grid-line'} x1="0" x2="100%" y1={y(n)} y2={y(n)} />
          ))}
          <svg
            width="100%"
            height={HEIGHT}
            viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
            preserveAspectRatio="none"
            aria-hidden="true"
          >
            <path class="rpt-found" d={`M0 ${y(0)}${rises.join('')}H${x(end)}`} />
          </svg>
          <text
            class="rpt-end"
            x={percent(end)}
            dx={isLate ? -6 : 6}
            y={Number(y(found)) - 6}
            text-anchor={isLate ? 'end' : 'start'}
          >
            {middleCut(version, 14)}: {formatCount(found)}
            {rolledBack && discoveries.lifeDays <= windowDays ? ' ◀' : ''}
          </text>
          {tickDays(windowDays).map((age, i) => (
            <text
              class={i % 2 === 1 ? 'x-odd' : ''}
              x={percent(age)}
              y={BOTTOM + 17}
              text-anchor={i === 0 ? 'start' : age / windowDays > 0.94 ? 'end' : 'middle'}
            >
              {age === 0 ? 'Live' : ageText(age)}
            </text>
          ))}
        </svg>
      </div>
      {band.length > 0 ? (
        <p class="t3 fs12">
          Line: this release. Dashes: expected from {counted(discoveries.earlier, 'earlier release')}. Band: usual here.
        </p>
      ) : null}
      <details class="data mt8">
        <summary>
          <Icon name="table" small />
          Show data as table
        </summary>
        <ChartTable table={discoveryTable({ ...discovery, comparedDays: discovery.comparedDays ?? undefined })} />
      </details>
    </figure>
  )
}

export const conclusionOf = ({ numbers, discoveries }: ReportedDiscovery): string =>
  numbers
    ? `${numbers}.`
    : `${counted(discoveries.ages.length, 'defect')} found so far; there are too few earlier releases to compare with.`

/** Up along what is most usual, back along what is least; both in steps, as defects come one by one. */
function outline(
  band: ReportedDiscovery['discoveries']['band'],
  x: (age: number) => string,
  y: (n: number) => string,
): string {
  const [first] = band
  if (!first) return ''
  const up = band.map(({ ageDays, usual }) => `H${x(ageDays)}V${y(usual.high)}`)
  const back = band.toReversed().map(({ ageDays, usual }) => `V${y(usual.low)}H${x(ageDays)}`)
  return `M${x(first.ageDays)} ${y(first.usual.low)}${up.join('')}${back.join('')}Z`
}
