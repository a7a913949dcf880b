import { Icon } from '../components/icon.tsx'
import { Empty, PageHead } from '../components/page-parts.tsx'
import { type HitGroup, HitLine } from './hits.tsx'

export interface SearchPageProps {
  readonly typed: string
  readonly groups: readonly HitGroup[]
}

/** The same as the palette, for who has no scripts or wants all of it. */
export function SearchPage({ typed, groups }: SearchPageProps) {
  return (
    <>
      <PageHead title={typed === '' ? 'Search' : `Search for ‘${typed}’`} />
      <search aria-label="Everything">
        <form class="scope gap" method="get" action="/search">
          <input
            type="search"
            name="q"
            value={typed}
            placeholder="Name, version, PF-number"
            aria-label="Search for"
            {...(typed === '' ? { autofocus: true } : {})}
          />
          <button type="submit" class="btn pri">
            Search
          </button>
        </form>
      </search>
      {groups.length === 0 ? (
        <section class="panel" aria-label="Found">
          <Empty icon="search">
            {typed === ''
              ? 'Services, releases, defects by their titles, deliveries by their number, and pages.'
              : `Nothing is called ‘${typed}’. Words are found by how they begin.`}
          </Empty>
        </section>
      ) : (
        <div class="stack">
          {groups.map(({ name, hits, more }) => (
            <section class="panel" aria-label={name}>
              <div class="pn-h">
                <h2>{name}</h2>
              </div>
              <ul class="hits">
                {hits.map((hit) => (
                  <li>
                    <a href={hit.href}>
                      <HitLine hit={hit} />
                    </a>
                  </li>
                ))}
              </ul>
              {more ? (
                <div class="pn-f">
                  <a href={more}>
                    All {name.toLowerCase()} with ‘{typed}’ <Icon name="arrow" small />
                  </a>
                </div>
              ) : null}
            </section>
          ))}
        </div>
      )}
    </>
  )
}
