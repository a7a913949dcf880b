import { z } from 'zod'
import type { FireOutcome, LookOutcome, Run } from '../../core/emergency/dispatch.ts'
import { refusalSentence } from '../../core/outbound-rule.ts'
import { type OutboundAnswer, type OutboundRequest, safeRequest } from '../safe-request.ts'
import { standardSignature } from '../standard-signature.ts'
import type { CiTrigger, FireRequest, Reachability, Target, TriggerParts } from './trigger.ts'

const webhookSettings = z.strictObject({
  url: z.string().min(1).max(2_000),
  /** With `{key}` where the key goes. Absent: runs cannot be looked for. */
  lookupUrl: z
    .string()
    .max(2_000)
    .refine((text) => text.includes('{key}'), 'must hold {key}')
    .optional(),
})

export type WebhookSettings = z.output<typeof webhookSettings>

/**
 * Any receiver, by a webhook signed as Standard Webhooks 1.0 says (github.com/standard-webhooks): `webhook-id` is our key
 * and the same in every try. A receiver that can be asked for the run of a key makes doubt short; without it a person
 * decides.
 */
export const webhookTrigger: CiTrigger<WebhookSettings> = {
  kind: 'webhook',
  label: 'Signed webhook',
  fields: [
    {
      name: 'url',
      label: 'Address',
      hint: 'Gets a POST with JSON, signed as Standard Webhooks says.',
      required: true,
    },
    {
      name: 'lookupUrl',
      label: 'Address that knows the run of a key',
      hint: 'With {key} in it. Answers 200 with {"run": {"id", "url"}}, or {"run": null} once it will never start one for the key. Without it, a person decides when an answer was lost.',
      required: false,
    },
  ],
  secret: {
    label: 'Signing key',
    hint: 'whsec_ and base64, as the receiver has it. Left empty, one is made and shown once.',
    generated: true,
  },

  readSettings(value) {
    const read = webhookSettings.safeParse(value)
    if (read.success) return { ok: true, settings: read.data }
    return {
      ok: false,
      problems: read.error.issues.map(({ path, message }) => ({ path: path.join('.'), message })),
    }
  },
  nameOf: ({ url }) => (URL.canParse(url) ? new URL(url).host + new URL(url).pathname : url),
  addressesOf: ({ url, lookupUrl }) => [url, ...(lookupUrl === undefined ? [] : [lookupUrl.replaceAll('{key}', 'k')])],

  async fire(target, request, parts) {
    const answer = await post(target, request.key, bodyOf(request), parts)
    return outcomeOf(answer)
  },

  async findRun(target, request, parts) {
    const { lookupUrl } = target.settings
    if (lookupUrl === undefined) return { kind: 'cannot-tell', reason: 'This receiver cannot be asked for a run.' }
    const url = lookupUrl.replaceAll('{key}', encodeURIComponent(request.key))
    const answer = await safeRequest(
      {
        method: 'GET',
        url,
        headers: standardSignature(target.secret, request.key, '', parts.clock()),
        signal: parts.signal,
      },
      parts.rules,
    )
    return lookOutcomeOf(answer)
  },

  /** By reading, never by a POST: a receiver that takes every POST for a wish must not be woken by a check. */
  async checkReachable({ settings, secret }, { rules, clock, signal }) {
    const { url, lookupUrl } = settings
    const asked = lookupUrl?.replaceAll('{key}', NO_KEY) ?? url
    const headers = standardSignature(secret, NO_KEY, '', clock())
    const answer = await safeRequest({ method: 'GET', url: asked, headers, signal }, rules)
    return reachabilityOf(answer, lookupUrl !== undefined)
  },
}

/** Of no emergency release. */
const NO_KEY = 'ER-0-0'

const bodyOf = (request: FireRequest): string =>
  JSON.stringify({
    type: `postflight.${request.strategy}`,
    // Of the decision, so that a repeat is the same to the byte.
    timestamp: new Date(request.decidedAt).toISOString(),
    data: {
      key: request.key,
      emergency: request.emergency,
      service: request.service,
      environment: request.environment,
      version: request.version,
      from: request.from ?? null,
      artifact: request.artifact ?? null,
      commit: request.commit ?? null,
      ref: request.ref ?? null,
      reason: request.reason,
      url: request.url,
    },
  })

const post = (
  { settings, secret }: Target<WebhookSettings>,
  id: string,
  body: string,
  { rules, clock, signal }: TriggerParts,
): Promise<OutboundAnswer> => {
  const request: OutboundRequest = {
    method: 'POST',
    url: settings.url,
    headers: {
      'Content-Type': 'application/json',
      'Idempotency-Key': id,
      ...standardSignature(secret, id, body, clock()),
    },
    body,
    signal,
  }
  return safeRequest(request, rules)
}

/** Answers by which the other side says that it did not take it. A redirect is not followed, so nothing was done. */
const NOT_TAKEN: ReadonlySet<number> = new Set([400, 401, 403, 404, 405, 406, 410, 411, 413, 414, 415, 422, 426, 431])

function outcomeOf(answer: OutboundAnswer): FireOutcome {
  if (answer.kind === 'refused') return { kind: 'refused', reason: refusalSentence(answer.refusal), again: false }
  if (answer.kind === 'unreachable')
    return answer.sent
      ? { kind: 'unknown', reason: `The connection broke off (${answer.code}) after it was made.` }
      : { kind: 'refused', reason: `There was no connection (${answer.code}).`, again: true }
  const { status, headers } = answer
  if (status >= 200 && status < 300)
    return { kind: 'started', run: runIn(answer.body), detail: `It answered ${status}.` }
  if (status === 429 || (status === 503 && headers['retry-after'] !== undefined))
    return { kind: 'refused', reason: `It answered ${status}: not now.`, again: true }
  if (NOT_TAKEN.has(status) || (status >= 300 && status < 400))
    return { kind: 'refused', reason: `It answered ${status}.`, again: false }
  return { kind: 'unknown', reason: `It answered ${status}.` }
}

function lookOutcomeOf(answer: OutboundAnswer): LookOutcome {
  if (answer.kind !== 'answered') return { kind: 'cannot-tell', reason: 'It could not be asked for the run.' }
  if (answer.status !== 200) return { kind: 'cannot-tell', reason: `Asked for the run, it answered ${answer.status}.` }
  const read = z.object({ run: runBody.nullable() }).safeParse(jsonIn(answer.body))
  // What says nothing of a run is no word that there is none.
  if (!read.success) return { kind: 'cannot-tell', reason: 'Asked for the run, it answered something else.' }
  return read.data.run === null ? { kind: 'surely-none' } : { kind: 'found', run: toRun(read.data.run) }
}

function reachabilityOf(answer: OutboundAnswer, isLookup: boolean): Reachability {
  if (answer.kind === 'refused') return { kind: 'refused', reason: refusalSentence(answer.refusal) }
  if (answer.kind === 'unreachable') return { kind: 'unreachable', reason: `No answer (${answer.code}).` }
  const { status } = answer
  if (isLookup && (status === 401 || status === 403))
    return { kind: 'refused', reason: `It answered ${status} to our signature.` }
  if (status >= 500 && status !== 501) return { kind: 'unreachable', reason: `It answered ${status}.` }
  return isLookup && status === 200
    ? { kind: 'reachable', detail: 'It takes our signature.' }
    : { kind: 'reachable', detail: 'Whether it takes our signature shows when something is sent.' }
}

const runBody = z.object({
  id: z.union([z.string(), z.number()]).optional(),
  url: z.string().optional(),
})

/** The run in an answer, if it names one, in a field `run` or by itself. */
function runIn(body: Uint8Array): Run {
  const value = jsonIn(body)
  const nested = z.object({ run: runBody }).safeParse(value)
  const read = nested.success ? nested.data.run : runBody.safeParse(value).data
  return toRun(read ?? {})
}

/** Only addresses that a browser may follow are kept. */
const toRun = ({ id, url }: z.output<typeof runBody>): Run => ({
  id: id === undefined ? undefined : String(id).slice(0, 200),
  url: url !== undefined && /^https?:\/\//i.test(url) && URL.canParse(url) ? url.slice(0, 2_000) : undefined,
})

function jsonIn(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body))
  } catch {
    return undefined
  }
}
