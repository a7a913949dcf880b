import { CsrfField } from '../components/form-parts.tsx'
import { Icon } from '../components/icon.tsx'

/** Columns of the list of defects that can be left out. */
export type DefectColumn = keyof typeof COLUMN_WORDS

const COLUMN_WORDS = {
  service: 'Service',
  suspect: 'Suspect release',
  confidence: 'Confidence',
  occurrences: 'Occurrences',
  first_seen: 'First seen',
  last_seen: 'Last seen',
  status: 'Status',
  owner: 'Owner',
} as const

export const DEFECT_COLUMNS = Object.keys(COLUMN_WORDS) as readonly DefectColumn[]

export interface ColumnsMenuProps {
  readonly hidden: ReadonlySet<DefectColumn>
  /** The page to come back to. */
  readonly back: string
  readonly csrfToken: string
}

/** Which columns somebody wants to see. */
export function ColumnsMenu({ hidden, back, csrfToken }: ColumnsMenuProps) {
  return (
    <details class="drop left columns">
      <summary class="btn sm ghost">
        <Icon name="table" small />
        Columns
      </summary>
      <div class="pop pad">
        <form method="post" action="/preferences/defect-columns">
          <CsrfField token={csrfToken} />
          <input type="hidden" name="next" value={back} />
          <fieldset class="fs fld">
            <legend>Columns shown</legend>
            {DEFECT_COLUMNS.map((column) => (
              <label class="check">
                <input type="checkbox" name="column" value={column} checked={!hidden.has(column)} />
                {COLUMN_WORDS[column]}
              </label>
            ))}
          </fieldset>
          <button type="submit" class="btn pri">
            Show these
          </button>
        </form>
      </div>
    </details>
  )
}
