import { type ReportSnapshot, signOfReport } from '../../src/core/reports/snapshot.ts'
import { SignBadge } from '../components/badges.tsx'
import { Panel } from '../components/page-parts.tsx'
import { ZoneContext } from '../components/zone.tsx'
import { formatCount } from '../format.ts'
import { deploymentsCsv, withQuery } from '../paths.ts'
import { DiscoveryCurve } from './curve.tsx'
import { FlowColumns, flowConclusion } from './flow.tsx'
import { type Home, HomeContext } from './report-link.tsx'
import { DefectsList, DeploymentsList, EmergenciesList } from './report-lists.tsx'

interface SheetProps {
  readonly report: ReportSnapshot
  /** Where this server is, for links; undefined: the reader may go nowhere from here. */
  readonly home: Home | undefined
}

/** What a report says: the same for who made it, for whom it was shared with, and on paper. */
export function ReportSheet({ report, home }: SheetProps) {
  const { sentence, discovery, flow, defects, emergencies, deployments, madeAt } = report
  const { sign, ended } = signOfReport(report)
  return (
    <HomeContext.Provider value={home}>
      <ZoneContext.Provider value={report.zone}>
        <section class="panel rpt-lead" aria-label="In short">
          {sign ? <SignBadge sign={sign} ended={ended} /> : null}
          <p>{sentence}</p>
        </section>
        <Numbers report={report} />
        {discovery ? (
          <Panel id="curve" title="Defects found, by age" hint={placeOf(report)} pad>
            <DiscoveryCurve discovery={discovery} />
          </Panel>
        ) : null}
        {flow ? (
          <Panel id="flow" title="Defects found and fixed" hint={flowConclusion(flow)} pad>
            <FlowColumns flow={flow} madeAt={madeAt} />
          </Panel>
        ) : null}
        <DefectsList list={defects} madeAt={madeAt} rest={defectsPath(report)} />
        <EmergenciesList list={emergencies} madeAt={madeAt} rest="/emergency" />
        <DeploymentsList list={deployments} madeAt={madeAt} rest={deploymentsPath(report)} />
        <Definitions report={report} />
      </ZoneContext.Provider>
    </HomeContext.Provider>
  )
}

/** `made 19 Nov 2026 03:20 UTC from data up to 03:19`. */
export function madeLine({ madeAt, dataUntil, madeBy }: ReportSnapshot): string {
  const made = utc(madeAt)
  const by = madeBy ? ` by ${madeBy}` : ''
  if (dataUntil === null) return `Made ${made} UTC${by}; nothing had been received`
  const until = utc(dataUntil)
  const sameDay = until.slice(0, 10) === made.slice(0, 10)
  return `Made ${made} UTC${by} from data up to ${sameDay ? until.slice(11) : until}`
}

const utc = (at: number): string => new Date(at).toISOString().slice(0, 16).replace('T', ' ')

const placeOf = ({ subject }: ReportSnapshot): string | undefined => subject.environment ?? undefined

const defectsPath = ({ subject }: ReportSnapshot): string =>
  subject.kind === 'release'
    ? withQuery('/defects', { service: subject.service, release: subject.version, status: 'any' })
    : withQuery('/defects', {
        service: subject.service ?? undefined,
        env: subject.environment,
        status: 'any',
        seenFrom: new Date(subject.from).toISOString(),
        seenTo: new Date(subject.to).toISOString(),
      })

const deploymentsPath = ({ subject }: ReportSnapshot): string =>
  subject.kind === 'release'
    ? deploymentsCsv({ service: subject.service, release: subject.version })
    : deploymentsCsv({
        ...(subject.service === null ? {} : { service: subject.service }),
        from: subject.from,
        to: subject.to,
      })

function Numbers({ report: { numbers } }: { report: ReportSnapshot }) {
  return (
    <dl class="panel kpi k4">
      {numbers.map(({ name, numerator, denominator, text }) => (
        <div>
          <dt>{name}</dt>
          <dd class="v">
            <span class="n">
              {formatCount(numerator)}
              {denominator === null ? null : <small> / {rounded(denominator)}</small>}
            </span>
          </dd>
          <dd class="c">{text}</dd>
        </div>
      ))}
    </dl>
  )
}

/** What is expected is not a whole number. */
const rounded = (n: number): string => (Number.isInteger(n) ? formatCount(n) : n.toFixed(1))

function Definitions({ report: { numbers, definitions } }: { report: ReportSnapshot }) {
  return (
    <Panel id="definitions" title="How it is counted" pad>
      <dl class="rpt-defs">
        {[...numbers.map(({ name, rule }) => ({ term: name, text: rule })), ...definitions].map(({ term, text }) => (
          <>
            <dt>{term}</dt>
            <dd>{text}</dd>
          </>
        ))}
      </dl>
    </Panel>
  )
}
