import { CsrfField, Field, FormErrors, type FormProblems, Select } from '../components/form-parts.tsx'
import { Icon } from '../components/icon.tsx'
import { Empty, PageHead, Pager, Panel, TableBox } from '../components/page-parts.tsx'
import { Suggestions } from '../components/suggestions.tsx'
import { Time } from '../components/time.tsx'
import { reportPath } from '../paths.ts'
import { Plans, type PlansProps } from './plans-panel.tsx'

export interface ReportRow {
  readonly id: number
  readonly kind: 'release' | 'period'
  readonly title: string
  readonly madeBy: string
  readonly madeAt: number
}

/** What stands in the forms. Days as fields for dates have them. */
export interface TypedReport {
  readonly kind: string
  readonly service: string
  readonly version: string
  readonly env: string
  readonly from: string
  readonly to: string
}

export interface ReportListProps {
  readonly reports: readonly ReportRow[]
  readonly newest: string | undefined
  readonly older: string | undefined
  /** Such as `1–20 of 81`. */
  readonly summary: string
  readonly typed: TypedReport
  readonly problems: FormProblems
  readonly choices: { readonly services: readonly string[]; readonly environments: readonly string[] }
  readonly mayMake: boolean
  readonly plans: Omit<PlansProps, 'services' | 'zone' | 'csrfToken' | 'now'>
  readonly zone: string
  readonly csrfToken: string
  readonly now: number
}

/** Reports that were made, and the forms that make one. */
export function ReportListPage(props: ReportListProps) {
  const { reports, newest, older, mayMake, now } = props
  return (
    <>
      <PageHead
        title="Reports"
        sub={
          <span>
            A report keeps what was known when it was made. Print it, save it as a file, or share it by a link.
          </span>
        }
      />
      <Panel id="reports" title="Made so far">
        {reports.length === 0 ? (
          <Empty icon="report" action={mayMake ? <a href="#new">Make the first one</a> : undefined}>
            No reports yet.
          </Empty>
        ) : (
          <TableBox label="Reports">
            <table class="t">
              <caption>Reports, newest first</caption>
              <thead>
                <tr>
                  <th scope="col">Report</th>
                  <th scope="col">Of</th>
                  <th scope="col">Made</th>
                  <th scope="col">By</th>
                </tr>
              </thead>
              <tbody>
                {reports.map(({ id, kind, title, madeAt, madeBy }) => (
                  <tr>
                    <td class="m-full rpt-title">
                      <a class="ttl" href={reportPath(id)}>
                        {title}
                      </a>
                    </td>
                    <td>{kind === 'release' ? 'a release' : 'a period'}</td>
                    <td>
                      <Time at={madeAt} now={now} />
                    </td>
                    <td>{madeBy}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </TableBox>
        )}
        <Pager newer={newest} newerText="Newest" older={older} summary={props.summary} />
      </Panel>
      {mayMake ? <NewReport {...props} /> : null}
      <Plans
        {...props.plans}
        services={props.choices.services}
        zone={props.zone}
        csrfToken={props.csrfToken}
        now={props.now}
      />
    </>
  )
}

function NewReport({ typed, problems, choices, zone, csrfToken }: ReportListProps) {
  const of = (kind: string) => (typed.kind === kind ? problems : undefined)
  return (
    <div class="grid g-11 rpt-below" id="new">
      <Panel id="new-release" title="Report of a release" pad>
        {of('release') ? <FormErrors problems={problems} /> : null}
        <form method="post" action="/reports">
          <CsrfField token={csrfToken} />
          <input type="hidden" name="kind" value="release" />
          <Field
            name="service"
            label="Service"
            value={typed.service}
            problems={of('release') ?? { fields: {} }}
            input={{ required: true, list: 'rpt-services', autocomplete: 'off', maxlength: 200 }}
          />
          <Suggestions id="rpt-services" of={choices.services} />
          <Field
            name="version"
            label="Version"
            value={typed.version}
            problems={of('release') ?? { fields: {} }}
            input={{ required: true, autocomplete: 'off', maxlength: 200 }}
          />
          <button type="submit" class="btn pri">
            <Icon name="report" />
            Make the report
          </button>
        </form>
      </Panel>
      <Panel id="new-period" title="Report of a period" hint={`days in ${zone.replaceAll('_', ' ')}`} pad>
        {of('period') ? <FormErrors problems={problems} /> : null}
        <form method="post" action="/reports">
          <CsrfField token={csrfToken} />
          <input type="hidden" name="kind" value="period" />
          <Select
            name="of"
            label="Service"
            value={typed.service}
            choices={[
              { value: '', text: 'All services' },
              ...choices.services.map((name) => ({ value: name, text: name })),
            ]}
            problems={of('period') ?? { fields: {} }}
          />
          <Select
            name="env"
            label="Environment"
            value={typed.env}
            choices={choices.environments.map((name) => ({ value: name, text: name }))}
            problems={of('period') ?? { fields: {} }}
          />
          <Field
            name="from"
            label="First day"
            type="date"
            value={typed.from}
            problems={of('period') ?? { fields: {} }}
            input={{ required: true }}
          />
          <Field
            name="to"
            label="Last day"
            type="date"
            value={typed.to}
            problems={of('period') ?? { fields: {} }}
            input={{ required: true }}
          />
          <button type="submit" class="btn pri">
            <Icon name="report" />
            Make the report
          </button>
        </form>
      </Panel>
    </div>
  )
}
