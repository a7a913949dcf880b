import { type Asker, type AuditChange, asActor, THE_SYSTEM } from '../../core/audit/entry.ts'
import { reportIdentity } from '../../core/defect/defect.ts'
import { fieldsOf, type IdentityRule, identityKeys, keyBeginning } from '../../core/defect/identity-rules.ts'
import { isTestDelivery } from '../../core/inbound/test-delivery.ts'
import { cleanLine } from '../../core/text/text.ts'
import { findSource } from '../../sources/index.ts'
import type { Db, Store } from '../../store/database.ts'
import { recordActivity } from '../../store/defects/defects.ts'
import {
  deleteIdentityRule,
  insertIdentityRule,
  listIdentityRules,
  listOtherHolders,
  takeKeys,
} from '../../store/defects/identity-rules.ts'
import { listLastOf } from '../../store/inbox/deliveries.ts'
import { raiseRevision } from '../../store/sources/service-rules.ts'
import { findMapping } from '../../store/sources/source-mappings.ts'
import { recordAudit } from '../audit/record-audit.ts'
import { Changes, settleChanges } from '../derivation/settle-changes.ts'
import { MappingRefused } from '../sources/map-names.ts'
import { sourceSubject } from '../sources/source-subject.ts'
import { regroupDefects } from './regroup-defects.ts'

const MOST_RULES = 20
const MOST_FIELDS = 5
/** Reports whose keys are taken in one transaction, so that others come to their turn. */
const REPORTS_AT_ONCE = 200

/** What a person typed as a rule. @throws MappingRefused */
export function readIdentityRule(typed: { kind: string; name: string; fields: string }): IdentityRule {
  if (typed.kind === 'names') return { kind: 'names' }
  const name = typed.name.trim().toLowerCase()
  if (!/^[a-z0-9][a-z0-9-]{0,39}$/.test(name))
    throw new MappingRefused('name', 'Name it with letters, digits and dashes, such as incident.')
  const fields = [...new Set(typed.fields.split(',').map((field) => cleanLine(field, 100)))].filter(Boolean)
  if (fields.length === 0) throw new MappingRefused('fields', 'Name the fields.')
  if (fields.length > MOST_FIELDS) throw new MappingRefused('fields', `At most ${MOST_FIELDS} fields.`)
  return { kind: 'fields', name, fields }
}

/** Adds a rule of a source, or puts it in the place of the one with the same name. @throws MappingRefused */
export async function addIdentityRule(
  store: Store,
  sourceId: number,
  rule: IdentityRule,
  now: number,
  by: Asker = THE_SYSTEM,
): Promise<void> {
  const rules = await listIdentityRules(store.db, sourceId)
  const same = rules.find((one) => keyBeginning(named(one)) === keyBeginning(named(rule)))
  if (same) await removeIdentityRule(store, sourceId, same.id, now, by)
  else if (rules.length >= MOST_RULES) throw new MappingRefused('name', `There are ${MOST_RULES} rules already.`)
  await store.transaction(async (trx) => {
    await insertIdentityRule(trx, sourceId, rule, now)
    await raiseRevision(trx, sourceId)
    await record(trx, sourceId, { rule: { ...rule } }, { now, by })
  })
}

/** Takes a rule back, and what it made one is gathered anew without it. @returns whether there was such a rule */
export async function removeIdentityRule(
  store: Store,
  sourceId: number,
  id: number,
  now: number,
  by: Asker = THE_SYSTEM,
): Promise<boolean> {
  const rule = await store.transaction(async (trx) => {
    const deleted = await deleteIdentityRule(trx, sourceId, id)
    if (deleted) {
      await raiseRevision(trx, sourceId)
      await record(trx, sourceId, { removed: { ...deleted } }, { now, by })
    }
    return deleted
  })
  if (!rule) return false
  while (await store.change((trx) => takeSome(trx, sourceId, keyBeginning(rule), now)));
  return true
}

const record = async (
  trx: Db,
  sourceId: number,
  change: AuditChange,
  { now, by }: { now: number; by: Asker },
): Promise<void> => {
  const subject = await sourceSubject(trx, sourceId)
  await recordAudit(trx, { actor: asActor(by), action: 'source.identity-rules-changed', subject, change }, now)
}

/** @returns whether there may be more */
async function takeSome(trx: Db, sourceId: number, beginning: string, now: number): Promise<boolean> {
  const defectIds = await takeKeys(trx, sourceId, beginning, REPORTS_AT_ONCE)
  if (defectIds.length === 0) return false
  const changes = new Changes()
  const { parted } = await regroupDefects(trx, defectIds, now, changes)
  await settleChanges(trx, changes)
  for (const defectId of parted)
    await recordActivity(trx, { defectId, at: now, actor: null, kind: 'rule-gone', detail: {} })
  return true
}

const named = (rule: IdentityRule) => ({ kind: rule.kind, name: rule.kind === 'fields' ? rule.name : '' })

/** What a rule would make of the reports that came last. */
export interface IdentityTrial {
  /** Different reports in the deliveries that were read. */
  readonly reports: number
  /** Of these, those that have a key by the rule. */
  readonly known: number
  /** Keys that several reports have, or a report of another source; those of most reports first. */
  readonly groups: readonly {
    readonly key: string
    readonly reports: number
    readonly others: readonly string[]
  }[]
  /** Names of fields that the reports have. */
  readonly fields: readonly string[]
}

const TRIED = 300
const GROUPS_SHOWN = 20

/** Tries a rule on what arrived last, without keeping anything. */
export async function tryIdentityRule(
  db: Db,
  source: { readonly id: number; readonly kind: string },
  rule: IdentityRule | undefined,
): Promise<IdentityTrial> {
  const interpreter = findSource(source.kind)
  const mapping = await findMapping(db, source.id)
  const reports = new Map<string, Set<string>>()
  const fields = new Set<string>()
  for (const delivery of await listLastOf(db, source.id, TRIED)) {
    if (isTestDelivery(delivery.headers)) continue
    const made = interpreter?.interpret({ ...delivery, mapping })
    if (made?.kind !== 'events') continue
    for (const [i, event] of made.events.entries()) {
      if (event.type !== 'defect') continue
      const identity = reportIdentity(event, `${delivery.id}:${i}`)
      const keys = reports.get(identity) ?? new Set()
      reports.set(identity, keys)
      for (const name of Object.keys(fieldsOf(event))) fields.add(name)
      if (!rule) continue
      const { own, mentioned } = identityKeys(event, [rule])
      for (const key of [...own, ...mentioned]) keys.add(key)
    }
  }
  const holding = new Map<string, number>()
  for (const keys of reports.values()) for (const key of keys) holding.set(key, (holding.get(key) ?? 0) + 1)
  const others = await listOtherHolders(db, source.id, [...holding.keys()])
  return {
    reports: reports.size,
    known: [...reports.values()].filter(({ size }) => size > 0).length,
    groups: [...holding]
      .map(([key, count]) => ({ key, reports: count, others: others.get(key) ?? [] }))
      .filter((group) => group.others.length > 0 || (rule?.kind === 'fields' && group.reports > 1))
      .sort((a, b) => b.reports - a.reports || (a.key < b.key ? -1 : 1))
      .slice(0, GROUPS_SHOWN)
      .map((group) => ({
        ...group,
        key: (JSON.parse(group.key) as string[]).slice(rule?.kind === 'fields' ? 2 : 1).join(', '),
      })),
    fields: [...fields].sort(),
  }
}
