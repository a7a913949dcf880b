import { CsrfField, Field, FormErrors, type FormProblems, Select } from '../components/form-parts.tsx'
import { PageHead } from '../components/page-parts.tsx'
import { Suggestions } from '../components/suggestions.tsx'

export interface PlanValues {
  readonly service: string
  readonly version: string
  readonly kind: string
  readonly plannedAt: string
}

interface PlanFormProps {
  readonly values: PlanValues
  readonly problems: FormProblems
  readonly services: readonly string[]
  readonly zone: string
  readonly csrfToken: string
}

export function PlanFormPage({ values, problems, services, zone, csrfToken }: PlanFormProps) {
  return (
    <>
      <PageHead
        title="Plan a release"
        sub={<span>Known with its date before it is built. A release that is known already is given the date.</span>}
      />
      <form class="panel narrow" method="post" action="/calendar/planned/new" novalidate hx-sync="this:drop">
        <div class="pn-b">
          <FormErrors problems={problems} />
          <CsrfField token={csrfToken} />
          <div class="f2">
            <Field
              name="service"
              label="Service"
              value={values.service}
              problems={problems}
              input={{ required: true, list: 'known-services', maxlength: 200, autocomplete: 'off' }}
            />
            <Field
              name="version"
              label="Version"
              value={values.version}
              problems={problems}
              input={{ required: true, maxlength: 200, autocomplete: 'off' }}
            />
            <Select
              name="kind"
              label="Kind"
              value={values.kind}
              problems={problems}
              choices={[
                { value: '', text: 'By its version' },
                { value: 'major', text: 'Major' },
                { value: 'minor', text: 'Minor' },
                { value: 'patch', text: 'Patch' },
              ]}
            />
            <Field
              name="plannedAt"
              label={`Planned for (${zone})`}
              type="datetime-local"
              value={values.plannedAt}
              problems={problems}
              input={{ required: true }}
            />
          </div>
          <div class="form-foot">
            <button type="submit" class="btn pri">
              Plan release
            </button>
            <a class="btn ghost" href="/calendar">
              Cancel
            </a>
          </div>
        </div>
        <Suggestions id="known-services" of={services} />
      </form>
    </>
  )
}
