import type { Severity } from '../../core/event.ts'
import { cleanLine } from '../../core/text/text.ts'
import type { Store } from '../../store/database.ts'
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
import type { Processing } from '../intake/processing.ts'

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

/** Adds a rule, or gives the one with the same field and pattern another service. @throws MappingRefused */
export function addServiceRule(store: Store, sourceId: number, wanted: WantedRule, now: number): Promise<void> {
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
      createdAt: now,
    })
    await raiseRevision(trx, wanted.forAllSources ? undefined : sourceId)
  })
}

/** @returns whether there was such a rule */
export function removeServiceRule(store: Store, sourceId: number, id: number): Promise<boolean> {
  return store.transaction(async (trx) => {
    const wasGeneral = await deleteServiceRule(trx, sourceId, id)
    if (wasGeneral === undefined) return false
    await raiseRevision(trx, wasGeneral ? undefined : sourceId)
    return true
  })
}

/** Empty: none. @throws MappingRefused */
export function setDefaultService(store: Store, sourceId: number, typed: string): Promise<void> {
  const service = typed.trim() === '' ? undefined : named('default', typed, LONGEST_NAME, 'Name the service.')
  return store.transaction(async (trx) => {
    await saveDefaultService(trx, sourceId, service)
    await raiseRevision(trx, sourceId)
  })
}

/** What the words of a source mean; null: what we take them for. Words that were never seen are left out. */
export function setSeverities(
  store: Store,
  sourceId: number,
  wanted: ReadonlyMap<string, Severity | null>,
): Promise<void> {
  return store.transaction(async (trx) => {
    const changed = (await listSeverityWords(trx, sourceId)).filter(
      ({ word, severity }) => wanted.has(word) && wanted.get(word) !== severity,
    )
    for (const { word } of changed) await saveSeverity(trx, sourceId, word, wanted.get(word) ?? null)
    if (changed.length > 0) await raiseRevision(trx, sourceId)
  })
}

/**
 * Reads all processed deliveries of a source again, by what is said of its names now; in the background, in portions.
 * @returns how many they are
 */
export async function applyToPast(parts: { store: Store; processor: Processing }, sourceId: number): Promise<number> {
  const count = await parts.store.transaction(async (trx) => {
    await beginReplay(trx, sourceId, { revision: await findRevision(trx, sourceId), state: 'processed' })
    return await countInState(trx, sourceId, 'processed')
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
