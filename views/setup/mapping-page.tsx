import type { Interpretation, SourceEvent } from '../../src/core/event.ts'
import { CsrfField, Field, FormErrors, type FormProblems, Select, TextArea } from '../components/form-parts.tsx'
import { Empty, Note, PageHead, Panel, TableBox } from '../components/page-parts.tsx'
import { Time } from '../components/time.tsx'
import { deliveryPath, namesPath } from '../paths.ts'

/** A mapping as it is typed: empty fields are left out, words stand one to a line. */
export interface TypedMapping {
  readonly makes: 'deployment' | 'defect'
  readonly each: string
  readonly whenPick: string
  readonly whenEquals: string
  readonly fields: Readonly<Record<string, string>>
  readonly statuses: string
  readonly severities: string
}

/** What a mapping makes of one delivery that arrived. */
export interface Trial {
  readonly id: number
  readonly receivedAt: number
  readonly made: Interpretation
}

export interface MappingPageProps {
  readonly source: { readonly slug: string; readonly name: string }
  readonly typed: TypedMapping
  readonly fields: Readonly<Record<'deployment' | 'defect', readonly string[]>>
  readonly isSaved: boolean
  /** The delivery to map by, as text. */
  readonly sample: { readonly id: number; readonly text: string } | undefined
  /** What can be looked at instead, newest first. */
  readonly arrived: readonly number[]
  /** Newest first; undefined: nothing was tried. */
  readonly trials: readonly Trial[] | undefined
  readonly problems: FormProblems
  readonly mayMap: boolean
  readonly csrfToken: string
  readonly now: number
}

/** What the fields of a sender's payloads mean, tried on what really arrived. */
export function MappingPage(props: MappingPageProps) {
  const { source, sample, arrived, trials, now } = props
  return (
    <>
      <PageHead
        title={`Mapping of ${source.name}`}
        sub={<span>What the fields of its payloads mean ({source.slug}).</span>}
      />
      <div class="stack">
        {props.isSaved ? (
          <Note tone="ok" role="status">
            Saved. What could not be read until now is being read again:{' '}
            <a class="lnk" href={`/deliveries?source=${source.slug}`}>
              its deliveries
            </a>
          </Note>
        ) : null}
        <Panel id="sample" title="What arrived" hint={sample ? `Delivery ${sample.id}` : undefined} pad>
          {sample ? (
            <>
              {arrived.length > 1 ? (
                <p class="mb8 fs13">
                  Look at delivery
                  {arrived.map((id) => (
                    <>
                      {' '}
                      <a
                        class="lnk"
                        href={`${namesPath(source.slug)}/mapping?delivery=${id}`}
                        {...(id === sample.id ? { 'aria-current': 'true' } : {})}
                      >
                        {id}
                      </a>
                    </>
                  ))}
                </p>
              ) : null}
              <pre class="code" tabindex={0}>
                {sample.text}
              </pre>
            </>
          ) : (
            <Empty>Nothing arrived yet. Let the sender send something once; it is kept.</Empty>
          )}
        </Panel>
        {trials ? <TrialsPanel trials={trials} now={now} /> : null}
        {props.mayMap ? (
          <MappingForm {...props} />
        ) : (
          <Note>Only release managers and admins can change the mapping.</Note>
        )}
      </div>
    </>
  )
}

function MappingForm({ source, typed, fields, problems, csrfToken }: MappingPageProps) {
  const names = [...new Set([...fields.deployment, ...fields.defect])]
  const use = (name: string) =>
    !fields.deployment.includes(name) ? 'defects' : fields.defect.includes(name) ? undefined : 'deployments'
  return (
    <Panel id="mapping" title="Mapping" hint="$.a.b picks from the payload; anything else is meant as it stands" pad>
      <FormErrors problems={problems} />
      <form method="post" action={`${namesPath(source.slug)}/mapping`} hx-sync="this:drop">
        <CsrfField token={csrfToken} />
        <Select
          name="makes"
          label="Each payload tells of"
          value={typed.makes}
          choices={[
            { value: 'deployment', text: 'Deployments' },
            { value: 'defect', text: 'Defects' },
          ]}
        />
        <div class="f3">
          <Field
            name="each"
            label="One for each"
            hint="Such as $.alerts[*]; the picks below begin there"
            optional
            value={typed.each}
            problems={problems}
            input={PICK_INPUT}
          />
          <Field
            name="whenPick"
            label="Only when"
            hint="Such as $.event"
            optional
            value={typed.whenPick}
            problems={problems}
            input={PICK_INPUT}
          />
          <Field name="whenEquals" label="equals" optional value={typed.whenEquals} problems={problems} />
        </div>
        <fieldset class="fs">
          <legend>Fields</legend>
          <div class="f3">
            {names.map((name) => {
              const only = use(name)
              return (
                <Field
                  name={`fields.${name}`}
                  label={name}
                  {...(only ? { hint: `for ${only}` } : {})}
                  value={typed.fields[name] ?? ''}
                  problems={problems}
                  input={PICK_INPUT}
                />
              )
            })}
          </div>
        </fieldset>
        <div class="f3">
          <TextArea
            name="statuses"
            label="Statuses"
            hint="One to a line: ok = succeeded"
            optional
            value={typed.statuses}
            problems={problems}
          />
          <TextArea
            name="severities"
            label="Severities"
            hint="One to a line: critical = S1"
            optional
            value={typed.severities}
            problems={problems}
          />
        </div>
        <div class="form-foot">
          <button type="submit" class="btn" name="do" value="try">
            Try on the last deliveries
          </button>
          <button type="submit" class="btn pri" name="do" value="save">
            Save mapping
          </button>
        </div>
      </form>
    </Panel>
  )
}

const PICK_INPUT = { maxlength: 500, autocomplete: 'off', spellcheck: false }

function TrialsPanel({ trials, now }: { trials: readonly Trial[]; now: number }) {
  return (
    <Panel
      id="trials"
      title="What it would make"
      hint="Of the last deliveries; nothing is changed"
      pad={trials.length === 0}
    >
      {trials.length === 0 ? (
        <Empty>Nothing arrived yet to try it on.</Empty>
      ) : (
        <TableBox label="What it would make">
          <table class="t keep">
            <caption>Deliveries and what the mapping makes of them, newest first</caption>
            <thead>
              <tr>
                <th scope="col">Delivery</th>
                <th scope="col">Received</th>
                <th scope="col">Result</th>
              </tr>
            </thead>
            <tbody>
              {trials.map(({ id, receivedAt, made }) => (
                <tr>
                  <td class="nw">
                    <a href={deliveryPath(id)}>{id}</a>
                  </td>
                  <td class="nw">
                    <Time at={receivedAt} now={now} />
                  </td>
                  <td class="wrap">
                    <Made made={made} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </TableBox>
      )}
    </Panel>
  )
}

const SHOWN = 5

function Made({ made }: { made: Interpretation }) {
  switch (made.kind) {
    case 'ignored':
      return <span class="t3">Ignored: {made.reason}</span>
    case 'unreadable':
      return (
        <span class="watch">
          Unreadable:{' '}
          {made.problems
            .slice(0, SHOWN)
            .map(({ path, message }) => (path ? `${path} ${message}` : message))
            .join('; ')}
        </span>
      )
    case 'events':
      return (
        <ul>
          {made.events.slice(0, SHOWN).map((event) => (
            <li>{eventWords(event)}</li>
          ))}
          {made.events.length > SHOWN ? <li>and {made.events.length - SHOWN} more</li> : null}
        </ul>
      )
  }
}

function eventWords(event: SourceEvent): string {
  if (event.type === 'deployment')
    return `Deployment of ${event.service} ${event.version ?? event.commit ?? ''} to ${event.environment}, ${event.status}`
  if (event.type === 'defect')
    return `Defect “${event.title ?? 'Untitled'}”, ${event.severity ?? 'no severity'}, ${event.status ?? 'no status'}, ${event.service ?? 'no service'}`
  return event.type
}
