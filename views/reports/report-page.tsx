import type { ReportSnapshot } from '../../src/core/reports/snapshot.ts'
import type { ReportShare } from '../../src/store/reports/report-links.ts'
import { CsrfField, Select } from '../components/form-parts.tsx'
import { Icon } from '../components/icon.tsx'
import { CopyCode, Empty, Note, PageHead, Panel, TableBox } from '../components/page-parts.tsx'
import { Time } from '../components/time.tsx'
import { counted } from '../format.ts'
import { releasePath, reportPath, withQuery } from '../paths.ts'
import { madeLine, ReportSheet } from './report-sheet.tsx'

export interface ReportPageProps {
  readonly id: number
  readonly report: ReportSnapshot
  /** Where this server is, as links on paper say it. */
  readonly home: string
  /** Something came in after it was made. */
  readonly hasNewer: boolean
  readonly links: readonly ReportShare[]
  readonly linkDays: readonly number[]
  readonly usualDays: number
  /** Shown once. */
  readonly shared: { readonly link: string; readonly expiresAt: number } | undefined
  readonly refused: string | undefined
  readonly mayShare: boolean
  readonly mayDelete: boolean
  readonly csrfToken: string
  readonly now: number
}

/** A report, what files there are of it, and who may read it by a link. */
export function ReportPage(props: ReportPageProps) {
  const { id, report, home, hasNewer } = props
  const path = reportPath(id)
  return (
    <>
      <PageHead
        title={report.title}
        sub={
          <span>
            {madeLine(report)}. Times in {report.zone.replaceAll('_', ' ')}.
          </span>
        }
        actions={
          <>
            <button type="button" class="btn needs-js" data-print>
              <Icon name="report" />
              Print
            </button>
            {FILES.map(({ name, text }) => (
              <a class="btn" href={`${path}/${name}`} download="" hx-boost="false">
                <Icon name="download" />
                {text}
              </a>
            ))}
            <a class="btn" href="#sharing">
              Share…
            </a>
          </>
        }
      />
      {hasNewer ? (
        <div class="gap rpt-here">
          <Note>
            Newer data exists, which this report does not have. <a href={livePath(report)}>{liveText(report)}</a>
          </Note>
        </div>
      ) : null}
      <ReportSheet report={report} home={{ url: home }} />
      <Sharing {...props} />
    </>
  )
}

const FILES = [
  { name: 'report.html', text: 'HTML' },
  { name: 'report.md', text: 'Markdown' },
  { name: 'defects.csv', text: 'CSV' },
  { name: 'report.json', text: 'JSON' },
] as const

const livePath = ({ subject }: ReportSnapshot): string =>
  subject.kind === 'release'
    ? releasePath(subject.service, subject.version)
    : withQuery('/trends', { service: subject.service ?? undefined, env: subject.environment })

const liveText = ({ subject }: ReportSnapshot): string =>
  subject.kind === 'release' ? 'The release as it is now' : 'The trends as they are now'

function Sharing({
  id,
  links,
  linkDays,
  usualDays,
  shared,
  refused,
  mayShare,
  mayDelete,
  csrfToken,
  now,
}: ReportPageProps) {
  return (
    <div class="rpt-here rpt-below">
      <Panel id="sharing" title="Sharing" hint="Whoever has a link reads this report and nothing else" pad>
        {shared ? (
          <>
            <p>
              Copy the link now; it cannot be shown again. It works until <Time at={shared.expiresAt} now={now} />.
            </p>
            <CopyCode code={shared.link} label="Link" />
          </>
        ) : null}
        {refused ? (
          <div class="gap">
            <Note tone="bad" role="alert">
              {refused}
            </Note>
          </div>
        ) : null}
        {links.length === 0 ? (
          <Empty icon="report">Not shared.</Empty>
        ) : (
          <Links {...{ id, links, mayShare, csrfToken, now }} />
        )}
        {mayShare ? (
          <form method="post" action={`${reportPath(id)}/links`} class="rpt-share">
            <CsrfField token={csrfToken} />
            <Select
              name="days"
              label="Works for"
              value={String(usualDays)}
              choices={linkDays.map((days) => ({ value: String(days), text: counted(days, 'day') }))}
            />
            <div class="fld">
              <label class="check">
                <input type="checkbox" name="hide" value="people" />
                Hide people
              </label>
              <p class="hint">
                In titles of defects too: e-mail addresses, and whole names of people with an account, of those in this
                report and of authors of commits. First names alone, nicknames and names of others stay.
              </p>
            </div>
            <button type="submit" class="btn pri">
              Make a link
            </button>
          </form>
        ) : (
          <p class="t3 fs13">Release managers and admins make links.</p>
        )}
        {mayDelete ? (
          <div class="mt12">
            <a href={`${reportPath(id)}/removal`} class="btn dng-o">
              Delete this report{links.some((link) => isInForce(link, now)) ? ' and end its links' : ''}…
            </a>
          </div>
        ) : null}
      </Panel>
    </div>
  )
}

const isInForce = ({ endedAt, expiresAt }: ReportShare, now: number): boolean =>
  endedAt === undefined && expiresAt > now

function Links({ id, links, mayShare, now }: Pick<ReportPageProps, 'id' | 'links' | 'mayShare' | 'now'>) {
  return (
    <TableBox label="Links">
      <table class="t named">
        <caption>Links to this report, newest first</caption>
        <thead>
          <tr>
            <th scope="col">Link</th>
            <th scope="col">Made</th>
            <th scope="col">Works</th>
            <th scope="col">People</th>
            <th scope="col">Opened</th>
            <th scope="col">
              <span class="vh">End</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {links.map((link) => (
            <tr>
              <td data-col="Link">{link.id}</td>
              <td data-col="Made">
                <Time at={link.madeAt} now={now} /> by {link.madeBy}
              </td>
              <td data-col="Works">
                {link.endedAt !== undefined ? (
                  <>
                    ended <Time at={link.endedAt} now={now} /> by {link.endedBy}
                  </>
                ) : (
                  <>
                    {isInForce(link, now) ? 'until ' : 'expired '}
                    <Time at={link.expiresAt} now={now} />
                  </>
                )}
              </td>
              <td data-col="People">{link.hidesPeople ? 'hidden' : 'shown'}</td>
              <td data-col="Opened">
                {link.opened === 0 || link.lastOpenedAt === undefined ? (
                  'never'
                ) : (
                  <>
                    {counted(link.opened, 'time')}, last <Time at={link.lastOpenedAt} now={now} />
                  </>
                )}
              </td>
              <td>
                {mayShare && isInForce(link, now) ? (
                  <a class="btn sm" href={`${reportPath(id)}/links/${link.id}/ending`}>
                    End…<span class="vh"> link {link.id}</span>
                  </a>
                ) : null}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableBox>
  )
}
