import { instantThere, zoneOffset } from '../../src/core/time/time-zone.ts'
import { useZone } from '../components/zone.tsx'
import { clockTime, formatDay, formatInstant, middleCut } from '../format.ts'

/** Which version was live when, one lane per environment; drawn by the server: x in percent, y in pixels. */

export interface LanesProps {
  readonly version: string
  readonly from: number
  readonly to: number
  readonly lanes: readonly {
    readonly environment: string
    readonly bars: readonly { readonly version: string; readonly from: number; readonly to: number | null }[]
  }[]
  readonly now: number
}

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const YEAR_MS = 365 * DAY_MS
const MOST_TICKS = 8
/** Characters of `14:00` and `26 Jul`. */
const SHORT_TICK = 6
/** Narrower bars have no room for their version; percent of the lane. */
const LABEL_FROM = 9
/** Characters: less of a version could be any. */
const LEAST_SHOWN = 9

export function Lanes({ version, from, to, lanes, now }: LanesProps) {
  const zone = useZone()
  const x = (at: number): number =>
    Math.round(Math.min(100, Math.max(0, ((at - from) / (to - from)) * 100)) * 100) / 100
  return (
    <div class="lanes" role="img" aria-label={lanes.map((lane) => said(lane, from, { now, zone })).join(' ')}>
      {lanes.map(({ environment, bars }) => (
        <div class="lane">
          <span class="ln-n" title={environment}>
            {environment}
          </span>
          <svg height="22" aria-hidden="true">
            {bars.map((bar) => {
              const left = x(bar.from)
              const width = Math.max(0.4, x(bar.to ?? to) - left)
              const current = bar.version === version ? 'cur' : ''
              return (
                <>
                  <rect class={current} x={`${left}%`} y="1" width={`${width}%`} height="20">
                    <title>{bar.version}</title>
                  </rect>
                  {width >= Math.max(LABEL_FROM, 1.6 * Math.min(LEAST_SHOWN, bar.version.length)) ? (
                    <text class={current} x={`${left}%`} dx="6" y="15">
                      {middleCut(bar.version, Math.round(width / 1.6))}
                    </text>
                  ) : null}
                </>
              )
            })}
          </svg>
        </div>
      ))}
      <div class="lane">
        <span />
        <svg height="18" aria-hidden="true">
          {ticks(from, to, zone).map((at, i) => {
            const text = tickText(at, { now, zone })
            // A phone has room for every second, and for every third that tells its year.
            const odd = i % (text.length > SHORT_TICK ? 3 : 2) > 0
            return (
              <>
                <line x1={`${x(at)}%`} x2={`${x(at)}%`} y1="2" y2="16" class={odd ? 'x-odd' : ''} />
                <text class={odd ? 'ax x-odd' : 'ax'} x={`${x(at)}%`} dx="4" y="14">
                  {text}
                </text>
              </>
            )
          })}
        </svg>
      </div>
    </div>
  )
}

interface Reader {
  readonly now: number
  readonly zone: string
}

function tickText(at: number, { now, zone }: Reader): string {
  const time = clockTime(at, zone)
  return time === '00:00' ? formatDay(at, now, zone) : time
}

function said({ environment, bars }: LanesProps['lanes'][number], from: number, { now, zone }: Reader): string {
  const shown = bars.slice(-4).map(({ version, from: since, to }) => {
    const until = to === null ? 'still live' : `until ${formatInstant(to, now, zone)}`
    return since <= from ? `${version} ${until}` : `${version} from ${formatInstant(since, now, zone)}, ${until}`
  })
  return `${environment}: ${shown.join('; ')}.`
}

/** At most eight, on whole hours or days of the reader's clock, none so near the end that its text would not fit. */
function ticks(from: number, to: number, zone: string): number[] {
  const steps = [1, 2, 3, 6, 12].map((h) => h * HOUR_MS).concat([1, 2, 7, 14, 30, 60, 120, 365].map((d) => d * DAY_MS))
  const step =
    steps.find((candidate) => (to - from) / candidate <= MOST_TICKS) ??
    Math.ceil((to - from) / MOST_TICKS / YEAR_MS) * YEAR_MS
  const found: number[] = []
  for (let local = Math.ceil((from + zoneOffset(from, zone)) / step) * step; ; local += step) {
    const at = instantThere(local, zone)
    if (at >= to - (to - from) * 0.06) return found
    found.push(at)
  }
}
