import type { Child } from 'hono/jsx'
import { CsrfField, Field, FormErrors, type FormProblems, Select, TextArea } from '../components/form-parts.tsx'
import { PageHead, Panel } from '../components/page-parts.tsx'
import { servicePath } from '../paths.ts'
import { ORDER_WORDS } from './service-page.tsx'

export interface ServiceSettings {
  readonly owner: string
  readonly detection: string
  readonly policy: string
  /** One on a line, the lowest first. */
  readonly versions: string
  /** Names, one on a line. */
  readonly dependsOn: string
}

interface ServiceSettingsPageProps {
  readonly service: string
  readonly values: ServiceSettings
  /** Of the form that was refused. */
  readonly problems: FormProblems
  readonly csrfToken: string
}

/** What nobody sends and people know of a service. */
export const ServiceSettingsPage = ({ service, values, problems, csrfToken }: ServiceSettingsPageProps) => (
  <>
    <PageHead title={`Settings of ${service}`} sub={<span>What no sender says of it.</span>} />
    <FormErrors problems={problems} />
    <div class="stack narrow">
      <SettingsForm {...{ service, csrfToken }} id="owner" title="Owner">
        <Field
          name="owner"
          label="Owner"
          optional
          hint="A team, as people call it."
          value={values.owner}
          problems={problems}
          input={{ maxlength: 200, autocomplete: 'off' }}
        />
      </SettingsForm>
      <SettingsForm {...{ service, csrfToken }} id="detection" title="Who runs it">
        <Select
          name="detection"
          label="It is"
          hint="Defects of shipped software show late. Its suspects are judged anew."
          value={values.detection}
          problems={problems}
          choices={[
            { value: 'hosted', text: 'Hosted: we run it' },
            { value: 'shipped', text: 'Shipped: users run it' },
          ]}
        />
      </SettingsForm>
      <SettingsForm {...{ service, csrfToken }} id="order" title="Order of its releases">
        <Select
          name="policy"
          label="Ordered"
          value={values.policy}
          problems={problems}
          choices={Object.entries(ORDER_WORDS).map(([value, text]) => ({ value, text }))}
        />
        <TextArea
          name="versions"
          label="Versions, the lowest first"
          optional
          hint="One on a line; for “as listed by hand” alone."
          value={values.versions}
          problems={problems}
        />
      </SettingsForm>
      <SettingsForm {...{ service, csrfToken }} id="dependencies" title="What it depends on">
        <TextArea
          name="dependsOn"
          label="Services it depends on"
          optional
          hint="One on a line. Their releases may have brought its defects, which are judged anew."
          value={values.dependsOn}
          problems={problems}
        />
      </SettingsForm>
    </div>
  </>
)

const SettingsForm = ({
  service,
  id,
  title,
  csrfToken,
  children,
}: {
  readonly service: string
  readonly id: string
  readonly title: string
  readonly csrfToken: string
  readonly children?: Child
}) => (
  <Panel id={id} title={title} pad>
    <form method="post" action={`${servicePath(service)}/settings/${id}`} novalidate hx-sync="this:drop">
      <CsrfField token={csrfToken} />
      {children}
      <div class="form-foot">
        <button type="submit" class="btn pri">
          Save<span class="vh"> {title}</span>
        </button>
      </div>
    </form>
  </Panel>
)
