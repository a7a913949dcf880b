import type { Child } from 'hono/jsx'
import type { Stretch } from '../../src/core/time/calendar.ts'
import { Pick, ScopeForm } from '../components/form-parts.tsx'
import { Narrowings } from '../components/narrowings.tsx'
import { CopyLink, Note, Tabs } from '../components/page-parts.tsx'
import { ServicePick } from '../components/service-pick.tsx'
import { withQuery } from '../paths.ts'
import { instantsOf, type TrendAddress } from './trend-chart.tsx'

/** What a page of trends is about, and what else it could be about. */
export interface TrendsFrameProps {
  readonly scope: {
    readonly environment: string | undefined
    /** As addresses name them; undefined: all. */
    readonly service: string | undefined
    /** Names; none: all. */
    readonly services: readonly string[]
    readonly range: { readonly key: string; readonly text: string }
    /** The last day, `2024-12-31`; undefined: it ends now, or the address names its ends. */
    readonly until: string | undefined
    /** Named by its ends, epoch ms, half-open. */
    readonly absolute: Stretch | undefined
    /** `last 90 days`, `90 days up to 31 Dec 2024`. */
    readonly span: string
    /** Epoch ms, half-open. */
    readonly from: number
    readonly to: number
    /** What the address says of the time, and what those before and after it say. */
    readonly time: TrendTime
    readonly earlier: TrendTime
    readonly later: TrendTime | undefined
    readonly remarks: readonly string[]
  }
  readonly choices: {
    readonly environments: readonly string[]
    readonly services: readonly string[]
    readonly ranges: readonly { readonly key: string; readonly text: string }[]
  }
}

type TrendTime = Pick<TrendAddress, 'range' | 'until' | 'from' | 'to'>

const PAGES = [
  { path: '/trends', text: 'Trends' },
  { path: '/trends/delivery', text: 'Delivery' },
  { path: '/trends/quality', text: 'Quality' },
] as const

/** The addresses of this view. */
export const addressOf = ({ service, environment, time }: TrendsFrameProps['scope']): TrendAddress => ({
  service,
  env: environment,
  ...time,
})

const namedOf = (span: Stretch) => ({
  ...{ text: 'Numbers', span },
  kept: Object.entries(instantsOf(span)).map(([name, value]) => ({ name, value })),
})

interface FrameProps extends TrendsFrameProps {
  readonly path: (typeof PAGES)[number]['path']
  readonly title: string
  readonly now: number
  readonly children?: Child
}

/** Title, scope and the way to the other pages of trends, which keep the scope. */
export function TrendsFrame({ path, title, scope, choices, now, children }: FrameProps) {
  const { environment, service, range, until, absolute, remarks, earlier, later, time } = scope
  const at = (to: string, when: TrendTime) => withQuery(to, { service, env: environment, ...when })
  return (
    <>
      <div class="ph hs">
        <h1 tabindex={-1}>{title}</h1>
        <ScopeForm action={path} label="Scope">
          <ServicePick
            chosen={scope.services}
            choices={choices.services}
            hrefOf={(service = '') => withQuery(path, { service, env: environment, ...time })}
          />
          {environment ? (
            <Pick
              name="env"
              label="Environment"
              value={environment}
              choices={choices.environments.map((name) => ({ value: name, text: name }))}
            />
          ) : null}
          <Pick
            name="range"
            label="Range"
            value={range.key}
            choices={[
              ...(absolute ? [{ value: '', text: 'As told' }] : []),
              ...choices.ranges.map(({ key, text }) => ({ value: key, text: until ? text : `Last ${text}` })),
            ]}
          />
          <label class="pick">
            <span>Until</span>
            <input type="date" name="until" value={until ?? ''} min="2000-01-01" />
          </label>
          <button type="submit" class="btn">
            Show
          </button>
          {absolute ? <Narrowings narrowings={[{ ...namedOf(absolute), without: at(path, {}) }]} now={now} /> : null}
          <CopyLink href={at(path, instantsOf(scope))}>Copy link to these days</CopyLink>
        </ScopeForm>
      </div>
      <div class="gap tabs-more">
        <Tabs
          label="Pages of trends"
          tabs={PAGES.map((page) => ({
            text: page.text,
            href: at(page.path, time),
            current: page.path === path,
          }))}
        />
        <nav class="seg" aria-label="Stretches of time">
          <a href={at(path, earlier)} rel="prev">
            Earlier
          </a>
          {later ? (
            <a href={at(path, later)} rel="next">
              Later
            </a>
          ) : null}
        </nav>
      </div>
      {remarks.length > 0 ? (
        <div class="gap">
          <Note tone="watch" role="status">
            {remarks.join(' ')}
          </Note>
        </div>
      ) : null}
      {children}
    </>
  )
}
