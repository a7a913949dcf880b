import { CsrfField, type FormProblems, Select } from '../components/form-parts.tsx'
import { Icon } from '../components/icon.tsx'
import { Panel } from '../components/page-parts.tsx'

export interface TimeZoneFormProps {
  readonly zones: readonly string[]
  readonly chosen: string
  readonly problems: FormProblems
  readonly csrfToken: string
}

/** In which time zone somebody reads times; a script offers the one of the browser. */
export function TimeZoneForm({ zones, chosen, problems, csrfToken }: TimeZoneFormProps) {
  const listed = zones.includes(chosen) ? zones : [chosen, ...zones]
  return (
    <Panel id="time-zone" title="Time zone" pad>
      {/* Not boosted: the clock in the frame of the page changes as well. */}
      <form method="post" action="/account/time-zone" hx-boost="false" data-zone-form>
        <CsrfField token={csrfToken} />
        <Select
          name="zone"
          label="Show times in"
          hint="The clock at the top of every page names it. The API, and the full time in the title of each, stay in UTC."
          problems={problems}
          value={chosen}
          choices={listed.map((zone) => ({ value: zone, text: zone.replaceAll('_', ' ') }))}
        />
        <div class="row row-w">
          <button type="submit" class="btn pri">
            Save time zone
          </button>
          <span class="row" data-zone-offer hidden>
            <button type="submit" class="btn" name="suggested" value="">
              <Icon name="clock" small />
              <span>
                Use <b data-zone-name />, as this browser does
              </span>
            </button>
          </span>
        </div>
      </form>
    </Panel>
  )
}
