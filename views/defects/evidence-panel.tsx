import type { Evidence } from '../../src/core/attribution/result.ts'
import { Confidence, confidenceOf } from '../components/badges.tsx'
import { Icon, type IconName } from '../components/icon.tsx'
import { LinkedPart } from '../components/linked.tsx'
import { Panel } from '../components/page-parts.tsx'
import { Time } from '../components/time.tsx'
import { counted, middleCut } from '../format.ts'
import { inQuestionPath, releasePath, weighedPath } from '../paths.ts'
import { ActionForm, type ActionProps, Refused } from './actions.tsx'

/** Which release is suspected, how sure that is and why; and what a person says to it. */

export interface Suspect {
  readonly releaseId: number
  readonly service: string
  readonly version: string
  readonly probability: number
  readonly evidence: readonly Evidence[]
}

export interface WentLive {
  readonly environment: string
  readonly at: number
  readonly replaced: string | undefined
}

export interface EvidencePanelProps {
  readonly id: number
  /** manual, attributed, suspected, unattributed, not-a-change */
  readonly attribution: string
  readonly reason: string | undefined
  /** The release blamed now: a person's choice, else the first suspect. */
  readonly blamed: { readonly releaseId: number; readonly service: string; readonly version: string } | undefined
  /** What a person decided. */
  readonly decided: { readonly by: string; readonly at: number; readonly reason: string | undefined } | undefined
  /** Most likely first. */
  readonly suspects: readonly Suspect[]
  /** Where the probability lies that no suspect has; undefined before the method judged it. */
  readonly rest: { readonly others: number; readonly noChange: number; readonly older: number } | undefined
  /** What ran where it was seen. */
  readonly running: { readonly version: string; readonly how: 'stated' | 'live' } | undefined
  /** When the blamed release went live before the first sighting. */
  readonly wentLive: WentLive | undefined
  /** Releases that went live around the first sighting; shown when none is suspected. */
  readonly around: readonly { readonly version: string; readonly environment: string; readonly at: number }[]
  readonly service: string | undefined
  readonly firstSeenAt: number
  /** Releases that can be blamed, newest first. */
  readonly releases: readonly { readonly id: number; readonly name: string }[]
  readonly csrfToken: string
  /** False for people who may only read. */
  readonly mayChange: boolean
  readonly refused: ActionProps['refused']
  /** The suspects are being worked out again. */
  readonly isUnderWay: boolean
  readonly now: number
}

export function EvidencePanel(props: EvidencePanelProps) {
  const { attribution, blamed, suspects } = props
  const shown = suspects.find(({ releaseId }) => releaseId === blamed?.releaseId)
  const others = suspects.filter((suspect) => suspect !== shown)
  return (
    <Panel
      id="suspect"
      title={attribution === 'not-a-change' ? 'Cause' : 'Suspect release'}
      end={props.mayChange ? <Decisions {...props} /> : undefined}
      foot={<Foot suspects={others} first={shown === undefined} rest={props.rest} />}
    >
      {props.refused?.action === 'attribution' ? (
        <div class="pn-b">
          <Refused refused={props.refused} action="attribution" />
        </div>
      ) : null}
      {attribution === 'not-a-change' ? <NotAChange {...props} /> : null}
      {attribution !== 'not-a-change' && blamed ? (
        <Blamed {...props} blamed={blamed} probability={shown?.probability} signals={shown?.evidence.length ?? 0} />
      ) : null}
      {attribution !== 'not-a-change' && !blamed ? <NobodyBlamed {...props} /> : null}
      {props.isUnderWay ? <p class="pn-b t3 fs13">The suspicions are being worked out again.</p> : null}
      {shown && attribution !== 'not-a-change' ? <Signals id={props.id} suspect={shown} /> : null}
    </Panel>
  )
}

function Blamed({
  blamed,
  probability,
  signals,
  wentLive,
  attribution,
  running,
  decided,
  now,
}: EvidencePanelProps & {
  blamed: NonNullable<EvidencePanelProps['blamed']>
  probability: number | undefined
  signals: number
}) {
  return (
    <div class="sus">
      <div>
        <a class="ver" href={releasePath(blamed.service, blamed.version)} title={`${blamed.service} ${blamed.version}`}>
          {blamed.service} {middleCut(blamed.version, 40)}
        </a>
        <p class="t2 fs13">
          {wentLive ? (
            <>
              Deployed to {wentLive.environment} <Time at={wentLive.at} now={now} />
              {wentLive.replaced ? `, replaced ${middleCut(wentLive.replaced)}` : ''}
            </>
          ) : (
            'No deployment of it before the first sighting is recorded there.'
          )}
        </p>
        {running && running.version !== blamed.version ? <RanThen running={running} /> : null}
        {attribution === 'manual' && decided ? <SetBy decided={decided} now={now} /> : null}
      </div>
      {probability === undefined ? null : (
        <div class="score">
          <Confidence probability={probability} large />
          <div>
            <b>{confidenceOf(probability) === 'None' ? 'No confidence' : `${confidenceOf(probability)} confidence`}</b>
            <p class="fs12 t3">
              {Math.round(probability * 100)} of 100 from {counted(signals, 'signal')}
            </p>
          </div>
        </div>
      )}
    </div>
  )
}

/** Seen in and introduced in are two facts. */
const RanThen = ({ running }: { running: NonNullable<EvidencePanelProps['running']> }) => (
  <p class="t2 fs13">
    First seen in {middleCut(running.version)}, {running.how === 'stated' ? 'as reported' : 'which was live'}.
  </p>
)

function SetBy({ decided, now }: { decided: NonNullable<EvidencePanelProps['decided']>; now: number }) {
  return (
    <p class="fs13 set-by">
      <Icon name="person" small /> Set by <b>{decided.by}</b> <Time at={decided.at} now={now} />
      {decided.reason ? <>: {decided.reason}</> : null}
    </p>
  )
}

function NotAChange({ decided, now }: EvidencePanelProps) {
  return (
    <div class="sus">
      <div>
        <b class="ver">Not caused by a change</b>
        {decided ? <SetBy decided={decided} now={now} /> : null}
      </div>
    </div>
  )
}

function NobodyBlamed({ id, reason, around, running, service, firstSeenAt, now }: EvidencePanelProps) {
  return (
    <div class="pn-b">
      <p class="b">No release explains this.</p>
      {reason ? (
        <p class="t2 fs13">
          <InQuestion id={id} text={reason} />
        </p>
      ) : null}
      {running ? <RanThen running={running} /> : null}
      {around.length > 0 && service ? (
        <>
          <p class="t3 fs13 mt12">What went live around the first sighting:</p>
          <ul class="around">
            {around.map((one) => (
              <li>
                <Time at={one.at} now={now} /> <a href={releasePath(service, one.version)}>{middleCut(one.version)}</a>{' '}
                <span class="t3">
                  in {one.environment}, {one.at <= firstSeenAt ? 'before' : 'after'}
                </span>
              </li>
            ))}
          </ul>
        </>
      ) : null}
    </div>
  )
}

/** How many come into question, as the sentences of the method have it, leads to them. */
function InQuestion({ id, text }: { id: number; text: string }) {
  const [, before, releases, after] = /^(.*?)(\d[\d,]* releases)((?: that)? come into question.*)$/s.exec(text) ?? []
  if (releases === undefined) return text
  return (
    <>
      {before}
      <a href={inQuestionPath(id)}>{releases}</a>
      {after}
    </>
  )
}

/** `… changed src/cart.ts; 5 of 34 releases changed that file.`: both counts lead to their releases. */
function Changed({ id, service, file, text }: { id: number; service: string; file: string; text: string }) {
  const [, before, some, of, all, after] = /^(.*; )(\d+)( of )(\d+ releases)( changed .*)$/s.exec(text) ?? []
  if (some === undefined) return text
  return (
    <>
      {before}
      <a href={weighedPath(id, service, file)}>
        {some}
        <span class="vh"> releases that changed it</span>
      </a>
      {of}
      <a href={weighedPath(id, service)}>{all}</a>
      {after}
    </>
  )
}

const SIGNAL: Record<Evidence['verdict'], { tone: string; icon: IconName; said: string }> = {
  for: { tone: 'for', icon: 'check', said: 'Supports' },
  against: { tone: 'against', icon: 'close', said: 'Speaks against' },
  none: { tone: 'na', icon: 'ring-dashed', said: 'No data' },
}

/** Every signal, those against it too, with the points it gives. */
function Signals({ id, suspect: { service, version, evidence } }: { id: number; suspect: Suspect }) {
  const most = Math.max(1, ...evidence.map(({ points }) => Math.abs(points)))
  return (
    <ol class="sigs">
      {evidence.map(({ kind, verdict, title, sentence, points, values }) => {
        const { tone, icon, said } = SIGNAL[verdict]
        return (
          <li>
            <span class={`sg ${tone}`}>
              <Icon name={icon} label={said} />
            </span>
            <div>
              <p class="h">{title}</p>
              <p class="d">
                {kind === 'file' && typeof values.file === 'string' ? (
                  <Changed id={id} service={service} file={values.file} text={sentence} />
                ) : kind === 'change-size' ? (
                  <LinkedPart
                    text={sentence}
                    part={/\b[\d,]+ commits?\b/}
                    href={`${releasePath(service, version)}#commits`}
                  />
                ) : (
                  <InQuestion id={id} text={sentence} />
                )}
              </p>
            </div>
            <div class={`w ${tone}`}>
              <progress max={most} value={Math.abs(points)} aria-hidden="true" />
              <b>{signed(points)}</b>
            </div>
          </li>
        )
      })}
    </ol>
  )
}

function signed(points: number): string {
  const rounded = Math.round(points)
  return rounded > 0 ? `+${rounded}` : rounded < 0 ? `−${-rounded}` : '0'
}

/** Who is next, what else it may be, and where it is said how that was worked out. */
function Foot({
  suspects,
  first,
  rest,
}: {
  suspects: readonly Suspect[]
  first: boolean
  rest: EvidencePanelProps['rest']
}) {
  return (
    <div class="lines">
      {suspects.length > 0 ? <NextCandidates suspects={suspects} first={first} /> : null}
      {rest ? <Rest {...rest} /> : null}
      <p>
        <a href="/reliability#how">How the score works</a>
      </p>
    </div>
  )
}

function Rest({ others, noChange, older }: NonNullable<EvidencePanelProps['rest']>) {
  const parts = [
    ['no change of yours', noChange],
    ['a release from before the history', older],
    ['another release', others],
  ] as const
  const worthSaying = parts.filter(([, probability]) => Math.round(probability * 100) > 0)
  if (worthSaying.length === 0) return null
  return (
    <p>
      Otherwise:{' '}
      {worthSaying.map(([what, probability]) => `${what}, ${Math.round(probability * 100)} of 100`).join('; ')}
    </p>
  )
}

function NextCandidates({ suspects, first }: { suspects: readonly Suspect[]; first: boolean }) {
  return (
    <p>
      {first ? 'The method suspects' : suspects.length === 1 ? 'Next candidate' : 'Next candidates'}:{' '}
      {suspects.map(({ service, version, probability }, i) => (
        <>
          {i > 0 ? '; ' : ''}
          <a href={releasePath(service, version)} title={`${service} ${version}`}>
            {middleCut(version)}
          </a>
          , {Math.round(probability * 100)} of 100
        </>
      ))}
    </p>
  )
}

function Decisions(props: EvidencePanelProps) {
  const { id, attribution, blamed, releases, csrfToken, decided } = props
  if (decided)
    return (
      <ActionForm id={id} action="attribution" csrfToken={csrfToken}>
        <input type="hidden" name="decision" value="undone" />
        <button type="submit" class="btn sm">
          Undo
        </button>
      </ActionForm>
    )
  return (
    <>
      <details class="drop">
        <summary class="btn sm">Not caused by a change</summary>
        <div class="pop pad">
          <ActionForm id={id} action="attribution" csrfToken={csrfToken}>
            <input type="hidden" name="decision" value="not-a-change" />
            <ReasonField id="not-a-change-reason" />
            <button type="submit" class="btn pri full">
              Say no change caused it
            </button>
          </ActionForm>
        </div>
      </details>
      {releases.length > 0 ? (
        <details class="drop">
          <summary class="btn sm">{blamed ? 'Choose another' : 'Choose a release'}</summary>
          <div class="pop pad">
            <ActionForm id={id} action="attribution" csrfToken={csrfToken}>
              <input type="hidden" name="decision" value="chosen" />
              <div class="fld">
                <label for="chosen-release">Release that introduced it</label>
                <select id="chosen-release" name="releaseId">
                  {releases
                    .filter((release) => release.id !== blamed?.releaseId)
                    .map((release) => (
                      <option value={release.id}>{middleCut(release.name, 40)}</option>
                    ))}
                </select>
              </div>
              <ReasonField id="chosen-reason" />
              <button type="submit" class="btn pri full">
                Choose this release
              </button>
            </ActionForm>
          </div>
        </details>
      ) : null}
      {blamed && attribution !== 'manual' ? (
        <ActionForm id={id} action="attribution" csrfToken={csrfToken}>
          <input type="hidden" name="decision" value="confirmed" />
          <input type="hidden" name="releaseId" value={blamed.releaseId} />
          <button type="submit" class="btn sm">
            <Icon name="check" />
            Confirm
          </button>
        </ActionForm>
      ) : null}
    </>
  )
}

function ReasonField({ id }: { id: string }) {
  return (
    <div class="fld">
      <label for={id}>Reason</label>
      <textarea id={id} name="reason" rows={3} maxlength={2000} required />
    </div>
  )
}
