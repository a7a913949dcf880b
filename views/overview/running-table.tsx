import type { Severity } from '../../src/core/event.ts'
import { RUNS, signOf } from '../../src/core/verdict/release-sign.ts'
import type { Verdict } from '../../src/core/verdict/verdict.ts'
import type { RunningRelease, SeverityCounts } from '../../src/store/overview/overview-queries.ts'
import { KindTag, SignBadge } from '../components/badges.tsx'
import { OpenInWords } from '../components/open-in-words.tsx'
import { Count, ReleaseLink, TableBox } from '../components/page-parts.tsx'
import { Duration, Since } from '../components/time.tsx'
import { releasePath, servicePath } from '../paths.ts'
import { FoundVsUsual } from './found-vs-usual.tsx'
import { openDefectsPath, type Place } from './rows-behind.ts'

export type RunningRow = RunningRelease & {
  readonly open: SeverityCounts
  /** Undefined: it was not judged. */
  readonly verdict?: Verdict | undefined
}

const SEVERITIES: readonly Severity[] = ['S1', 'S2', 'S3', 'S4']

interface RunningTableProps {
  readonly label: string
  readonly rows: readonly RunningRow[]
  readonly place: Place | undefined
  /** Whether the verdicts have columns. */
  readonly isJudged?: boolean
  /** The instant of the past that they are of; undefined: now. */
  readonly endedAt: number | undefined
  readonly now: number
}

/** What runs in an environment, a service a row. */
export function RunningTable({ label, rows, place, isJudged, endedAt, now }: RunningTableProps) {
  const openOf = ({ service }: RunningRow, severity: Severity) =>
    openDefectsPath(place, { service, severities: [severity], at: endedAt })
  return (
    <TableBox label={label}>
      <table class={isJudged ? 't t-run t-judged' : 't t-run'}>
        <caption>
          {label}: release, time live{isJudged ? ', verdict' : ''} and open defects of each service
        </caption>
        <thead>
          <tr>
            <th scope="col">Service</th>
            <th scope="col">Version</th>
            <th scope="col">Live for</th>
            {isJudged ? (
              <>
                <th scope="col">Verdict</th>
                <th scope="col" title="Defects vs usual at this age">
                  Defects vs usual<span class="at-age"> at this age</span>
                </th>
              </>
            ) : null}
            {SEVERITIES.map((severity, i) => (
              <th scope="col" class={i === 0 ? 'num' : 'num tight'}>
                {i === 0 ? <span class="t3">Open </span> : null}
                {severity}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr>
              <td class="nw">
                <a class="ttl" href={servicePath(row.service)}>
                  {row.service}
                </a>
              </td>
              <td class="nw">
                <ReleaseLink service={row.service} version={row.version} max={16} /> <KindTag kind={row.kind} />
              </td>
              <td class="t2 nw">
                {endedAt === undefined ? <Since at={row.since} now={now} /> : <Duration ms={endedAt - row.since} />}
              </td>
              {isJudged ? <Judged {...row} /> : null}
              <td class="m-only t-open">
                <OpenInWords open={row.open} hrefOf={(severity) => openOf(row, severity)} />
              </td>
              {SEVERITIES.map((severity, i) => (
                <td class={`num m-hide${i === 0 ? '' : ' tight'}`}>
                  <Count
                    n={row.open[severity]}
                    href={openOf(row, severity)}
                    of={`open ${severity} of ${row.service}`}
                  />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </TableBox>
  )
}

function Judged({ service, version, verdict }: RunningRow) {
  const sign = signOf(RUNS, verdict)
  return (
    <>
      <td class="nw rn-vd">{sign ? <SignBadge sign={sign} /> : <span class="t3">–</span>}</td>
      <td class="nw rn-usual" title={verdict?.numbers ?? verdict?.sentence}>
        <FoundVsUsual comparison={verdict?.comparison} href={`${releasePath(service, version)}#discovery`} />
      </td>
    </>
  )
}
