import type { Severity } from '../../src/core/event.ts'
import { SeverityBadge } from '../components/badges.tsx'
import { Icon, type IconName } from '../components/icon.tsx'
import { Age } from '../components/time.tsx'
import { revealHidden } from '../hidden-characters.ts'

/** One thing somebody must look at: what is so, since when and why it matters, where to go. */
export interface AttentionItem {
  readonly tone: 'bad' | 'watch' | 'info'
  readonly icon: IconName
  readonly title: string
  readonly severity?: Severity
  readonly detail: string
  /** When it happened; its age follows the detail. */
  readonly at?: number
  readonly link: { readonly text: string; readonly href: string }
  /** A second way on. */
  readonly also?: { readonly text: string; readonly href: string }
  /** Said at once, to those who listen to the page, when it comes while the page is open. */
  readonly tell?: string
  /** The rows that a number in the title counts. */
  readonly rows?: string
}

/** More than three would be a list, not a warning. */
const SHOWN = 3

interface AttentionListProps {
  /** Worst first. */
  readonly items: readonly AttentionItem[]
  readonly now: number
  readonly lastDeploymentAt: number | undefined
  /** As in " of search": it is not about all of them. */
  readonly ofThese?: string
  readonly elsewhere?:
    | {
        /** Open emergency releases, which always show. */
        readonly emergencies: readonly AttentionItem[]
        readonly more: number
        /** The page of all services. */
        readonly all: string
      }
    | undefined
}

export function AttentionList({ items, now, lastDeploymentAt, ofThese = '', elsewhere }: AttentionListProps) {
  const rest = items.slice(SHOWN)
  return (
    <>
      <ul class="att" aria-label="Needs attention">
        {elsewhere?.emergencies.map((item) => (
          <AttentionRow item={item} now={now} />
        ))}
        {items.length === 0 ? (
          <li class="calm">
            <Icon name="check-ring" class="gl" />
            <p>
              Nothing{ofThese} needs attention.
              {lastDeploymentAt === undefined ? null : (
                <>
                  {' '}
                  <span class="t3">Last deployment </span>
                  <Age at={lastDeploymentAt} now={now} />
                  <span class="t3">.</span>
                </>
              )}
            </p>
          </li>
        ) : null}
        {items.slice(0, SHOWN).map((item) => (
          <AttentionRow item={item} now={now} />
        ))}
      </ul>
      {rest.length > 0 ? (
        <details class="data gap">
          <summary>
            <Icon name="chevron-down" small />
            {rest.length} more
          </summary>
          <ul class="att mt8" aria-label="Needs attention, continued">
            {rest.map((item) => (
              <AttentionRow item={item} now={now} />
            ))}
          </ul>
        </details>
      ) : null}
      {elsewhere ? (
        <p class="att-else">
          {elsewhere.more > 0 ? (
            <a href={elsewhere.all}>{elsewhere.more} more in other services</a>
          ) : (
            'Nothing more in other services.'
          )}
        </p>
      ) : null}
    </>
  )
}

function AttentionRow({ item, now }: { item: AttentionItem; now: number }) {
  return (
    <li class={item.tone} {...(item.tell ? { 'data-tell': revealHidden(item.tell) } : {})}>
      <Icon name={item.icon} class="gl" />
      <div>
        <p class="h">
          {item.rows ? <a href={item.rows}>{revealHidden(item.title)}</a> : revealHidden(item.title)}
          {item.severity ? (
            <>
              {' '}
              <SeverityBadge severity={item.severity} />
            </>
          ) : null}
        </p>
        <p class="d">
          {item.detail}
          {item.at === undefined ? null : (
            <>
              {' '}
              <Age at={item.at} now={now} />
            </>
          )}
        </p>
      </div>
      <div class="act">
        {item.also ? (
          <a class="btn dng-o" href={item.also.href}>
            {item.also.text}
          </a>
        ) : null}
        <a class="btn" href={item.link.href}>
          {item.link.text}
        </a>
      </div>
    </li>
  )
}
