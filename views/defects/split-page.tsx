import { CsrfField, FormErrors, type FormProblems, TextArea } from '../components/form-parts.tsx'
import { PageHead, Panel } from '../components/page-parts.tsx'
import { Time } from '../components/time.tsx'
import { counted, formatCount } from '../format.ts'
import { revealHidden } from '../hidden-characters.ts'
import { defectPath } from '../paths.ts'
import type { KnownReport } from './known-from.tsx'
import { PartFacts, type PartShown } from './part-facts.tsx'

interface SplitProps {
  readonly defect: { readonly id: number; readonly title: string }
  readonly reports: readonly KnownReport[]
  readonly chosen: readonly number[]
  /** What is split off and what is left, once reports are chosen. */
  readonly parts: { readonly off: PartShown; readonly rest: PartShown } | undefined
  readonly reason: string
  readonly problem: string | undefined
  readonly csrfToken: string
  readonly now: number
}

/** Which reports are another defect, then what will be true once they are. */
export function SplitPage(props: SplitProps) {
  const { defect, parts, problem } = props
  const problems: FormProblems | undefined =
    problem === undefined ? undefined : { fields: {}, form: `Nothing was changed. ${problem}` }
  return (
    <>
      <PageHead title={`Split off reports of PF-${defect.id}`} sub={revealHidden(defect.title)} />
      {parts ? <Confirm {...props} parts={parts} problems={problems} /> : <Choose {...props} problems={problems} />}
    </>
  )
}

function Choose({ defect, reports, chosen, problems, now }: SplitProps & { problems: FormProblems | undefined }) {
  const path = defectPath(defect.id)
  if (reports.length < 2)
    return (
      <div class="panel narrow">
        <div class="pn-b">
          <p>PF-{defect.id} is known from one report alone: there is nothing to split off.</p>
          <div class="form-foot">
            <a class="btn" href={path}>
              Back to PF-{defect.id}
            </a>
          </div>
        </div>
      </div>
    )
  return (
    <form class="panel" method="get" action={`${path}/split`}>
      <div class="pn-b">
        {problems ? <FormErrors problems={problems} /> : null}
        <p>Choose the reports that are another defect.</p>
      </div>
      <section class="tw" tabindex={0} aria-label="Reports of this defect">
        <table class="t">
          <caption>Reports of this defect, earliest first</caption>
          <thead>
            <tr>
              <th scope="col">Report</th>
              <th scope="col">Source</th>
              <th scope="col">First seen</th>
              <th scope="col" class="num">
                Occurrences
              </th>
            </tr>
          </thead>
          <tbody>
            {reports.map((report) => (
              <tr>
                <td class="ttl m-full">
                  <label class="check">
                    <input type="checkbox" name="report" value={report.id} checked={chosen.includes(report.id)} />
                    <span>
                      {report.externalId ? <b>{report.externalId} </b> : null}
                      {revealHidden(report.title ?? 'Without a title')}
                    </span>
                  </label>
                </td>
                <td class="m-2">{report.source}</td>
                <td class="m-2">
                  <Time at={report.firstSeenAt ?? report.firstSaidAt} now={now} />
                </td>
                <td class="num m-hide">{formatCount(report.occurrences)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <div class="pn-b">
        <div class="form-foot">
          <button type="submit" class="btn pri">
            Go on
          </button>
          <a class="btn ghost" href={path}>
            Cancel
          </a>
        </div>
      </div>
    </form>
  )
}

function Confirm({
  defect,
  chosen,
  parts,
  reason,
  problems,
  csrfToken,
  now,
}: SplitProps & { parts: NonNullable<SplitProps['parts']>; problems: FormProblems | undefined }) {
  const path = defectPath(defect.id)
  return (
    <div class="grid g-21">
      <form class="panel" method="post" action={`${path}/split`} hx-sync="this:drop">
        <div class="pn-b">
          {problems ? <FormErrors problems={problems} /> : null}
          <CsrfField token={csrfToken} />
          {chosen.map((id) => (
            <input type="hidden" name="report" value={id} />
          ))}
          <ul class="will">
            <li>{counted(chosen.length, 'report')} become a defect with a number of its own.</li>
            <li>
              Later events of these reports go there; what they share with the others no longer makes them one, and
              reading old deliveries again changes nothing of it.
            </li>
            <li>Occurrences, times, status, suspects and fixes of both follow anew from the reports of each.</li>
            <li>
              What people decided and wrote stays with PF-{defect.id}. The new one begins with what its sources say,
              unless it was a defect of its own before.
            </li>
            <li>New reports that share a key with both go to PF-{defect.id}.</li>
            <li>It can be taken back.</li>
          </ul>
          <TextArea
            name="reason"
            label="Why they are not the same"
            rows={3}
            value={reason}
            input={{ required: true, maxlength: 10000 }}
          />
          <div class="form-foot">
            <button type="submit" class="btn pri">
              Split off {counted(chosen.length, 'report')}
            </button>
            <a class="btn ghost" href={path}>
              Cancel
            </a>
          </div>
        </div>
      </form>
      <div class="stack">
        <Panel id="off" title="Split off" pad>
          <PartFacts part={parts.off} now={now} />
        </Panel>
        <Panel id="rest" title={`PF-${defect.id} after it`} pad>
          <PartFacts part={parts.rest} now={now} />
        </Panel>
      </div>
    </div>
  )
}
