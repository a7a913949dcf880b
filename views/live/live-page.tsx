import type { ReleaseSign } from '../../src/core/verdict/release-sign.ts'
import type { BoardCell, BoardEnvironment, BoardRow } from '../../src/store/deployments/live-board.ts'
import { DeploymentStatusBadge, effectWord, KindTag, SignBadge } from '../components/badges.tsx'
import { type Choice, Pick, ScopeForm } from '../components/form-parts.tsx'
import { Icon } from '../components/icon.tsx'
import { Empty, PageHead, Pager, ReleaseLink, Remarks, TableBox } from '../components/page-parts.tsx'
import { Age, Since } from '../components/time.tsx'
import { counted, formatCount, middleCut } from '../format.ts'
import { safeExternalUrl, servicePath, withQuery } from '../paths.ts'

/** What runs where: services down, environments across. */

export interface LivePageProps {
  readonly environments: readonly BoardEnvironment[]
  readonly rows: readonly (BoardRow & { readonly verdict: ReleaseSign | undefined })[]
  /** The environment whose verdicts are shown. */
  readonly judgedIn: string | undefined
  readonly filters: { readonly q: string; readonly env: string; readonly owner: string; readonly show: string }
  readonly choices: { readonly environments: readonly Choice[]; readonly owners: readonly Choice[] }
  /** How many environments there are beside those shown. */
  readonly moreEnvironments: number
  readonly remarks: readonly string[]
  readonly first: string | undefined
  readonly next: string | undefined
  /** Such as `1–50 of 81`. */
  readonly summary: string
  readonly now: number
}

const SHOW_CHOICES: readonly Choice[] = [
  { value: '', text: 'All services' },
  { value: 'differing', text: 'Where environments differ' },
]

export function LivePage(props: LivePageProps) {
  const { filters, choices, environments, moreEnvironments, remarks } = props
  const anyFilter = Object.values(filters).some((value) => value !== '')
  return (
    <>
      <PageHead
        title="Live board"
        sub={<span>What runs where now, since when, and what has not got everywhere yet.</span>}
        actions={
          <a class="btn" href="/services">
            Services
          </a>
        }
      />
      <ScopeForm action="/live" label="Filter services">
        <input type="search" name="q" value={filters.q} placeholder="Service" aria-label="Service" />
        <Pick name="env" label="Environments" value={filters.env} choices={choices.environments} />
        {choices.owners.length > 1 ? (
          <Pick name="owner" label="Owner" value={filters.owner} choices={choices.owners} />
        ) : null}
        <Pick name="show" label="Show" value={filters.show} choices={SHOW_CHOICES} />
        {anyFilter ? (
          <a class="btn ghost" href="/live">
            Clear filters
          </a>
        ) : null}
      </ScopeForm>
      <Remarks remarks={remarks} />
      <section class="panel" aria-label="What runs where">
        {props.rows.length > 0 ? <Board {...props} /> : <Nothing anyFilter={anyFilter} />}
        {moreEnvironments > 0 ? (
          <div class="pn-f">
            Shown are {environments.length} environments; {counted(moreEnvironments, 'more', 'more')} can be chosen
            above.
          </div>
        ) : null}
        <Pager
          newer={props.first}
          older={props.next}
          newerText="First"
          olderText="Next services"
          summary={props.summary}
        />
      </section>
    </>
  )
}

function Nothing({ anyFilter }: { anyFilter: boolean }) {
  return anyFilter ? (
    <Empty
      icon="search"
      action={
        <a class="btn sm" href="/live">
          Clear filters
        </a>
      }
    >
      No service matches these filters.
    </Empty>
  ) : (
    <Empty
      icon="deploy"
      action={
        <a class="btn sm" href="/setup">
          Connect your CI
        </a>
      }
    >
      No deployments yet.
    </Empty>
  )
}

function Board({ environments, rows, judgedIn, now }: LivePageProps) {
  return (
    <TableBox label="What runs where">
      <table class="t t-live">
        <caption>Which release of each service runs in which environment</caption>
        <thead>
          <tr>
            <th scope="col">Service</th>
            {environments.map(({ name, tier }) => (
              <th scope="col" title={tier}>
                {name}
              </th>
            ))}
            <th scope="col">Differences</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr>
              <th scope="row">
                <a class="ttl" href={servicePath(row.service)}>
                  {row.service}
                </a>
                {row.owner ? <span class="sub2 blk">{row.owner}</span> : null}
              </th>
              {row.cells.map((cell, i) => {
                const name = environments[i]?.name ?? ''
                return (
                  <td class={cell.live || cell.attempt || cell.removedAt !== undefined ? '' : 'm-hide'}>
                    <div class="m-only t3">{name} </div>
                    <div>
                      <LiveCell
                        service={row.service}
                        cell={cell}
                        ahead={versionIn(row, cell.behind?.environmentId)}
                        verdict={name === judgedIn ? row.verdict : undefined}
                        now={now}
                      />
                    </div>
                  </td>
                )
              })}
              <td class="m-full lv-drift">
                <Drift row={row} environments={environments} now={now} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableBox>
  )
}

interface CellProps {
  readonly service: string
  readonly cell: BoardCell
  /** The version that runs where it is ahead. */
  readonly ahead: string | undefined
  readonly verdict: ReleaseSign | undefined
  readonly now: number
}

/** What runs in one environment, or did, or is on its way there. */
export function LiveCell({ service, cell, ahead, verdict, now }: CellProps) {
  const { live, removedAt, attempt, behind } = cell
  return (
    <>
      {live ? (
        <>
          <div class="lv-rel">
            <ReleaseLink service={service} version={live.version} /> <KindTag kind={live.kind} />{' '}
            {live.percent === undefined ? null : <span class="tag">{live.percent} % of traffic</span>}{' '}
            {behind && ahead ? (
              <a class="tag" href={betweenPath(service, live.version, ahead)}>
                {counted(behind.releases, 'behind', 'behind')}
                <span class="vh"> {ahead}</span>
              </a>
            ) : null}{' '}
            {verdict ? <SignBadge sign={verdict} /> : null}
          </div>
          <div class="sub2">
            {live.effect === 'rollback' ? `${effectWord('rollback')} ` : ''}
            <Since at={live.since} now={now} /> <By {...live} />
          </div>
        </>
      ) : removedAt === undefined ? (
        <span class="t3">
          <span aria-hidden="true">–</span>
          <span class="vh">never ran there</span>
        </span>
      ) : (
        <span class="t3">
          Removed <Age at={removedAt} now={now} />
        </span>
      )}
      {attempt ? (
        <div class="lv-try">
          <DeploymentStatusBadge status={attempt.status} />{' '}
          <span class="fs12">
            {attempt.version ? (
              <>
                <ReleaseLink service={service} version={attempt.version} />{' '}
              </>
            ) : null}
            {attempt.percent !== undefined && attempt.status !== 'failed' ? `${attempt.percent} % of traffic, ` : ''}
            <Age at={attempt.at} now={now} />
          </span>
        </div>
      ) : null}
    </>
  )
}

/** The releases that run elsewhere and not here. */
const betweenPath = (service: string, above: string, upTo: string): string =>
  withQuery('/releases', { service, above, upTo })

export function versionIn({ cells }: Pick<BoardRow, 'cells'>, environmentId: number | undefined): string | undefined {
  return cells.find((cell) => cell.environmentId === environmentId)?.live?.version
}

function By({ actor, url }: { actor: string | undefined; url: string | undefined }) {
  const href = safeExternalUrl(url)
  if (href)
    return (
      <a href={href} rel="noreferrer" class="nw">
        {middleCut(actor ?? 'Run', 20)} <Icon name="external" small />
      </a>
    )
  return actor ? <span class="nw">{middleCut(actor, 20)}</span> : null
}

/** The first environment that is behind: by how much, and since when. */
function Drift({ row, environments, now }: { row: BoardRow; environments: readonly BoardEnvironment[]; now: number }) {
  const lagging = row.cells.flatMap((cell, i) => {
    const environment = environments[i]
    return cell.behind && environment ? [{ environment, behind: cell.behind }] : []
  })
  // The environments stand in the order in which they matter.
  const worst = lagging[0]
  const running = row.cells.filter(({ live }) => live).length
  if (!worst) return <span class="t3">{running > 1 ? 'Same' : <span aria-hidden="true">–</span>}</span>
  const { environment, behind } = worst
  const ahead = environments.find(({ id }) => id === behind.environmentId)?.name ?? ''
  const from = versionIn(row, environment.id)
  const to = versionIn(row, behind.environmentId)
  const text = `${counted(behind.releases, 'release')}${behind.commits > 0 ? `, ${counted(behind.commits, 'commit')}` : ''}`
  if (!from || !to)
    return (
      <>
        {environment.name} {text} behind {ahead}
      </>
    )
  return (
    <>
      {environment.name} <a href={betweenPath(row.service, from, to)}>{text}</a> behind{' '}
      <a
        href={withQuery('/releases/compare', { a: `${row.service}@${to}`, b: `${row.service}@${from}` })}
        title={`Compare ${to} and ${from}`}
      >
        {ahead}
      </a>
      <span class="sub2 blk">
        for <Since at={behind.since} now={now} />
        {lagging.length > 1 ? `; ${formatCount(lagging.length - 1)} more behind` : ''}
      </span>
    </>
  )
}
