import type { Child } from 'hono/jsx'
import type { Severity } from '../../src/core/event.ts'
import { ripeUntil } from '../../src/core/trends/change-failures.ts'
import type { Figure, PeriodFacts, PeriodNumbers } from '../../src/core/trends/period-numbers.ts'
import { LEAST_LIVES } from '../../src/core/trends/severe-lives.ts'
import type { SeverityCounts } from '../../src/store/overview/overview-queries.ts'
import { Icon } from '../components/icon.tsx'
import { useZone } from '../components/zone.tsx'
import { counted, formatCount, formatDay, formatDuration } from '../format.ts'
import { FAILURES } from '../trends/metric-words.ts'
import { arrivedIn, placedIn } from '../trends/rows-counted.ts'
import type { OverviewProps } from './overview-page.tsx'
import { deploymentsPath, newDefectsPath, openDefectsPath, type Stretch, severePath } from './rows-behind.ts'

/** The six numbers of the overview, each with what it is made of and what it was in the period before. */

export interface OverviewNumbers {
  /** Undefined: too many were closed since then to be counted at once. */
  readonly open: SeverityCounts | undefined
  readonly now: PeriodFacts
  readonly before: PeriodFacts
  /** Whether they are compared with the period before at all. */
  readonly isCompared: boolean
  /** Whether all of the period before is known; it is not asked for when nothing is compared. */
  readonly knownBefore: boolean
  /** Epoch ms; undefined: nothing is known of the environment. */
  readonly knownSince: number | undefined
  readonly figures: PeriodNumbers
  readonly deployments: Compared
  readonly rollbacks: Compared
}

export interface Compared {
  readonly now: number
  readonly before: number
}

const SEVERITIES: readonly Severity[] = ['S1', 'S2', 'S3', 'S4']
export const totalOf = (counts: SeverityCounts): number =>
  SEVERITIES.reduce((sum, severity) => sum + counts[severity], 0)

type NumbersProps = Pick<OverviewProps, 'numbers' | 'scope' | 'now'>

export function Numbers(props: NumbersProps) {
  return (
    <dl class="panel kpi k6">
      <OpenThen {...props} />
      <NewDefects {...props} />
      <PerRelease {...props} />
      <Deployments {...props} />
      <FailureShare {...props} />
      <FixTime {...props} />
    </dl>
  )
}

function OpenThen({ numbers: { open }, scope }: NumbersProps) {
  const { place, endedAt: at } = scope
  const openOf = (...severities: Severity[]) => openDefectsPath(place, { severities, at })
  return (
    <div>
      <Name of="open" name={`Open S1 and S2${at === undefined ? '' : ' then'}`}>
        Defects of severity S1 or S2 that are neither fixed nor given up. Those that name no environment are held
        against production; merged ones count once.
      </Name>
      {open ? (
        <>
          <dd class="v">
            <BigNumber n={open.S1 + open.S2} href={openOf('S1', 'S2')} of="open S1 and S2" />
          </dd>
          <dd class="c">
            <a href={openOf('S1')}>{formatCount(open.S1)} S1</a>, <a href={openOf('S2')}>{formatCount(open.S2)} S2</a>{' '}
            of <a href={openDefectsPath(place, { at })}>{formatCount(totalOf(open))} open</a>
          </dd>
        </>
      ) : (
        <dd class="c">Not counted: too many defects were closed since then. A time closer to now has them.</dd>
      )}
    </div>
  )
}

function NewDefects({ numbers: { now, before, figures, ...known }, scope, now: asOf }: NumbersProps) {
  const { place, current, previous, range } = scope
  return (
    <div>
      <Name of="new" name="New defects">
        Defects first seen in this time, whatever became of them.
      </Name>
      <dd class="v">
        <BigNumber n={now.newDefects} href={newDefectsPath(place, current)} of="new defects" />
        <Delta {...figures.newDefects} text={formatCount} />
      </dd>
      <dd class="c">
        <Before {...known} now={asOf}>
          <a href={newDefectsPath(place, previous)}>{formatCount(before.newDefects)}</a> in the previous {range.text}
        </Before>
      </dd>
    </div>
  )
}

function PerRelease({ numbers: { now, before, figures, knownBefore }, scope }: NumbersProps) {
  const { place, current, previous } = scope
  const { value } = figures.defectsPerRelease
  const releases = (n: number, stretch: Stretch, text = formatCount(n)) => (
    <a href={arrivedIn({ service: place?.service, env: place?.name }, stretch)}>{text}</a>
  )
  return (
    <div>
      <Name of="per-release" name="Defects per release">
        New defects for each release that was deployed here for the first time in this time. Whether a release brought
        them is told on its own page.
      </Name>
      <dd class="v">
        <span class={value === undefined ? 't3' : 'n'}>
          {value === undefined ? 'No new release' : oneDecimal(value)}
        </span>
        <Delta {...figures.defectsPerRelease} text={oneDecimal} />
      </dd>
      <dd class="c">
        {releases(now.releases, current, counted(now.releases, 'new release'))}
        {knownBefore ? <> (was {releases(before.releases, previous)})</> : null}
      </dd>
    </div>
  )
}

function Deployments({ numbers: { deployments, rollbacks, ...known }, scope, now }: NumbersProps) {
  const { place, current, previous, range } = scope
  const rolledBack = (n: number, stretch: Stretch, text: string) => (
    <a href={deploymentsPath(place, stretch, 'rollback')}>{text || formatCount(n)}</a>
  )
  const change = known.knownBefore ? deployments.now - deployments.before : undefined
  return (
    <div>
      <Name of="deployments" name="Deployments">
        Deployments that succeeded, rollbacks and those of the release that ran already among them.
      </Name>
      <dd class="v">
        <BigNumber n={deployments.now} href={deploymentsPath(place, current, 'deployed')} of="deployments" />
        <Delta change={change} notable={false} text={formatCount} />
      </dd>
      <dd class="c">
        {rolledBack(rollbacks.now, current, counted(rollbacks.now, 'rollback'))}
        {known.isCompared ? '; ' : null}
        <Before {...known} now={now}>
          <a href={deploymentsPath(place, previous, 'deployed')}>{formatCount(deployments.before)}</a> and{' '}
          {rolledBack(rollbacks.before, previous, '')} in the previous {range.text}
        </Before>
      </dd>
    </div>
  )
}

function FailureShare({ numbers: { now, before, figures, knownBefore }, scope, now: asOf }: NumbersProps) {
  const { place, current, previous } = scope
  const { value } = figures.failureShare
  const ripe = ripeUntil(asOf)
  const placed = (stretch: Stretch, which: 'all' | 'failed', n: number) => (
    <a href={placedIn({ service: place?.service, env: place?.name }, stretch, which)}>{formatCount(n)}</a>
  )
  const madeOf = ({ placed: { failed, ripe: all } }: PeriodFacts, { from, to }: Stretch) => {
    const judged = { from, to: Math.max(from, Math.min(to, ripe)) }
    if (all === 0) return <>0 of 0</>
    return (
      <>
        {placed(judged, 'failed', failed)} of {placed(judged, 'all', all)}
      </>
    )
  }
  return (
    <div>
      <Name of="failures" name="Change fail rate">
        Of the deployments that put a release in place at least three days ago, the failed ones. {FAILURES}
      </Name>
      <dd class="v">
        {value === undefined ? (
          <span class="t3">Not enough data</span>
        ) : (
          <span class="n">
            {oneDecimal(value * 100)}
            <small>%</small>
          </span>
        )}
        <Delta {...figures.failureShare} text={(change) => `${oneDecimal(change * 100)} points`} />
      </dd>
      <dd class="c">
        {madeOf(now, current)} deployments{knownBefore ? <> (was {madeOf(before, previous)})</> : null}
        {now.placed.unripe === 0 ? null : (
          <>
            ;{' '}
            {placed(
              { from: Math.max(current.from, Math.min(current.to, ripe)), to: current.to },
              'all',
              now.placed.unripe,
            )}{' '}
            too young
          </>
        )}
      </dd>
    </div>
  )
}

function FixTime({ numbers: { now, before, figures, knownBefore }, scope }: NumbersProps) {
  const { place, current, previous } = scope
  const { value } = figures.fixTime
  const madeOf = ({ lives: { defects, fixed }, livesFrom }: PeriodFacts, stretch: Stretch) => {
    const from = livesFrom ?? stretch.from
    const which = from === stretch.from ? '' : 'the latest '
    return (
      <>
        <a href={severePath(place, { ...stretch, from }, 'fixed,verified')}>{formatCount(fixed)}</a> of {which}
        <a href={severePath(place, { ...stretch, from }, 'any')}>{formatCount(defects)}</a>
      </>
    )
  }
  return (
    <div>
      <Name of="fix-time" name="Time to fix S1, S2">
        By when half of the defects of severity S1 or S2 that were first seen in this time are fixed. Those still open
        count with their time so far (Kaplan-Meier): a median of what is fixed would get better the more of the hard
        ones are left lying.
      </Name>
      <dd class="v">
        <span class={value === undefined ? 't3' : 'n'}>
          {value === undefined ? noFixTime(now) : formatDuration(value)}
        </span>
        <Delta {...figures.fixTime} text={formatDuration} />
      </dd>
      <dd class="c">
        {madeOf(now, current)} fixed{knownBefore ? <> (before: {madeOf(before, previous)})</> : null}
      </dd>
    </div>
  )
}

const noFixTime = ({ lives: { defects } }: PeriodFacts): string =>
  defects < LEAST_LIVES ? 'Not enough data' : 'Less than half'

/** What a number counts, behind a button; the browser opens it without a script. */
function Name({ of, name, children }: { of: string; name: string; children: Child }) {
  return (
    <dt>
      {name}
      <button type="button" class="what" popovertarget={`what-${of}`} aria-label={`What is counted: ${name}`}>
        <Icon name="info" small />
      </button>
      <span popover="auto" id={`what-${of}`} class="what-text">
        {children}
      </span>
    </dt>
  )
}

const BigNumber = ({ n, href, of }: { n: number; href: string; of: string }) => (
  <a class="n" href={href}>
    {formatCount(n)}
    <span class="vh"> {of}</span>
  </a>
)

interface BeforeProps extends Pick<OverviewNumbers, 'isCompared' | 'knownBefore' | 'knownSince'> {
  readonly now: number
  readonly children: Child
}

/** A time of which not everything is known is not compared with. */
function Before({ isCompared, knownBefore, knownSince, now, children }: BeforeProps) {
  const zone = useZone()
  if (!isCompared) return null
  if (knownBefore) return <>{children}</>
  return <>{knownSince === undefined ? 'nothing is known yet' : `known since ${formatDay(knownSince, now, zone)}`}</>
}

/** The change against the period before; coloured only when it is more than chance would do. More is worse. */
function Delta({ change, notable, text }: Pick<Figure, 'change' | 'notable'> & { text: (change: number) => string }) {
  if (change === undefined || change === 0) return null
  const tone = notable ? (change > 0 ? 'up-bad' : 'dn-good') : 'flat'
  return (
    <span class={`dlt ${tone}`}>
      <span aria-hidden="true">{change > 0 ? '▲' : '▼'}</span>
      <span class="vh">{change > 0 ? 'up by ' : 'down by '}</span>
      {text(Math.abs(change))}
    </span>
  )
}

const oneDecimal = (value: number): string => value.toFixed(1)
