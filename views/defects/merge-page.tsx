import type { Severity } from '../../src/core/event.ts'
import { SeverityBadge } from '../components/badges.tsx'
import { CsrfField, Field, FormErrors, type FormProblems, TextArea } from '../components/form-parts.tsx'
import { Empty, PageHead, Panel } from '../components/page-parts.tsx'
import { Time } from '../components/time.tsx'
import { revealHidden } from '../hidden-characters.ts'
import { defectPath, withQuery } from '../paths.ts'
import { PartFacts, type PartShown } from './part-facts.tsx'

interface Shown {
  readonly id: number
  readonly title: string
}

interface Candidate extends Shown {
  readonly severity: Severity
  readonly open: boolean
  readonly firstSeenAt: number
}

interface MergeProps {
  readonly defect: Shown
  /** The one that was chosen, and what both are together; undefined before. */
  readonly into: Shown | undefined
  readonly after: PartShown | undefined
  readonly candidates: readonly { readonly other: Candidate; readonly because: readonly string[] }[]
  readonly given: { readonly into: string; readonly reason?: string }
  readonly problem: string | undefined
  readonly csrfToken: string
  readonly now: number
}

/** Into which defect one is merged, then what will be true once it is. */
export function MergePage(props: MergeProps) {
  const { defect, into, after, problem } = props
  const problems: FormProblems | undefined =
    problem === undefined ? undefined : { fields: {}, form: `Nothing was changed. ${problem}` }
  return (
    <>
      <PageHead
        title={into ? `Merge PF-${defect.id} into PF-${into.id}` : `Merge PF-${defect.id} into another`}
        sub={revealHidden(defect.title)}
      />
      {into && after ? (
        <Confirm {...props} into={into} after={after} problems={problems} />
      ) : (
        <Choose {...props} problems={problems} />
      )}
    </>
  )
}

function Choose({ defect, candidates, given, problems, now }: MergeProps & { problems: FormProblems | undefined }) {
  return (
    <div class="stack">
      <form class="panel narrow" method="get" action={`${defectPath(defect.id)}/merge`}>
        <div class="pn-b">
          {problems ? <FormErrors problems={problems} /> : null}
          <Field
            name="into"
            label="Number of the defect that stays"
            hint="Such as PF-1284."
            value={given.into}
            input={{ required: true, maxlength: 20, autocomplete: 'off' }}
          />
          <div class="form-foot">
            <button type="submit" class="btn pri">
              Go on
            </button>
            <a class="btn ghost" href={defectPath(defect.id)}>
              Cancel
            </a>
          </div>
        </div>
      </form>
      <Panel id="candidates" title="May be the same" hint="same service, similar title or time">
        {candidates.length === 0 ? (
          <Empty>No other defect of this service looks like it.</Empty>
        ) : (
          <section class="tw" tabindex={0} aria-label="Defects that may be the same">
            <table class="t">
              <caption>Defects that may be the same, the likeliest first</caption>
              <thead>
                <tr>
                  <th scope="col">Defect</th>
                  <th scope="col">Why</th>
                  <th scope="col">First seen</th>
                  <th scope="col">
                    <span class="vh">Choose</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {candidates.map(({ other, because }) => (
                  <tr>
                    <td class="ttl m-full">
                      <SeverityBadge severity={other.severity} />{' '}
                      <a href={defectPath(other.id)}>
                        PF-{other.id} {revealHidden(other.title)}
                      </a>
                      {other.open ? '' : ' (closed)'}
                    </td>
                    <td class="m-2">{because.join(' ')}</td>
                    <td class="m-hide">
                      <Time at={other.firstSeenAt} now={now} />
                    </td>
                    <td class="m-2">
                      <a class="btn sm" href={withQuery(`${defectPath(defect.id)}/merge`, { into: `PF-${other.id}` })}>
                        Choose<span class="vh"> PF-{other.id}</span>
                      </a>
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </section>
        )}
      </Panel>
    </div>
  )
}

function Confirm({
  defect,
  into,
  after,
  given,
  problems,
  csrfToken,
  now,
}: MergeProps & { into: Shown; after: PartShown; problems: FormProblems | undefined }) {
  return (
    <div class="grid g-21">
      <form class="panel" method="post" action={`${defectPath(defect.id)}/merge`} hx-sync="this:drop">
        <div class="pn-b">
          {problems ? <FormErrors problems={problems} /> : null}
          <CsrfField token={csrfToken} />
          <input type="hidden" name="into" value={`PF-${into.id}`} />
          <ul class="will">
            <li>
              Both are one defect, PF-{into.id}: {revealHidden(into.title)}.
            </li>
            <li>PF-{defect.id} leads there from then on, and so do its comments and its history.</li>
            <li>
              Occurrences are added up; first seen, status, suspects and fixes follow anew from all reports and from
              what people decided of either, the later word over the earlier.
            </li>
            <li>Later events of either go to PF-{into.id}, and reading old deliveries again changes nothing of it.</li>
            <li>It can be taken back: each then has its number and its reports again.</li>
          </ul>
          <TextArea
            name="reason"
            label="Why they are the same"
            rows={3}
            value={given.reason ?? ''}
            input={{ required: true, maxlength: 10000 }}
          />
          <div class="form-foot">
            <button type="submit" class="btn pri">
              Merge into PF-{into.id}
            </button>
            <a class="btn ghost" href={defectPath(defect.id)}>
              Cancel
            </a>
            <a class="btn ghost" href={withQuery(`${defectPath(into.id)}/merge`, { into: `PF-${defect.id}` })}>
              The other way round
            </a>
          </div>
        </div>
      </form>
      <Panel id="after" title={`PF-${into.id} after it`} pad>
        <PartFacts part={after} now={now} />
      </Panel>
    </div>
  )
}
