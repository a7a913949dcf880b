import type { FreezeState } from '../../src/core/time/freeze.ts'
import { CsrfField, Field, FormErrors, type FormProblems, Select } from '../components/form-parts.tsx'
import { PageHead } from '../components/page-parts.tsx'
import { Suggestions } from '../components/suggestions.tsx'
import { FreezeStateBadge } from './freezes-panel.tsx'

export interface FreezeValues {
  /** Empty: all services. */
  readonly service: string
  readonly environment: string
  /** As in a datetime-local field. */
  readonly from: string
  readonly to: string
  readonly reason: string
}

interface FreezeFormProps {
  readonly values: FreezeValues
  readonly problems: FormProblems
  /** The one that is changed; undefined: a new one. */
  readonly known: { readonly id: number; readonly state: FreezeState; readonly createdBy: string } | undefined
  readonly services: readonly string[]
  readonly environments: readonly string[]
  readonly zone: string
  readonly csrfToken: string
}

export function FreezeFormPage({ values, problems, known, services, environments, zone, csrfToken }: FreezeFormProps) {
  const what = `${values.service || 'All services'} in ${values.environment}`
  const hasBegun = known?.state === 'in force'
  return (
    <>
      <PageHead
        title={known ? what : 'Freeze an environment'}
        sub={
          known ? (
            <>
              <FreezeStateBadge state={known.state} /> <span>Made by {known.createdBy}</span>
            </>
          ) : (
            <span>While it is in force the gate for CI does not let a release pass; deployments are not held up.</span>
          )
        }
      />
      <form
        class="panel narrow"
        method="post"
        action={known ? `/calendar/freezes/${known.id}` : '/calendar/freezes/new'}
        novalidate
        hx-sync="this:drop"
      >
        <div class="pn-b">
          <FormErrors problems={problems} />
          <CsrfField token={csrfToken} />
          {known ? null : (
            <div class="f2">
              <Field
                name="service"
                label="Service"
                optional
                hint="Empty: all services."
                value={values.service}
                problems={problems}
                input={{ list: 'known-services', maxlength: 200, autocomplete: 'off' }}
              />
              <Select
                name="environment"
                label="Environment"
                value={values.environment}
                problems={problems}
                choices={environments.map((name) => ({ value: name, text: name }))}
              />
            </div>
          )}
          <div class="f2">
            <Field
              name="from"
              label={`From (${zone})`}
              type="datetime-local"
              value={values.from}
              problems={problems}
              {...(hasBegun ? { hint: 'It has begun.' } : {})}
              input={hasBegun ? { readonly: true } : {}}
            />
            <Field name="to" label={`To (${zone})`} type="datetime-local" value={values.to} problems={problems} />
          </div>
          <Field
            name="reason"
            label="Reason"
            hint="Whoever is stopped by it reads this."
            value={values.reason}
            problems={problems}
            input={{ required: true, maxlength: 500, autocomplete: 'off' }}
          />
          <div class="form-foot">
            <button type="submit" class="btn pri">
              {known ? 'Save changes' : 'Freeze'}
            </button>
            <a class="btn ghost" href="/calendar">
              Cancel
            </a>
          </div>
        </div>
        <Suggestions id="known-services" of={services} />
      </form>
      {known ? (
        <form class="panel narrow mt16" method="post" action={`/calendar/freezes/${known.id}/end`} hx-sync="this:drop">
          <div class="pn-b">
            <CsrfField token={csrfToken} />
            <p class="mb8">
              {hasBegun
                ? 'Ends it now; releases may pass the gate again.'
                : 'It never comes into force, and leaves the calendar.'}
            </p>
            <button type="submit" class="btn dng-o">
              {`${hasBegun ? 'End' : 'Cancel'} the freeze of ${values.service || 'all services'} in ${values.environment}`}
            </button>
          </div>
        </form>
      ) : null}
    </>
  )
}
