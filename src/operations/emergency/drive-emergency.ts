import { type Actor, isFresh, judgeApproval } from '../../core/emergency/approval.ts'
import { blocking } from '../../core/emergency/checks.ts'
import { dispatchKey } from '../../core/emergency/dispatch.ts'
import type { EmergencyAction } from '../../core/emergency/transitions.ts'
import { verifyRelease } from '../../core/emergency/verification.ts'
import { cleanLine } from '../../core/text/text.ts'
import type { FireRequest } from '../../outbound/ci/trigger.ts'
import type { Db, Store } from '../../store/database.ts'
import { type Emergency, listEmergencyDefects } from '../../store/emergency/emergencies.ts'
import {
  type Dispatch,
  findLastDispatch,
  insertDispatch,
  settleDispatch,
  withdrawReady,
} from '../../store/emergency/emergency-dispatches.ts'
import { findKnownRelease, isS1Open, loadVerificationFacts } from '../../store/emergency/emergency-facts.ts'
import { type CiTarget, findCiTarget, getPolicy } from '../../store/emergency/emergency-settings.ts'
import { applyDefectChange } from '../defects/change-defect.ts'
import type { LiveEvents } from '../live-events.ts'
import { checkEmergency, targetName } from './emergency-checks.ts'
import {
  OvertakenStep,
  orStale,
  type Permit,
  reasonOf,
  type StepRequest,
  type StepResult,
  takeStep,
} from './emergency-step.ts'

/** What a person, or a program on behalf of one, does with an emergency release. */
export type EmergencyCommand =
  | {
      readonly do: 'approve'
      /** Needed to break the glass. */
      readonly reason?: string | undefined
      /** The CI target that was shown, as `id:revision`, or empty for none; undefined: whatever it is. */
      readonly target?: string | undefined
    }
  | { readonly do: 'send-again' }
  | { readonly do: 'run-started'; readonly url?: string | undefined }
  | { readonly do: 'run-failed'; readonly reason: string }
  | { readonly do: 'deployed'; readonly reason: string }
  | { readonly do: 'choose-version'; readonly version: string }
  | { readonly do: 'verify'; readonly reason?: string | undefined }
  | { readonly do: 'tick'; readonly title: string }
  /** `fixed`: linked defects that count as fixed now; undefined: all that are open. */
  | { readonly do: 'close'; readonly fixed?: readonly number[] | undefined }
  | { readonly do: 'cancel' | 'give-up'; readonly reason: string }
  | { readonly do: 'note' | 'review'; readonly text: string }

export interface DriveParts {
  readonly store: Store
  readonly liveEvents: LiveEvents
  /** Where people find this server; no slash at its end. */
  readonly publicUrl: string
  /** Something may be ready to be sent. */
  readonly onReady: () => void
}

export interface Drive {
  readonly emergencyId: number
  readonly actor: Actor
  /** The step that the form or call has seen. */
  readonly seen: number
  readonly requestKey?: string | undefined
  readonly now: number
}

/** Does it in one transaction, with its record and what follows from it; nothing is sent before that is on disk. */
export async function driveEmergency(parts: DriveParts, drive: Drive, command: EmergencyCommand): Promise<StepResult> {
  const action: EmergencyAction = command.do === 'tick' ? 'note' : command.do
  const request: StepRequest = { ...drive, action }
  // Closing changes defects, which takes its turn with everything that is derived.
  const inTransaction: Store['transaction'] =
    command.do === 'close' ? (work) => parts.store.change(work) : (work) => parts.store.transaction(work)
  const result = await orStale(parts.store.db, drive.emergencyId, drive.requestKey, () =>
    inTransaction((trx) => takeCommand(trx, parts, request, drive.actor, command)),
  )
  if (result.kind === 'done') {
    parts.liveEvents.publish({ topic: 'emergencies', emergencyId: drive.emergencyId })
    if (command.do === 'close') parts.liveEvents.publish({ topic: 'defects' })
    parts.onReady()
  }
  return result
}

const no = (reason: string): Permit => ({ ok: false, reason })
const SIGN_IN: Permit = {
  ok: false,
  signIn: true,
  reason: 'Sign in again first: what reaches CI needs a sign-in that is at most ten minutes old.',
}
const NOT_ALLOWED = 'This is for release managers and admins.'

function takeCommand(
  trx: Db,
  parts: DriveParts,
  request: StepRequest,
  actor: Actor,
  command: EmergencyCommand,
): Promise<StepResult> {
  const { now } = request
  switch (command.do) {
    case 'approve':
      return approve(trx, parts, request, actor, command)
    case 'send-again':
      return sendAgain(trx, parts, request, actor)
    case 'run-started':
      return runStarted(trx, request, actor, command.url)
    case 'run-failed': {
      const reason = reasonOf(command.reason)
      return takeStep(trx, request, () => {
        if (!actor.mayFire) return no(NOT_ALLOWED)
        if (reason === '') return no('Say what failed.')
        return { ok: true, detail: { reason, by: 'person' }, facts: { trouble: reason } }
      })
    }
    case 'deployed': {
      const reason = reasonOf(command.reason)
      return takeStep(
        trx,
        request,
        () => {
          if (!actor.mayFire) return no(NOT_ALLOWED)
          if (reason === '') return no('Say how you know that it is live.')
          return { ok: true, detail: { reason, by: 'person' }, facts: { deployed_at: now, trouble: null } }
        },
        (emergency) => leaveApproved(trx, emergency, now, `${actor.name} said that it is live.`),
      )
    }
    case 'choose-version':
      return chooseVersion(trx, request, actor, command.version)
    case 'verify':
      return verify(trx, request, reasonOf(command.reason))
    case 'tick':
      return tick(trx, request, actor, command.title)
    case 'close':
      return close(trx, request, actor, command.fixed)
    case 'cancel':
    case 'give-up':
      return end(trx, request, actor, reasonOf(command.reason))
    case 'note':
    case 'review': {
      const text = reasonOf(command.text)
      return takeStep(trx, request, () =>
        text === ''
          ? no('Write something first.')
          : { ok: true, detail: { text }, ...(command.do === 'review' && { facts: { reviewed_at: now } }) },
      )
    }
  }
}

async function approve(
  trx: Db,
  parts: DriveParts,
  request: StepRequest,
  actor: Actor,
  command: Extract<EmergencyCommand, { do: 'approve' }>,
): Promise<StepResult> {
  const { now } = request
  const reason = reasonOf(command.reason)
  let target: CiTarget | undefined
  return takeStep(
    trx,
    request,
    async (emergency) => {
      const policy = await getPolicy(trx, { id: emergency.environmentId, tier: emergency.tier })
      const s1Open = await isS1Open(trx, emergency)
      const judged = judgeApproval(policy.approval, { openedBy: emergency.openedBy, actor, s1Open, reason }, now)
      if (judged.kind === 'needs-reason') return no('Two people are needed here. To approve it alone, say why.')
      if (judged.kind === 'refused')
        return judged.because === 'sign-in' ? SIGN_IN : no(APPROVAL_REFUSED[judged.because])
      const wanted = { strategy: emergency.strategy, version: emergency.targetVersion }
      const block = blocking(await checkEmergency(trx, emergency, wanted, now, { own: emergency.id }))
      if (block) return no(`${block.title}. ${block.detail ?? ''}`.trim())
      target = await findCiTarget(trx, emergency.serviceId, emergency.environmentId)
      if (command.target !== undefined && command.target !== targetMark(target))
        return no('The CI target of this place was changed since this page was made. Look at it again.')
      return {
        ok: true,
        detail: {
          approvedAs: judged.as,
          version: emergency.targetVersion,
          ...(reason !== '' && { reason }),
          ...(target && { key: dispatchKey(emergency.id, emergency.generation + 1) }),
        },
        facts: {
          generation: emergency.generation + 1,
          approved_at: now,
          approved_name: actor.name,
          approved_as: judged.as,
          trouble: null,
          ...(judged.as === 'break-glass' && { needs_review: 1 as const }),
        },
      }
    },
    async (emergency) => {
      if (target) await writeDispatch(trx, parts, emergency, target, now)
    },
  )
}

const APPROVAL_REFUSED = {
  role: NOT_ALLOWED,
  'own-request': 'Somebody else must approve it: you opened it.',
  token: 'A person must approve it here, not a program.',
} as const

/** What stands in the form for the target that was shown. */
export const targetMark = (target: Pick<CiTarget, 'id' | 'revision'> | undefined): string =>
  target ? `${target.id}:${target.revision}` : ''

async function writeDispatch(
  trx: Db,
  parts: DriveParts,
  emergency: Emergency,
  target: CiTarget,
  now: number,
): Promise<void> {
  const generation = emergency.generation + 1
  const known = await findKnownRelease(trx, emergency.serviceId, emergency.targetVersion)
  const key = dispatchKey(emergency.id, generation)
  const request: FireRequest = {
    key,
    emergency: `ER-${emergency.id}`,
    strategy: emergency.strategy,
    service: emergency.service,
    environment: emergency.environment,
    version: emergency.targetVersion,
    from: emergency.fromVersion,
    artifact: known?.artifact,
    commit: known?.commit,
    ref: emergency.ref,
    reason: emergency.reason,
    url: `${parts.publicUrl}/emergency/ER-${emergency.id}`,
    decidedAt: now,
  }
  await insertDispatch(trx, {
    emergencyId: emergency.id,
    targetId: target.id,
    targetRevision: target.revision,
    targetName: targetName(target),
    generation,
    key,
    requestJson: JSON.stringify(request),
    decidedAt: now,
  })
}

async function sendAgain(trx: Db, parts: DriveParts, request: StepRequest, actor: Actor): Promise<StepResult> {
  const { now } = request
  let target: CiTarget | undefined
  let last: Dispatch | undefined
  return takeStep(
    trx,
    request,
    async (emergency) => {
      if (!actor.mayFire) return no(NOT_ALLOWED)
      if (!isFresh(actor, now)) return SIGN_IN
      last = await findLastDispatch(trx, emergency.id)
      if (last?.state === 'ready' || last?.state === 'sending')
        return no('The request is on its way. In a moment it is known what came of it.')
      if (last?.state === 'unknown' && last.dueAt !== undefined)
        return no('Postflight is still looking for the run. In a moment it is known, or you are asked.')
      const wanted = { strategy: emergency.strategy, version: emergency.targetVersion }
      const block = blocking(await checkEmergency(trx, emergency, wanted, now, { own: emergency.id }))
      if (block) return no(`${block.title}. ${block.detail ?? ''}`.trim())
      target = await findCiTarget(trx, emergency.serviceId, emergency.environmentId)
      if (!target) return no('No CI target is set up for this place.')
      return {
        ok: true,
        detail: {
          key: dispatchKey(emergency.id, emergency.generation + 1),
          ...(last?.state === 'unknown' && { reason: `No run started for ${last.key}, says ${actor.name}.` }),
        },
        facts: { generation: emergency.generation + 1, trouble: null },
      }
    },
    async (emergency) => {
      if (last?.state === 'unknown') {
        const said = { state: 'failed', reason: `${actor.name} said that no run started.` } as const
        if (!(await settleDispatch(trx, last, said, now))) throw new OvertakenStep()
      }
      if (target) await writeDispatch(trx, parts, emergency, target, now)
    },
  )
}

async function runStarted(trx: Db, request: StepRequest, actor: Actor, url: string | undefined): Promise<StepResult> {
  const runUrl = url !== undefined && /^https?:\/\//i.test(url) && URL.canParse(url) ? url.slice(0, 2_000) : undefined
  let last: Dispatch | undefined
  return takeStep(
    trx,
    request,
    async (emergency) => {
      if (!actor.mayFire) return no(NOT_ALLOWED)
      if (url !== undefined && url.trim() !== '' && runUrl === undefined) return no('That is no address of a run.')
      last = await findLastDispatch(trx, emergency.id)
      if (last?.state === 'ready' || last?.state === 'sending')
        return no('The request is on its way. In a moment it is known what came of it.')
      return { ok: true, detail: { by: 'person', url: runUrl, key: last?.key }, facts: { trouble: null } }
    },
    async () => {
      if (last?.state !== 'unknown') return
      const said = { state: 'sent', reason: `${actor.name} said that a run started.`, runUrl } as const
      if (!(await settleDispatch(trx, last, said, request.now))) throw new OvertakenStep()
    },
  )
}

/** It goes on without what was to be sent: that is not sent any more, and doubt about it is over. */
export async function leaveApproved(trx: Db, emergency: Emergency, now: number, because: string): Promise<void> {
  const last = await findLastDispatch(trx, emergency.id)
  if (last?.state === 'ready' && !(await withdrawReady(trx, emergency.id, now))) throw new OvertakenStep()
  if (last?.state === 'unknown' && !(await settleDispatch(trx, last, { state: 'sent', reason: because }, now)))
    throw new OvertakenStep()
}

async function chooseVersion(trx: Db, request: StepRequest, actor: Actor, text: string): Promise<StepResult> {
  const version = cleanLine(text, 200)
  const { now } = request
  return takeStep(
    trx,
    request,
    async (emergency) => {
      if (!actor.mayFire && actor.id !== emergency.openedBy) return no(NOT_ALLOWED)
      if (version === '') return no('Choose a version.')
      if (version === emergency.targetVersion) return no(`${version} is the version that it has.`)
      const doubt = await doubtOf(trx, emergency)
      if (doubt) return no(doubt)
      const wanted = { strategy: emergency.strategy, version }
      const block = blocking(await checkEmergency(trx, emergency, wanted, now, { own: emergency.id }))
      if (block) return no(`${block.title}. ${block.detail ?? ''}`.trim())
      return {
        ok: true,
        detail: { version },
        facts: { target_version: version, approved_at: null, approved_name: null, approved_as: null, trouble: null },
      }
    },
    (emergency) => withdrawOrOvertaken(trx, emergency, now),
  )
}

/** Why it cannot be left yet: something may be on its way to CI. */
async function doubtOf(trx: Db, emergency: Emergency): Promise<string | undefined> {
  if (emergency.state !== 'approved') return undefined
  const last = await findLastDispatch(trx, emergency.id)
  if (last?.state === 'sending') return 'The request is just being sent. In a moment it is known what came of it.'
  if (last?.state === 'unknown') return `Say first whether a run started for ${last.key}.`
  return undefined
}

async function withdrawOrOvertaken(trx: Db, emergency: Emergency, now: number): Promise<void> {
  const last = await findLastDispatch(trx, emergency.id)
  if (last?.state === 'sending' || last?.state === 'unknown') {
    if (emergency.state === 'approved') throw new OvertakenStep()
    return
  }
  if (last?.state === 'ready' && !(await withdrawReady(trx, emergency.id, now))) throw new OvertakenStep()
}

async function verify(trx: Db, request: StepRequest, reason: string): Promise<StepResult> {
  const { now } = request
  return takeStep(trx, request, async (emergency) => {
    if (emergency.verifiedAt !== undefined) return no('It is verified already.')
    const policy = await getPolicy(trx, { id: emergency.environmentId, tier: emergency.tier })
    const facts = await loadVerificationFacts(trx, emergency, policy)
    const verification = facts && verifyRelease(facts, now)
    if (verification?.state !== 'pass' && reason === '')
      return no('Not every check has passed. To verify it by hand, say what you checked.')
    return {
      ok: true,
      detail: reason === '' ? {} : { reason, by: 'person' },
      facts: { verified_at: now, trouble: null },
    }
  })
}

async function tick(trx: Db, request: StepRequest, actor: Actor, title: string): Promise<StepResult> {
  return takeStep(trx, request, async (emergency) => {
    if (emergency.state !== 'verifying') return no('Tick it once the version is live.')
    const policy = await getPolicy(trx, { id: emergency.environmentId, tier: emergency.tier })
    if (!policy.humanChecks.includes(title)) return no('There is no such check.')
    const ticks = { ...emergency.ticks, [title]: actor.name }
    return { ok: true, detail: { tick: title }, facts: { ticks_json: JSON.stringify(ticks) } }
  })
}

async function close(
  trx: Db,
  request: StepRequest,
  actor: Actor,
  fixed: readonly number[] | undefined,
): Promise<StepResult> {
  const { now, emergencyId } = request
  const linked = await listEmergencyDefects(trx, emergencyId)
  const toFix = linked.filter(({ id, open }) => open && (fixed === undefined || fixed.includes(id)))
  let isQuiet = false
  return takeStep(
    trx,
    request,
    async (emergency) => {
      if (emergency.verifiedAt === undefined) return no('Verify first that it worked.')
      const policy = await getPolicy(trx, { id: emergency.environmentId, tier: emergency.tier })
      const facts = await loadVerificationFacts(trx, emergency, policy)
      isQuiet = facts !== undefined && verifyRelease(facts, now).state === 'pass'
      return { ok: true, detail: { version: emergency.targetVersion, defects: toFix.map(({ id }) => id) } }
    },
    async (emergency) => {
      for (const { id } of toFix)
        await applyDefectChange(trx, id, {
          actor,
          now,
          change: {
            kind: 'status',
            // Fixed is what we say; verified is what was seen.
            status: isQuiet ? 'verified' : 'fixed',
            fixedIn: [emergency.targetVersion],
            reason: `ER-${emergency.id}`,
          },
        })
    },
  )
}

async function end(trx: Db, request: StepRequest, actor: Actor, reason: string): Promise<StepResult> {
  const { now } = request
  return takeStep(
    trx,
    request,
    async (emergency) => {
      if (!actor.mayFire && (request.action !== 'cancel' || actor.id !== emergency.openedBy)) return no(NOT_ALLOWED)
      if (reason === '') return no('Say why, for those who read it later.')
      const doubt = await doubtOf(trx, emergency)
      return doubt ? no(doubt) : { ok: true, detail: { reason } }
    },
    (emergency) => withdrawOrOvertaken(trx, emergency, now),
  )
}
