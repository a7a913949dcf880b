import type { BroughtCommit } from '../../src/store/releases/brought-commits.ts'
import { Icon } from '../components/icon.tsx'
import { Empty, PageHead, Pager, ReleaseLink, TableBox } from '../components/page-parts.tsx'
import { Time } from '../components/time.tsx'
import { useZone } from '../components/zone.tsx'
import { formatDayAndTime } from '../format.ts'
import { servicePath } from '../paths.ts'
import { CommitSha } from './commit-sha.tsx'

export interface CommitListProps {
  /** Undefined: the address does not say of what. */
  readonly of: CommitsOf | undefined
  /** Those deployed last first. */
  readonly rows: readonly BroughtCommit[]
  readonly wrongPage: boolean
  readonly summary: string
  readonly first: string | undefined
  readonly next: string | undefined
  readonly csv: string | undefined
  readonly now: number
}

interface CommitsOf {
  readonly service: string
  readonly environment: string
  /** Epoch ms, half-open. */
  readonly span: { readonly from: number | undefined; readonly to: number | undefined }
  /** None but those with a time. */
  readonly timed: boolean
  /** The others too, or these alone. */
  readonly other: string
  /** Where the lead time is. */
  readonly trends: string
}

/** The commits that the lead time counts. */
export function CommitListPage({ of, rows, wrongPage, summary, first, next, csv, now }: CommitListProps) {
  return (
    <>
      <PageHead title="Commits" sub={of ? <Said of={of} now={now} /> : undefined} />
      {wrongPage ? <p class="t2 mb8">The address named a page that does not exist. Showing the first one.</p> : null}
      <section class="panel" aria-label="Commits found">
        {rows.length > 0 ? (
          <Rows rows={rows} now={now} />
        ) : (
          <Empty icon="commit" action={<a href={of?.trends ?? '/trends/delivery'}>Trends, Delivery</a>}>
            {of
              ? 'No deployment brought a commit in this time.'
              : 'Commits are asked for by a service, an environment and a time, as the lead time in Trends does.'}
          </Empty>
        )}
        <Pager newer={first} older={next} newerText="Newest" summary={summary} csv={csv} />
      </section>
    </>
  )
}

function Said({ of: { service, environment, span, timed, other, trends }, now }: { of: CommitsOf; now: number }) {
  const zone = useZone()
  const words = (at: number | undefined) => (at === undefined ? '' : formatDayAndTime(at, now, zone))
  return (
    <span>
      Brought to {environment} first by deployments of <a href={servicePath(service)}>{service}</a> from{' '}
      {words(span.from)} to {words(span.to)}, as its <a href={trends}>lead time</a> counts them: merge commits left out,{' '}
      {timed ? 'and those without a time before their deployment' : 'those without a time included'}.{' '}
      <a href={other}>{timed ? 'Show those too' : 'Only those with a time'}</a>
    </span>
  )
}

function Rows({ rows, now }: Pick<CommitListProps, 'rows' | 'now'>) {
  return (
    <TableBox label="Commits">
      <table class="t t-commits">
        <caption>Commits, those deployed last first</caption>
        <thead>
          <tr>
            <th scope="col">Commit</th>
            <th scope="col">Message</th>
            <th scope="col">Author</th>
            <th scope="col">Committed</th>
            <th scope="col">Release</th>
            <th scope="col">Deployed</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ sha, repositoryUrl, message, author, at, service, version, deployedAt }) => (
            <tr>
              <td class="nw">
                <Icon name="commit" /> <CommitSha sha={sha} repositoryUrl={repositoryUrl} />
              </td>
              <td class="m-2 clip">
                <span title={message}>{message?.split('\n', 1)[0] ?? <span class="t3">No message</span>}</span>
              </td>
              <td class="nw m-2">{author ?? <span class="t3">Not said</span>}</td>
              <td class="nw m-hide">{at === undefined ? <span class="t3">–</span> : <Time at={at} now={now} />}</td>
              <td class="nw m-2">
                <ReleaseLink service={service} version={version} />
              </td>
              <td class="nw m-hide">
                <Time at={deployedAt} now={now} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableBox>
  )
}
