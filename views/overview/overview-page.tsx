import type { DefectListRow } from '../../src/store/defects/defect-list.ts'
import type { Period } from '../../src/store/overview/overview-queries.ts'
import { AttributionsUnderWay, type UnderWay } from '../components/attributions-under-way.tsx'
import { Confidence, SeverityBadge, StatusBadge } from '../components/badges.tsx'
import { Pick, ScopeForm } from '../components/form-parts.tsx'
import { Narrowings } from '../components/narrowings.tsx'
import { CopyLink, Count, CsvLink, Empty, Note, Panel, ReleaseLink, TableBox } from '../components/page-parts.tsx'
import { ServicePick } from '../components/service-pick.tsx'
import { Time, TimeAndAge } from '../components/time.tsx'
import { useZone } from '../components/zone.tsx'
import { formatCount, formatDayAndTime } from '../format.ts'
import { revealHidden } from '../hidden-characters.ts'
import { defectPath, instantText, withQuery } from '../paths.ts'
import { type AttentionItem, AttentionList } from './attention-list.tsx'
import { type ChangeRow, ChangesFeed } from './changes-feed.tsx'
import { type ChartColumn, DefectsChart } from './defects-chart.tsx'
import { Numbers, type OverviewNumbers, totalOf } from './numbers.tsx'
import { deploymentsPath, openDefectsPath, type Place } from './rows-behind.ts'
import { type RunningRow, RunningTable } from './running-table.tsx'

export interface OverviewProps {
  readonly now: number
  readonly scope: {
    /** Undefined while no environment is known. */
    readonly place: Place | undefined
    readonly environments: readonly string[]
    /** Names; of those chosen none: all. */
    readonly services: { readonly chosen: readonly string[]; readonly choices: readonly string[] }
    readonly range: { readonly key: string; readonly text: string; readonly stepText: string }
    readonly ranges: readonly { readonly key: string; readonly text: string }[]
    /** Epoch ms, half-open. Named by its ends; undefined: the range ends now. */
    readonly absolute: Period | undefined
    /** When it ended, if that is past: what ran and was open is told of then. */
    readonly endedAt: number | undefined
    readonly current: Period
    readonly previous: Period
    readonly isCompared: boolean
    readonly remarks: readonly string[]
  }
  readonly attention: readonly AttentionItem[]
  /** Of other services than those the overview is of; undefined: it is of all of them, or of the past. */
  readonly elsewhere: { readonly emergencies: readonly AttentionItem[]; readonly more: number } | undefined
  /** The gravest verdict first. */
  readonly running: readonly RunningRow[]
  /** Those with the fewest open defects, which are not judged. */
  readonly moreRunning: readonly RunningRow[]
  readonly changes: readonly ChangeRow[]
  /** The time they are of. */
  readonly changesOf: Period
  readonly lastDeploymentAt: number | undefined
  readonly numbers: OverviewNumbers
  readonly columns: readonly ChartColumn[]
  readonly openDefects: readonly DefectListRow[]
  readonly anyDefects: boolean
  /** Suspicions that are being worked out again. */
  readonly underWay: readonly UnderWay[]
}

export function OverviewPage(props: OverviewProps) {
  const { now, scope, attention, changes, lastDeploymentAt } = props
  const place = scope.place?.name
  return (
    <>
      <div class="ph hs">
        <h1 tabindex={-1}>{place && scope.place?.tier !== 'production' ? `Overview, ${place}` : 'Overview'}</h1>
        <ScopeForm action="/" label="Scope">
          <ServicePick {...scope.services} hrefOf={(service = '') => scopePath(scope, { service })} />
          {place ? (
            <Pick
              name="env"
              label="Environment"
              value={place}
              choices={scope.environments.map((name) => ({ value: name, text: name }))}
            />
          ) : null}
          <Pick
            name="range"
            label="Range"
            value={scope.range.key}
            choices={[
              ...(scope.absolute ? [{ value: '', text: 'As told' }] : []),
              ...scope.ranges.map(({ key, text }) => ({ value: key, text: `Last ${text}` })),
            ]}
          />
          <Pick
            name="compare"
            label="Compare"
            value={scope.isCompared ? '' : 'off'}
            choices={[
              { value: '', text: 'Previous period' },
              { value: 'off', text: 'Off' },
            ]}
          />
          {scope.absolute ? <Narrowings narrowings={[absoluteOf(scope, scope.absolute)]} now={now} /> : null}
          <CopyLink href={scopePath(scope, { range: '', ...endsOf(scope.current) })}>Copy link to this moment</CopyLink>
        </ScopeForm>
      </div>
      {scope.remarks.length > 0 ? (
        <div class="gap">
          <Note tone="watch" role="status">
            {scope.remarks.join(' ')}
          </Note>
        </div>
      ) : null}
      {scope.endedAt === undefined ? (
        <AttentionList
          items={attention}
          now={now}
          lastDeploymentAt={lastDeploymentAt}
          ofThese={ofThese(scope)}
          elsewhere={props.elsewhere && { ...props.elsewhere, all: scopePath(scope, { service: '' }) }}
        />
      ) : (
        <AsItWas scope={scope} endedAt={scope.endedAt} now={now} />
      )}
      <div class="grid g-21 ov-top">
        <RunningPanel {...props} />
        <ChangesFeed
          changes={changes}
          place={place}
          now={now}
          endedAt={scope.endedAt}
          lastDeploymentAt={lastDeploymentAt}
          all={
            place === undefined
              ? undefined
              : {
                  list: deploymentsPath(scope.place, props.changesOf),
                  csv: deploymentsPath(scope.place, props.changesOf, undefined, '/deployments.csv'),
                }
          }
        />
      </div>
      <Numbers {...props} />
      <DefectsChart
        csv={csvPath('new-defects', scope)}
        place={scope.place}
        columns={props.columns}
        stepText={scope.range.stepText}
        spanText={scope.absolute ? `${scope.range.text} asked for` : `last ${scope.range.text}`}
        now={now}
      />
      <OpenDefectsPanel {...props} />
      {props.underWay.length > 0 ? (
        <div class="mt12">
          <AttributionsUnderWay underWay={props.underWay} now={now} />
        </div>
      ) : null}
    </>
  )
}

/** What of a page about the past is of the past, and what can only be known of now. */
function AsItWas({ scope, endedAt, now }: { scope: Scope; endedAt: number; now: number }) {
  return (
    <div class="gap">
      <Note>
        This is {scope.place?.name ?? 'everything'} as it was on <Time at={endedAt} now={now} />: what ran, what had
        changed and what was open then. Only of now can be told what needs attention, verdicts, and the severity,
        status, owner and occurrences of a defect; severities here are those of today.{' '}
        <a href={scopePath(scope, { range: '14d' })}>See now</a>
      </Note>
    </div>
  )
}

/** A table of this page as a file. */
const csvPath = (table: 'running' | 'new-defects', scope: Scope): string =>
  scopePath(scope, { compare: '', ...(scope.absolute && endsOf(scope.absolute)) }, `/overview/${table}.csv`)

/** This page, or a part of it, in the same scope but for what is changed. */
const scopePath = (
  { place, range, isCompared }: Scope,
  changed: Readonly<Record<string, string>>,
  path = '/',
): string =>
  withQuery(path, {
    ...{ service: place?.service, env: place?.name, range: range.key },
    ...{ compare: isCompared ? '' : 'off', ...changed },
  })

type Scope = OverviewProps['scope']

const endsOf = ({ from, to }: Period) => ({ from: instantText(from), to: instantText(to) })

const absoluteOf = (scope: Scope, span: Period) => ({
  ...{ text: 'Numbers', span },
  kept: Object.entries(endsOf(span)).map(([name, value]) => ({ name, value })),
  without: scopePath(scope, { range: '14d' }),
})

const ofThese = ({ services: { chosen } }: Scope): string =>
  chosen.length === 0 ? '' : ` of ${chosen.length === 1 ? chosen[0] : 'these services'}`

function RunningPanel({ running, moreRunning, scope, now }: OverviewProps) {
  const place = scope.place?.name
  const { endedAt } = scope
  const isNow = endedAt === undefined
  const title = place ? `${isNow ? 'Running' : 'Ran'} in ${place}` : 'Running'
  const zone = useZone()
  const then = isNow ? '' : ` on ${formatDayAndTime(endedAt, now, zone)}`
  if (running.length === 0)
    return (
      <Panel id="running" title={title}>
        <Empty icon="deploy" action={<a href="/setup">Connect your CI</a>}>
          {place
            ? `Nothing${ofThese(scope)} is known ${isNow ? 'to run' : 'to have run'} in ${place}${then}.`
            : 'No deployments yet.'}
        </Empty>
      </Panel>
    )
  return (
    <Panel
      id="running"
      title={title}
      end={<CsvLink href={csvPath('running', scope)} of={title} />}
      hint={
        isNow
          ? moreRunning.length > 0
            ? 'Most open defects; worst verdict first'
            : 'Worst verdict first'
          : `${then.trim()}, most open defects first`
      }
      foot={
        moreRunning.length > 0 ? (
          <details class="data">
            <summary>Show {moreRunning.length} more services</summary>
            <RunningTable
              label={`More services in ${place}`}
              rows={moreRunning}
              place={scope.place}
              endedAt={endedAt}
              now={now}
            />
          </details>
        ) : undefined
      }
    >
      <RunningTable label={title} rows={running} place={scope.place} isJudged={isNow} endedAt={endedAt} now={now} />
    </Panel>
  )
}

function OpenDefectsPanel({ openDefects, numbers, anyDefects, scope, now }: OverviewProps) {
  const { endedAt: at } = scope
  const total = numbers.open && totalOf(numbers.open)
  const place = scope.place?.name
  return (
    <div class="mt16">
      <Panel
        id="open-defects"
        title={at === undefined ? 'Open defects' : 'Open defects then'}
        hint={at === undefined ? 'Worst and newest first' : 'Worst and newest first, by what they are now'}
        end={
          total !== 0 ? (
            <>
              <a class="fs13" href={openDefectsPath(scope.place, { at })}>
                {total === undefined ? 'All open' : `All ${formatCount(total)} open`}
              </a>{' '}
              <CsvLink href={openDefectsPath(scope.place, { at }, '/defects.csv')} of="Open defects" />
            </>
          ) : undefined
        }
      >
        {openDefects.length === 0 ? (
          <Empty icon="check-ring" action={anyDefects ? undefined : <a href="/setup">Connect a source of defects</a>}>
            {anyDefects
              ? `No open defects${ofThese(scope)}${place ? ` in ${place}` : ''}${at === undefined ? '' : ' then'}.`
              : 'No defect was ever reported.'}
          </Empty>
        ) : (
          <TableBox label="Open defects">
            <table class="t">
              <caption>Open defects, worst and newest first</caption>
              <thead>
                <tr>
                  <th scope="col">Sev</th>
                  <th scope="col">Defect</th>
                  <th scope="col">Service</th>
                  <th scope="col">Suspect release</th>
                  <th scope="col" class="num">
                    Occurrences
                  </th>
                  <th scope="col">First seen</th>
                  <th scope="col">Status</th>
                  <th scope="col">Owner</th>
                </tr>
              </thead>
              <tbody>
                {openDefects.map((defect) => (
                  <OpenDefectRow defect={defect} now={now} />
                ))}
              </tbody>
            </table>
          </TableBox>
        )}
      </Panel>
    </div>
  )
}

function OpenDefectRow({ defect, now }: { defect: DefectListRow; now: number }) {
  return (
    <tr>
      <td>
        <SeverityBadge severity={defect.severity} />
      </td>
      <td class="m-2 clip with-id">
        <a class="ttl" href={defectPath(defect.id)} title={revealHidden(defect.title)}>
          {revealHidden(defect.title)}
        </a>{' '}
        <span class="t3 nw">PF-{defect.id}</span>
      </td>
      <td class="nw m-hide">{defect.service ?? <span class="t3">Unknown</span>}</td>
      <td class="nw m-hide">
        {defect.suspect ? (
          <>
            <ReleaseLink {...defect.suspect} />{' '}
            {defect.suspect.probability === undefined ? null : (
              <span class="t3">
                <Confidence probability={defect.suspect.probability} />
              </span>
            )}
          </>
        ) : (
          <span class="t3">None</span>
        )}
      </td>
      <td class="num m-hide">
        <Count n={defect.occurrences} href={`${defectPath(defect.id)}#occurrences`} of="occurrences" />
      </td>
      <td class="m-2">
        <TimeAndAge at={defect.firstSeenAt} now={now} />
      </td>
      <td class="m-hide">
        <StatusBadge status={defect.status} />
      </td>
      <td class="nw m-hide">{defect.assignee ?? <span class="t3">Nobody</span>}</td>
    </tr>
  )
}
