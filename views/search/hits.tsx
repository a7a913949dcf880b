import type { DefectStatus, Severity } from '../../src/core/event.ts'
import { SeverityBadge, statusWord } from '../components/badges.tsx'
import { Icon, type IconName } from '../components/icon.tsx'
import { revealHidden } from '../hidden-characters.ts'

/** Something that was searched for, and where it is. */
export interface Hit {
  readonly kind: 'defect' | 'emergency' | 'delivery' | 'service' | 'release' | 'page' | 'action'
  readonly text: string
  readonly href: string
  /** Where it belongs, as in grey behind it. */
  readonly hint?: string | undefined
  readonly id?: string
  readonly severity?: Severity
  readonly status?: DefectStatus
}

export interface HitGroup {
  readonly name: string
  readonly hits: readonly Hit[]
  /** Where all of them are listed, when these are not all. */
  readonly more?: string | undefined
}

const ICONS: Record<Hit['kind'], IconName> = {
  defect: 'defect',
  emergency: 'emergency',
  delivery: 'inbox',
  service: 'branch',
  release: 'release',
  page: 'arrow',
  action: 'plus',
}

/** What the palette lists while somebody types; the script moves through the options. */
export function PaletteHits({ groups, typed }: { groups: readonly HitGroup[]; typed: string }) {
  if (groups.length === 0)
    return (
      <p class="empty-hits">{typed === '' ? 'Type a name, a version or a number.' : `Nothing is called ‘${typed}’.`}</p>
    )
  let count = 0
  return (
    <>
      {groups.map(({ name, hits }, i) => (
        // biome-ignore lint/a11y/useSemanticElements: a fieldset has no place in a list box
        <div role="group" aria-labelledby={`hits-${i}`}>
          <span class="hits-h" id={`hits-${i}`} role="presentation">
            {name}
          </span>
          {hits.map((hit) => (
            <a role="option" aria-selected="false" tabindex={-1} id={`hit-${count++}`} href={hit.href}>
              <HitLine hit={hit} />
            </a>
          ))}
        </div>
      ))}
    </>
  )
}

export function HitLine({ hit }: { hit: Hit }) {
  return (
    <>
      {hit.severity ? <SeverityBadge severity={hit.severity} /> : <Icon name={ICONS[hit.kind]} />}
      <span class="hit-t">{revealHidden(hit.text)}</span>
      <span class="t3 fs13 nw">
        {[hit.id, hit.status && statusWord(hit.status), hit.hint].filter(Boolean).join(' · ')}
      </span>
    </>
  )
}
