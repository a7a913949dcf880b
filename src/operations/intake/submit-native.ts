import { createHash, randomUUID } from 'node:crypto'
import { carrying } from '../../core/audit/carried-record.ts'
import type { AuditRecord } from '../../core/audit/entry.ts'
import type { Conclusion } from '../../core/conclusion.ts'
import type { Problem } from '../../core/event.ts'
import { MAX_ITEMS, readNativeDefect, readNativeDeployment, readNativeRelease } from '../../sources/native-items.ts'
import { readJson } from '../../sources/reading/json.ts'
import type { Db, Store } from '../../store/database.ts'
import type { InboxRow } from '../../store/inbox/inbox.ts'
import { findSourceBySlug } from '../../store/sources/sources.ts'
import { BUILT_IN_SOURCE } from '../sources/sources-admin.ts'
import type { Processing } from './processing.ts'

export const READERS = {
  deployments: readNativeDeployment,
  defects: readNativeDefect,
  releases: readNativeRelease,
} as const

export interface NativeItems {
  readonly kind: keyof typeof READERS
  readonly items: readonly unknown[]
  /** The same key again is the same submission: it changes nothing and gets the first one's results. */
  readonly idempotencyKey?: string | undefined
  readonly receivedAt: number
  /** What the audit log says of it, in the transaction in which it takes effect. */
  readonly record?: AuditRecord | undefined
}

export interface NativeParts {
  readonly store: Store
  readonly processor: Processing
}

export type Submission =
  /** Nothing was kept. Paths begin with the item's index, as in `3.version`. */
  | { readonly kind: 'refused'; readonly problems: readonly Problem[] }
  | {
      readonly kind: 'accepted' | 'duplicate'
      readonly deliveryId: number
      /** One per item in their order; undefined when it is on disk but not worked out yet. */
      readonly results: readonly Conclusion[] | undefined
    }

/** The most problems reported at once; the first few are what a person mends. */
const MOST_PROBLEMS = 100

/**
 * The front door for our own JSON: the API, the form, imports and the demo all come through here. All items are
 * checked first; then they are one delivery, on disk before anything is answered, and worked out in one transaction.
 *
 * @throws Overloaded, or the storage's own error; then nothing was kept
 */
export async function submitNative(parts: NativeParts, submission: NativeItems): Promise<Submission> {
  const asked = await rowOfNative(parts.store.db, submission)
  if (asked.kind === 'refused') return asked
  const receipt = await parts.store.inbox.append(asked.row)
  const results = await parts.processor.processNow(receipt.id)
  return { kind: receipt.outcome, deliveryId: receipt.id, results: results?.filter(({ kind }) => kind !== 'note') }
}

/** The delivery that the items are, as it goes on disk; or what is wrong with them. */
export async function rowOfNative(
  db: Db,
  submission: NativeItems,
): Promise<
  { readonly kind: 'row'; readonly row: InboxRow } | { readonly kind: 'refused'; readonly problems: readonly Problem[] }
> {
  const problems = problemsOf(submission)
  if (problems.length > 0) return { kind: 'refused', problems: problems.slice(0, MOST_PROBLEMS) }

  const source = await findSourceBySlug(db, BUILT_IN_SOURCE.slug)
  if (!source) throw new Error(`the built-in source ${BUILT_IN_SOURCE.slug} is missing`)
  const body = Buffer.from(JSON.stringify({ [submission.kind]: submission.items }))
  // What was taken must also be readable later: the list around the items adds to what may be nested and counted.
  const json = readJson(body)
  if (!json.ok) return { kind: 'refused', problems: [json.problem] }
  const row: InboxRow = {
    sourceId: source.id,
    deliveryKey:
      submission.idempotencyKey === undefined
        ? `unkeyed:${randomUUID()}`
        : `key:${submission.kind}:${submission.idempotencyKey}`,
    bodySha256: createHash('sha256').update(body).digest('hex'),
    receivedAt: submission.receivedAt,
    headersJson: JSON.stringify(carrying({ 'content-type': 'application/json' }, submission.record)),
    body,
  }
  return { kind: 'row', row }
}

function problemsOf({ kind, items, receivedAt }: NativeItems): Problem[] {
  if (items.length === 0) return [{ path: '', message: `an empty list holds no ${kind}` }]
  if (items.length > MAX_ITEMS)
    return [{ path: '', message: `${items.length} items are more than the ${MAX_ITEMS} one request may hold` }]
  const read = READERS[kind]
  return items.flatMap((item, i) => {
    const result = read(item, receivedAt)
    return result.ok
      ? []
      : result.problems.map(({ path, message }) => ({ path: path ? `${i}.${path}` : String(i), message }))
  })
}
