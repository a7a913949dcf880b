import type { DeploymentStatus, ReleaseKind } from '../../src/core/event.ts'
import type { EmergencyScore } from '../../src/core/release/emergency-score.ts'
import { type DeploymentEffect, DeploymentStatusBadge, effectWord, KindTag } from '../components/badges.tsx'
import { Icon } from '../components/icon.tsx'
import { CsvLink, DefectLink, Empty, Note, PageHead, Panel, Segments, TableBox } from '../components/page-parts.tsx'
import { Since, Time } from '../components/time.tsx'
import { type DefectRow, DefectTable } from '../defects/defect-table.tsx'
import { counted, formatCount, formatDuration, middleCut } from '../format.ts'
import { deploymentsCsv, releasePath, safeExternalUrl, shownPath, withQuery } from '../paths.ts'
import { CommitSha } from './commit-sha.tsx'
import { DiscoveryPanel, type DiscoveryPanelProps } from './discovery-panel.tsx'
import { Lanes, type LanesProps } from './lanes.tsx'
import { CrashFreeSessions, type SessionsRow } from './sessions-panel.tsx'
import { type VerdictPanelProps, Verdicts } from './verdict-panel.tsx'

export interface DeploymentRow {
  readonly environment: string
  readonly status: DeploymentStatus
  readonly effect: string | undefined
  readonly startedAt: number | undefined
  readonly finishedAt: number | undefined
  readonly at: number
  readonly actor: string | undefined
  readonly url: string | undefined
  readonly replaced: string | undefined
  readonly liveUntil: number | 'live' | undefined
}

export interface CommitRow {
  readonly sha: string
  readonly message: string | undefined
  readonly author: string | undefined
  readonly at: number | undefined
}

export type DefectTab = 'new' | 'regressed' | 'fixed' | 'all'

export interface TabCount {
  readonly count: number
  readonly atLeast: boolean
}

export interface ReleasePageProps {
  readonly release: {
    readonly service: string
    readonly version: string
    readonly kind: ReleaseKind
    readonly commit: string | undefined
    readonly artifact: string | undefined
    readonly name: string | undefined
    readonly notes: string | undefined
    readonly url: string | undefined
    readonly repositoryUrl: string | undefined
    readonly withdrawn: boolean
    /** Why its version does not count, as the end of a sentence. */
    readonly quarantine: string | undefined
    readonly emergency: EmergencyScore
    readonly firstKnownAt: number
    readonly firstDeployedAt: number | undefined
    readonly firstProductionAt: number | undefined
    readonly previous: string | undefined
    readonly commitCount: number
    readonly authorCount: number
  }
  /** By environment; empty when none were reported. */
  readonly sessions: readonly SessionsRow[]
  /** Where it matters most first. */
  readonly verdicts: readonly VerdictPanelProps[]
  /** Undefined where it was never live. */
  readonly discovery: DiscoveryPanelProps | undefined
  readonly lanes: Omit<LanesProps, 'version' | 'now'> | undefined
  readonly deployments: readonly DeploymentRow[]
  readonly tab: DefectTab
  readonly counts: Readonly<Record<DefectTab, TabCount>>
  readonly defects: readonly DefectRow[]
  readonly commits: readonly CommitRow[]
  readonly now: number
}

export function ReleasePage(props: ReleasePageProps) {
  const { release, lanes, deployments, now } = props
  return (
    <>
      <PageHead
        title={`${release.service} ${middleCut(release.version, 44)}`}
        sub={<HeadFacts release={release} now={now} />}
        actions={
          <>
            <a class="btn" href={compareHref(release)}>
              <Icon name="scales" />
              Compare
            </a>
            <a class="btn" href={withQuery('/reports', { service: release.service, version: release.version })}>
              <Icon name="report" />
              Report…
            </a>
            <a class="btn" href={withQuery('/emergency/new', { release: `${release.service}@${release.version}` })}>
              <Icon name="emergency" />
              Emergency release…
            </a>
          </>
        }
      />
      <Verdicts
        verdicts={props.verdicts}
        of={release}
        beside={props.discovery ? <DiscoveryPanel {...props.discovery} /> : undefined}
      />
      {release.quarantine ? (
        <div class="gap">
          <Note tone="watch">
            Not counted: {middleCut(release.version, 60)} {release.quarantine}. It has no place in the order and counts
            in no kind and no comparison until a deployment of it succeeds.
          </Note>
        </div>
      ) : null}
      <Emergency score={release.emergency} />
      <Panel
        id="deployments"
        title="Deployments"
        end={
          lanes ? (
            <span class="lg">
              <span>
                <i class="foc" />
                {middleCut(release.version)}
              </span>
              <span>
                <i class="oth" />
                other versions
              </span>
            </span>
          ) : undefined
        }
        foot={
          deployments.length > 0 ? (
            <CsvLink href={deploymentsCsv({ service: release.service, release: release.version })} of="Deployments" />
          ) : undefined
        }
      >
        {lanes ? (
          <div class="pn-b">
            <Lanes {...lanes} version={release.version} now={now} />
          </div>
        ) : null}
        {deployments.length > 0 ? (
          <Deployments {...props} />
        ) : (
          <Empty icon="deploy">No deployment of this release was reported.</Empty>
        )}
      </Panel>
      <CrashFreeSessions sessions={props.sessions} now={now} />
      <Defects {...props} />
      <Commits {...props} />
      {release.notes ? (
        <Panel id="notes" title="Release notes" pad>
          <p class="said wide">{release.notes}</p>
        </Panel>
      ) : null}
    </>
  )
}

function HeadFacts({ release, now }: { release: ReleasePageProps['release']; now: number }) {
  const url = safeExternalUrl(release.url)
  return (
    <>
      <KindTag kind={release.kind} />
      {release.withdrawn ? <span class="tag em">Withdrawn</span> : null}
      {release.quarantine ? <span class="tag">Not counted</span> : null}
      {release.name && release.name !== release.version ? <span>{release.name}</span> : null}
      {release.firstProductionAt === undefined ? (
        <span>{release.firstDeployedAt === undefined ? 'Never deployed' : 'Never in production'}</span>
      ) : (
        <span>
          First in production{' '}
          <b>
            <Time at={release.firstProductionAt} now={now} />
          </b>{' '}
          (<Since at={release.firstProductionAt} now={now} />)
        </span>
      )}
      {release.commit ? (
        <span>
          <CommitSha sha={release.commit} repositoryUrl={release.repositoryUrl} />
          {release.commitCount > 0 ? (
            <>
              , <a href="#commits">{counted(release.commitCount, 'commit')}</a>
              {release.authorCount > 0 ? ` by ${counted(release.authorCount, 'person', 'people')}` : ''}
            </>
          ) : null}
        </span>
      ) : null}
      {release.previous ? (
        <span>
          After <a href={releasePath(release.service, release.previous)}>{middleCut(release.previous)}</a>
        </span>
      ) : null}
      {release.artifact ? <code class="artifact">{release.artifact}</code> : null}
      {url ? (
        <span>
          <a href={url} rel="noreferrer">
            Release page <Icon name="external" small />
          </a>
        </span>
      ) : null}
    </>
  )
}

const EMERGENCY_TITLES: Record<EmergencyScore['verdict'], string> = {
  emergency: 'Emergency release',
  ask: 'An emergency release?',
  normal: 'Unusual about it',
}
/** A release may fix hundreds. */
const MOST_NAMED = 12

const EMERGENCY_WORDS: Record<EmergencyScore['verdict'], string> = {
  emergency: 'From 3 points on it was outside the normal path.',
  ask: 'Two points are a question: if it was an emergency release, let its next event state the kind emergency.',
  normal: 'From 3 points on it would have been outside the normal path.',
}

/** With the release before it, when there is one. */
const compareHref = ({ service, version, previous }: ReleasePageProps['release']): string =>
  withQuery('/releases/compare', { a: `${service}@${version}`, b: previous && `${service}@${previous}` })

/** What speaks for an emergency release; nothing when nothing does. */
function Emergency({ score }: { score: EmergencyScore }) {
  if (score.points === 0) return null
  return (
    <Panel
      id="emergency"
      title={EMERGENCY_TITLES[score.verdict]}
      hint={counted(score.points, 'point')}
      foot={EMERGENCY_WORDS[score.verdict]}
      pad
    >
      <ul class="points">
        {score.reasons.map(({ points, sentence, defectIds = [] }) => (
          <li>
            <b>+{points}</b> {sentence}
            {defectIds.slice(0, MOST_NAMED).map((id) => (
              <>
                {' '}
                <DefectLink id={id} />
              </>
            ))}
            {defectIds.length > MOST_NAMED ? (
              <details>
                <summary class="fs13">and {formatCount(defectIds.length - MOST_NAMED)} more</summary>
                {defectIds.slice(MOST_NAMED).map((id) => (
                  <>
                    <DefectLink id={id} />{' '}
                  </>
                ))}
              </details>
            ) : null}
          </li>
        ))}
      </ul>
    </Panel>
  )
}

function Deployments({ release, deployments, now }: ReleasePageProps) {
  return (
    <TableBox label="Deployments of this release">
      <table class="t t-deps">
        <caption>Deployments of this release, newest first</caption>
        <thead>
          <tr>
            <th scope="col">Environment</th>
            <th scope="col">Status</th>
            <th scope="col">Started</th>
            <th scope="col" class="num">
              Took
            </th>
            <th scope="col">By</th>
            <th scope="col">Replaced</th>
            <th scope="col">Live until</th>
          </tr>
        </thead>
        <tbody>
          {deployments.map((one) => (
            <tr>
              <td class="ttl">{one.environment}</td>
              <td class="m-2">
                <DeploymentStatusBadge status={one.status} />
                {one.effect === 'rollback' || one.effect === 'redeploy' || one.effect === 'removal' ? (
                  <span class="sub2"> {effectWord(one.effect as DeploymentEffect)}</span>
                ) : null}
              </td>
              <td class="m-2">
                <Time at={one.startedAt ?? one.at} now={now} />
              </td>
              <td class="num m-hide">
                {one.startedAt !== undefined && one.finishedAt !== undefined && one.finishedAt > one.startedAt ? (
                  formatDuration(one.finishedAt - one.startedAt)
                ) : (
                  <span class="t3">–</span>
                )}
              </td>
              <td class="m-hide">
                <By {...one} />
              </td>
              <td class="m-hide">
                {one.replaced ? (
                  <a href={releasePath(release.service, one.replaced)}>{middleCut(one.replaced)}</a>
                ) : (
                  <span class="t3">–</span>
                )}
              </td>
              <td class="m-2">
                <LiveUntil until={one.liveUntil} now={now} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableBox>
  )
}

function By({ actor, url }: DeploymentRow) {
  const href = safeExternalUrl(url)
  if (!href) return actor ?? <span class="t3">Not said</span>
  return (
    <a href={href} rel="noreferrer">
      {actor ?? 'Run'} <Icon name="external" small />
    </a>
  )
}

function LiveUntil({ until, now }: { until: DeploymentRow['liveUntil']; now: number }) {
  if (until === undefined) return <span class="t3 m-hide-inline">–</span>
  if (until === 'live') return <b>live</b>
  return (
    <>
      <span class="m-only-inline t3">until </span>
      <Time at={until} now={now} />
    </>
  )
}

const EMPTY: Record<DefectTab, string> = {
  new: 'No defect is attributed to this release.',
  regressed: 'No defect that had been fixed came back in this release.',
  fixed: 'Nobody has named this release as the one that fixes a defect.',
  all: 'No defect names this release.',
}

/** What the chart above shows stays as it is. */
const discoveryQuery = (discovery: ReleasePageProps['discovery']) => ({
  window: discovery?.askedWindow,
  severe: discovery?.onlySevere ? '1' : undefined,
})

function Defects({ release, tab, counts, defects, discovery, now, verdicts }: ReleasePageProps) {
  const path = releasePath(release.service, release.version)
  const total = counts[tab]
  const { service, version } = release
  const inList =
    tab === 'new'
      ? withQuery('/defects', { status: 'any', service, release: version })
      : withQuery('/defects', { status: 'any', partOf: `${service}@${version}`, part: tab })
  const segments = (
    [
      ['new', 'New here'],
      ['regressed', 'Regressed'],
      ['fixed', 'Fixed here'],
      ['all', 'All'],
    ] as const
  ).map(([name, text]) => ({
    text,
    href: withQuery(path, { ...discoveryQuery(discovery), defects: name === 'new' ? undefined : name }),
    current: name === tab,
    count: capped(counts[name]),
  }))
  return (
    <Panel
      id="defects"
      title="Defects"
      end={
        <a class="fs13" href={inList}>
          Open in Defects
        </a>
      }
      hint={<Segments label="Which defects" tabs={segments} />}
      foot={
        defects.length > 0 ? (
          <>
            <span>
              {formatCount(defects.length)} of <a href={inList}>{capped(total)}</a>
            </span>
            {tab === 'new' && <SeenMeanwhile release={release} verdicts={verdicts} held={total.count} />}
          </>
        ) : undefined
      }
    >
      {defects.length > 0 ? (
        <DefectTable label="Defects of this release" rows={defects} now={now} oneService />
      ) : (
        <Empty icon="check-ring">
          {EMPTY[tab]} {tab === 'new' && <SeenMeanwhile release={release} verdicts={verdicts} held={0} />}
        </Empty>
      )}
    </Panel>
  )
}

/** The verdict counts what appeared while the release ran, this list what is held against it: the reader is told why they differ. */
export function SeenMeanwhile({
  release: { service, version },
  verdicts: [first],
  held,
}: {
  readonly release: Pick<ReleasePageProps['release'], 'service' | 'version'>
  readonly verdicts: ReleasePageProps['verdicts']
  readonly held: number
}) {
  const comparison = first?.verdict.comparison
  if (!first || !comparison || comparison.found <= held) return null
  const { environment } = first
  return (
    <span>
      <a href={shownPath({ service, version, environment }, comparison.comparedDays)}>
        {counted(comparison.found, 'defect')}
      </a>{' '}
      first appeared while it ran in {environment}, whichever release brought them; the verdict counts those.
    </span>
  )
}

const capped = ({ count, atLeast }: TabCount): string => `${formatCount(count)}${atLeast ? '+' : ''}`

function Commits({ release, commits, now }: ReleasePageProps) {
  if (release.commitCount === 0) return null
  return (
    <Panel
      id="commits"
      title="What is in it"
      hint={counted(release.commitCount, 'commit')}
      foot={
        release.commitCount > commits.length
          ? `The newest ${formatCount(commits.length)} of ${formatCount(release.commitCount)}.`
          : undefined
      }
    >
      <TableBox label="Commits">
        <table class="t t-commits">
          <caption>Commits in this release</caption>
          <thead class="vh-head">
            <tr>
              <th scope="col">Commit</th>
              <th scope="col">Message</th>
              <th scope="col">Author</th>
              <th scope="col">Time</th>
            </tr>
          </thead>
          <tbody>
            {commits.map(({ sha, message, author, at }) => (
              <tr>
                <td class="nw">
                  <Icon name="commit" /> <CommitSha sha={sha} repositoryUrl={release.repositoryUrl} />
                </td>
                <td class="m-2 clip w60">
                  <span title={message}>{message?.split('\n', 1)[0] ?? <span class="t3">No message</span>}</span>
                </td>
                <td class="m-2">{author ?? <span class="t3">Not said</span>}</td>
                <td class="m-hide">{at === undefined ? <span class="t3">–</span> : <Time at={at} now={now} />}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </TableBox>
    </Panel>
  )
}
