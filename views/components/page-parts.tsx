import type { Child } from 'hono/jsx'
import { formatCount, middleCut } from '../format.ts'
import { defectPath, releasePath } from '../paths.ts'
import { Icon, type IconName } from './icon.tsx'

interface PageHeadProps {
  readonly title: string
  /** Small line above the title: badge, id, place. */
  readonly eyebrow?: Child
  /** Line of facts under the title. */
  readonly sub?: Child
  readonly actions?: Child
  /** There are so many that a long title has the line to itself. */
  readonly manyActions?: boolean
}

export function PageHead({ title, eyebrow, sub, actions, manyActions }: PageHeadProps) {
  return (
    <div class={manyActions ? 'ph many' : 'ph'}>
      <div class="grow">
        {eyebrow ? <div class="eye">{eyebrow}</div> : null}
        <h1 tabindex={-1}>{title}</h1>
        {sub ? <div class="sub">{sub}</div> : null}
      </div>
      {actions ? <div class="act">{actions}</div> : null}
    </div>
  )
}

interface PanelProps {
  /** Names the heading; the panel is labelled by it. */
  readonly id: string
  readonly title: string
  readonly hint?: Child
  /** Controls at the right of the heading. */
  readonly end?: Child
  readonly foot?: Child
  /** Inner spacing; off for tables, which bring their own. */
  readonly pad?: boolean
  readonly children?: Child
}

export function Panel({ id, title, hint, end, foot, pad, children }: PanelProps) {
  return (
    <section class="panel" aria-labelledby={`${id}-title`} id={id}>
      <div class="pn-h">
        <h2 id={`${id}-title`}>{title}</h2>
        {hint ? <span class="hint">{hint}</span> : null}
        {end ? <span class="end">{end}</span> : null}
      </div>
      {pad ? <div class="pn-b">{children}</div> : children}
      {foot ? <div class="pn-f">{foot}</div> : null}
    </section>
  )
}

/** A scrolling box around a table, reachable by keyboard and named for readers. */
export function TableBox({ label, children }: { label: string; children?: Child }) {
  return (
    <section class="tw" tabindex={0} aria-label={`${label}, table`}>
      {children}
    </section>
  )
}

export function Empty({ icon = 'info', children, action }: { icon?: IconName; children?: Child; action?: Child }) {
  return (
    <div class="empty">
      <Icon name={icon} />
      <span>{children}</span>
      {action}
    </div>
  )
}

const NOTE_ICONS = { plain: 'info', watch: 'warning', ok: 'check-ring', bad: 'cross-ring' } as const

interface NoteProps {
  readonly tone?: keyof typeof NOTE_ICONS
  /** `status` announces it politely, `alert` at once. */
  readonly role?: 'status' | 'alert'
  readonly id?: string
  readonly children?: Child
}

export function Note({ tone = 'plain', role, id, children }: NoteProps) {
  return (
    <div class={tone === 'plain' ? 'note' : `note ${tone}`} {...(role ? { role } : {})} {...(id ? { id } : {})}>
      <Icon name={NOTE_ICONS[tone]} />
      <div>{children}</div>
    </div>
  )
}

/** What an address asked for and did not get, a note each. */
export const Remarks = ({ remarks }: { remarks: readonly string[] }) => (
  <>
    {remarks.map((remark) => (
      <div class="gap">
        <Note tone="watch" role="status">
          {remark}
        </Note>
      </div>
    ))}
  </>
)

/** Term and value pairs; a pair whose value is null or undefined is left out. */
export function Facts({ facts }: { facts: readonly (readonly [term: string, value: Child | null | undefined])[] }) {
  return (
    <dl class="facts">
      {facts
        .filter(([, value]) => value !== null && value !== undefined)
        .map(([term, value]) => (
          <>
            <dt>{term}</dt>
            <dd>{value}</dd>
          </>
        ))}
    </dl>
  )
}

/** Code with a copy button (the button needs scripts and is hidden without them). */
export function CopyCode({ code, label }: { code: string; label: string }) {
  const id = `code-${label.toLowerCase().replace(/[^a-z0-9]+/g, '-')}`
  return (
    <div class="snip">
      <button type="button" class="btn sm needs-js" data-copy={`#${id}`}>
        <Icon name="copy" small />
        <span>Copy</span>
        <span class="vh"> {label}</span>
      </button>
      <pre class="code" id={id} tabindex={0}>
        {code}
      </pre>
    </div>
  )
}

interface ReleaseLinkProps {
  readonly service: string
  readonly version: string
  /** Letters that there is room for; a commit as a version is cut to them. */
  readonly max?: number
}

export function ReleaseLink({ service, version, max }: ReleaseLinkProps) {
  return (
    <a href={releasePath(service, version)} title={`${service} ${version}`}>
      {middleCut(version, max)}
    </a>
  )
}

export function DefectLink({ id }: { id: number }) {
  return (
    <a href={defectPath(id)} class="nw">
      PF-{id}
    </a>
  )
}

/** A number that is grey when it is zero; with `href` it leads to its rows, which `of` names for those who only hear it. */
export function Count({ n, href, of }: { n: number; href?: string; of?: string }) {
  if (href !== undefined)
    return (
      <a class={n === 0 ? 'z' : 'cnt'} href={href}>
        {formatCount(n)}
        {of ? <span class="vh"> {of}</span> : null}
      </a>
    )
  return n === 0 ? <span class="z">0</span> : <b>{n}</b>
}

interface TabsProps {
  readonly label: string
  readonly tabs: readonly {
    readonly text: string
    readonly href: string
    readonly current: boolean
    readonly count?: string | undefined
  }[]
}

/** A row of links of which one is the page shown, with counts. */
export function Segments({ label, tabs }: TabsProps) {
  return (
    <nav class="seg" aria-label={label}>
      {tabs.map((tab) => (
        <a href={tab.href} {...(tab.current ? { 'aria-current': 'page' } : {})}>
          {tab.text}
          {tab.count === undefined ? null : <span class="ct">{tab.count}</span>}
        </a>
      ))}
    </nav>
  )
}

export function Tabs({ label, tabs }: TabsProps) {
  return (
    <nav class="tabsbar" aria-label={label}>
      {tabs.map((tab) => (
        <a href={tab.href} {...(tab.current ? { 'aria-current': 'page' } : {})}>
          {tab.text}
          {tab.count === undefined ? null : <span class="ct">{tab.count}</span>}
        </a>
      ))}
    </nav>
  )
}

interface PagerProps {
  /** Addresses of the pages before and after this one. */
  readonly newer?: string | undefined
  readonly older?: string | undefined
  /** Such as `1–50 of 23,480`. */
  readonly summary?: Child
  readonly newerText?: string
  readonly olderText?: string
  /** The whole list as a file. */
  readonly csv?: string | undefined
  readonly sizes?: PageSizes | undefined
}

/** A file of what a panel shows; `of` names it for those who hear the link alone. */
export function CsvLink({ href, of }: { href: string; of: string }) {
  return (
    <a class="csv" href={href} download="" hx-boost="false" aria-label={`${of} as CSV`}>
      <Icon name="download" small />
      CSV
    </a>
  )
}

/** A link that copies its address where scripts run; without them it is one that people can copy or follow. */
export function CopyLink({ href, children }: { href: string; children?: Child }) {
  return (
    <a class="btn ghost" href={href} hx-boost="false" data-copy-link>
      <Icon name="copy" small />
      <span>{children}</span>
    </a>
  )
}

/** How many rows a page may have, and has. */
export type PageSizes = readonly { readonly size: number; readonly href: string; readonly current: boolean }[]

export function Pager({
  newer,
  older,
  summary,
  newerText = 'Newer',
  olderText = 'Older',
  csv,
  sizes = [],
}: PagerProps) {
  if (!newer && !older && !summary && !csv) return null
  return (
    <nav class="pn-f" aria-label="Pages">
      <span>{summary}</span>
      {csv ? (
        <a class="nw" href={csv} download hx-boost="false">
          <Icon name="download" small /> CSV
        </a>
      ) : null}
      {sizes.length > 0 ? (
        <span class="sizes">
          Rows
          {sizes.map(({ size, href, current }) => (
            <a href={href} {...(current ? { 'aria-current': 'true' } : {})}>
              <span class="vh">Rows on a page: </span>
              {size}
            </a>
          ))}
        </span>
      ) : null}
      <span class="pager">
        {newer ? (
          <a class="btn sm" href={newer} rel="prev">
            {newerText}
          </a>
        ) : null}
        {older ? (
          <a class="btn sm" href={older} rel="next">
            {olderText}
          </a>
        ) : null}
      </span>
    </nav>
  )
}

interface SparklineProps {
  readonly values: readonly number[]
  readonly label?: string
  /** How many values the whole width has room for, where they are not all there yet. */
  readonly room?: number
}

/** A tiny line of recent values. Hidden from readers when the numbers stand beside it (no label). */
export function Sparkline({ values, label, room = values.length }: SparklineProps) {
  if (values.length < 2) return null
  const top = Math.max(1, ...values)
  const points = values
    .map((value, i) => `${((i * 78) / (room - 1) + 1).toFixed(1)},${(17 - (value / top) * 15).toFixed(1)}`)
    .join(' ')
  const line = <polyline points={points} />
  return label ? (
    <svg class="spark" width="80" height="18" viewBox="0 0 80 18" role="img" aria-label={label}>
      {line}
    </svg>
  ) : (
    <svg class="spark" width="80" height="18" viewBox="0 0 80 18" aria-hidden="true">
      {line}
    </svg>
  )
}

/** A page that was filled only after looking at so many rows, or was not: says so, and offers to go on. */
export function LookedOnlySoFar({
  at,
  what,
  next,
}: {
  at: string | undefined
  what: string
  next: string | undefined
}) {
  if (!at) return null
  return (
    <div class="pn-f">
      <Icon name="info" />
      <span>
        Looked at {at} {what} for this page. More may match further on. {next ? <a href={next}>Look further</a> : null}
      </span>
    </div>
  )
}
