import { AsTable } from '../components/as-table.tsx'
import { countScale, ScaleLines, ScaleWords } from '../components/count-scale.tsx'
import { TableBox } from '../components/page-parts.tsx'
import { useZone } from '../components/zone.tsx'
import { clockTime, counted, formatCount, formatDay, formatInstant, middleCut } from '../format.ts'

/** Occurrences over time as bars, drawn by the server: x in percent, y in pixels. */

export interface OccurrencesChartProps {
  /** Width of a bin, milliseconds. */
  readonly binMs: number
  /** First and last bin drawn, both by their start. */
  readonly from: number
  readonly to: number
  /** Bins that have any, earliest first. */
  readonly bins: readonly { readonly at: number; readonly count: number }[]
  /** Occurrences before the first bin drawn. */
  readonly earlier: number
  /** The suspect release going live, and while it was; nothing drawn when it lies outside. */
  readonly suspect: { readonly version: string; readonly at: number; readonly until: number | undefined } | undefined
  readonly now: number
}

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const TOP = 24
const PLOT = 132
const BOTTOM = TOP + PLOT
const HEIGHT = BOTTOM + 24

export const binWord = (binMs: number): string => (binMs < DAY_MS ? 'hour' : binMs < 7 * DAY_MS ? 'day' : 'week')

export function OccurrencesChart(props: OccurrencesChartProps) {
  const { binMs, from, to, bins, suspect, now } = props
  const zone = zoneOfBins(binMs, useZone())
  const slots = Math.max(1, Math.round((to - from) / binMs) + 1)
  const scale = countScale(Math.max(1, ...bins.map(({ count }) => count)), { bottom: BOTTOM, plot: PLOT })
  const { y } = scale
  const x = (at: number): number => ((at - from) / (slots * binMs)) * 100
  const live = (at: number): boolean =>
    suspect !== undefined && at + binMs > suspect.at && (suspect.until === undefined || at < suspect.until)
  const marker =
    suspect && suspect.at >= from && suspect.at <= to + binMs ? { ...suspect, x: x(suspect.at) } : undefined
  return (
    <figure>
      <div class="ch" role="img" aria-label={conclusion(props, zone)}>
        <ScaleWords scale={scale} height={HEIGHT} />
        <svg height={HEIGHT} aria-hidden="true">
          <ScaleLines scale={scale} />
          {bins.map(({ at, count }) => (
            <rect
              class={live(at) ? 'bar-focus' : 'bar-ctx'}
              x={`${round(x(at) + 10 / slots)}%`}
              width={`${round(80 / slots)}%`}
              y={y(count)}
              height={Math.max(1, BOTTOM - y(count))}
            />
          ))}
          {ticks(from, slots, binMs).map(({ at, odd }) => (
            <text class={odd ? 'x-odd' : ''} x={`${round(x(at))}%`} y={BOTTOM + 16}>
              {tickText(at, { binMs, now, zone })}
            </text>
          ))}
          {marker ? (
            <>
              <line
                class="mk-suspect-line"
                x1={`${round(marker.x)}%`}
                x2={`${round(marker.x)}%`}
                y1={TOP - 8}
                y2={BOTTOM}
              />
              <text
                class="mk-suspect"
                x={`${round(marker.x)}%`}
                y={TOP - 12}
                text-anchor={marker.x > 75 ? 'end' : marker.x < 25 ? 'start' : 'middle'}
              >
                ▼ {middleCut(marker.version, 20)} deployed
              </text>
            </>
          ) : null}
        </svg>
      </div>
      <AsTable close>
        <TableBox label="Occurrences as table">
          <table class="t keep">
            <caption>
              Occurrences per {binWord(binMs)}
              {binMs < DAY_MS ? null : ', days of UTC'}
            </caption>
            <thead>
              <tr>
                <th scope="col">From</th>
                <th scope="col" class="num">
                  Occurrences
                </th>
                {suspect ? <th scope="col">{suspect.version} live</th> : null}
              </tr>
            </thead>
            <tbody>
              {props.earlier > 0 ? (
                <tr>
                  <th scope="row">Before</th>
                  <td class="num">{formatCount(props.earlier)}</td>
                  {suspect ? <td /> : null}
                </tr>
              ) : null}
              {bins.map(({ at, count }) => (
                <tr>
                  <th scope="row">{formatInstant(at, now, zone)}</th>
                  <td class="num">{formatCount(count)}</td>
                  {suspect ? <td>{live(at) ? 'Yes' : 'No'}</td> : null}
                </tr>
              ))}
            </tbody>
          </table>
        </TableBox>
      </AsTable>
    </figure>
  )
}

/** Days and weeks were counted by UTC, hours are the same hours everywhere. */
const zoneOfBins = (binMs: number, zone: string): string => (binMs < DAY_MS ? zone : 'UTC')

function conclusion({ bins, binMs, suspect, now }: OccurrencesChartProps, zone: string): string {
  const peak = bins.reduce((most, bin) => (bin.count > most.count ? bin : most), { at: 0, count: 0 })
  const before = suspect
    ? bins.filter(({ at }) => at + binMs <= suspect.at).reduce((sum, { count }) => sum + count, 0)
    : 0
  return [
    `Occurrences per ${binWord(binMs)}: at most ${counted(peak.count, 'occurrence')}, at ${formatInstant(peak.at, now, zone)}.`,
    suspect ? `${before === 0 ? 'None' : formatCount(before)} before ${suspect.version} was deployed.` : '',
  ]
    .join(' ')
    .trim()
}

const round = (percent: number): number => Math.round(percent * 100) / 100

/** At most eight ticks on whole steps of the bins; every other one is left out on phones. */
function ticks(from: number, slots: number, binMs: number): { at: number; odd: boolean }[] {
  const steps = binMs < DAY_MS ? [1, 2, 3, 6, 12, 24].map((h) => h * HOUR_MS) : [1, 2, 4, 8, 16].map((n) => n * binMs)
  const step = steps.find((candidate) => (slots * binMs) / candidate <= 8) ?? (steps.at(-1) as number)
  // Days begin at midnight, weeks wherever the first one does.
  const start = step % DAY_MS === 0 && binMs > DAY_MS ? from : Math.ceil(from / step) * step
  const found: { at: number; odd: boolean }[] = []
  for (let at = start; at < from + slots * binMs; at += step) found.push({ at, odd: found.length % 2 === 1 })
  return found
}

function tickText(at: number, { binMs, now, zone }: { binMs: number; now: number; zone: string }): string {
  const time = clockTime(at, zone)
  return binMs < DAY_MS && time !== '00:00' ? time : formatDay(at, now, zone)
}
