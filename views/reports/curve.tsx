import type { ReportedDiscovery } from '../../src/core/reports/snapshot.ts'
import { foundBy } from '../../src/core/verdict/discovery-window.ts'
import { AsTable } from '../components/as-table.tsx'
import { ChartTable } from '../components/chart.tsx'
import { countScale, ScaleLines, ScaleWords } from '../components/count-scale.tsx'
import { counted, formatCount, middleCut } from '../format.ts'
import { AgeTicks, percentOf } from '../releases/age-ticks.tsx'
import { discoveryTable } from '../releases/discovery-chart.ts'

/** The defects a release showed by age over what was usual, drawn by the server: it is to be printed. */

const TOP = 16
const PLOT = 170
const BOTTOM = TOP + PLOT
const HEIGHT = BOTTOM + 24
/** The plot's own units; the browser stretches them to its width. */
const WIDTH = 1_000
const LABEL_PX = 16

export function DiscoveryCurve({ discovery }: { discovery: ReportedDiscovery }) {
  const { version, discoveries, windowDays, rolledBack } = discovery
  const band = discoveries.band.filter(({ ageDays }) => ageDays <= windowDays)
  const end = Math.min(discoveries.lifeDays, windowDays)
  const found = foundBy(discoveries, end)
  const scale = countScale(Math.max(4, found, ...band.map(({ usual }) => usual.high)), { bottom: BOTTOM, plot: PLOT })
  const { y } = scale
  const x = (age: number): string => ((age / windowDays) * WIDTH).toFixed(1)
  const percent = (age: number): string => percentOf(age, windowDays)
  const rises = discoveries.ages.filter((age) => age <= end).map((age, i) => `H${x(age)}V${y(i + 1)}`)
  const isLate = end / windowDays > 0.8
  return (
    <figure>
      <p class="t2 mb8">{conclusionOf(discovery)}</p>
      <div class="ch" role="img" aria-label={conclusionOf(discovery)}>
        <ScaleWords scale={scale} height={HEIGHT} />
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
          <ScaleLines scale={scale} />
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
            y={y(found) + (isLate ? -6 : besideDashes(y(found), expectedAt(band, end), y))}
            text-anchor={isLate ? 'end' : 'start'}
          >
            {middleCut(version, 14)}: {formatCount(found)}
            {rolledBack && discoveries.lifeDays <= windowDays ? ' ◀' : ''}
          </text>
          <AgeTicks days={windowDays} y={BOTTOM + 17} />
        </svg>
      </div>
      {band.length > 0 ? (
        <p class="t3 fs12">
          Line: this release. Dashes: expected from {counted(discoveries.earlier, 'earlier release')}. Band: usual here.
        </p>
      ) : null}
      <AsTable>
        <ChartTable table={discoveryTable({ ...discovery, comparedDays: discovery.comparedDays ?? undefined })} />
      </AsTable>
    </figure>
  )
}

/** What is expected at an age, where the dashes are then; undefined: there are none. */
function expectedAt(band: ReportedDiscovery['discoveries']['band'], age: number): number | undefined {
  const [before, after] = [band.findLast(({ ageDays }) => ageDays <= age), band.find(({ ageDays }) => ageDays >= age)]
  if (!before || !after) return (before ?? after)?.expected
  const share = after.ageDays > before.ageDays ? (age - before.ageDays) / (after.ageDays - before.ageDays) : 0
  return before.expected + share * (after.expected - before.expected)
}

/** Behind its end a line has its label above the dashes that go on there, or below, wherever there is more room. */
function besideDashes(end: number, expected: number | undefined, y: (n: number) => number): number {
  if (expected === undefined) return -6
  const dashes = y(expected)
  const isBelow = dashes < end - 1 && end + LABEL_PX < BOTTOM
  return Math.abs(dashes - end) > LABEL_PX ? 4 : isBelow ? LABEL_PX : -8
}

export const conclusionOf = ({ numbers, discoveries }: ReportedDiscovery): string =>
  numbers
    ? `${numbers}.`
    : `${counted(discoveries.ages.length, 'defect')} found so far; there are too few earlier releases to compare with.`

/** Up along what is most usual, back along what is least; both in steps, as defects come one by one. */
function outline(
  band: ReportedDiscovery['discoveries']['band'],
  x: (age: number) => string,
  y: (n: number) => number,
): string {
  const [first] = band
  if (!first) return ''
  const up = band.map(({ ageDays, usual }) => `H${x(ageDays)}V${y(usual.high)}`)
  const back = band.toReversed().map(({ ageDays, usual }) => `V${y(usual.low)}H${x(ageDays)}`)
  return `M${x(first.ageDays)} ${y(first.usual.low)}${up.join('')}${back.join('')}Z`
}
