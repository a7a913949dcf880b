import { z } from 'zod'
import { STRATEGIES } from '../../core/emergency/suggestion.ts'
import { EMERGENCY_STATES } from '../../core/emergency/transitions.ts'

/** Emergency releases and locks as the API writes and takes them. */

const instant = z.string().meta({ format: 'date-time' })
const reason = z.string().min(1).max(2_000)

export const emergencyState = z.enum(EMERGENCY_STATES)
const strategy = z.enum(STRATEGIES)

export const emergencyItem = z.object({
  id: z.string(),
  name: z.string().meta({ description: 'As people say it: ER-27.' }),
  service: z.string(),
  environment: z.string(),
  strategy,
  state: emergencyState,
  step: z.int().meta({ description: 'Number of its last step; send it along with every call.' }),
  version: z.string().meta({ description: 'To be deployed.' }),
  from: z.string().nullable(),
  ref: z.string().nullable(),
  reason: z.string(),
  trouble: z.string().nullable().meta({ description: 'What is wrong right now.' }),
  openedBy: z.string(),
  openedAt: instant,
  approvedBy: z.string().nullable(),
  approvedAt: instant.nullable(),
  approvedAs: z.string().nullable(),
  deployedAt: instant.nullable(),
  verifiedAt: instant.nullable(),
  endedAt: instant.nullable(),
  reviewDue: z.boolean().meta({ description: 'The glass was broken and no review is written yet.' }),
  url: z.string(),
})

const check = z.object({
  kind: z.string(),
  result: z.enum(['pass', 'read', 'blocks']),
  title: z.string(),
  detail: z.string().nullable(),
})

export const emergencyDetails = emergencyItem.extend({
  defects: z.array(z.object({ id: z.string(), title: z.string(), severity: z.string(), status: z.string() })),
  checks: z.array(check).meta({ description: 'As they stood when it was opened.' }),
  verification: z
    .object({
      state: z.enum(['pass', 'waiting', 'fail']),
      until: instant.nullable(),
      checks: z.array(
        z.object({
          kind: z.string(),
          state: z.enum(['pass', 'waiting', 'fail']),
          title: z.string(),
          detail: z.string(),
        }),
      ),
    })
    .nullable()
    .meta({ description: 'null before it is live.' }),
  requests: z.array(
    z.object({
      key: z.string(),
      state: z.enum(['ready', 'sending', 'sent', 'failed', 'unknown', 'withdrawn']),
      target: z.string(),
      attempts: z.int(),
      reason: z.string().nullable(),
      run: z.string().nullable(),
      needsDecision: z.boolean().meta({ description: 'Nobody can tell whether a run started; a person must say.' }),
    }),
  ),
  timeline: z.array(
    z.object({
      step: z.int(),
      at: instant,
      by: z.string().nullable().meta({ description: 'null: the server by itself.' }),
      action: z.string(),
      state: emergencyState,
      text: z.string(),
    }),
  ),
})

export const emergencyWish = z.strictObject({
  service: z.string().min(1).max(200),
  environment: z.string().min(1).max(200),
  strategy,
  version: z.string().min(1).max(200).meta({ description: 'To roll back to, or of the fix.' }),
  ref: z.string().min(1).max(300).optional().meta({ description: 'Of a hotfix: the branch or tag it is built from.' }),
  reason,
  defects: z
    .array(z.string().regex(/^(PF-)?[1-9]\d{0,14}$/, 'is no id of a defect'))
    .max(100)
    .optional(),
})

const step = z.int().min(1).meta({ description: 'The step that you have seen; another one is answered with 409.' })

export const approvalBody = z.strictObject({
  step,
  reason: reason.optional().meta({ description: 'Needed to break the glass.' }),
})
export const dispatchBody = z.strictObject({
  step,
  decision: z
    .enum(['send-again', 'run-started', 'run-failed', 'deployed', 'choose-version'])
    .meta({ description: 'What you know or want; docs/emergency.md.' }),
  url: z.string().max(2_000).optional().meta({ description: 'Of the run, with run-started.' }),
  reason: reason.optional().meta({ description: 'With run-failed and deployed.' }),
  version: z.string().min(1).max(200).optional().meta({ description: 'With choose-version.' }),
})
export const verificationBody = z.strictObject({
  step,
  reason: reason.optional().meta({ description: 'What you checked by hand, when not every check has passed.' }),
})
export const closureBody = z.strictObject({
  step,
  fixed: z
    .array(z.string().regex(/^(PF-)?[1-9]\d{0,14}$/, 'is no id of a defect'))
    .max(100)
    .optional()
    .meta({ description: 'Linked defects that count as fixed; all that are open unless told.' }),
})
export const cancellationBody = z.strictObject({
  step,
  reason,
  as: z.enum(['cancelled', 'failed']).optional().meta({ description: 'cancelled unless told.' }),
})
export const runBody = z.strictObject({
  key: z.string().max(60).meta({ description: 'Of the request, ER-27-1.' }),
  status: z.enum(['started', 'deploying', 'failed', 'succeeded']),
  url: z.string().max(2_000).optional(),
  detail: z.string().max(2_000).optional(),
})

export const lockItem = z.object({
  id: z.string(),
  service: z.string().nullable().meta({ description: 'null: every service of the environment.' }),
  environment: z.string(),
  reason: z.string(),
  by: z.string(),
  since: instant,
  releasedBy: z.string().nullable(),
  releasedAt: instant.nullable(),
})

export const locksAnswer = z.object({
  locked: z.boolean(),
  locks: z.array(
    z.object({
      id: z.string().nullable().meta({ description: 'By which it is released; null: not by this API.' }),
      kind: z.enum(['emergency', 'manual', 'freeze']),
      service: z.string().nullable().meta({ description: 'null: every service of the environment.' }),
      environment: z.string(),
      reason: z.string(),
      by: z.string(),
      since: instant,
      url: z.string().nullable(),
    }),
  ),
})
