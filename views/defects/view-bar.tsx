import { CsrfField } from '../components/form-parts.tsx'
import { Icon } from '../components/icon.tsx'
import { Segments } from '../components/page-parts.tsx'
import { ColumnsMenu, type ColumnsMenuProps } from './columns-menu.tsx'

export interface ViewLink {
  readonly text: string
  readonly href: string
  readonly current: boolean
}

export interface ViewBarProps {
  readonly builtIn: readonly ViewLink[]
  /** People's own and shared ones. */
  readonly saved: readonly ViewLink[]
  /** The filter shown, to be saved under a name; undefined when a view has it already. */
  readonly query: string | undefined
  readonly mayShare: boolean
  readonly csrfToken: string
  readonly columns: ColumnsMenuProps
}

/** Filters under a name, as links; the one that is shown can be saved as one more. */
export function ViewBar({ builtIn, saved, query, mayShare, csrfToken, columns }: ViewBarProps) {
  return (
    <div class="views row row-w">
      <Segments label="Views" tabs={builtIn} />
      {saved.length > 0 ? <Segments label="Saved views" tabs={saved} /> : null}
      {query === undefined ? null : (
        <details class="drop left">
          <summary class="btn sm">
            <Icon name="plus" small />
            Save view…
          </summary>
          <div class="pop pad">
            <form method="post" action="/defects/views">
              <CsrfField token={csrfToken} />
              <input type="hidden" name="query" value={query} />
              <div class="fld">
                <label for="f-name">Name of this view</label>
                <input type="text" id="f-name" name="name" required maxlength={60} autocomplete="off" />
              </div>
              {mayShare ? (
                <label class="check">
                  <input type="checkbox" name="shared" value="yes" />
                  Show it to everybody here
                </label>
              ) : null}
              <button type="submit" class="btn pri">
                Save view
              </button>
            </form>
          </div>
        </details>
      )}
      {saved.length > 0 ? (
        <a class="btn sm ghost" href="/defects/views">
          Manage views
        </a>
      ) : null}
      <ColumnsMenu {...columns} />
    </div>
  )
}
