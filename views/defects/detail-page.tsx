import { TIME_NAMES } from '../../src/core/defect/defect-times.ts'
import type { RegressionAnswer } from '../../src/core/defect/regression.ts'
import { AuditLink } from '../audit/audit-link.tsx'
import { SeverityBadge } from '../components/badges.tsx'
import { Icon } from '../components/icon.tsx'
import { Facts, Note, PageHead, Panel, ReleaseLink } from '../components/page-parts.tsx'
import { Age, Time, TimeAndAge } from '../components/time.tsx'
import { counted, formatCount, formatDuration, middleCut, shortSha } from '../format.ts'
import { revealHidden } from '../hidden-characters.ts'
import { reportsOfPath, safeExternalUrl, servicePath } from '../paths.ts'
import { ActionForm, type ActionProps, DefectActions, Refused } from './actions.tsx'
import { ActivityFeed, type ActivityItem } from './activity-feed.tsx'
import { EvidencePanel, type EvidencePanelProps } from './evidence-panel.tsx'
import { FixesNamed, type FixRow, type GenerationRow, GenerationsPanel, regressionTone } from './fixes.tsx'
import { ExternalLink, type IdentityShown, KnownFrom, type KnownReport } from './known-from.tsx'
import { LifeTime, type LifeTimes, TIME_WORDS, TimesMenu } from './life-times.tsx'
import { binWord, OccurrencesChart, type OccurrencesChartProps } from './occurrences-chart.tsx'

export interface DefectPageProps {
  readonly defect: {
    readonly id: number
    readonly title: string
    readonly description: string | undefined
    readonly service: string | undefined
    readonly environment: string | undefined
    readonly phase: string | undefined
    readonly url: string | undefined
    readonly statedVersion: string | undefined
    readonly statedCommit: string | undefined
    readonly firstSeenAt: number
    readonly lastSeenAt: number
    readonly statusAt: number
    readonly occurrences: number
    readonly attributionMethod: string
    readonly regression:
      | { readonly answer: RegressionAnswer; readonly sentence: string; readonly at: number }
      | undefined
  }
  readonly times: LifeTimes
  readonly fixes: readonly FixRow[]
  /** The versions that sightings name, the last seen first. */
  readonly seenIn: readonly { readonly version: string; readonly occurrences: number }[]
  readonly generations: readonly GenerationRow[]
  readonly actions: ActionProps
  readonly evidence: EvidencePanelProps
  readonly chart: OccurrencesChartProps
  readonly reports: readonly KnownReport[]
  readonly identity: { readonly words: readonly IdentityShown[]; readonly refused: string | undefined }
  readonly reportCount: number
  readonly sourceCount: number
  readonly activities: readonly ActivityItem[]
  readonly people: ReadonlyMap<number, string>
  /** For those who may read the audit log. */
  readonly auditHref: string | undefined
  readonly now: number
}

const isGrave = (severity: string): boolean => severity === 'S1' || severity === 'S2'

export function DefectPage(props: DefectPageProps) {
  const { defect, actions, evidence, chart, reports, activities, people, now } = props
  const place = [defect.service, defect.environment].filter((part) => part !== undefined).join(', ')
  const mayOpenEmergency = actions.mayChange && defect.service !== undefined
  const emergencyHref = `/emergency/new?defect=PF-${defect.id}`
  return (
    <>
      {mayOpenEmergency && isGrave(actions.severity) ? (
        <section class="sticky-act" aria-label="Actions">
          <a class="btn dng" href={emergencyHref}>
            Roll back or fix…
          </a>
        </section>
      ) : null}
      <PageHead
        title={revealHidden(defect.title)}
        manyActions
        eyebrow={
          <>
            <SeverityBadge severity={actions.severity} large /> <b class="pf-id">PF-{defect.id}</b>
            {place ? <span>{place}</span> : null}
          </>
        }
        actions={
          <>
            <DefectActions {...actions} />
            {mayOpenEmergency ? (
              <a class="btn dng-o" href={emergencyHref}>
                <Icon name="emergency" />
                Emergency release…
              </a>
            ) : null}
          </>
        }
      />
      <Regression regression={defect.regression} now={now} />
      <Numbers {...props} />
      <div class="grid g-21">
        <div class="stack">
          <EvidencePanel {...evidence} />
          <Panel
            id="occurrences"
            title="Occurrences"
            hint={`per ${binWord(chart.binMs)}`}
            end={chart.suspect ? <Legend version={chart.suspect.version} /> : undefined}
            pad
          >
            <OccurrencesPart {...chart} />
          </Panel>
          {defect.description ? (
            <Panel id="description" title="Description" pad>
              <p class="said wide">{revealHidden(defect.description)}</p>
            </Panel>
          ) : null}
          <GenerationsPanel generations={props.generations} service={defect.service} now={now} />
          <KnownFrom
            id={defect.id}
            reports={reports}
            count={props.reportCount}
            {...props.identity}
            mayChange={actions.mayChange}
            csrfToken={actions.csrfToken}
            now={now}
          />
        </div>
        <div class="stack">
          <Details {...props} />
          <Panel id="activity" title="Activity" end={<AuditLink href={props.auditHref} />}>
            <ActivityFeed
              activities={activities}
              firstSeenAt={defect.firstSeenAt}
              firstSource={reports[0]?.source}
              people={people}
              now={now}
            />
            {actions.mayChange ? <CommentForm {...actions} /> : null}
          </Panel>
        </div>
      </div>
    </>
  )
}

/** What its sightings since the fix mean, above everything else. */
function Regression({ regression, now }: { regression: DefectPageProps['defect']['regression']; now: number }) {
  if (!regression) return null
  return (
    <div class="gap">
      <Note tone={regressionTone(regression.answer)}>
        <b>{regression.answer.charAt(0).toUpperCase() + regression.answer.slice(1)}.</b> {regression.sentence}{' '}
        <span class="t3">
          Seen <Time at={regression.at} now={now} />.
        </span>
      </Note>
    </div>
  )
}

function Numbers({ defect, evidence, reportCount, sourceCount, now }: DefectPageProps) {
  const live = evidence.wentLive
  return (
    <dl class="panel kpi k4">
      <div>
        <dt>Occurrences</dt>
        <dd class="v">
          {defect.occurrences === 0 ? (
            <span class="n">0</span>
          ) : (
            <a class="n" href="#occurrences">
              {formatCount(defect.occurrences)}
            </a>
          )}
        </dd>
        <dd class="c">{defect.occurrences === 0 ? 'told of, never sighted' : 'as counted from the reports'}</dd>
      </div>
      <div>
        <dt>Reports</dt>
        <dd class="v">
          <a class="n" href="#reports">
            {formatCount(reportCount)}
          </a>
        </dd>
        <dd class="c">
          from <a href={reportsOfPath(defect.id)}>{counted(sourceCount, 'source')}</a>
        </dd>
      </div>
      <div>
        <dt>First seen</dt>
        <dd class="v">
          <span class="n">
            <Time at={defect.firstSeenAt} now={now} />
          </span>
        </dd>
        <dd class="c">
          <Age at={defect.firstSeenAt} now={now} />
          {live ? `, ${formatDuration(defect.firstSeenAt - live.at)} after deployment` : ''}
        </dd>
      </div>
      <div>
        <dt>Last seen</dt>
        <dd class="v">
          <span class="n">
            <Time at={defect.lastSeenAt} now={now} />
          </span>
        </dd>
        <dd class="c">
          <Age at={defect.lastSeenAt} now={now} />
        </dd>
      </div>
    </dl>
  )
}

const Legend = ({ version }: { version: string }) => (
  <span class="lg">
    <span>
      <i class="ctx" />
      {middleCut(version, 20)} not live
    </span>
    <span>
      <i class="foc" />
      {middleCut(version, 20)} live
    </span>
  </span>
)

/** Fewer than three bars say less than a sentence. */
function OccurrencesPart(chart: OccurrencesChartProps) {
  const total = chart.bins.reduce((sum, { count }) => sum + count, chart.earlier)
  if (total === 0) return <p class="t3">No occurrence was sighted yet.</p>
  return <OccurrencesChart {...chart} />
}

function Details({ defect, fixes, seenIn, actions, times, now }: DefectPageProps) {
  const url = safeExternalUrl(defect.url)
  const { service } = defect
  return (
    <Panel
      id="details"
      title="Details"
      end={actions.mayChange ? <TimesMenu {...actions} times={times.times} /> : undefined}
      pad
    >
      <Facts
        facts={[
          ['Service', service ? <a href={servicePath(service)}>{service}</a> : <span class="t3">Not named</span>],
          ['Environment', defect.environment ?? <span class="t3">Not named</span>],
          ['Found in', defect.phase],
          ['Owner', actions.assignee ?? <span class="t3">Nobody</span>],
          ['Fixed in', <FixesNamed fixes={fixes} service={service} />],
          ['Seen in', seenIn.length > 0 ? <SeenIn seenIn={seenIn} service={service} /> : defect.statedVersion],
          [
            'Commit',
            defect.statedCommit ? <code title={defect.statedCommit}>{shortSha(defect.statedCommit)}</code> : null,
          ],
          ['Issue', url ? <ExternalLink url={url} /> : null],
          ...TIME_NAMES.map((name) => [TIME_WORDS[name], <LifeTime {...times} name={name} now={now} />] as const),
          ['Status since', <TimeAndAge at={defect.statusAt} now={now} />],
          ['Method', <span class="t2">{defect.attributionMethod}</span>],
        ]}
      />
    </Panel>
  )
}

const SeenIn = ({ seenIn, service }: { seenIn: DefectPageProps['seenIn']; service: string | undefined }) => (
  <>
    {seenIn.map(({ version, occurrences }, i) => (
      <>
        {i > 0 ? ', ' : ''}
        {service ? <ReleaseLink service={service} version={version} /> : middleCut(version)}
        <span class="t3"> ×{formatCount(occurrences)}</span>
      </>
    ))}
  </>
)

function CommentForm({ id, csrfToken, refused }: ActionProps) {
  return (
    <>
      {refused?.action === 'comments' ? (
        <div class="pn-b">
          <Refused refused={refused} action="comments" />
        </div>
      ) : null}
      <ActionForm id={id} action="comments" csrfToken={csrfToken}>
        <div class="cmt">
          <label class="vh" for="comment">
            Comment
          </label>
          <textarea id="comment" name="text" rows={2} maxlength={10000} placeholder="Add a comment" required />
          <button type="submit" class="btn sm">
            Post
          </button>
        </div>
      </ActionForm>
    </>
  )
}
