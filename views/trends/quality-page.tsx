import type { QualityMetrics, QualityNumber } from '../../src/core/defect/quality-metrics.ts'
import type { HiddenDefects } from '../../src/core/signals/hidden-defects.ts'
import type { HistorySignals } from '../../src/core/signals/place-signals.ts'
import { Icon } from '../components/icon.tsx'
import { Linked } from '../components/linked.tsx'
import { Count, CsvLink, Empty, Note, Panel, ReleaseLink, TableBox } from '../components/page-parts.tsx'
import { counted, formatCount, formatDuration, middleCut } from '../format.ts'
import { shownPath, withQuery } from '../paths.ts'
import { broughtPath, type QualityPlace, type QualityRow, qualityRows, reachedPaths } from './quality-numbers.ts'
import { driftChart, riseChart } from './signal-charts.ts'
import { type TrendAddress, TrendPanel } from './trend-chart.tsx'
import { addressOf, TrendsFrame, type TrendsFrameProps } from './trends-frame.tsx'

/** What the defects of a place say of its quality, and the signals beside the verdicts. */
export interface QualityPageProps extends TrendsFrameProps {
  readonly now: number
  /** Of the one service asked for. */
  readonly one:
    | {
        /** `too many`: more defects than can be read at once. */
        readonly quality: { readonly metrics: QualityMetrics; readonly observedDays: number } | 'too many'
        readonly signals: PlaceSignals | undefined
      }
    | undefined
  /** Of all services, when none is asked for. */
  readonly all:
    | {
        readonly worst: WorstServices
        readonly signals: readonly PlaceSignals[]
        /** There are more services than are shown. */
        readonly more: boolean
      }
    | undefined
}

export interface PlaceSignals extends HistorySignals {
  readonly service: string
  /** That runs there now. */
  readonly version: string
  readonly hidden: HiddenDefects
}

export interface WorstServices {
  readonly sentence: string
  readonly services: readonly {
    readonly service: string
    readonly version: string
    readonly evidence: number
    readonly believed: boolean
    readonly sentence: string | null
  }[]
}

export function QualityPage({ scope, choices, now, one, all }: QualityPageProps) {
  const address = addressOf(scope)
  return (
    <TrendsFrame path="/trends/quality" title="Quality" scope={scope} choices={choices} now={now}>
      {scope.later && (one?.signals || all) ? (
        <div class="gap">
          <Note>
            Signals are about what runs now, as of now: how they stood at the end of a time in the past is not kept.
          </Note>
        </div>
      ) : null}
      {one ? <OfOne {...one} address={address} now={now} place={scope} /> : null}
      {all ? <OfAll {...all} address={address} /> : null}
      {!one && !all ? (
        <Panel id="quality" title="Quality">
          <Empty icon="chart" action={<a href="/setup">Connect your CI</a>}>
            No deployments yet.
          </Empty>
        </Panel>
      ) : null}
    </TrendsFrame>
  )
}

type OfOneProps = NonNullable<QualityPageProps['one']> & {
  readonly address: TrendAddress
  readonly now: number
  readonly place: TrendsFrameProps['scope']
}

function OfOne({ quality, signals, address, now, place }: OfOneProps) {
  return (
    <>
      {quality === 'too many' ? (
        <Panel id="quality" title="Quality">
          <Empty icon="info">
            There are more defects in this time than can be read at once. Choose a shorter range.
          </Empty>
        </Panel>
      ) : (
        <div class="gap">
          <Numbers {...quality} place={place} csv={withQuery('/trends/quality.csv', { ...address })} now={now} />
        </div>
      )}
      {signals ? (
        <div class="grid g-11">
          <TrendPanel chart={driftChart(signals.drift, address, now)} address={address} />
          <TrendPanel chart={riseChart(signals.worsening, address, now)} address={address} />
          <Panel
            id="hidden"
            title={`How many defects of ${middleCut(signals.version)} are still hidden?`}
            hint={signals.hidden.word}
            pad
          >
            <p>
              <Hidden {...signals} environment={place.environment} />
            </p>
            <p class="t3 fs12 mt8">
              Rule: from how its discoveries become rarer (Goel-Okumoto), with five found and fewer in the later half of
              its time.
            </p>
          </Panel>
        </div>
      ) : (
        <p class="t3">{`It does not run in ${place.environment ?? ''} now, so there are no signals.`}</p>
      )}
    </>
  )
}

/** The defects found lead to themselves; those to be found are nobody's yet. */
function Hidden({
  service,
  version,
  environment,
  hidden,
}: PlaceSignals & { readonly environment: string | undefined }) {
  const { around, found, lifeDays } = hidden
  const rows =
    found === 0 || environment === undefined ? undefined : shownPath({ service, version, environment }, lifeDays)
  return (
    <>
      {around[0]}
      <Linked href={rows}>{counted(found, 'defect')}</Linked>
      {around[1]}
    </>
  )
}

interface NumbersProps {
  readonly metrics: QualityMetrics
  readonly observedDays: number
  readonly place: QualityPlace
  readonly csv: string
  readonly now: number
}

function Numbers({ metrics, observedDays, place, csv, now }: NumbersProps) {
  const { releases, unknownPhaseIds } = metrics
  const unknown = broughtPath(place, observedDays, 'unknown', now)
  const reached = reachedPaths(place, observedDays, now)
  return (
    <Panel
      id="quality"
      title="Numbers"
      hint={
        <>
          {`Releases observed for ${counted(observedDays, 'day')}: `}
          <Releases n={releases.observed} href={reached.observed} />
          {', too young: '}
          <Releases n={releases.tooYoung} href={reached.tooYoung} />
        </>
      }
      end={<CsvLink href={csv} of="Quality in numbers" />}
      foot={
        unknownPhaseIds.length > 0 ? (
          <span>
            <a href={unknown}>{counted(unknownPhaseIds.length, 'defect')}</a>
            {` found in a phase that nobody named ${unknownPhaseIds.length === 1 ? 'is' : 'are'} in neither of the first two.`}
          </span>
        ) : undefined
      }
    >
      <TableBox label="Quality in numbers">
        <table class="t named">
          <caption>Quality in numbers, with what each is made of</caption>
          <thead>
            <tr>
              <th scope="col">Number</th>
              <th scope="col" class="num">
                Value
              </th>
              <th scope="col" class="num">
                Made of
              </th>
              <th scope="col">95 %</th>
              <th scope="col">Rule</th>
            </tr>
          </thead>
          <tbody>
            {qualityRows(metrics, place, observedDays, now).map(({ name, number, rows, of }) => (
              <tr>
                <th scope="row">{name}</th>
                <td class="num nw" data-col="Value">
                  {number.enough && number.value !== null ? (
                    <a href={rows}>{numberWords(number)}</a>
                  ) : (
                    <span class="t3">Not enough data</span>
                  )}
                </td>
                <td class="num nw made" data-col="Made of">
                  <MadeOf number={number} rows={rows} of={of} />
                </td>
                <td class="nw" data-col="95 %">
                  {intervalOf(number)}
                </td>
                <td class="wrap">
                  <details class="data">
                    <summary>
                      <Icon name="info" small />
                      What is counted
                    </summary>
                    <p class="prose fs13">{number.rule}</p>
                  </details>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </TableBox>
    </Panel>
  )
}

/** A stretch that is empty, or yet to come, has no address. */
const Releases = ({ n, href }: { n: number; href: string }) =>
  n === 0 ? <Count n={0} /> : <Count n={n} href={href} of={n === 1 ? 'release' : 'releases'} />

const DAY_MS = 86_400_000
const UNITS: Record<QualityNumber['unit'], (value: number) => string> = {
  share: (value) => `${(100 * value).toFixed(value > 0 && value < 0.1 ? 1 : 0)} %`,
  'per week': (value) => `${value.toFixed(1)} a week`,
  defects: (value) => formatCount(value),
  // Half an hour is not 0.0 days.
  days: (value) => (value > 0 && value < 1 ? formatDuration(value * DAY_MS) : `${value.toFixed(1)} days`),
}

const numberWords = ({ unit, value }: QualityNumber): string => UNITS[unit](value ?? 0)

function MadeOf({ number: { unit, numerator, denominator }, rows, of }: Omit<QualityRow, 'name'>) {
  return (
    <>
      <a href={rows}>{formatCount(numerator)}</a>
      {unit === 'per week' ? ` in ${weeksWords(denominator)}` : ' of '}
      {unit === 'per week' ? null : of ? <a href={of}>{formatCount(denominator)}</a> : formatCount(denominator)}
    </>
  )
}

const weeksWords = (weeks: number): string =>
  weeks < 1 ? formatDuration(weeks * 7 * DAY_MS) : `${weeks.toFixed(1)} weeks`

function intervalOf({ interval, unit }: QualityNumber): string {
  if (!interval) return '–'
  const words = (end: number | null) => (end === null ? 'no limit yet' : UNITS[unit](end))
  return `${words(interval.low)} to ${words(interval.high)}`
}

type OfAllProps = NonNullable<QualityPageProps['all']> & { readonly address: TrendAddress }

function OfAll({ worst, signals, more, address }: OfAllProps) {
  const evidence = new Map(worst.services.map((one) => [one.service, one]))
  const order = (service: string): number => evidence.get(service)?.evidence ?? 0
  const rows = [...signals].sort((a, b) => order(b.service) - order(a.service) || (a.service < b.service ? -1 : 1))
  return (
    <Panel
      id="signals"
      title="Which services stand out?"
      end={<CsvLink href={withQuery('/trends/quality.csv', { ...address })} of="Signals by service" />}
      hint={worst.sentence}
      foot={
        <span>
          {`Rule: evidence against the live release, the line moving up with the number of services (e-BH at 5 %). `}
          {more ? 'There are more services; choose one above to see its signals.' : ''}
        </span>
      }
    >
      {rows.length === 0 ? (
        <Empty icon="chart">Nothing runs here now.</Empty>
      ) : (
        <TableBox label="Signals by service">
          <table class="t named">
            <caption>Signals by service, the most evidence first</caption>
            <thead>
              <tr>
                <th scope="col">Service</th>
                <th scope="col">Live release</th>
                <th scope="col">Stands out</th>
                <th scope="col">Weeks</th>
                <th scope="col">Slow rise</th>
                <th scope="col">Still hidden</th>
              </tr>
            </thead>
            <tbody>
              {rows.map(({ service, version, drift, worsening, hidden }) => (
                <tr>
                  <th scope="row">
                    <a href={withQuery('/trends/quality', { ...address, service })}>{middleCut(service, 40)}</a>
                  </th>
                  <td class="nw" data-col="Live release">
                    <ReleaseLink service={service} version={version} />
                  </td>
                  <td data-col="Stands out" title={evidence.get(service)?.sentence ?? ''}>
                    {evidence.get(service)?.believed ? <b>yes</b> : <span class="t3">no</span>}
                  </td>
                  <Word {...drift} name="Weeks" calm="steady" />
                  <Word {...worsening} name="Slow rise" calm="steady" />
                  <Word {...hidden} name="Still hidden" calm="too early" />
                </tr>
              ))}
            </tbody>
          </table>
        </TableBox>
      )}
    </Panel>
  )
}

interface WordProps {
  /** Of its column. */
  readonly name: string
  readonly word: string
  readonly sentence: string
  /** The word that nobody need look at. */
  readonly calm: string
}

function Word({ name, word, sentence, calm }: WordProps) {
  return (
    <td data-col={name} title={sentence}>
      {word === calm || word === 'not enough data' ? <span class="t3">{word}</span> : <b>{word}</b>}
    </td>
  )
}
