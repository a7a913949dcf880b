import { CADENCE_WORDS, CADENCES, type Cadence, nextDue } from '../../src/core/reports/schedule.ts'
import type { ReportSchedule } from '../../src/store/reports/report-schedules.ts'
import { CsrfField, Select } from '../components/form-parts.tsx'
import { Note, Panel, TableBox } from '../components/page-parts.tsx'
import { formatDayAndTime } from '../format.ts'

export interface PlansProps {
  readonly plans: readonly ReportSchedule[]
  readonly mayPlan: boolean
  /** Whether a channel tells of planned reports. */
  readonly isHeard: boolean
  readonly refused: string | undefined
  readonly services: readonly string[]
  readonly zone: string
  readonly csrfToken: string
  readonly now: number
}

/** Reports that make themselves, and are told of. */
export function Plans(props: PlansProps) {
  const { plans, mayPlan, isHeard, refused } = props
  return (
    <div class="rpt-below">
      <Panel id="plans" title="Planned reports" hint="made by themselves, and told once" pad>
        {refused ? (
          <div class="gap">
            <Note tone="bad" role="alert">
              Nothing was changed. {refused}
            </Note>
          </div>
        ) : null}
        {plans.length === 0 ? <Digest {...props} /> : <PlanTable {...props} />}
        {plans.some(({ enabled }) => enabled) && !isHeard ? (
          <div class="gap mt12">
            <Note tone="watch">
              No channel tells of them yet: choose “A planned report was made” for a channel under Set up, Tell people.
            </Note>
          </div>
        ) : null}
        {mayPlan ? <NewPlan {...props} /> : <p class="t3 fs13">Release managers and admins plan reports.</p>}
      </Panel>
    </div>
  )
}

/** Offered until something is planned. */
function Digest({ mayPlan, zone, csrfToken }: PlansProps) {
  return (
    <form method="post" action="/reports/schedules" class="rpt-share">
      <CsrfField token={csrfToken} />
      <input type="hidden" name="cadence" value={'weekly' satisfies Cadence} />
      <input type="hidden" name="service" value="" />
      <p>
        <b>Weekly digest of all services</b> <span class="t3">off; weeks in {zone.replaceAll('_', ' ')}</span>
      </p>
      {mayPlan ? (
        <button type="submit" class="btn">
          Switch on<span class="vh"> the weekly digest</span>
        </button>
      ) : null}
    </form>
  )
}

function PlanTable({ plans, mayPlan, csrfToken, now }: PlansProps) {
  return (
    <TableBox label="Planned reports">
      <table class="t named">
        <caption>Planned reports</caption>
        <thead>
          <tr>
            <th scope="col">When</th>
            <th scope="col">Of</th>
            <th scope="col">Days in</th>
            <th scope="col">By</th>
            <th scope="col">State</th>
            <th scope="col">Next</th>
            <th scope="col">
              <span class="vh">Change</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {plans.map(({ id, cadence, service, zone, enabled, madeBy }) => (
            <tr>
              <td>{CADENCE_WORDS[cadence]}</td>
              <td data-col="Of">{service?.name ?? 'all services'}</td>
              <td data-col="Days in">{zone.replaceAll('_', ' ')}</td>
              <td data-col="By">{madeBy}</td>
              <td data-col="State">{enabled ? 'On' : 'Off'}</td>
              <td data-col="Next">{enabled ? <Next cadence={cadence} zone={zone} now={now} /> : '–'}</td>
              <td>
                {mayPlan ? (
                  <div class="rpt-acts">
                    <form method="post" action={`/reports/schedules/${id}/switch`}>
                      <CsrfField token={csrfToken} />
                      <input type="hidden" name="on" value={enabled ? 'no' : 'yes'} />
                      <button type="submit" class="btn sm">
                        Switch {enabled ? 'off' : 'on'}
                        <span class="vh"> plan {id}</span>
                      </button>
                    </form>
                    <a class="btn sm ghost" href={`/reports/schedules/${id}/removal`}>
                      Remove…<span class="vh"> plan {id}</span>
                    </a>
                  </div>
                ) : null}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableBox>
  )
}

/** On the clocks of the plan, which may not be those of the reader. */
function Next({ cadence, zone, now }: Pick<ReportSchedule, 'cadence' | 'zone'> & Pick<PlansProps, 'now'>) {
  const at = nextDue({ cadence, zone }, now)
  if (at === undefined) return <>when one is closed</>
  const iso = new Date(at).toISOString()
  return (
    <>
      <time datetime={iso} title={iso} class="nw">
        {formatDayAndTime(at, now, zone)}
      </time>{' '}
      <span class="t3">{zone.replaceAll('_', ' ')}</span>
    </>
  )
}

function NewPlan({ services, csrfToken }: PlansProps) {
  return (
    <form method="post" action="/reports/schedules" class="rpt-share">
      <CsrfField token={csrfToken} />
      <Select
        name="cadence"
        label="When"
        choices={CADENCES.map((cadence) => ({ value: cadence, text: CADENCE_WORDS[cadence] }))}
      />
      <div class="fld">
        <label for="f-plan-service">Service</label>
        <select id="f-plan-service" name="service">
          <option value="">All services</option>
          {services.map((name) => (
            <option value={name}>{name}</option>
          ))}
        </select>
      </div>
      <button type="submit" class="btn">
        Plan reports
      </button>
    </form>
  )
}
