import type { ServiceRule } from '../../src/core/inbound/service-rules.ts'
import type { StoredRule, UnmappedOrigin } from '../../src/store/sources/service-rules.ts'
import type { SeverityWord } from '../../src/store/sources/severity-words.ts'
import { CsrfField, Field, FormErrors, type FormProblems } from '../components/form-parts.tsx'
import { Empty, Note, PageHead, Panel, TableBox } from '../components/page-parts.tsx'
import { Suggestions } from '../components/suggestions.tsx'
import { Age } from '../components/time.tsx'
import { counted } from '../format.ts'
import { namesPath } from '../paths.ts'
import { ReplayLine, type ReplayState } from './replay-line.tsx'
import { SeverityPanel } from './severity-panel.tsx'

export interface NamesPageProps {
  readonly source: { readonly slug: string; readonly name: string }
  /** The most specific first. */
  readonly rules: readonly StoredRule[]
  readonly defaultService: string | undefined
  /** Of the last 90 days, the most frequent first. */
  readonly unmapped: readonly UnmappedOrigin[]
  /** By which it grades defects, as far as they were seen. */
  readonly words: readonly SeverityWord[]
  /** For completing what is typed. */
  readonly services: readonly string[]
  readonly replay: ReplayState
  readonly typed: { readonly field?: string; readonly pattern?: string; readonly service?: string }
  readonly problems: FormProblems
  readonly mayMap: boolean
  readonly csrfToken: string
  readonly now: number
}

/** How the names that one source uses become the operator's own. */
export function NamesPage(props: NamesPageProps) {
  const { source, services, replay, mayMap, csrfToken } = props
  return (
    <>
      <PageHead
        title={`Names from ${source.name}`}
        sub={<span>Which of your services its events are about, in the words it uses ({source.slug}).</span>}
        actions={
          <a class="btn" href={`${namesPath(source.slug)}/identity`}>
            Same defect…
          </a>
        }
      />
      <Suggestions id="services" of={services} />
      <div class="stack">
        <ReplayLine slug={source.slug} replay={replay} mayMap={mayMap} csrfToken={csrfToken} />
        {mayMap ? null : <Note>Only release managers and admins can change these.</Note>}
        <UnmappedPanel {...props} />
        <RulesPanel {...props} />
        <DefaultPanel {...props} />
        <SeverityPanel slug={source.slug} words={props.words} mayMap={mayMap} csrfToken={csrfToken} />
      </div>
    </>
  )
}

/** A name that differs from the service it counts for is worth a look; one that is the service needs none. */
function UnmappedPanel({ source, unmapped, mayMap, csrfToken, now }: NamesPageProps) {
  return (
    <Panel
      id="unmapped"
      title="No rule for these"
      hint="Deliveries of the last 90 days that no rule matched"
      pad={unmapped.length === 0}
    >
      {unmapped.length === 0 ? (
        <Empty icon="check-ring">A rule matches everything that came, or nothing came.</Empty>
      ) : (
        <TableBox label="No rule for these">
          <table class="t">
            <caption>What no rule matched, the most frequent first</caption>
            <thead>
              <tr>
                <th scope="col">What it calls itself</th>
                <th scope="col" class="num">
                  Deliveries
                </th>
                <th scope="col">Last</th>
                <th scope="col">Counts for</th>
                {mayMap ? <th scope="col">This is service</th> : null}
              </tr>
            </thead>
            <tbody>
              {unmapped.map((one) => (
                <tr>
                  <td class="wrap ttl m-full">
                    {one.field === '' ? (
                      'It does not say where it comes from'
                    ) : (
                      <>
                        <code>{one.field}</code> {one.value}
                      </>
                    )}
                    <OriginDetails origin={one.origin} />
                  </td>
                  <td class="num m-2">
                    {one.deliveries}{' '}
                    <span class="m-only-inline t3 fs12">{one.deliveries === 1 ? 'delivery' : 'deliveries'}</span>
                  </td>
                  <td class="nw m-2">
                    <Age at={one.lastAt} now={now} />
                  </td>
                  <td class="wrap m-2">{one.service ?? <span class="watch">no service</span>}</td>
                  {mayMap ? (
                    <td class="m-full">
                      {one.field === '' ? (
                        <span class="t3">Set a default below.</span>
                      ) : (
                        <form class="inline-form" method="post" action={`${namesPath(source.slug)}/rules`}>
                          <CsrfField token={csrfToken} />
                          <input type="hidden" name="field" value={one.field} />
                          <input type="hidden" name="pattern" value={one.value} />
                          <input
                            class="inp"
                            name="service"
                            list="services"
                            required
                            maxlength={200}
                            autocomplete="off"
                            aria-label={`Service for ${one.field} ${one.value}`}
                          />
                          <button type="submit" class="btn sm">
                            Save<span class="vh"> the service for {one.value}</span>
                          </button>
                        </form>
                      )}
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

/** All the names a rule could go by. */
function OriginDetails({ origin }: { origin: UnmappedOrigin['origin'] }) {
  const names = Object.entries(origin)
  if (names.length < 2) return null
  return (
    <details>
      <summary class="t3 fs12">{counted(names.length, 'field')} to match</summary>
      <dl class="facts">
        {names.map(([name, value]) => (
          <>
            <dt>
              <code>{name}</code>
            </dt>
            <dd class="wrap">{value}</dd>
          </>
        ))}
      </dl>
    </details>
  )
}

function RulesPanel(props: NamesPageProps) {
  const { source, rules, typed, problems, mayMap, csrfToken, unmapped } = props
  const fields = [...new Set(unmapped.flatMap(({ origin }) => Object.keys(origin)))].sort()
  return (
    <Panel id="rules" title="Rules" hint="The most specific one decides; the first in this list">
      {rules.length === 0 ? (
        <div class="pn-b">
          <p class="t3 fs13">No rules yet. Until there are, services are called what the sender calls them.</p>
        </div>
      ) : (
        <TableBox label="Rules">
          <table class="t keep">
            <caption>Rules that tell services apart, the most specific first</caption>
            <thead>
              <tr>
                <th scope="col">When</th>
                <th scope="col">Service</th>
                <th scope="col">For</th>
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
                    <RuleWords rule={rule} />
                  </td>
                  <td class="wrap">{rule.service}</td>
                  <td class="nw">{rule.isGeneral ? 'all sources' : 'this source'}</td>
                  {mayMap ? (
                    <td>
                      <a class="btn sm" href={`${namesPath(source.slug)}/rules/${rule.id}/removal`}>
                        Remove…
                        <span class="vh">
                          {' '}
                          the rule for {rule.field} {rule.pattern}
                        </span>
                      </a>
                    </td>
                  ) : null}
                </tr>
              ))}
            </tbody>
          </table>
        </TableBox>
      )}
      {mayMap ? (
        <div class="pn-b">
          <FormErrors problems={problems} />
          <form method="post" action={`${namesPath(source.slug)}/rules`} hx-sync="this:drop">
            <CsrfField token={csrfToken} />
            <Suggestions id="fields" of={fields} />
            <div class="f3">
              <Field
                name="field"
                label="Field"
                hint="As the sender names it: repository, label.team"
                value={typed.field}
                problems={problems}
                input={{ required: true, maxlength: 100, list: 'fields', autocomplete: 'off', spellcheck: false }}
              />
              <Field
                name="pattern"
                label="Value"
                hint="Whole, or with one * for any text"
                value={typed.pattern}
                problems={problems}
                input={{ required: true, maxlength: 200, autocomplete: 'off', spellcheck: false }}
              />
              <Field
                name="service"
                label="Service"
                hint="Yours"
                value={typed.service}
                problems={problems}
                input={{ required: true, maxlength: 200, list: 'services', autocomplete: 'off' }}
              />
            </div>
            <div class="fld">
              <label class="check">
                <input type="checkbox" name="everywhere" value="yes" />
                <span>For all sources</span>
              </label>
            </div>
            <div class="form-foot">
              <button type="submit" class="btn">
                Add rule
              </button>
            </div>
          </form>
        </div>
      ) : null}
    </Panel>
  )
}

const RuleWords = ({ rule: { field, pattern } }: { rule: ServiceRule }) => (
  <>
    <code>{field}</code> is <code>{pattern}</code>
  </>
)

function DefaultPanel({ source, defaultService, problems, mayMap, csrfToken }: NamesPageProps) {
  return (
    <Panel id="default" title="Default service" hint="For what no rule matches and what names no service itself" pad>
      {mayMap ? (
        <form method="post" action={`${namesPath(source.slug)}/default`} hx-sync="this:drop">
          <CsrfField token={csrfToken} />
          <Field
            name="default"
            label="Service"
            hint="Empty: such a defect belongs to no service until somebody says which."
            optional
            value={defaultService ?? ''}
            problems={problems}
            input={{ maxlength: 200, list: 'services', autocomplete: 'off' }}
          />
          <div class="form-foot">
            <button type="submit" class="btn">
              Save default service
            </button>
          </div>
        </form>
      ) : (
        <p>{defaultService ?? 'None'}</p>
      )}
    </Panel>
  )
}
