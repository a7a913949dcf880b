import type { Interpretation } from '../../core/event.ts'
import { cleanLine } from '../../core/text/text.ts'
import { ignored, unreadable } from '../interpretation.ts'
import { hasHexHmac } from '../proof/signature.ts'
import { readJson } from '../reading/json.ts'
import { repeatedKeyNotes } from '../reading/payload.ts'
import type { RawDelivery, Source } from '../source.ts'
import { readCommitStatus } from './commit-statuses.ts'
import { readRefsChanged } from './data-center-pushes.ts'
import { readIssue } from './issues.ts'
import { readPush } from './pushes.ts'

/** Webhooks of Bitbucket Cloud and Data Center. What is understood and why: docs/sources/bitbucket.md. */
export const bitbucket: Source = {
  kind: 'bitbucket',
  label: 'Bitbucket',
  secret: 'signing-key',
  contentTypes: ['application/json'],
  // GitHub's old header of the same name has a SHA-1; here the method in it is sha256, and nothing else is believed.
  verify: ({ headers, body }, secrets) => hasHexHmac(headers['x-hub-signature'], body, secrets),
  eventName: ({ headers }) => /^[a-z_:]{1,60}$/.exec(headers['x-event-key'] ?? '')?.[0],
  // Of Cloud and of Data Center.
  deliveryId: ({ headers }) => idOf(headers['x-request-uuid']) ?? idOf(headers['x-request-id']),
  interpret,
}

const idOf = (header: string | undefined): string | undefined =>
  header && /^\{?[\w-]{1,100}\}?$/.test(header) ? header : undefined

type Reader = (payload: unknown, receivedAt: number) => Interpretation

const READERS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['repo:push', readPush],
  ['repo:commit_status_created', readCommitStatus],
  ['repo:commit_status_updated', readCommitStatus],
  ['issue:created', readIssue],
  ['issue:updated', readIssue],
  ['repo:refs_changed', readRefsChanged],
  ['diagnostics:ping', () => ignored('A ping: Bitbucket reaches this address and the secret is right.')],
])

function interpret({ headers, body, receivedAt }: RawDelivery): Interpretation {
  const event = headers['x-event-key']
  if (!event) return unreadable('', 'the X-Event-Key header, which names the event, is missing')
  const read = READERS.get(event)
  if (!read)
    return ignored(
      `Nothing is read from Bitbucket's "${cleanLine(event, 60)}" events; they can be unticked at the webhook.`,
    )
  const json = readJson(body)
  if (!json.ok) return { kind: 'unreadable', problems: [json.problem] }
  const made = read(json.value, receivedAt)
  if (made.kind !== 'events' || json.repeatedKeys.length === 0) return made
  return { ...made, notes: [...(made.notes ?? []), ...repeatedKeyNotes(json.repeatedKeys)] }
}
