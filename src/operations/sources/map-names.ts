import type { AuditAction } from '../../core/audit/actions.ts'
import { type Asked, type AuditChange, asActor, THE_SYSTEM } from '../../core/audit/entry.ts'
import type { Severity } from '../../core/event.ts'
import { cleanLine } from '../../core/text/text.ts'
import type { Db, Store } from '../../store/database.ts'
import {
  deleteServiceRule,
  findRevision,
  insertServiceRule,
  listServiceRules,
  raiseRevision,
  saveDefaultService,
} from '../../store/sources/service-rules.ts'
import { listSeverityWords, saveSeverity } from '../../store/sources/severity-words.ts'
import { beginReplay, countInState } from '../../store/sources/source-replays.ts'
import { recordAudit } from '../audit/record-audit.ts'
import type { Processing } from '../intake/processing.ts'
import { sourceSubject } from './source-subject.ts'

/** What an operator says of a source's names cannot be kept; the message says why, for people. */
export class MappingRefused extends Error {
  /** Of the form. */
  readonly field: string

  constructor(field: string, message: string) {
    super(message)
    this.field = field
  }
}

const LONGEST_NAME = 200
/** All of them are gone through for each event. */
const MOST_RULES = 500

export interface WantedRule {
  readonly field: string
  readonly pattern: string
  readonly service: string
  readonly forAllSources: boolean
}

/** Records a change of what is said of a source, last in its transaction. */
const record = async (
  trx: Db,
  sourceId: number,
  action: AuditAction,
  change: AuditChange,
  { now, by = THE_SYSTEM }: Asked,
): Promise<void> =>
  recordAudit(trx, { actor: asActor(by), action, subject: await sourceSubject(trx, sourceId), change }, now)

/** Adds a rule, or gives the one with the same field and pattern another service. @throws MappingRefused */
export function addServiceRule(store: Store, sourceId: number, wanted: WantedRule, asked: Asked): Promise<void> {
  const field = named('field', wanted.field, 100, 'Name the field.')
  const pattern = named('pattern', wanted.pattern, LONGEST_NAME, 'Say which value it has.')
  const service = named('service', wanted.service, LONGEST_NAME, 'Name the service.')
  if (pattern.split('*').length > 2) throw new MappingRefused('pattern', 'A pattern has at most one *.')
  return store.transaction(async (trx) => {
    const rules = await listServiceRules(trx, sourceId)
    const same = rules.find(
      (rule) =>
        rule.isGeneral === wanted.forAllSources &&
        rule.field === field &&
        rule.pattern.toLowerCase() === pattern.toLowerCase(),
    )
    if (same) await deleteServiceRule(trx, sourceId, same.id)
    else if (rules.length >= MOST_RULES)
      throw new MappingRefused('pattern', `There are ${MOST_RULES} rules; patterns with * make do with fewer.`)
    await insertServiceRule(trx, {
      sourceId: wanted.forAllSources ? null : sourceId,
      field,
      pattern,
      service,
      createdAt: asked.now,
    })
    await raiseRevision(trx, wanted.forAllSources ? undefined : sourceId)
    const change = { rule: { field, pattern, service, forAllSources: wanted.forAllSources }, insteadOf: same?.service }
    await record(trx, sourceId, 'source.rules-changed', change, asked)
  })
}

/** @returns whether there was such a rule */
export function removeServiceRule(store: Store, sourceId: number, id: number, asked: Asked): Promise<boolean> {
  return store.transaction(async (trx) => {
    const rule = (await listServiceRules(trx, sourceId)).find((one) => one.id === id)
    const wasGeneral = await deleteServiceRule(trx, sourceId, id)
    if (wasGeneral === undefined) return false
    await raiseRevision(trx, wasGeneral ? undefined : sourceId)
    const removed = { field: rule?.field, pattern: rule?.pattern, service: rule?.service, forAllSources: wasGeneral }
    await record(trx, sourceId, 'source.rules-changed', { removed }, asked)
    return true
  })
}

/** Empty: none. @throws MappingRefused */
export function setDefaultService(store: Store, sourceId: number, typed: string, asked: Asked): Promise<void> {
  const service = typed.trim() === '' ? undefined : named('default', typed, LONGEST_NAME, 'Name the service.')
  return store.transaction(async (trx) => {
    await saveDefaultService(trx, sourceId, service)
    await raiseRevision(trx, sourceId)
    await record(trx, sourceId, 'source.rules-changed', { defaultService: service ?? null }, asked)
  })
}

/** What the words of a source mean; null: what we take them for. Words that were never seen are left out. */
export function setSeverities(
  store: Store,
  sourceId: number,
  wanted: ReadonlyMap<string, Severity | null>,
  asked: Asked,
): Promise<void> {
  return store.transaction(async (trx) => {
    const changed = (await listSeverityWords(trx, sourceId)).filter(
      ({ word, severity }) => wanted.has(word) && wanted.get(word) !== severity,
    )
    for (const { word } of changed) await saveSeverity(trx, sourceId, word, wanted.get(word) ?? null)
    if (changed.length === 0) return
    await raiseRevision(trx, sourceId)
    const change = Object.fromEntries(
      changed.map(({ word, severity }) => [word, { from: severity, to: wanted.get(word) ?? null }]),
    )
    await record(trx, sourceId, 'source.severity-words-changed', change, asked)
  })
}

/**
 * Reads all processed deliveries of a source again, by what is said of its names now; in the background, in portions.
 * @returns how many they are
 */
export async function applyToPast(
  parts: { store: Store; processor: Processing },
  sourceId: number,
  asked: Asked,
): Promise<number> {
  const count = await parts.store.transaction(async (trx) => {
    await beginReplay(trx, sourceId, { revision: await findRevision(trx, sourceId), state: 'processed' })
    const deliveries = await countInState(trx, sourceId, 'processed')
    await record(trx, sourceId, 'source.reread', { deliveries }, asked)
    return deliveries
  })
  parts.processor.wake()
  return count
}

/** Whether a name is what a person can have meant, cleaned. @throws MappingRefused */
function named(field: string, typed: string, longest: number, whenEmpty: string): string {
  const name = cleanLine(typed, longest + 1)
  if (name === '') throw new MappingRefused(field, whenEmpty)
  if ([...name].length > longest) throw new MappingRefused(field, `This has more than ${longest} characters.`)
  return name
}
