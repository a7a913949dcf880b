import type { IdentityRule } from '../../src/core/defect/identity-rules.ts'
import type { StoredIdentityRule } from '../../src/store/defects/identity-rules.ts'
import { CsrfField, Field, FormErrors, type FormProblems } from '../components/form-parts.tsx'
import { Empty, Note, PageHead, Panel, TableBox } from '../components/page-parts.tsx'
import { counted, formatCount } from '../format.ts'
import { revealHidden } from '../hidden-characters.ts'
import { namesPath } from '../paths.ts'
import { ReplayLine, type ReplayState } from './replay-line.tsx'

export interface TypedIdentity {
  readonly kind: string
  readonly name: string
  readonly fields: string
}

export interface IdentityPageProps {
  readonly source: { readonly slug: string; readonly name: string }
  readonly rules: readonly StoredIdentityRule[]
  /** What the rule that was typed, if one was, makes of the reports that came last. */
  readonly trial: {
    readonly reports: number
    readonly known: number
    readonly groups: readonly { readonly key: string; readonly reports: number; readonly others: readonly string[] }[]
    readonly fields: readonly string[]
  }
  readonly tried: IdentityRule | undefined
  readonly replay: ReplayState
  readonly typed: TypedIdentity
  readonly problems: FormProblems
  readonly mayMap: boolean
  readonly csrfToken: string
}

/** By what the reports of one source are known to be the same defect as others. */
export function IdentityPage(props: IdentityPageProps) {
  const { source, replay, mayMap, csrfToken } = props
  return (
    <>
      <PageHead
        title={`Same defect, ${source.name}`}
        sub="One problem often comes as an alert, an error and a ticket. Say by what they are known to be one."
      />
      <div class="stack">
        <ReplayLine slug={source.slug} replay={replay} mayMap={mayMap} csrfToken={csrfToken} />
        {mayMap ? null : <Note>Only release managers and admins can change these.</Note>}
        <RulesPanel {...props} />
        {mayMap ? <NewRule {...props} /> : null}
        {props.tried ? <TrialPanel {...props} tried={props.tried} /> : null}
      </div>
    </>
  )
}

function RulesPanel({ source, rules, mayMap }: IdentityPageProps) {
  return (
    <Panel id="rules" title="Rules" hint="Beside the fingerprints that senders give" pad={rules.length === 0}>
      {rules.length === 0 ? (
        <Empty>No rules yet. Reports of this source are one defect with others only by a fingerprint.</Empty>
      ) : (
        <TableBox label="Rules">
          <table class="t keep">
            <caption>By what its reports are the same defect as others</caption>
            <thead>
              <tr>
                <th scope="col">Rule</th>
                {mayMap ? (
                  <th scope="col">
                    <span class="vh">Action</span>
                  </th>
                ) : null}
              </tr>
            </thead>
            <tbody>
              {rules.map((rule) => (
                <tr>
                  <td class="wrap">
                    <IdentityRuleWords rule={rule} />
                  </td>
                  {mayMap ? (
                    <td>
                      <a class="btn sm" href={`${namesPath(source.slug)}/identity/${rule.id}/removal`}>
                        Remove…<span class="vh"> the rule {rule.kind === 'fields' ? rule.name : 'for names'}</span>
                      </a>
                    </td>
                  ) : null}
                </tr>
              ))}
            </tbody>
          </table>
        </TableBox>
      )}
    </Panel>
  )
}

export const IdentityRuleWords = ({ rule }: { rule: IdentityRule }) =>
  rule.kind === 'names' ? (
    <>What it links to or names in its text, and what links to it or names it</>
  ) : (
    <>
      The same <b>{rule.name}</b>:{' '}
      {rule.fields.map((field, i) => (
        <>
          {i > 0 ? ' and ' : ''}
          <code>{field}</code>
        </>
      ))}
    </>
  )

function NewRule({ source, trial, typed, problems, csrfToken }: IdentityPageProps) {
  return (
    <Panel id="new-rule" title="New rule" pad>
      <form method="post" action={`${namesPath(source.slug)}/identity`} hx-sync="this:drop">
        <CsrfField token={csrfToken} />
        <FormErrors problems={problems} />
        <fieldset class="fs">
          <legend>Reports are the same defect</legend>
          <label class="check">
            <input type="radio" name="kind" value="fields" checked={typed.kind !== 'names'} />
            <span>when the fields below have the same values</span>
          </label>
          <label class="check">
            <input type="radio" name="kind" value="names" checked={typed.kind === 'names'} />
            <span>
              when one links to the other, or has its id (<code>PAY-7</code>, <code>PF-123</code>) in its text; between
              two sources that both have this rule
            </span>
          </label>
        </fieldset>
        <div class="f2">
          <Field
            name="name"
            label="Name"
            hint="Sources with a rule of the same name are compared: incident"
            value={typed.name}
            problems={problems}
            input={{ maxlength: 40, autocomplete: 'off', spellcheck: false }}
          />
          <Field
            name="fields"
            label="Fields"
            hint="With commas between them; all must have a value, in this order: label.alertname, service"
            value={typed.fields}
            problems={problems}
            input={{ maxlength: 500, autocomplete: 'off', spellcheck: false }}
          />
        </div>
        {trial.fields.length > 0 ? (
          <p class="hint">
            Its last reports have:{' '}
            {trial.fields.slice(0, 40).map((field, i) => (
              <>
                {i > 0 ? ', ' : ''}
                <code>{field}</code>
              </>
            ))}
          </p>
        ) : null}
        <div class="form-foot">
          <button type="submit" class="btn" name="do" value="try">
            Try on what arrived
          </button>
          <button type="submit" class="btn pri" name="do" value="save">
            Save rule
          </button>
        </div>
      </form>
    </Panel>
  )
}

function TrialPanel({ trial, tried }: IdentityPageProps & { tried: IdentityRule }) {
  return (
    <Panel
      id="trial"
      title="On what arrived"
      hint={`${counted(trial.reports, 'report')} in its last 300 deliveries; nothing is kept`}
      pad={trial.groups.length === 0}
    >
      {trial.groups.length === 0 ? (
        <Empty>
          {trial.known === 0
            ? 'None of them says what the rule goes by.'
            : `${counted(trial.known, 'report')} ${trial.known === 1 ? 'says' : 'say'} what it goes by, and no two are the same.`}
          {tried.kind === 'names' ? ' Another source needs this rule first, and its reports read by it.' : ''}
        </Empty>
      ) : (
        <TableBox label="On what arrived">
          <table class="t keep">
            <caption>What would be one defect, the most reports first</caption>
            <thead>
              <tr>
                <th scope="col">By</th>
                <th scope="col" class="num">
                  Reports
                </th>
                <th scope="col">Also from</th>
              </tr>
            </thead>
            <tbody>
              {trial.groups.map((group) => (
                <tr>
                  <td class="wrap">{revealHidden(group.key)}</td>
                  <td class="num">{formatCount(group.reports)}</td>
                  <td class="wrap">{group.others.join(', ') || <span class="t3">no other source yet</span>}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </TableBox>
      )}
    </Panel>
  )
}
