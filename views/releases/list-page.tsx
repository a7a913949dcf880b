import type { ReleaseKind, Severity } from '../../src/core/event.ts'
import type { Verdict } from '../../src/core/verdict/verdict.ts'
import { KindTag, VerdictBadge } from '../components/badges.tsx'
import { type Choice, Pick, ScopeForm } from '../components/form-parts.tsx'
import { type NarrowingProps, Narrowings } from '../components/narrowings.tsx'
import { CopyLink, Count, Empty, LookedOnlySoFar, Note, PageHead, Pager, TableBox } from '../components/page-parts.tsx'
import { Since, Time } from '../components/time.tsx'
import { formatCount, middleCut } from '../format.ts'
import { releasePath, withQuery } from '../paths.ts'
import { verdictBadge } from './verdict-panel.tsx'

export interface ReleaseRow {
  readonly service: string
  readonly version: string
  readonly kind: ReleaseKind
  readonly firstProductionAt: number | undefined
  readonly firstKnownAt: number
  readonly withdrawn: boolean
  readonly quarantine: string | undefined
  readonly liveIn: readonly string[]
  /** Of which it is the first suspect, in whatever state. */
  readonly defects: number
  readonly openDefects: Readonly<Record<Severity, number>>
  readonly failedDeployments: number
  readonly rolledBack: number
  /** Where it runs in production. */
  readonly verdict: Verdict | undefined
}

export interface ReleaseListProps {
  readonly rows: readonly ReleaseRow[]
  readonly filters: {
    readonly service: string
    readonly kind: string
    readonly environment: string
    readonly range: string
  }
  /** Times in the address: those it names, and the link that names what is shown now. */
  readonly moment: { readonly link: string; readonly asked: NarrowingProps | undefined }
  readonly choices: { readonly services: readonly Choice[]; readonly environments: readonly Choice[] }
  readonly remarks: readonly string[]
  readonly anyFilter: boolean
  readonly summary: string
  readonly first: string | undefined
  /** All of it as a file. */
  readonly csv: string
  readonly next: string | undefined
  readonly lookedAt: string | undefined
  readonly now: number
}

const KIND_CHOICES: readonly Choice[] = [
  { value: '', text: 'Any' },
  { value: 'major', text: 'Major' },
  { value: 'minor', text: 'Minor' },
  { value: 'patch', text: 'Patch' },
  { value: 'emergency', text: 'Emergency' },
  { value: 'pre-release', text: 'Pre-release' },
  { value: 'unknown', text: 'Unknown' },
]

export const RANGE_CHOICES: readonly Choice[] = [
  { value: '', text: 'All time' },
  { value: '24h', text: '24 hours' },
  { value: '7d', text: '7 days' },
  { value: '14d', text: '14 days' },
  { value: '30d', text: '30 days' },
  { value: '90d', text: '90 days' },
]

export function ReleaseListPage(props: ReleaseListProps) {
  const { rows, filters, moment, choices, remarks, anyFilter, now } = props
  const any = (list: readonly Choice[]): readonly Choice[] => [{ value: '', text: 'Any' }, ...list]
  return (
    <>
      <PageHead title="Releases" />
      <ScopeForm action="/releases" label="Filter releases">
        <Pick name="service" label="Service" value={filters.service} choices={any(choices.services)} />
        <Pick name="kind" label="Kind" value={filters.kind} choices={KIND_CHOICES} />
        <Pick name="env" label="Deployed to" value={filters.environment} choices={any(choices.environments)} />
        <Pick name="range" label="First known" value={filters.range} choices={RANGE_CHOICES} />
        {moment.asked ? <Narrowings narrowings={[moment.asked]} now={now} /> : null}
        {anyFilter ? (
          <a class="btn ghost" href="/releases?view=all">
            Clear filters
          </a>
        ) : null}
        <CopyLink href={moment.link}>Copy link to this moment</CopyLink>
      </ScopeForm>
      {remarks.map((remark) => (
        <div class="gap">
          <Note tone="watch" role="status">
            {remark}
          </Note>
        </div>
      ))}
      <section class="panel" aria-label="Releases found">
        {rows.length > 0 ? (
          <form method="get" action="/releases/compare">
            <ReleaseTable rows={rows} now={now} />
            <div class="pn-f">
              <button type="submit" class="btn sm">
                Compare ticked releases
              </button>
              <span>Two to four, at the same age.</span>
            </div>
          </form>
        ) : (
          <NothingFound {...props} />
        )}
        <LookedOnlySoFar at={props.lookedAt} what="releases" next={props.next} />
        <Pager
          newer={props.first}
          older={props.lookedAt ? undefined : props.next}
          newerText="Newest"
          summary={props.summary}
          csv={rows.length > 0 ? props.csv : undefined}
        />
      </section>
    </>
  )
}

function NothingFound({ anyFilter, lookedAt }: ReleaseListProps) {
  if (lookedAt) return <Empty icon="search">Nothing found so far.</Empty>
  return anyFilter ? (
    <Empty
      icon="release"
      action={
        <a class="btn sm" href="/releases?view=all">
          Clear filters
        </a>
      }
    >
      No release matches these filters.
    </Empty>
  ) : (
    <Empty
      icon="release"
      action={
        <a class="btn sm" href="/setup">
          Connect your CI
        </a>
      }
    >
      No releases yet. The first deployment makes one.
    </Empty>
  )
}

function ReleaseTable({ rows, now }: { rows: readonly ReleaseRow[]; now: number }) {
  return (
    <TableBox label="Releases">
      <table class="t t-releases">
        <caption>Releases, newest first. Defects are those of which the release is the first suspect.</caption>
        <thead>
          <tr>
            <th scope="col">
              <span class="vh">Compare</span>
            </th>
            <th scope="col">Release</th>
            <th scope="col">Kind</th>
            <th scope="col">Verdict</th>
            <th scope="col" aria-label="First production deployment">
              First in production
            </th>
            <th scope="col">Age</th>
            <th scope="col">Live in</th>
            <th scope="col" class="num">
              Defects
            </th>
            {SEVERITIES.map((severity, i) => (
              <th scope="col" class="num">
                {i === 0 ? 'Open ' : <span class="vh">Open </span>}
                {severity}
              </th>
            ))}
            <th scope="col" class="num">
              Failed
            </th>
            <th scope="col" class="num">
              Rolled back
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <ReleaseTableRow row={row} now={now} />
          ))}
        </tbody>
      </table>
    </TableBox>
  )
}

const SEVERITIES: readonly Severity[] = ['S1', 'S2', 'S3', 'S4']

function ReleaseTableRow({ row, now }: { row: ReleaseRow; now: number }) {
  const open = SEVERITIES.filter((severity) => row.openDefects[severity] > 0)
  return (
    <tr>
      <td class="tick">
        <label>
          <input type="checkbox" name="release" value={`${row.service}@${row.version}`} />
          <span class="vh">
            Compare {row.service} {row.version}
          </span>
        </label>
      </td>
      <td class="rel">
        <a class="ttl" href={releasePath(row.service, row.version)} title={`${row.service} ${row.version}`}>
          {row.service} {middleCut(row.version)}
        </a>
        {row.withdrawn ? <span class="tag">Withdrawn</span> : null}
        {row.quarantine ? (
          <span class="tag" title={`${row.version} ${row.quarantine}`}>
            Not counted
          </span>
        ) : null}
      </td>
      <td class="m-end">
        <KindTag kind={row.kind} />
      </td>
      <td class={row.verdict || row.rolledBack > 0 ? 'm-full' : 'm-hide'} title={row.verdict?.sentence}>
        <Judged row={row} />
      </td>
      <td class="m-hide">
        {row.firstProductionAt === undefined ? (
          <span class="t3">Never</span>
        ) : (
          <Time at={row.firstProductionAt} now={now} />
        )}
      </td>
      <td class="m-full">
        {row.firstProductionAt === undefined ? (
          <span class="t3">
            <span class="m-only-inline">Never in production. </span>
            <span class="m-hide-inline">–</span>
          </span>
        ) : (
          <>
            <span class="m-only-inline t3">In production for </span>
            <Since at={row.firstProductionAt} now={now} />
          </>
        )}
      </td>
      <td class="m-full">
        {row.liveIn.length === 0 ? (
          <span class="t3">
            <span class="m-only-inline">Live </span>nowhere
          </span>
        ) : (
          <>
            <span class="m-only-inline t3">Live in </span>
            {row.liveIn.join(', ')}
          </>
        )}
      </td>
      <td class="num m-hide">
        {row.defects > 0 ? (
          <a href={withQuery('/defects', { status: 'any', service: row.service, release: row.version })}>
            {formatCount(row.defects)}
            <span class="vh"> defects</span>
          </a>
        ) : (
          <Count n={0} />
        )}
      </td>
      {SEVERITIES.map((severity) => (
        <td class={open.length > 0 && open[0] === severity ? 'num' : 'num m-hide'}>
          {row.openDefects[severity] > 0 ? (
            <>
              <a href={openDefectsPath(row, severity)} class={`n-${severity.toLowerCase()}`}>
                {row.openDefects[severity]}
                <span class="vh"> open {severity}</span>
              </a>
              {open[0] === severity ? (
                <span class="m-only-inline t3">
                  {' '}
                  {severity}, {open.length > 1 ? 'and others, ' : ''}open
                </span>
              ) : null}
            </>
          ) : (
            <Count n={0} />
          )}
        </td>
      ))}
      <td class="num m-hide">
        <Count n={row.failedDeployments} />
      </td>
      <td class="num m-hide">
        <Count n={row.rolledBack} />
      </td>
    </tr>
  )
}

/** Of what runs; what became of the others is said in a word. */
function Judged({ row }: { row: ReleaseRow }) {
  if (row.verdict) return <VerdictBadge verdict={verdictBadge(row.verdict)} />
  if (row.rolledBack > 0) return <VerdictBadge verdict="rolled-back" />
  if (row.firstProductionAt === undefined) return <span class="t3">Not in production</span>
  return <span class="t3">{row.liveIn.length === 0 ? 'Replaced' : '–'}</span>
}

const openDefectsPath = ({ service, version }: ReleaseRow, severity: Severity): string =>
  withQuery('/defects', { severity, service, release: version })
