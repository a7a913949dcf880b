import type { Interpretation } from '../../core/event.ts'
import { cleanLine } from '../../core/text/text.ts'
import { ignored } from '../interpretation.ts'
import { hasHexHmac } from '../proof/signature.ts'
import { type JsonRead, readJson, readJsonText } from '../reading/json.ts'
import { repeatedKeyNotes } from '../reading/payload.ts'
import type { RawDelivery, Source } from '../source.ts'
import { readDeployment, readDeploymentStatus, readWorkflowRun } from './deployments.ts'
import { readIssue } from './issues.ts'
import { readPush } from './pushes.ts'
import { readRelease } from './releases.ts'

/** Webhooks of a GitHub repository, organisation or app. What is understood and why: docs/sources/github.md. */
export const github: Source = {
  kind: 'github',
  label: 'GitHub',
  secret: 'signing-key',
  contentTypes: ['application/json', 'application/x-www-form-urlencoded'],
  // X-Hub-Signature (SHA-1), sent beside it, is not looked at.
  verify: ({ headers, body }, secrets) => hasHexHmac(headers['x-hub-signature-256'], body, secrets),
  eventName: ({ headers }) => nameOf(headers['x-github-event']),
  deliveryId: ({ headers }) => deliveryGuid(headers['x-github-delivery']),
  interpret,
}

/** Anything longer is no name; headers are as untrusted as the body. */
const nameOf = (header: string | undefined): string | undefined =>
  header !== undefined && /^[a-z_]{1,60}$/.test(header) ? header : undefined

type Reader = (payload: unknown, receivedAt: number) => Interpretation

const READERS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['deployment', readDeployment],
  ['deployment_status', readDeploymentStatus],
  ['release', readRelease],
  ['push', readPush],
  ['issues', readIssue],
  ['workflow_run', readWorkflowRun],
  ['ping', () => ignored('A ping: GitHub reaches this address and the secret is right.')],
])

function interpret(delivery: RawDelivery): Interpretation {
  const event = delivery.headers['x-github-event']
  if (!event)
    return {
      kind: 'unreadable',
      problems: [{ path: '', message: 'the X-GitHub-Event header, which names the event, is missing' }],
    }
  const read = READERS.get(event)
  if (!read)
    return ignored(
      `Nothing is read from GitHub's "${cleanLine(event, 60)}" events; they can be unticked at the webhook.`,
    )

  const json = readPayload(delivery)
  if (!json.ok) return { kind: 'unreadable', problems: [json.problem] }
  const made = read(json.value, delivery.receivedAt)
  if (made.kind !== 'events' || json.repeatedKeys.length === 0) return made
  return { ...made, notes: [...(made.notes ?? []), ...repeatedKeyNotes(json.repeatedKeys)] }
}

/** The JSON, or, when the webhook's content type is form-encoded, the JSON in its `payload` field. */
function readPayload({ headers, body }: RawDelivery): JsonRead {
  if (!/^application\/x-www-form-urlencoded\b/i.test(headers['content-type']?.trim() ?? '')) return readJson(body)
  const payload = new URLSearchParams(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8')).get(
    'payload',
  )
  if (payload === null) return { ok: false, problem: { path: 'payload', message: 'is missing from the form' } }
  return readJsonText(payload)
}

/** A GUID, the same when GitHub or a person sends the delivery again. */
const deliveryGuid = (header: string | undefined): string | undefined =>
  header && /^[\w-]{1,100}$/.test(header) ? header : undefined
