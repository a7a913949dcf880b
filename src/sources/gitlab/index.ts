import { z } from 'zod'
import type { Interpretation } from '../../core/event.ts'
import { cleanLine } from '../../core/text/text.ts'
import { ignored, unreadable } from '../interpretation.ts'
import { claimsStandardSignature, hasStandardSignature, hasToken } from '../proof/signature.ts'
import { readJson } from '../reading/json.ts'
import { repeatedKeyNotes } from '../reading/payload.ts'
import type { RawDelivery, Source } from '../source.ts'
import { readDeployment } from './deployments.ts'
import { readIssue } from './issues.ts'
import { readPipeline } from './pipelines.ts'
import { readPush, readTagPush } from './pushes.ts'
import { readRelease } from './releases.ts'

/** Webhooks of a GitLab project or group, and system hooks. What is understood and why: docs/sources/gitlab.md. */
export const gitlab: Source = {
  kind: 'gitlab',
  label: 'GitLab',
  // It does for both of GitLab's fields: the secret token, which is sent along, and the signing token.
  secret: 'standard-key',
  contentTypes: ['application/json'],
  // Who signs is judged by the signature alone: somebody may have read the token on its way.
  verify: (delivery, secrets) =>
    claimsStandardSignature(delivery)
      ? hasStandardSignature(delivery, secrets)
      : hasToken(delivery.headers['x-gitlab-token'], secrets),
  eventName: ({ headers }) => /^[A-Za-z ]{1,60}$/.exec(headers['x-gitlab-event'] ?? '')?.[0],
  // X-Gitlab-Event-UUID is shared by all that one event set off, so it names no delivery.
  deliveryId: ({ headers }) => idOf(headers['idempotency-key']) ?? idOf(headers['webhook-id']),
  interpret,
}

const idOf = (header: string | undefined): string | undefined =>
  header && /^[\w-]{1,100}$/.test(header) ? header : undefined

type Reader = (payload: unknown, receivedAt: number) => Interpretation

/** By `object_kind`, because an incident comes with the header of an issue. */
const READERS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['deployment', readDeployment],
  ['pipeline', readPipeline],
  ['release', readRelease],
  ['push', readPush],
  ['tag_push', readTagPush],
  ['issue', readIssue],
  ['work_item', readIssue],
])

/** System hooks say `event_name` instead. */
const kindSchema = z.object({ object_kind: z.string().nullish(), event_name: z.string().nullish() })

function interpret({ body, receivedAt }: RawDelivery): Interpretation {
  const json = readJson(body)
  if (!json.ok) return { kind: 'unreadable', problems: [json.problem] }
  const parsed = kindSchema.safeParse(json.value)
  const kind = parsed.success ? parsed.data.object_kind || parsed.data.event_name : undefined
  if (!kind) return unreadable('object_kind', 'is required: it says what the delivery is about')
  const read = READERS.get(kind)
  if (!read)
    return ignored(
      `Nothing is read from GitLab's "${cleanLine(kind, 60)}" events; they can be unticked at the webhook.`,
    )
  const made = read(json.value, receivedAt)
  if (made.kind !== 'events' || json.repeatedKeys.length === 0) return made
  return { ...made, notes: [...(made.notes ?? []), ...repeatedKeyNotes(json.repeatedKeys)] }
}
