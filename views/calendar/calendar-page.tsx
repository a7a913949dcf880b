import type { CalendarDay, CalendarMonth } from '../../src/core/time/calendar-month.ts'
import { freezeEnd, freezeState } from '../../src/core/time/freeze.ts'
import type { DayCounts, PlannedRelease } from '../../src/store/deployments/calendar.ts'
import type { DeploymentOutcome } from '../../src/store/deployments/deployment-list.ts'
import type { FreezeRow } from '../../src/store/deployments/freezes.ts'
import { KindTag } from '../components/badges.tsx'
import { type Choice, Pick, ScopeForm } from '../components/form-parts.tsx'
import { Icon } from '../components/icon.tsx'
import { Empty, Note, PageHead, Remarks, Segments } from '../components/page-parts.tsx'
import { counted, formatCount, middleCut } from '../format.ts'
import { releasePath, withQuery } from '../paths.ts'
import { FreezesPanel } from './freezes-panel.tsx'
import { dayName, dayPath, monthName, WEEKDAYS } from './words.ts'

export interface DayEntry {
  readonly day: CalendarDay
  readonly planned: readonly PlannedRelease[]
  readonly freezes: readonly FreezeRow[]
  readonly counts: readonly (Omit<DayCounts, 'environmentId'> & { readonly environment: string })[]
}

export interface CalendarPageProps {
  readonly month: CalendarMonth
  /** Of every day of its weeks, in order. */
  readonly entries: readonly DayEntry[]
  readonly freezes: readonly FreezeRow[]
  /** `both`: the month where there is room for it, else the list. */
  readonly view: 'month' | 'list' | 'both'
  /** What was asked for besides month and view. */
  readonly filters: { readonly service: string; readonly env: string }
  readonly choices: { readonly services: readonly Choice[]; readonly environments: readonly Choice[] }
  readonly monthKey: string
  /** The month of the last deployment before these weeks, when there is nothing in them. */
  readonly lastDeployed: { readonly year: number; readonly month: number } | undefined
  readonly before: string
  readonly after: string
  readonly zone: string
  readonly remarks: readonly string[]
  readonly mayPlan: boolean
  readonly mayFreeze: boolean
  readonly now: number
}

export function CalendarPage(props: CalendarPageProps) {
  const { month, view, filters, choices, monthKey, before, after, zone, remarks, mayPlan, mayFreeze } = props
  const at = (query: Record<string, string | undefined>) =>
    withQuery('/calendar', { month: monthKey, view: view === 'both' ? undefined : view, ...filters, ...query })
  const views = (shown: 'month' | 'list') => (
    <Segments
      label="View"
      tabs={[
        { text: 'Month', href: at({ view: 'month' }), current: shown === 'month' },
        { text: 'List', href: at({ view: 'list' }), current: shown === 'list' },
      ]}
    />
  )
  const { lastDeployed } = props
  return (
    <>
      <PageHead
        title={monthName(month)}
        sub={<span>Planned releases, deployments and freezes. Days begin at midnight, {zone}.</span>}
        actions={
          mayPlan ? (
            <>
              <a class="btn" href="/calendar/planned/new">
                Plan a release…
              </a>
              {mayFreeze ? (
                <a class="btn" href="/calendar/freezes/new">
                  <Icon name="snowflake" />
                  Freeze…
                </a>
              ) : null}
            </>
          ) : undefined
        }
      />
      <div class="row row-w mb16 cal-bar">
        <nav class="seg" aria-label="Months">
          <a href={at({ month: before })} rel="prev">
            {monthName(monthOf(before))}
          </a>
          <a href={at({ month: undefined })}>Today</a>
          <a href={at({ month: after })} rel="next">
            {monthName(monthOf(after))}
          </a>
        </nav>
        {view === 'both' ? (
          <>
            <div class="cal-month">{views('month')}</div>
            <div class="cal-list">{views('list')}</div>
          </>
        ) : (
          views(view)
        )}
        <ScopeForm action="/calendar" label="Filter the calendar">
          <input type="hidden" name="month" value={monthKey} />
          {view === 'both' ? null : <input type="hidden" name="view" value={view} />}
          <Pick name="service" label="Service" value={filters.service} choices={choices.services} />
          <Pick name="env" label="Environment" value={filters.env} choices={choices.environments} />
        </ScopeForm>
      </div>
      <Remarks remarks={remarks} />
      {lastDeployed ? (
        <div class="gap">
          <Note>
            Nothing is planned, was deployed or is frozen in these weeks. The last deployment before was in{' '}
            <a href={at({ month: keyOf(lastDeployed) })}>{monthName(lastDeployed)}</a>.
          </Note>
        </div>
      ) : null}
      {view === 'list' ? null : <MonthGrid {...props} />}
      {view === 'month' ? null : <DayList {...props} />}
      <FreezesPanel freezes={props.freezes} mayFreeze={mayFreeze} now={props.now} />
    </>
  )
}

const keyOf = ({ year, month }: { year: number; month: number }): string => `${year}-${String(month).padStart(2, '0')}`
const monthOf = (key: string) => ({ year: Number(key.slice(0, 4)), month: Number(key.slice(5)) })

function MonthGrid({ month, entries, view, filters, now }: CalendarPageProps) {
  const byKey = new Map(entries.map((entry) => [entry.day.key, entry]))
  return (
    <section
      class={view === 'both' ? 'panel cal-box cal-month' : 'panel cal-box'}
      tabindex={0}
      aria-label={`${monthName(month)}, by weeks`}
    >
      <table class="cal">
        <caption class="vh">{monthName(month)}, weeks from Monday to Sunday</caption>
        <thead>
          <tr>
            {WEEKDAYS.map((name) => (
              <th scope="col">
                <abbr title={name}>{name.slice(0, 3)}</abbr>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {month.weeks.map((week) => (
            <tr>
              {week.map((day) => {
                const entry = byKey.get(day.key)
                return (
                  <td
                    class={cellClass(day, month, entry, now)}
                    {...(isToday(day, now) ? { 'aria-current': 'date' } : {})}
                  >
                    <a class="cal-day" href={dayPath(day.key)} aria-label={dayName(day)}>
                      {day.day}
                    </a>
                    {entry ? <Cell entry={entry} service={filters.service} /> : null}
                  </td>
                )
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

const isToday = (day: CalendarDay, now: number): boolean => now >= day.from && now < day.to

function cellClass(day: CalendarDay, month: CalendarMonth, entry: DayEntry | undefined, now: number): string {
  return [
    day.month === month.month ? '' : 'out',
    isToday(day, now) ? 'today' : '',
    entry && entry.freezes.length > 0 ? 'frozen' : '',
  ]
    .filter(Boolean)
    .join(' ')
}

/** Entries of each kind that a day of the month has room for; its own page has all of them. */
const MOST = 4

function Cell({ entry: { planned, freezes, counts, day }, service }: { entry: DayEntry; service: string }) {
  return (
    <ul>
      {freezes.slice(0, MOST).map((freeze) => (
        <li class="cal-freeze">
          <Icon name="snowflake" small label="Frozen" /> {freeze.service ?? 'All'}, {freeze.environment}
        </li>
      ))}
      {planned.slice(0, MOST).map((release) => (
        <li>
          <PlannedLink release={release} />
        </li>
      ))}
      {counts.slice(0, MOST).map((count) => (
        <li class="nw">
          <Counts count={count} hrefOf={(outcome) => countedPath(day, service, count.environment, outcome)} />
        </li>
      ))}
      {[freezes, planned, counts].some((list) => list.length > MOST) ? (
        <li>
          <a href={dayPath(day.key)}>More</a>
        </li>
      ) : null}
    </ul>
  )
}

export function PlannedLink({ release }: { release: PlannedRelease }) {
  const { service, version, firstProductionAt } = release
  return (
    <a href={releasePath(service, version)} title={`${service} ${version}, planned`} class="cal-plan">
      <Icon
        name={firstProductionAt === undefined ? 'ring-dashed' : 'check-ring'}
        small
        label={firstProductionAt === undefined ? 'Planned' : 'Planned, live'}
      />{' '}
      {middleCut(service, 18)} {middleCut(version, 12)}
    </a>
  )
}

/** The deployments that a number of a day counts. */
const countedPath = (day: CalendarDay, service: string, env: string, outcome: DeploymentOutcome): string =>
  withQuery('/deployments', { service, env, outcome, from: day.key, to: day.key })

interface CountsProps {
  readonly count: DayEntry['counts'][number]
  readonly hrefOf: (outcome: DeploymentOutcome) => string
}

function Counts({ count, hrefOf }: CountsProps) {
  const { environment, deployments, rollbacks, emergencies, failed } = count
  return (
    <>
      <a class="cal-n" href={hrefOf('deployed')}>
        {environment} <b>{formatCount(deployments)}</b>
        <span class="vh"> {deployments === 1 ? 'deployment' : 'deployments'}</span>
      </a>
      {rollbacks > 0 ? (
        <a class="cal-n cal-roll" href={hrefOf('rollback')}>
          <Icon name="rollback" small /> {formatCount(rollbacks)}
          <span class="vh"> rolled back</span>
        </a>
      ) : null}
      {emergencies > 0 ? (
        <a class="cal-n cal-em" href={hrefOf('emergency')}>
          <Icon name="emergency" small /> {formatCount(emergencies)}
          <span class="vh"> emergency</span>
        </a>
      ) : null}
      {failed > 0 ? (
        <a class="cal-n cal-fail" href={hrefOf('failed')}>
          <Icon name="cross-ring" small /> {formatCount(failed)}
          <span class="vh"> failed</span>
        </a>
      ) : null}
    </>
  )
}

function DayList({ entries, month, view, filters, now }: CalendarPageProps) {
  const shown = entries.filter(
    ({ day, planned, freezes, counts }) =>
      day.month === month.month && planned.length + freezes.length + counts.length > 0,
  )
  return (
    <section class={view === 'both' ? 'panel cal-list' : 'panel'} aria-label={`${monthName(month)}, day by day`}>
      {shown.length === 0 ? (
        <Empty icon="calendar">Nothing was deployed, planned or frozen in this month.</Empty>
      ) : null}
      <ol class="cal-days">
        {shown.map(({ day, planned, freezes, counts }) => (
          <li class={isToday(day, now) ? 'today' : ''}>
            <h2>
              <a href={dayPath(day.key)}>{dayName(day)}</a>
              {isToday(day, now) ? <span class="tag">Today</span> : null}
            </h2>
            <ul>
              {freezes.map((freeze) => (
                <li class="cal-freeze">
                  <Icon name="snowflake" small /> Frozen: {freeze.service ?? 'all services'} in {freeze.environment}.{' '}
                  {freeze.reason}
                </li>
              ))}
              {planned.map((release) => (
                <li>
                  <PlannedLink release={release} /> <KindTag kind={release.kind} />{' '}
                  <span class="t3">{release.firstProductionAt === undefined ? 'planned' : 'planned, and live'}</span>
                </li>
              ))}
              {counts.map((count) => (
                <li>
                  <CountsInWords
                    count={count}
                    hrefOf={(outcome) => countedPath(day, filters.service, count.environment, outcome)}
                  />
                </li>
              ))}
            </ul>
          </li>
        ))}
      </ol>
    </section>
  )
}

function CountsInWords({ count, hrefOf }: CountsProps) {
  const { environment, deployments, rollbacks, emergencies, failed } = count
  return (
    <>
      {environment}: <a href={hrefOf('deployed')}>{counted(deployments, 'deployment')}</a>
      {rollbacks > 0 ? (
        <span class="cal-roll">
          , <Icon name="rollback" small /> <a href={hrefOf('rollback')}>{counted(rollbacks, 'rollback')}</a>
        </span>
      ) : null}
      {emergencies > 0 ? (
        <span class="cal-em">
          , <Icon name="emergency" small />{' '}
          <a href={hrefOf('emergency')}>{counted(emergencies, 'emergency', 'emergencies')}</a>
        </span>
      ) : null}
      {failed > 0 ? (
        <span class="cal-fail">
          , <Icon name="cross-ring" small /> <a href={hrefOf('failed')}>{formatCount(failed)} failed</a>
        </span>
      ) : null}
    </>
  )
}

/** Whether a freeze is one of a day's. */
export const freezesDay = (freeze: FreezeRow, { from, to }: CalendarDay): boolean =>
  freezeState(freeze, freeze.from) !== 'cancelled' && freeze.from < to && freezeEnd(freeze) > from
