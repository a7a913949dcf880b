import type { Verification } from '../../src/core/emergency/verification.ts'
import { stateWord, stepSentence } from '../../src/core/emergency/words.ts'
import type { OnCall } from '../../src/core/oncall/on-call.ts'
import type { EmergencyDefect, EmergencyStep } from '../../src/store/emergency/emergencies.ts'
import type { Attempt, Dispatch } from '../../src/store/emergency/emergency-dispatches.ts'
import type { RuleFiring } from '../../src/store/rules/rule-firings.ts'
import { AuditLink } from '../audit/audit-link.tsx'
import { SeverityBadge, StatusBadge } from '../components/badges.tsx'
import { Select, TextArea } from '../components/form-parts.tsx'
import { Icon, type IconName } from '../components/icon.tsx'
import { Empty, Note, PageHead, Panel, ReleaseLink, TableBox } from '../components/page-parts.tsx'
import { TimeAndAge } from '../components/time.tsx'
import { useZone } from '../components/zone.tsx'
import { clockSeconds, counted, formatDuration } from '../format.ts'
import { OnCallLine } from '../oncall/on-call-line.tsx'
import { defectPath, emergencyPath, safeExternalUrl } from '../paths.ts'
import { AlsoHere } from './also-here.tsx'
import { NextStep, type NextStepProps } from './next-step.tsx'
import { actSentence, CheckLine, CheckList, EmergencyStateBadge, StepFields, type StepForm } from './parts.tsx'
import { Stepper } from './stepper.tsx'

export interface EmergencyPageProps extends NextStepProps {
  readonly steps: readonly EmergencyStep[]
  readonly defects: readonly EmergencyDefect[]
  readonly dispatches: readonly Dispatch[]
  readonly attempts: readonly Attempt[]
  /** Occurrences of the linked defects, by minute. */
  readonly occurrences: readonly { readonly at: number; readonly count: number }[]
  /** Versions that could be chosen instead; empty where none can. */
  readonly others: readonly { readonly version: string; readonly text: string }[]
  /** Checks that people tick. */
  readonly problem: { readonly text: string } | undefined
  /** For those who may read the audit log. */
  readonly auditHref: string | undefined
  /** Undefined: it has ended, or no schedule says. */
  readonly onCall: OnCall | undefined
  /** Names of others who look at it right now. */
  readonly alsoHere: readonly string[]
  /** By which a rule opened it. */
  readonly firing: (Pick<RuleFiring, 'ruleId' | 'what' | 'rolledBack' | 'done'> & { readonly rule: string }) | undefined
}

/** All about one emergency release; what comes next stands on top. */
export function EmergencyPage(props: EmergencyPageProps) {
  const { emergency, problem, defects, now, form, verification, mayChange } = props
  const isOpen = emergency.endedAt === undefined
  return (
    <>
      {problem ? (
        <Note tone="bad" role="alert" id="problem">
          <b>Not done.</b> {problem.text}
        </Note>
      ) : null}
      <PageHead
        title={actSentence(emergency)}
        sub={
          <>
            <span data-tell={`ER-${emergency.id}: ${stateWord[emergency.state]}`}>
              <EmergencyStateBadge state={emergency.state} />
            </span>
            <span>
              <b>ER-{emergency.id}</b> for {emergency.service} in {emergency.environment}, opened by{' '}
              {emergency.openedName} <TimeAndAge at={emergency.openedAt} now={now} />
            </span>
            {props.onCall ? (
              <span>
                <a href="/on-call">On call</a>: <OnCallLine onCall={props.onCall} now={now} />
              </span>
            ) : null}
            {isOpen ? <AlsoHere emergencyId={emergency.id} names={props.alsoHere} /> : null}
            {defects[0] ? (
              <span>
                Because of{' '}
                <a class="lnk" href={defectPath(defects[0].id)}>
                  PF-{defects[0].id}
                </a>
                {defects.length > 1 ? ` and ${defects.length - 1} more` : ''}
              </span>
            ) : null}
          </>
        }
        actions={
          <>
            <a class="btn" href={`${emergencyPath(emergency.id)}/timeline.md`} hx-boost="false">
              <Icon name="download" />
              Timeline
            </a>
            {isOpen && mayChange ? <EndForms {...props} /> : null}
          </>
        }
      />
      <ByRule firing={props.firing} />
      {emergency.needsReview && emergency.reviewedAt === undefined && isOpen ? (
        <Note tone="watch">It was approved by one alone. A review is owed once it has ended.</Note>
      ) : null}
      <section class="panel em" aria-label="Where it stands">
        <Stepper emergency={emergency} />
        <NextStep {...props} />
      </section>
      <div class="grid g-21 mt16">
        <div class="stack">
          <Occurrences occurrences={props.occurrences} />
          <Requests {...props} />
          <LinkedDefects defects={defects} now={now} />
        </div>
        <div class="stack">
          {verification ? (
            <VerificationPanel emergencyId={emergency.id} verification={verification} form={form} may={mayChange} />
          ) : (
            <Panel id="checks" title="Checks" hint="when it was opened" pad>
              <CheckList checks={emergency.checks} />
            </Panel>
          )}
          <Panel id="facts" title="What it is" pad>
            <dl class="facts">
              <dt>Reason</dt>
              <dd>{emergency.reason}</dd>
              <dt>From</dt>
              <dd>
                {emergency.fromVersion ? (
                  <ReleaseLink service={emergency.service} version={emergency.fromVersion} />
                ) : (
                  'Not known'
                )}
              </dd>
              <dt>To</dt>
              <dd>
                {emergency.strategy === 'rollback' ? (
                  <ReleaseLink service={emergency.service} version={emergency.targetVersion} />
                ) : (
                  emergency.targetVersion
                )}
              </dd>
              {emergency.ref ? (
                <>
                  <dt>Built from</dt>
                  <dd>{emergency.ref}</dd>
                </>
              ) : null}
            </dl>
          </Panel>
          <Timeline {...props} />
        </div>
      </div>
    </>
  )
}

/** A rule opened it, or even approved it: that stands above everything else. */
function ByRule({ firing }: Pick<EmergencyPageProps, 'firing'>) {
  if (!firing) return null
  const rule = <a href={`/rules/${firing.ruleId}`}>“{firing.rule}”</a>
  return firing.rolledBack ? (
    <Note tone="bad" role="status">
      <b>A rule approved this rollback, and no person.</b> The rule {rule}: {firing.what}
    </Note>
  ) : (
    <Note>
      A rule drafted it: {rule}. {firing.what}
    </Note>
  )
}

function EndForms({ emergency, form, mayFire, others }: EmergencyPageProps) {
  const path = emergencyPath(emergency.id)
  const canCancel = emergency.state !== 'verifying'
  return (
    <>
      {others.length > 0 && (emergency.state === 'requested' || emergency.state === 'approved') ? (
        <details class="drop">
          <summary class="btn">Another version…</summary>
          <form class="pop pad" method="post" action={`${path}/version`} hx-boost="false">
            <StepFields form={form} name="choose-version" />
            <Select
              name="version"
              label="Version"
              choices={others.map(({ version, text }) => ({ value: version, text }))}
            />
            <p class="hint">It has to be approved anew.</p>
            <button type="submit" class="btn full">
              Choose it
            </button>
          </form>
        </details>
      ) : null}
      {canCancel || mayFire ? (
        <details class="drop">
          <summary class="btn">{canCancel ? 'Cancel release…' : 'Give up…'}</summary>
          <form class="pop pad" method="post" action={`${path}/cancellation`} hx-boost="false">
            <StepFields form={form} name="end" />
            <TextArea name="reason" label="Why?" rows={2} input={{ required: true, maxlength: 2000 }} />
            {emergency.state === 'building' || emergency.state === 'deploying' ? (
              <p class="hint">The run in CI is not stopped by this.</p>
            ) : null}
            {canCancel ? (
              <button type="submit" name="as" value="cancelled" class="btn full">
                Cancel ER-{emergency.id}
              </button>
            ) : null}
            {emergency.state !== 'requested' && mayFire ? (
              <button type="submit" name="as" value="failed" class="btn ghost full">
                It did not work, give up
              </button>
            ) : null}
          </form>
        </details>
      ) : null}
    </>
  )
}

function Occurrences({ occurrences }: { occurrences: EmergencyPageProps['occurrences'] }) {
  const zone = useZone()
  const total = occurrences.reduce((sum, { count }) => sum + count, 0)
  const top = Math.max(1, ...occurrences.map(({ count }) => count))
  const last = occurrences.at(-1)
  const first = occurrences[0]
  if (!first || !last || occurrences.length < 2) return null
  const width = 600 / occurrences.length
  return (
    <Panel id="occurrences" title="Occurrences of linked defects" hint="per minute" pad>
      {total === 0 ? (
        <p class="t2">None in the last {formatDuration(last.at - first.at)}.</p>
      ) : (
        <svg
          class="bars"
          viewBox="0 0 600 120"
          role="img"
          preserveAspectRatio="none"
          aria-label={`${counted(total, 'occurrence')} from ${clockSeconds(first.at, zone)} to ${clockSeconds(last.at, zone)}; ${last.count} in the last minute.`}
        >
          {occurrences.map(({ count }, i) =>
            count === 0 ? null : (
              <rect
                x={(i * width).toFixed(1)}
                width={Math.max(1, width - 1).toFixed(1)}
                y={(120 - (count / top) * 116).toFixed(1)}
                height={((count / top) * 116).toFixed(1)}
              />
            ),
          )}
        </svg>
      )}
      <p class="t3 fs12">
        {clockSeconds(first.at, zone)} to {clockSeconds(last.at, zone)}; {counted(total, 'occurrence')}, at most {top}{' '}
        in a minute.
      </p>
    </Panel>
  )
}

const OUTCOMES: Readonly<Record<string, { tone: string; icon: IconName; text: string }>> = {
  'fire started': { tone: 'ok', icon: 'check-ring', text: 'A run started' },
  'fire refused': { tone: 'bad', icon: 'cross-ring', text: 'Did not arrive, or was refused' },
  'fire unknown': { tone: 'watch', icon: 'warning', text: 'Not known' },
  'look found': { tone: 'ok', icon: 'check-ring', text: 'Looked: found the run' },
  'look surely-none': { tone: 'na', icon: 'ring-slash', text: 'Looked: no run carries the key' },
  'look cannot-tell': { tone: 'watch', icon: 'warning', text: 'Looked: cannot tell' },
}

function Requests({ attempts, dispatches }: EmergencyPageProps) {
  const zone = useZone()
  return (
    <Panel
      id="requests"
      title="Requests to CI"
      foot={
        attempts.length > 0
          ? 'After an answer that was lost Postflight looks for a run that carries the key. If it cannot tell, it stops and asks you.'
          : undefined
      }
    >
      {attempts.length === 0 ? (
        <Empty icon="inbox">Nothing has been sent to CI yet.</Empty>
      ) : (
        <TableBox label="Requests to CI">
          <table class="t">
            <thead>
              <tr>
                <th scope="col">Sent</th>
                <th scope="col">Answer</th>
                <th scope="col">Run</th>
                <th scope="col" class="num">
                  Took
                </th>
                <th scope="col">Key</th>
              </tr>
            </thead>
            <tbody>
              {attempts.map((attempt) => {
                const known = OUTCOMES[`${attempt.kind} ${attempt.outcome}`]
                const dispatch = dispatches.find(({ key }) => key === attempt.key)
                const run = safeExternalUrl(dispatch?.runUrl)
                return (
                  <tr>
                    <td class="nw">{clockSeconds(attempt.beganAt, zone)}</td>
                    <td class="m-2">
                      <span class={`vd ${known?.tone ?? 'acc'}`}>
                        <Icon name={known?.icon ?? 'ring-half'} />
                        {known?.text ?? (attempt.kind === 'fire' ? 'No answer yet' : 'Looking')}
                      </span>
                      {attempt.detail ? <div class="t3 fs12">{attempt.detail}</div> : null}
                    </td>
                    <td>
                      {run && known?.tone === 'ok' ? (
                        <a href={run} rel="noopener noreferrer nofollow">
                          {dispatch?.runId ?? 'Run'}
                        </a>
                      ) : (
                        <span class="t3">None</span>
                      )}
                    </td>
                    <td class="num m-hide">
                      {attempt.endedAt === undefined ? '' : formatDuration(attempt.endedAt - attempt.beganAt)}
                    </td>
                    <td class="mono fs12">{attempt.key}</td>
                  </tr>
                )
              })}
            </tbody>
          </table>
        </TableBox>
      )}
    </Panel>
  )
}

function LinkedDefects({ defects, now }: { defects: readonly EmergencyDefect[]; now: number }) {
  return (
    <Panel id="defects" title="Linked defects" hint={String(defects.length)}>
      {defects.length === 0 ? (
        <Empty icon="defect">No defect is linked.</Empty>
      ) : (
        <TableBox label="Linked defects">
          <table class="t">
            <thead>
              <tr>
                <th scope="col">Severity</th>
                <th scope="col">Defect</th>
                <th scope="col">Last seen</th>
                <th scope="col">Status</th>
              </tr>
            </thead>
            <tbody>
              {defects.map((defect) => (
                <tr>
                  <td>
                    <SeverityBadge severity={defect.severity} />
                  </td>
                  <td class="m-2">
                    <a class="ttl" href={defectPath(defect.id)}>
                      {defect.title}
                    </a>{' '}
                    <span class="t3 nw">PF-{defect.id}</span>
                  </td>
                  <td class="nw">
                    <TimeAndAge at={defect.lastSeenAt} now={now} />
                  </td>
                  <td>
                    <StatusBadge status={defect.status} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </TableBox>
      )}
    </Panel>
  )
}

function VerificationPanel({
  emergencyId,
  verification,
  form,
  may,
}: {
  emergencyId: number
  verification: Verification
  form: StepForm
  may: boolean
}) {
  return (
    <Panel id="verification" title="Verification" pad>
      <ul class="chk">
        {verification.checks.map(({ state, title, detail, kind }) => (
          <CheckLine result={state} title={title} detail={detail}>
            {kind === 'human' && state === 'waiting' && may ? (
              <form method="post" action={`${emergencyPath(emergencyId)}/checks`} hx-boost="false">
                <StepFields form={form} name={`tick ${title}`} />
                <input type="hidden" name="title" value={title} />
                <button type="submit" class="btn sm" aria-label={`Tick: ${title}`}>
                  Tick
                </button>
              </form>
            ) : null}
          </CheckLine>
        ))}
      </ul>
    </Panel>
  )
}

function Timeline({ steps, emergency, form, mayChange, auditHref }: EmergencyPageProps) {
  const zone = useZone()
  return (
    <Panel
      id="timeline"
      title="Timeline"
      end={
        <>
          <AuditLink href={auditHref} />
          <a class="btn sm" href={`${emergencyPath(emergency.id)}/timeline.json`} hx-boost="false">
            JSON
          </a>
        </>
      }
    >
      <section role="log" aria-label="Timeline, newest first" tabindex={0}>
        <ol class="feed sec">
          {steps.toReversed().map((step) => (
            <li>
              <time datetime={new Date(step.at).toISOString()} title={new Date(step.at).toISOString()}>
                {clockSeconds(step.at, zone)}
              </time>
              <Icon name={step.actor ? 'person' : 'terminal'} />
              <span>{stepSentence(step)}</span>
            </li>
          ))}
        </ol>
      </section>
      {mayChange ? (
        <form class="cmt" method="post" action={`${emergencyPath(emergency.id)}/notes`} hx-boost="false">
          <StepFields form={form} name="note" />
          <input name="text" aria-label="Note for the timeline" placeholder="Add a note" maxlength={2000} required />
          <button type="submit" class="btn">
            Add
          </button>
        </form>
      ) : null}
    </Panel>
  )
}
