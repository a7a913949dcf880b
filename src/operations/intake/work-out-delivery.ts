import type { Conclusion } from '../../core/conclusion.ts'
import { withIdentity } from '../../core/defect/identity-rules.ts'
import type { Interpretation } from '../../core/event.ts'
import { applyServiceRules, type Unmapped } from '../../core/inbound/service-rules.ts'
import { applySeverityWords } from '../../core/inbound/severity-words.ts'
import { isTestDelivery, readAs } from '../../core/inbound/test-delivery.ts'
import { findSource } from '../../sources/index.ts'
import type { RawDelivery } from '../../sources/source.ts'
import type { Db } from '../../store/database.ts'
import { concludeDelivery, noteBody, type StoredDelivery } from '../../store/inbox/deliveries.ts'
import { saveUnmapped } from '../../store/sources/service-rules.ts'
import { noteSeverityWords } from '../../store/sources/severity-words.ts'
import { applyEvents } from '../derivation/apply-events.ts'
import type { Changes } from '../derivation/settle-changes.ts'
import { hearOfRun } from '../emergency/hear-of-run.ts'
import { announceDeadLetter } from '../notifications/announce-dead-letter.ts'
import type { SourceNames } from '../sources/source-names.ts'
import type { ProcessingResult } from './processing.ts'

export interface WorkedOut {
  readonly result: ProcessingResult
  readonly reason: string | undefined
  readonly conclusions: readonly Conclusion[]
  readonly processedAt: number
  readonly tookMs: number
  readonly replaySuspect: boolean
}

/**
 * Reads one delivery, writes what it states and marks it concluded, in the transaction handed in; what has to be derived
 * anew is noted in `changes`.
 */
export async function workOutDelivery(
  trx: Db,
  delivery: StoredDelivery,
  names: SourceNames,
  changes: Changes,
  clock: () => number,
): Promise<WorkedOut> {
  if (isTestDelivery(delivery.headers)) return await readTest(trx, delivery, names, clock)
  const startedAt = performance.now()
  const source = findSource(delivery.sourceKind)
  // Where the same bytes mean another event, having come before says nothing.
  const replaySuspect = source?.sameBody !== 'new' && (await noteBody(trx, delivery))
  const interpretation = interpret(delivery, names.mapping)
  const conclusions: Conclusion[] = []
  const unmapped: Unmapped[] = []
  if (interpretation.kind === 'events') {
    const isReading = delivery.processedBefore && delivery.id <= names.readUpToId
    const placed = applyServiceRules(interpretation.events, names.services, isReading)
    unmapped.push(...placed.unmapped)
    const graded = applySeverityWords(placed.events, names.severities)
    await noteSeverityWords(trx, delivery.sourceId, names.severities.severities.size, graded.unknown)
    const identified = graded.events.map((event) => withIdentity(event, names.identities))
    conclusions.push(...(await applyEvents(trx, delivery, identified, changes)))
    conclusions.push(...(interpretation.notes ?? []).map((text): Conclusion => ({ kind: 'note', text })))
  }
  await saveUnmapped(trx, delivery, unmapped)
  const run = await hearOfRun(trx, delivery, clock())
  if (run) conclusions.push(run)
  // What is ignored otherwise was not when it told of a run that is waited for.
  const isHeard = run !== undefined && interpretation.kind === 'ignored'
  const result = isHeard ? 'processed' : RESULT[interpretation.kind]
  const reason = isHeard ? undefined : reasonOf(interpretation)
  const processedAt = clock()
  const tookMs = performance.now() - startedAt
  await concludeDelivery(trx, delivery.id, {
    state: result,
    attempts: delivery.attempts + 1,
    reason,
    event: eventNameOf(delivery),
    conclusions,
    processedAt,
    tookMs,
  })
  if (result === 'failed') await announceDeadLetter(trx, delivery, reason, processedAt)
  return { result, reason, conclusions, processedAt, tookMs, replaySuspect }
}

/** A test is read and nothing else; one that cannot be read waits for nobody to mend it. */
async function readTest(
  trx: Db,
  delivery: StoredDelivery,
  names: SourceNames,
  clock: () => number,
): Promise<WorkedOut> {
  const startedAt = performance.now()
  const interpretation = interpret(delivery, names.mapping)
  const isRead = interpretation.kind === 'events'
  const result = isRead ? 'processed' : 'ignored'
  const reason = isRead ? undefined : `A test, which was not understood: ${reasonOf(interpretation)}`
  const conclusions: Conclusion[] = isRead ? [{ kind: 'note', text: readAs(interpretation.events) }] : []
  const processedAt = clock()
  const tookMs = performance.now() - startedAt
  await concludeDelivery(trx, delivery.id, {
    state: result,
    attempts: delivery.attempts + 1,
    reason,
    event: eventNameOf(delivery),
    conclusions,
    processedAt,
    tookMs,
    isTest: true,
  })
  return { result, reason, conclusions, processedAt, tookMs, replaySuspect: false }
}

/** What its sender calls this kind of delivery. */
export const eventNameOf = (delivery: StoredDelivery): string | undefined =>
  findSource(delivery.sourceKind)?.eventName?.(rawOf(delivery))

const RESULT: Record<Interpretation['kind'], ProcessingResult> = {
  events: 'processed',
  ignored: 'ignored',
  unreadable: 'failed',
}

function interpret(delivery: StoredDelivery, mapping: string | undefined): Interpretation {
  const source = findSource(delivery.sourceKind)
  if (!source)
    return {
      kind: 'unreadable',
      problems: [{ path: '', message: `this version of Postflight has no source of kind ${delivery.sourceKind}` }],
    }
  return source.interpret({ ...rawOf(delivery), mapping })
}

const rawOf = ({ headers, body, receivedAt, service }: StoredDelivery): RawDelivery => ({
  headers,
  body,
  receivedAt,
  service,
})

function reasonOf(interpretation: Interpretation): string | undefined {
  switch (interpretation.kind) {
    case 'events':
      return undefined
    case 'ignored':
      return interpretation.reason
    case 'unreadable':
      return interpretation.problems
        .slice(0, 5)
        .map(({ path, message }) => (path ? `${path}: ${message}` : message))
        .join('; ')
  }
}
