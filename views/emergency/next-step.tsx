import type { Child } from 'hono/jsx'
import type { Approval } from '../../src/core/emergency/approval.ts'
import type { Check } from '../../src/core/emergency/checks.ts'
import type { Expectation } from '../../src/core/emergency/progress.ts'
import type { Verification } from '../../src/core/emergency/verification.ts'
import type { Emergency } from '../../src/store/emergency/emergencies.ts'
import type { Dispatch } from '../../src/store/emergency/emergency-dispatches.ts'
import { Field, TextArea } from '../components/form-parts.tsx'
import { Icon } from '../components/icon.tsx'
import { Facts } from '../components/page-parts.tsx'
import { Since } from '../components/time.tsx'
import { useZone } from '../components/zone.tsx'
import { clockTime, formatDuration } from '../format.ts'
import { emergencyPath, safeExternalUrl } from '../paths.ts'
import { actSentence, CheckList, StepFields, type StepForm } from './parts.tsx'

export interface NextStepProps {
  readonly emergency: Emergency
  readonly dispatch: Dispatch | undefined
  /** The CI target of the place, as it is now. */
  readonly target: { readonly name: string; readonly mark: string } | undefined
  /** As they stand now; for what is still to be approved or sent. */
  readonly checks: readonly Check[]
  /** Whether the person who looks may approve. */
  readonly approval: Approval
  readonly mayFire: boolean
  readonly mayChange: boolean
  readonly verification: Verification | undefined
  readonly expectation: Expectation | undefined
  readonly defects: readonly { readonly id: number; readonly title: string; readonly open: boolean }[]
  readonly form: StepForm
  readonly now: number
}

/** The one card with what comes next. */
export function NextStep(props: NextStepProps) {
  const { emergency } = props
  switch (emergency.state) {
    case 'requested':
      return <ApproveCard {...props} />
    case 'approved':
      return <SendingCard {...props} />
    case 'building':
    case 'deploying':
      return <RunningCard {...props} />
    case 'verifying':
      return emergency.verifiedAt === undefined ? <VerifyCard {...props} /> : <CloseCard {...props} />
    case 'closed':
    case 'cancelled':
    case 'failed':
      return <EndCard {...props} />
  }
}

function Card({ eye, title, children, actions }: { eye: string; title: string; children?: Child; actions?: Child }) {
  return (
    <section class="next" aria-labelledby="next-title">
      <div>
        <p class="ey">{eye}</p>
        <h2 id="next-title" tabindex={-1}>
          {title}
        </h2>
        {children}
      </div>
      {actions ? <div class="next-act">{actions}</div> : null}
    </section>
  )
}

const SIGN_IN_NEXT = (id: number) => `/login?again=1&next=${encodeURIComponent(emergencyPath(id))}`

function ApproveCard(props: NextStepProps) {
  const { emergency, approval, target, checks, form } = props
  const act = actSentence(emergency)
  const block = checks.find(({ result }) => result === 'blocks')
  const move = emergency.fromVersion
    ? `It takes ${emergency.environment} from ${emergency.fromVersion} to ${emergency.targetVersion}.`
    : `It takes ${emergency.environment} to ${emergency.targetVersion}.`
  const sends = target
    ? `This sends one request to ${target.name}. ${move}`
    : `Nothing is sent: no CI is set up for this place. ${move} You deploy it by hand.`
  const mayFire = !block && (approval.kind === 'allowed' || approval.kind === 'needs-reason')
  return (
    <>
      <Card
        eye="Next step"
        title={emergency.strategy === 'rollback' ? 'Approve and start the rollback' : 'Approve and start the hotfix'}
        actions={
          mayFire ? (
            <>
              <form id="fire" method="post" action={`${emergencyPath(emergency.id)}/approval`} hx-boost="false">
                <StepFields form={form} name="approve" />
                <input type="hidden" name="target" value={target?.mark ?? ''} />
                {approval.kind === 'needs-reason' ? (
                  <TextArea
                    name="reason"
                    label="Why alone?"
                    rows={2}
                    hint="Two people are needed here. Your reason is recorded, and a review is owed."
                    input={{ required: true, maxlength: 2000 }}
                  />
                ) : null}
                <button type="submit" class="btn dng lg full fire-btn" data-fire>
                  {approval.kind === 'needs-reason' ? `${act}, alone` : act}
                </button>
              </form>
              <p class="fs12 t3">
                Pressing twice is safe. {target ? `ER-${emergency.id} sends this request once.` : 'It only approves.'}
              </p>
            </>
          ) : undefined
        }
      >
        <p class="t2">{sends}</p>
        <Facts
          facts={[
            ['CI target', target?.name ?? 'None'],
            ['Policy', approvalSentence(approval)],
          ]}
        />
        {checks.some(({ result }) => result !== 'pass') ? (
          <CheckList checks={checks.filter(({ result }) => result !== 'pass')} />
        ) : null}
        {approval.kind === 'refused' && approval.because === 'sign-in' ? (
          <p class="mt8">
            <a class="btn pri" href={SIGN_IN_NEXT(emergency.id)}>
              Sign in again to approve
            </a>
          </p>
        ) : null}
      </Card>
      {mayFire ? (
        <Sticky>
          <button type="submit" form="fire" class="btn dng" data-fire>
            {approval.kind === 'needs-reason' ? `${act}, alone` : act}
          </button>
        </Sticky>
      ) : null}
    </>
  )
}

function approvalSentence(approval: Approval): string {
  if (approval.kind === 'needs-reason') return 'Two people are needed. You opened it: alone it takes a reason.'
  if (approval.kind === 'allowed')
    switch (approval.as) {
      case 'second-person':
        return 'You may approve it: somebody else opened it.'
      case 'own-request':
        return 'You may approve your own request here. It is recorded.'
      case 'own-request-while-s1-open':
        return 'You may approve your own request while an S1 is open. It is recorded.'
      case 'break-glass':
        return 'You approve alone. It is recorded, and a review is owed.'
    }
  switch (approval.because) {
    case 'role':
      return 'Release managers and admins approve. Send them the address of this page.'
    case 'own-request':
      return 'Somebody else must approve it: you opened it. Send them the address of this page.'
    case 'sign-in':
      return 'Approving needs a sign-in that is at most ten minutes old.'
    case 'token':
      return 'A person must approve it here.'
  }
}

/** On phones: at the thumb, in place of the tab bar where something fires. */
const Sticky = ({ children, firing = true }: { children?: Child; firing?: boolean }) => (
  <section class={firing ? 'sticky-act firing' : 'sticky-act'} aria-label="Actions">
    {children}
  </section>
)

function SendingCard(props: NextStepProps) {
  const { emergency, dispatch, mayFire, form, target, now } = props
  const isCurrent = dispatch?.generation === emergency.generation
  const onItsWay =
    isCurrent &&
    (dispatch.state === 'ready' ||
      dispatch.state === 'sending' ||
      (dispatch.state === 'unknown' && dispatch.dueAt !== undefined))
  if (onItsWay)
    return (
      <Card eye="Now" title={dispatch.state === 'unknown' ? 'Looking for the run' : 'Sending the request to CI'}>
        <p class="t2">
          {dispatch.reason ? `${dispatch.reason} ` : ''}
          {dispatch.state === 'ready' && dispatch.attempt > 0 ? (
            <>
              It surely did not arrive, and is tried again. Attempt {dispatch.attempt + 1} is next, after{' '}
              <a href="#requests">those before</a>.
            </>
          ) : dispatch.state === 'unknown' ? (
            `Whether a run started for ${dispatch.key} is not known yet. Nothing is sent again before it is.`
          ) : (
            `${dispatch.key} to ${dispatch.targetName}.`
          )}
        </p>
      </Card>
    )
  const unknown = isCurrent && dispatch.state === 'unknown'
  const again = target ? `ER-${emergency.id}-${emergency.generation + 1}` : undefined
  const title = unknown
    ? 'We cannot tell if CI started'
    : dispatch
      ? (emergency.trouble ?? 'No run is under way')
      : 'Deploy it by hand'
  return (
    <Card
      eye="Next step"
      title={title}
      actions={
        mayFire ? (
          <>
            {unknown ? <RunStartedForm {...props} /> : null}
            {again ? (
              <details class="drop">
                <summary class="btn">{unknown ? 'No run started, send again…' : 'Try again…'}</summary>
                <form class="pop pad" method="post" action={`${emergencyPath(emergency.id)}/dispatch`} hx-boost="false">
                  <StepFields form={form} name="send-again" />
                  <input type="hidden" name="decision" value="send-again" />
                  <p class="t2 fs13">
                    {unknown ? `You say that no run started for ${dispatch?.key}. ` : ''}A new request, {again}, goes to{' '}
                    {target?.name}.
                  </p>
                  <button type="submit" class="btn dng full mt8" data-fire>
                    {actSentence(emergency)}
                  </button>
                </form>
              </details>
            ) : null}
            <ByHandForm {...props} />
          </>
        ) : undefined
      }
    >
      <p class="t2">
        {unknown
          ? `${dispatch?.reason ?? ''} Look in ${dispatch?.targetName ?? 'CI'} for a run with the key ${dispatch?.key}, and say here what you see. Postflight sends nothing by itself.`
          : dispatch
            ? `${dispatch.reason ?? ''} Try again, choose another version, or cancel.`
            : 'No CI is set up for this place, so nothing was sent. Postflight waits for the deployment event.'}
      </p>
      <p class="t3 fs13">
        Approved <Since at={emergency.approvedAt ?? now} now={now} /> ago by {emergency.approvedName}.
      </p>
    </Card>
  )
}

const RunStartedForm = ({ emergency, form }: NextStepProps) => (
  <details class="drop">
    <summary class="btn pri">A run started…</summary>
    <form class="pop pad" method="post" action={`${emergencyPath(emergency.id)}/dispatch`} hx-boost="false">
      <StepFields form={form} name="run-started" />
      <input type="hidden" name="decision" value="run-started" />
      <Field name="url" label="Address of the run" optional type="url" input={{ maxlength: 2000 }} />
      <button type="submit" class="btn pri full">
        A run started
      </button>
    </form>
  </details>
)

const ByHandForm = ({ emergency, form }: NextStepProps) => (
  <details class="drop">
    <summary class="btn ghost">Mark as deployed by hand…</summary>
    <form class="pop pad" method="post" action={`${emergencyPath(emergency.id)}/dispatch`} hx-boost="false">
      <StepFields form={form} name="deployed" />
      <input type="hidden" name="decision" value="deployed" />
      <TextArea
        name="reason"
        label={`How do you know that ${emergency.targetVersion} is live?`}
        rows={2}
        input={{ required: true, maxlength: 2000 }}
      />
      <button type="submit" class="btn full">
        {emergency.targetVersion} is live
      </button>
    </form>
  </details>
)

function RunningCard(props: NextStepProps) {
  const { emergency, dispatch, expectation, mayFire, form, now } = props
  const since = dispatch?.finishedAt ?? emergency.approvedAt ?? now
  const overdue = expectation !== undefined && now > expectation.overdueAt
  const run = safeExternalUrl(dispatch?.runUrl)
  const usual = expectation?.usualMs
  const link = run ? (
    <a class="btn" href={run} rel="noopener noreferrer nofollow" hx-boost="false">
      Open run {dispatch?.runId ?? ''} <Icon name="external" small />
    </a>
  ) : null
  return (
    <>
      <Card
        eye="Now"
        title={
          overdue
            ? 'Taking longer than usual'
            : emergency.state === 'deploying'
              ? `Deploying ${emergency.targetVersion}`
              : `CI is building ${emergency.targetVersion}`
        }
        actions={
          <>
            {link}
            {mayFire ? <ByHandForm {...props} /> : null}
            {mayFire ? (
              <details class="drop">
                <summary class="btn ghost">The run failed…</summary>
                <form class="pop pad" method="post" action={`${emergencyPath(emergency.id)}/dispatch`} hx-boost="false">
                  <StepFields form={form} name="run-failed" />
                  <input type="hidden" name="decision" value="run-failed" />
                  <TextArea name="reason" label="What failed?" rows={2} input={{ required: true, maxlength: 2000 }} />
                  <button type="submit" class="btn full">
                    The run failed
                  </button>
                </form>
              </details>
            ) : null}
          </>
        }
      >
        {usual === undefined ? null : (
          <progress class="pbar" max={usual} value={Math.min(usual, Math.max(0, now - since))} aria-label="Time so far">
            {formatDuration(now - since)}
          </progress>
        )}
        <p class="t2">
          <Since at={since} now={now} />
          {usual === undefined ? ' so far.' : ` of about ${formatDuration(usual)}, going by the last ones.`} It counts
          as deployed when {emergency.environment} says so, by a deployment event.
        </p>
      </Card>
      {link ? <Sticky firing={false}>{link}</Sticky> : null}
    </>
  )
}

function VerifyCard(props: NextStepProps) {
  const zone = useZone()
  const { emergency, verification, mayChange, form, now } = props
  const passed = verification?.state === 'pass'
  const failed = verification?.checks.filter(({ state }) => state === 'fail') ?? []
  const until = verification?.until
  const label =
    until !== undefined
      ? `Verify at ${clockTime(Math.ceil(until / 60_000) * 60_000, zone)}`
      : failed.length > 0
        ? 'A check fails'
        : 'Waiting for the checks'
  return (
    <>
      <Card
        eye="Next step"
        title={failed[0] ? failed[0].detail : 'Verify that it worked'}
        actions={
          mayChange ? (
            <>
              {passed ? (
                <form id="verify" method="post" action={`${emergencyPath(emergency.id)}/verification`} hx-boost="false">
                  <StepFields form={form} name="verify" />
                  <button type="submit" class="btn pri lg full">
                    It worked
                  </button>
                </form>
              ) : (
                <button type="button" class="btn pri lg" aria-disabled="true">
                  {label}
                </button>
              )}
              {passed ? null : (
                <details class="drop">
                  <summary class="btn">Verify now, I checked by hand…</summary>
                  <form
                    class="pop pad"
                    method="post"
                    action={`${emergencyPath(emergency.id)}/verification`}
                    hx-boost="false"
                  >
                    <StepFields form={form} name="verify-by-hand" />
                    <TextArea
                      name="reason"
                      label="What did you check?"
                      rows={2}
                      input={{ required: true, maxlength: 2000 }}
                    />
                    <button type="submit" class="btn pri full">
                      Verify by hand
                    </button>
                  </form>
                </details>
              )}
            </>
          ) : undefined
        }
      >
        <p class="t2">
          {emergency.targetVersion} has been live for <Since at={emergency.deployedAt ?? now} now={now} />. {''}
          {passed ? 'All checks have passed.' : 'You can verify now if you checked by hand.'}
        </p>
      </Card>
      {passed && mayChange ? (
        <Sticky firing={false}>
          <button type="submit" form="verify" class="btn pri">
            It worked
          </button>
        </Sticky>
      ) : null}
    </>
  )
}

function CloseCard({ emergency, mayChange, form, defects }: NextStepProps) {
  const open = defects.filter((one) => one.open)
  return (
    <>
      <Card
        eye="Next step"
        title="Close it"
        actions={
          mayChange ? (
            <form id="close" method="post" action={`${emergencyPath(emergency.id)}/closure`} hx-boost="false">
              <StepFields form={form} name="close" />
              {open.length > 0 ? (
                <fieldset class="fs">
                  <legend>Fixed in {emergency.targetVersion}</legend>
                  {open.map(({ id, title }) => (
                    <label class="check">
                      <input type="checkbox" name="fixed" value={String(id)} checked />
                      <span>
                        PF-{id} {title}
                      </span>
                    </label>
                  ))}
                </fieldset>
              ) : null}
              <button type="submit" class="btn pri lg full">
                Close ER-{emergency.id}
              </button>
            </form>
          ) : undefined
        }
      >
        <p class="t2">
          It is verified. Closing releases the lock of {emergency.environment} and makes the ticked defects fixed in{' '}
          {emergency.targetVersion}.
          {emergency.strategy === 'hotfix' ? ' See that the fix is merged into the main line as well.' : ''}
        </p>
      </Card>
      {mayChange ? (
        <Sticky firing={false}>
          <button type="submit" form="close" class="btn pri">
            Close ER-{emergency.id}
          </button>
        </Sticky>
      ) : null}
    </>
  )
}

function EndCard({ emergency, mayChange, form }: NextStepProps) {
  const due = emergency.needsReview && emergency.reviewedAt === undefined
  const took = (emergency.endedAt ?? emergency.openedAt) - emergency.openedAt
  return (
    <Card
      eye={due ? 'Next step' : 'Done'}
      title={due ? 'Write the review that is owed' : emergency.state === 'closed' ? 'It is over' : 'It has ended'}
      actions={
        mayChange && emergency.reviewedAt === undefined ? (
          <form method="post" action={`${emergencyPath(emergency.id)}/review`} hx-boost="false">
            <StepFields form={form} name="review" />
            <TextArea name="text" label="What was learned" rows={3} input={{ required: true, maxlength: 2000 }} />
            <button type="submit" class="btn full">
              Save the review
            </button>
          </form>
        ) : undefined
      }
    >
      <p class="t2">
        It took {formatDuration(took)} from opening to its end.
        {due ? ' It was approved by one alone, which takes a review afterwards.' : ''}
      </p>
    </Card>
  )
}
