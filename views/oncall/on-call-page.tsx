import type { OnCall } from '../../src/core/oncall/on-call.ts'
import type { WrittenSchedule } from '../../src/core/oncall/read-schedule.ts'
import { UNITS } from '../../src/core/oncall/schedule.ts'
import { CsrfField, Field, FormErrors, type FormProblems, Select, TextArea } from '../components/form-parts.tsx'
import { Empty, PageHead, Panel, Tabs } from '../components/page-parts.tsx'
import { Suggestions } from '../components/suggestions.tsx'
import { TimeAndAge } from '../components/time.tsx'
import { withQuery } from '../paths.ts'
import { OnCallLine } from './on-call-line.tsx'

export interface OnCallPageProps {
  readonly schedules: readonly {
    readonly id: number
    /** Undefined: of all services without one of their own. */
    readonly service: string | undefined
    readonly kind: 'rotation' | 'calendar'
    /** `Ana, Ben and Cleo, every week` */
    readonly what: string
    readonly onCall: OnCall
    readonly readAt: number | undefined
    readonly trouble: string | undefined
  }[]
  readonly form: {
    /** Undefined: of a new one. */
    readonly id: number | undefined
    readonly service: string
    readonly written: WrittenSchedule
    readonly hasAddress: boolean
  }
  readonly services: readonly string[]
  readonly zones: readonly string[]
  readonly problems: FormProblems
  readonly mayEdit: boolean
  readonly csrfToken: string
  readonly now: number
}

/** Who is on call now, who is next, and the schedules that say so. */
export function OnCallPage(props: OnCallPageProps) {
  const { schedules, problems, mayEdit } = props
  return (
    <>
      <PageHead
        title="On call"
        sub="Whom rules page, by service. A service without a schedule of its own has that of all services."
        actions={
          <a class="btn" href="/rules">
            Rules
          </a>
        }
      />
      <FormErrors problems={problems} />
      <Panel id="now" title="Now">
        {schedules.length === 0 ? (
          <Empty icon="person">No schedule yet. Rules name nobody.</Empty>
        ) : (
          <ul class="rul">
            {schedules.map((schedule) => (
              <ScheduleItem schedule={schedule} {...props} />
            ))}
          </ul>
        )}
      </Panel>
      {mayEdit ? <ScheduleForm {...props} /> : null}
    </>
  )
}

function ScheduleItem({
  schedule,
  mayEdit,
  now,
}: OnCallPageProps & { readonly schedule: OnCallPageProps['schedules'][number] }) {
  const { id, service, what, onCall, readAt, trouble, kind } = schedule
  const name = service ?? 'All services'
  return (
    <li>
      <div class="rul-main">
        <h3>{name}</h3>
        <p>
          <OnCallLine onCall={onCall} now={now} />
        </p>
        <p class="fs13 t3">
          {what}
          {kind === 'calendar' ? (
            readAt === undefined ? (
              '. Not read yet.'
            ) : (
              <>
                . Read <TimeAndAge at={readAt} now={now} />.
              </>
            )
          ) : null}
        </p>
        {trouble ? <p class="bad-text fs13">The calendar could not be read: {trouble}</p> : null}
      </div>
      {mayEdit ? (
        <div class="rul-act">
          <a
            class="btn sm"
            href={`${withQuery('/on-call', { edit: String(id) })}#schedule`}
            aria-label={`Change: ${name}`}
          >
            Change
          </a>
          <a class="btn sm" href={`/on-call/${id}/removal`} aria-label={`Remove…: ${name}`}>
            Remove…
          </a>
        </div>
      ) : null}
    </li>
  )
}

function ScheduleForm({ form, services, zones, problems, csrfToken }: OnCallPageProps) {
  const { id, written, service } = form
  const isCalendar = written.kind === 'calendar'
  const tab = (kind: string) =>
    `${withQuery('/on-call', { kind, ...(id === undefined ? {} : { edit: String(id) }) })}#schedule`
  return (
    <Panel id="schedule" title={id === undefined ? 'New schedule' : `Change: ${service || 'all services'}`} pad>
      <Tabs
        label="Kinds of schedules"
        tabs={[
          { text: 'Turns', href: tab('rotation'), current: !isCalendar },
          { text: 'Calendar', href: tab('calendar'), current: isCalendar },
        ]}
      />
      <form class="under-tabs" method="post" action={id === undefined ? '/on-call' : `/on-call/${id}`}>
        <CsrfField token={csrfToken} />
        <input type="hidden" name="kind" value={isCalendar ? 'calendar' : 'rotation'} />
        <div class="f2">
          <Select
            name="service"
            label="Service"
            value={service}
            problems={problems}
            choices={[{ value: '', text: 'All services' }, ...services.map((name) => ({ value: name, text: name }))]}
          />
          <Field
            name="zone"
            label="Time zone"
            hint={isCalendar ? 'For whole days, and for times that name none.' : 'Handovers keep to its clock.'}
            value={written.zone}
            problems={problems}
            input={{ list: 'on-call-zones', required: true }}
          />
          <Suggestions id="on-call-zones" of={zones} />
        </div>
        {isCalendar ? (
          <Field
            name="address"
            label="Address of the calendar"
            hint={
              form.hasAddress
                ? 'Kept sealed. Empty: it stays as it is.'
                : 'An iCalendar, https://… or webcal://…. Each event names who is on call by its title. Kept sealed, read every half hour.'
            }
            optional={form.hasAddress}
            problems={problems}
            input={{ autocomplete: 'off', maxlength: 2000 }}
          />
        ) : (
          <>
            <TextArea
              name="names"
              label="Who takes turns"
              hint="One on a line, in their order. With an address, as in: Ana <ana@example.com>, rules also mail."
              rows={4}
              value={written.names}
              problems={problems}
              input={{ required: true }}
            />
            <div class="f3">
              <Field
                name="starts"
                label="First turn begins"
                type="datetime-local"
                value={written.starts}
                problems={problems}
                input={{ required: true }}
              />
              <Field
                name="every"
                label="Handover every"
                type="number"
                value={written.every}
                problems={problems}
                input={{ min: 1, max: 1000, required: true }}
              />
              <Select
                name="unit"
                label="Unit"
                value={written.unit}
                problems={problems}
                choices={UNITS.map((unit) => ({ value: unit, text: unit }))}
              />
            </div>
          </>
        )}
        <TextArea
          name="overrides"
          label="Overrides"
          optional
          hint="One on a line, the later one wins: 2026-12-24 09:00 to 2026-12-26 09:00 Name"
          rows={2}
          value={written.overrides}
          problems={problems}
        />
        <div class="row row-w">
          <button type="submit" class="btn pri">
            Save
          </button>
          {id === undefined ? null : (
            <a class="btn" href="/on-call">
              New one instead
            </a>
          )}
        </div>
      </form>
    </Panel>
  )
}
