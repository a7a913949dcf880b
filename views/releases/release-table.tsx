import type { Severity } from '../../src/core/event.ts'
import { signOf } from '../../src/core/verdict/release-sign.ts'
import { KindTag, SignBadge } from '../components/badges.tsx'
import { OpenInWords } from '../components/open-in-words.tsx'
import { Count, Sparkline, TableBox } from '../components/page-parts.tsx'
import { Since, Time } from '../components/time.tsx'
import { counted, formatCount, formatDuration, middleCut } from '../format.ts'
import { FoundVsUsual } from '../overview/found-vs-usual.tsx'
import { releasePath, withQuery } from '../paths.ts'
import type { ReleaseRow } from './list-page.tsx'

const SEVERITIES: readonly Severity[] = ['S1', 'S2', 'S3', 'S4']

interface ReleaseTableProps {
  readonly rows: readonly ReleaseRow[]
  /** How many values a line of its first week has room for. */
  readonly room: number
  readonly now: number
}

export function ReleaseTable({ rows, room, now }: ReleaseTableProps) {
  return (
    <TableBox label="Releases">
      <table class="t t-releases">
        <caption>Releases, newest first. Defects are those of which the release is the first suspect.</caption>
        <thead>
          <tr>
            <th scope="col" class="tick">
              <span class="vh">Compare</span>
            </th>
            <th scope="col">Release</th>
            <th scope="col">Kind</th>
            <th scope="col">Verdict</th>
            <th scope="col" aria-label="Defects vs usual at this age">
              Vs usual
            </th>
            <th scope="col" aria-label="First production deployment, age and where it is live">
              In production
            </th>
            <th scope="col" class="num">
              Defects
            </th>
            {SEVERITIES.map((severity) => (
              <th scope="col" class="num tight">
                {severity}
              </th>
            ))}
            <th scope="col" aria-label="Defects found in the first week in production">
              First week
            </th>
            <th scope="col" class="num" aria-label="Regressions">
              Regr.
            </th>
            <th scope="col" class="num" aria-label="Failed deployments">
              Failed
            </th>
            <th scope="col">Taken out by</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <ReleaseTableRow row={row} room={room} now={now} />
          ))}
        </tbody>
      </table>
    </TableBox>
  )
}

function ReleaseTableRow({ row, room, now }: { row: ReleaseRow; room: number; now: number }) {
  const path = releasePath(row.service, row.version)
  const sign = signOf(row.stay, row.verdict)
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
        <a class="ttl" href={path} title={`${row.service} ${row.version}`}>
          {row.service} {middleCut(row.version, 16)}
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
      <td
        class={row.verdict || row.stay.rolledBack || row.stay.removed ? 'nw m-full' : 'nw m-hide'}
        title={row.verdict?.sentence}
      >
        {sign ? <SignBadge sign={sign} /> : <span class="t3">–</span>}
      </td>
      <td
        class={row.verdict ? 'nw m-full' : 'm-hide'}
        title={row.verdict?.numbers ?? row.verdict?.sentence ?? whyNot(row)}
      >
        {row.verdict ? (
          <FoundVsUsual comparison={row.verdict.comparison} href={`${path}#discovery`} />
        ) : (
          <span class="t3">–</span>
        )}
      </td>
      <td class="m-full">
        <InProduction row={row} now={now} />
      </td>
      <td class="m-only m-full">
        <OpenInWords open={row.openDefects} hrefOf={(severity) => defectsPath(row, { severity })} />
      </td>
      <td class="num m-hide tall-links">
        <Defects row={row} />
      </td>
      {SEVERITIES.map((severity) => (
        <td class="num tight m-hide tall-links" title={openTitle(row, severity)}>
          {row.bySeverity[severity] > 0 ? (
            <a href={defectsPath(row, { severity, status: 'any' })} class={`n-${severity.toLowerCase()}`}>
              {formatCount(row.bySeverity[severity])}
              <span class="vh"> {severity}</span>
            </a>
          ) : (
            <Count n={0} />
          )}
        </td>
      ))}
      <td class="m-hide" title={row.foundBy.length < 2 ? 'Never in production' : foundTitle(row, now)}>
        {row.foundBy.length < 2 ? (
          <span class="t3">–</span>
        ) : (
          <Sparkline values={row.foundBy} room={room} label={foundTitle(row, now)} />
        )}
      </td>
      <td class="num m-hide">
        {row.regressions > 0 ? (
          <a href={`${withQuery(path, { defects: 'regressed' })}#defects`}>
            {formatCount(row.regressions)}
            <span class="vh"> came back</span>
          </a>
        ) : (
          <Count n={0} />
        )}
      </td>
      <td class="num m-hide">
        {row.failedDeployments > 0 ? (
          <a href={`${path}#deployments`}>
            {formatCount(row.failedDeployments)}
            <span class="vh"> failed</span>
          </a>
        ) : (
          <Count n={0} />
        )}
      </td>
      <td class={row.rolledBack + row.hotfixes.length > 0 ? 'nw m-full tall-links' : 'nw m-hide'}>
        <TakenOut row={row} />
      </td>
    </tr>
  )
}

function whyNot(row: ReleaseRow): string {
  if (!row.stay.ran) return 'Not judged: it was never in production'
  if (!row.stay.runs) return 'Not judged here: it no longer runs. Its page has the verdict it ended with.'
  return 'Not judged here: its page has the verdict'
}

function InProduction({ row, now }: { row: ReleaseRow; now: number }) {
  return (
    <>
      {row.firstProductionAt === undefined ? (
        <span class="t3">
          Never<span class="m-only-inline"> in production</span>
        </span>
      ) : row.stay.runs ? (
        <>
          <span class="nw">
            <Since at={row.firstProductionAt} now={now} />
          </span>{' '}
          <span class="t3 nw">
            since <Time at={row.firstProductionAt} now={now} />
          </span>
        </>
      ) : (
        <span class="nw">
          <span class="m-only-inline">In production </span>
          <span class="t3">from</span> <Time at={row.firstProductionAt} now={now} />
        </span>
      )}
      <span class="sub2 blk" title={row.liveIn.join(', ')}>
        {liveIn(row.liveIn)}
      </span>
    </>
  )
}

/** Names where there is room for them; the rest is counted. */
function liveIn(names: readonly string[]): string {
  if (names.length === 0) return 'Live nowhere'
  return names.length > 2 ? `Live in ${names.length} environments` : `Live in ${names.join(', ')}`
}

function Defects({ row }: { row: ReleaseRow }) {
  const open = openOf(row)
  if (row.defects === 0) return <Count n={0} />
  return (
    <>
      <a href={defectsPath(row, { status: 'any' })}>
        {formatCount(row.defects)}
        <span class="vh"> defects</span>
      </a>
      {open > 0 ? (
        <span class="sub2 blk nw">
          <a href={defectsPath(row, {})}>{formatCount(open)} open</a>
        </span>
      ) : null}
    </>
  )
}

function TakenOut({ row }: { row: ReleaseRow }) {
  const { rolledBack, hotfixes } = row
  if (rolledBack + hotfixes.length === 0)
    return (
      <span class="t3" title="Neither rolled back nor replaced by an emergency release">
        –
      </span>
    )
  return (
    <>
      {rolledBack > 0 ? (
        <span class="blk">
          <a href={`${releasePath(row.service, row.version)}#deployments`}>{counted(rolledBack, 'rollback')}</a>
        </span>
      ) : null}
      {hotfixes.map((version) => (
        <span class="blk">
          Hotfix <a href={releasePath(row.service, version)}>{middleCut(version, 16)}</a>
        </span>
      ))}
    </>
  )
}

const openOf = ({ openDefects }: ReleaseRow): number =>
  SEVERITIES.reduce((sum, severity) => sum + openDefects[severity], 0)

const openTitle = ({ openDefects }: ReleaseRow, severity: Severity): string | undefined =>
  openDefects[severity] > 0 ? `${formatCount(openDefects[severity])} of them open` : undefined

const WEEK_MS = 7 * 86_400_000

function foundTitle({ foundBy, firstProductionAt = 0 }: ReleaseRow, now: number): string {
  const age = formatDuration(Math.min(WEEK_MS, now - firstProductionAt))
  return `${counted(foundBy.at(-1) ?? 0, 'defect')} by an age of ${age}`
}

/** Open ones, unless of any status. */
const defectsPath = ({ service, version }: ReleaseRow, asked: { severity?: Severity; status?: 'any' }): string =>
  withQuery('/defects', { status: asked.status, severity: asked.severity, service, release: version })
