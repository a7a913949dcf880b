import type { Moved } from '../../src/core/trends/moved.ts'
import type { Trends } from '../../src/core/trends/trends.ts'
import { Panel } from '../components/page-parts.tsx'
import { withQuery } from '../paths.ts'
import { chartsOf } from './charts.ts'
import { HurtTable } from './hurt-table.tsx'
import { type DayBefore, NothingThen } from './nothing-then.tsx'
import { type TrendAddress, TrendPanel } from './trend-chart.tsx'
import { addressOf, TrendsFrame, type TrendsFrameProps } from './trends-frame.tsx'

/** Whether releases are getting better: seven questions, each answered by a chart. */
export interface TrendsPageProps extends TrendsFrameProps {
  /** Undefined while no environment is known. */
  readonly trends: Trends | undefined
  readonly before: DayBefore | undefined
  readonly now: number
}

export function TrendsPage({ scope, choices, trends, before, now }: TrendsPageProps) {
  const address = addressOf(scope)
  return (
    <TrendsFrame path="/trends" title="Trends" scope={scope} choices={choices} now={now}>
      {/* A report is of one service, or of all. */}
      {trends?.anything && scope.services.length <= 1 ? (
        <p class="fs13 gap">
          <a href={withQuery('/reports', { ...address })}>Make a report of this…</a>
        </p>
      ) : null}
      {trends?.anything ? (
        <Questions trends={trends} address={address} />
      ) : (
        <Panel id="trends" title="Trends">
          <NothingThen
            icon="chart"
            scope={scope}
            path="/trends"
            words={`Nothing was deployed to ${scope.environment}, and no defect was found there, in the ${scope.span}.`}
            before={before}
            now={now}
          />
        </Panel>
      )}
    </TrendsFrame>
  )
}

function Questions({ trends, address }: { trends: Trends; address: TrendAddress }) {
  const { releases, discovery, flow, failures, lives, emergencies, regressions, noticed } = chartsOf(trends, address)
  return (
    <>
      <WhatMoved moved={trends.moved} />
      <div class="gap">
        <TrendPanel chart={releases} address={address} />
      </div>
      <div class="grid g-11">
        <TrendPanel chart={discovery} address={address} />
        <TrendPanel chart={flow} address={address} />
        <TrendPanel chart={failures} address={address} />
        <TrendPanel chart={lives} address={address} />
        <HurtTable trends={trends} address={address} />
        <TrendPanel chart={emergencies} address={address} />
        {regressions ? <TrendPanel chart={regressions} address={address} /> : null}
        {noticed ? <TrendPanel chart={noticed} address={address} /> : null}
      </div>
    </>
  )
}

/** At most three sentences. Nothing is told that chance would show more often than once in twenty times. */
function WhatMoved({ moved }: { moved: readonly Moved[] }) {
  if (moved.length === 0)
    return <p class="t3 fs13 gap">Nothing has moved more than chance would move it one time in twenty.</p>
  return (
    <ul class={`panel moved moved-${moved.length}`} aria-label="What moved">
      {moved.map(({ chart, title, text }) => (
        <li>
          <b>
            <a href={`#${chart}`}>{title}</a>
          </b>
          <span>{text}</span>
        </li>
      ))}
    </ul>
  )
}
