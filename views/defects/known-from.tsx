import { CsrfField } from '../components/form-parts.tsx'
import { Icon } from '../components/icon.tsx'
import { DefectLink, Note, Panel } from '../components/page-parts.tsx'
import { Time } from '../components/time.tsx'
import { counted, formatCount } from '../format.ts'
import { defectPath, reportsOfPath, safeExternalUrl } from '../paths.ts'

export interface KnownReport {
  readonly id: number
  readonly source: string
  readonly externalId: string | undefined
  readonly title: string | undefined
  readonly url: string | undefined
  readonly firstSeenAt: number | undefined
  readonly lastSeenAt: number | undefined
  readonly firstSaidAt: number
  readonly occurrences: number
}

/** What a person said of which reports are one defect, and what holds. */
export interface IdentityShown {
  readonly id: number
  readonly kind: 'same' | 'apart'
  readonly at: number
  readonly by: string
  readonly reason: string
  readonly fromId: number | undefined
  readonly intoId: number | undefined
}

interface KnownFromProps {
  readonly id: number
  readonly reports: readonly KnownReport[]
  readonly count: number
  readonly words: readonly IdentityShown[]
  /** Why the last try to take one back changed nothing. */
  readonly refused: string | undefined
  readonly mayChange: boolean
  readonly csrfToken: string
  readonly now: number
}

/** The reports that are this defect, each as its source has it, and what people said of that. */
export function KnownFrom(props: KnownFromProps) {
  const { id, reports, count, words, refused, mayChange, now } = props
  return (
    <Panel
      id="reports"
      title="Known from"
      hint={counted(count, 'report')}
      end={
        mayChange ? (
          <>
            <a class="btn sm" href={`${defectPath(id)}/merge`}>
              Merge into…
            </a>
            {count > 1 ? (
              <a class="btn sm" href={`${defectPath(id)}/split`}>
                Split off…
              </a>
            ) : null}
          </>
        ) : undefined
      }
      foot={
        count > reports.length ? (
          <span>
            The first {reports.length} of <a href={reportsOfPath(id)}>{formatCount(count)}</a>
          </span>
        ) : undefined
      }
    >
      <ReportTable reports={reports} now={now} />
      {words.length > 0 || refused ? (
        <div class="pn-b stack" id="identity">
          {refused ? (
            <Note tone="bad" role="alert">
              Nothing was changed. {refused}
            </Note>
          ) : null}
          {words.map((word) => (
            <Word {...props} word={word} />
          ))}
        </div>
      ) : null}
    </Panel>
  )
}

/** Each as its source has it, in the order given. */
export function ReportTable({ reports, now }: Pick<KnownFromProps, 'reports' | 'now'>) {
  return (
    <section class="tw" tabindex={0} aria-label="Reports of this defect">
      <table class="t">
        <caption>Reports of this defect, the first to come first</caption>
        <thead>
          <tr>
            <th scope="col">Source</th>
            <th scope="col">Its id</th>
            <th scope="col">First seen</th>
            <th scope="col">Last seen</th>
            <th scope="col" class="num">
              Occurrences
            </th>
            <th scope="col">Where</th>
          </tr>
        </thead>
        <tbody>
          {reports.map((report) => {
            const url = safeExternalUrl(report.url)
            return (
              <tr>
                <td class="ttl">{report.source}</td>
                <td class="m-2">
                  {report.externalId ? (
                    <code title={report.externalId}>{shortened(report.externalId)}</code>
                  ) : (
                    <span class="t3">None</span>
                  )}
                </td>
                <td class="m-2">
                  <Time at={report.firstSeenAt ?? report.firstSaidAt} now={now} />
                </td>
                <td class="m-hide">{report.lastSeenAt ? <Time at={report.lastSeenAt} now={now} /> : 'Not sighted'}</td>
                <td class="num m-hide">{formatCount(report.occurrences)}</td>
                <td class="m-2">{url ? <ExternalLink url={url} /> : <span class="t3">No address</span>}</td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </section>
  )
}

function Word({ id, word, mayChange, csrfToken, now }: KnownFromProps & { word: IdentityShown }) {
  return (
    <div>
      <p>
        <b>{word.by}</b>{' '}
        {word.kind === 'same' ? (
          <>
            merged PF-{word.fromId} into PF-{word.intoId}
          </>
        ) : (
          <SplitWords id={id} fromId={word.fromId} intoId={word.intoId} />
        )}
        , <Time at={word.at} now={now} />: <span class="t2">{word.reason}</span>
      </p>
      {mayChange ? (
        <details>
          <summary class="btn sm ghost">Take back…</summary>
          <form method="post" action={`${defectPath(id)}/identity`} hx-sync="this:drop">
            <CsrfField token={csrfToken} />
            <input type="hidden" name="word" value={word.id} />
            <p class="t2">
              {word.kind === 'same'
                ? `PF-${word.fromId} is a defect again, with its reports, its comments and what was decided of it.`
                : 'What they share makes them one defect again, as far as nobody said otherwise since.'}
            </p>
            <button type="submit" class="btn sm">
              Take back
            </button>
          </form>
        </details>
      ) : null}
    </div>
  )
}

function SplitWords({ id, fromId, intoId }: { id: number } & Pick<IdentityShown, 'fromId' | 'intoId'>) {
  const other = id === intoId ? fromId : intoId
  if (other === undefined || other === id) return <>split it</>
  return id === intoId ? (
    <>
      split this off <DefectLink id={other} />
    </>
  ) : (
    <>
      split <DefectLink id={other} /> off
    </>
  )
}

const LONGEST_SHOWN = 40
const shortened = (text: string): string =>
  text.length <= LONGEST_SHOWN ? text : `${text.slice(0, LONGEST_SHOWN - 1)}…`

/** The host and the end of the path: what tells one address from another. */
export function ExternalLink({ url }: { url: string }) {
  const { host, pathname } = new URL(url)
  const tail = pathname.replace(/\/$/, '').split('/').slice(-2).join('/')
  return (
    <a href={url} rel="noreferrer" class="ext" title={url}>
      {tail ? `${host}/…/${tail}` : host} <Icon name="external" small />
    </a>
  )
}
