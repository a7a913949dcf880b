import type { DefectStatus, Severity } from '../../src/core/event.ts'
import { statusWord } from '../components/badges.tsx'
import { CsrfField } from '../components/form-parts.tsx'
import { Icon } from '../components/icon.tsx'

/** To this form, below the table, belong the checkboxes in its rows. */
export const BULK_FORM = 'bulk'

export interface BulkBarProps {
  readonly people: readonly { readonly value: string; readonly text: string }[]
  /** The list to go back to. */
  readonly back: string
  readonly csrfToken: string
}

const MOVES: readonly DefectStatus[] = ['open', 'triaged', 'in-progress', 'fixed', 'verified', 'wont-fix']
const SEVERITIES: readonly Severity[] = ['S1', 'S2', 'S3', 'S4']

/** Changes the rows that are ticked; it is seen from the first tick on. A script says how many there are. */
export function BulkBar({ people, back, csrfToken }: BulkBarProps) {
  return (
    <form
      method="post"
      action="/defects/bulk"
      id={BULK_FORM}
      class="bulk"
      hx-sync="this:drop"
      aria-label="Change selected"
    >
      <CsrfField token={csrfToken} />
      <input type="hidden" name="back" value={back} />
      <b class="nw" data-bulk-count>
        Selected defects
      </b>
      <label class="pick">
        <span>Set</span>
        <select name="change" required>
          <option value="">Choose…</option>
          <optgroup label="Status">
            {MOVES.map((status) => (
              <option value={`status:${status}`}>{statusWord(status)}</option>
            ))}
          </optgroup>
          <optgroup label="Severity">
            {SEVERITIES.map((severity) => (
              <option value={`severity:${severity}`}>{severity}</option>
            ))}
          </optgroup>
          <optgroup label="Owner">
            <option value="owner:">Nobody</option>
            {people.map(({ value, text }) => (
              <option value={`owner:${value}`}>{text}</option>
            ))}
          </optgroup>
        </select>
        <Icon name="chevron-down" small />
      </label>
      <input
        type="text"
        name="reason"
        maxlength={2000}
        placeholder="Reason, needed for Won’t fix"
        aria-label="Reason, needed for Won’t fix"
        autocomplete="off"
      />
      <button type="submit" class="btn pri">
        Change selected
      </button>
    </form>
  )
}
