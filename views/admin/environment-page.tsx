import { TIERS } from '../../src/core/rules/read-rule.ts'
import type { EnvironmentRow } from '../../src/store/services/environment-list.ts'
import { CsrfField, FormErrors, type FormProblems, Select } from '../components/form-parts.tsx'
import { Facts, PageHead, Panel } from '../components/page-parts.tsx'
import { TimeAndAge } from '../components/time.tsx'
import { counted } from '../format.ts'
import { withQuery } from '../paths.ts'
import { InWork, LastDeployment, Origin } from './environments-page.tsx'

interface EnvironmentPageProps {
  readonly environment: EnvironmentRow
  readonly isInWork: boolean
  readonly problems: FormProblems
  readonly csrfToken: string
  readonly now: number
}

export function EnvironmentPage({ environment, isInWork, problems, csrfToken, now }: EnvironmentPageProps) {
  const { id, name, tier, origin, said, saidBy, running, knownSince } = environment
  return (
    <>
      <PageHead title={name} sub={<span>An environment.</span>} />
      <FormErrors problems={problems} />
      <InWork isInWork={isInWork} />
      <div class="stack narrow">
        <Panel id="facts" title="What is known of it" pad>
          <Facts
            facts={[
              ['Tier', tier],
              ['Says who', <Origin origin={origin} now={now} />],
              [
                'Runs there',
                running > 0 ? (
                  <a href={withQuery('/live', { environment: name })}>{counted(running, 'service')}</a>
                ) : (
                  'nothing'
                ),
              ],
              ['Last deployment', <LastDeployment row={environment} now={now} />],
              ['Known since', <TimeAndAge at={knownSince} now={now} />],
              [
                'Changes of it',
                <a href={withQuery('/admin/audit', { subject: `environment:${id}` })}>in the audit log</a>,
              ],
            ]}
          />
        </Panel>
        <Panel id="tier" title="Tier" pad>
          <form method="post" action={`/admin/environments/${id}/tier`} novalidate hx-sync="this:drop">
            <CsrfField token={csrfToken} />
            <Select
              name="tier"
              label="Of which tier it is"
              hint="What is chosen here holds whatever senders say. Kinds of releases, verdicts, suspects and who may approve emergency releases follow from it."
              value={origin.from === 'person' ? tier : 'said'}
              problems={problems}
              choices={[
                {
                  value: 'said',
                  text: `As ${saidBy === 'name' ? 'its name' : 'its senders'} say${saidBy === 'name' ? 's' : ''}: ${said}`,
                },
                ...TIERS.map((one) => ({ value: one, text: one })),
              ]}
            />
            <div class="form-foot">
              <button type="submit" class="btn pri">
                Save<span class="vh"> Tier</span>
              </button>
            </div>
          </form>
        </Panel>
      </div>
    </>
  )
}
