import type { Child } from 'hono/jsx'
import { Pick, ScopeForm } from '../components/form-parts.tsx'
import { Note, Tabs } from '../components/page-parts.tsx'
import { withQuery } from '../paths.ts'

/** What a page of trends is about, and what else it could be about. */
export interface TrendsFrameProps {
  readonly scope: {
    readonly environment: string | undefined
    readonly service: string | undefined
    readonly range: { readonly key: string; readonly text: string }
    readonly remarks: readonly string[]
  }
  readonly choices: {
    readonly environments: readonly string[]
    readonly services: readonly string[]
    readonly ranges: readonly { readonly key: string; readonly text: string }[]
  }
}

const PAGES = [
  { path: '/trends', text: 'Trends' },
  { path: '/trends/delivery', text: 'Delivery' },
  { path: '/trends/quality', text: 'Quality' },
] as const

interface FrameProps extends TrendsFrameProps {
  readonly path: (typeof PAGES)[number]['path']
  readonly title: string
  readonly children?: Child
}

/** Title, scope and the way to the other pages of trends, which keep the scope. */
export function TrendsFrame({ path, title, scope, choices, children }: FrameProps) {
  const { environment, service, range, remarks } = scope
  return (
    <>
      <div class="ph hs">
        <h1 tabindex={-1}>{title}</h1>
        <ScopeForm action={path} label="Scope">
          <Pick
            name="service"
            label="Service"
            value={service ?? ''}
            choices={[{ value: '', text: 'All' }, ...choices.services.map((name) => ({ value: name, text: name }))]}
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
            choices={choices.ranges.map(({ key, text }) => ({ value: key, text: `Last ${text}` }))}
          />
        </ScopeForm>
      </div>
      <div class="gap">
        <Tabs
          label="Pages of trends"
          tabs={PAGES.map((page) => ({
            text: page.text,
            href: withQuery(page.path, { service, env: environment, range: range.key }),
            current: page.path === path,
          }))}
        />
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
