import { type Asked, type Asker, type AuditChange, asActor, THE_SYSTEM } from '../../core/audit/entry.ts'
import { judgeUrl, type OutboundAllow, refusalSentence } from '../../core/outbound-rule.ts'
import { readHookUrl } from '../../sources/github/delivery-log.ts'
import type { Db, Store } from '../../store/database.ts'
import { deleteRepair, listRepairs, type SourceRepair, saveRepair } from '../../store/sources/source-repairs.ts'
import { findSourceBySlug } from '../../store/sources/sources.ts'
import type { SealedPlace, SecretBox } from '../access/secret-box.ts'
import { recordAudit } from '../audit/record-audit.ts'
import { sourceSubject } from '../sources/source-subject.ts'
import { SourceRefused } from '../sources/sources-admin.ts'

/** Kinds of source whose sender keeps a log that can be asked. */
export const REPAIRABLE: readonly string[] = ['github']

/**
 * Turns gap repair on, or over to another hook or token.
 * @param wanted.token goes into the Authorization header of every look; sealed before it is stored
 * @returns the hook's address as it is kept
 * @throws SourceRefused when there is no such source, it is of another kind, or the address or the token is none
 */
export async function turnRepairOn(
  store: Store,
  parts: { secretBox: SecretBox; allow: OutboundAllow },
  slug: string,
  wanted: { hookUrl: string; token: string },
  now: number,
  by: Asker = THE_SYSTEM,
): Promise<string> {
  const hook = readHookUrl(wanted.hookUrl)
  if (!hook.ok) throw new SourceRefused(hook.problem)
  const target = judgeUrl(wanted.hookUrl.trim(), parts.allow)
  if (!target.ok) throw new SourceRefused(refusalSentence(target.refusal))
  const token = wanted.token.trim()
  // Anything else could not stand in a header.
  if (!/^[\x21-\x7e]{1,500}$/.test(token))
    throw new SourceRefused('That is no token: it must be one line without blanks.')
  const sourceId = await repairableSource(store.db, slug)
  const sealedToken = parts.secretBox.seal(tokenOf(sourceId), token)
  await store.transaction(async (trx) => {
    await saveRepair(trx, { sourceId, hookUrl: hook.value, sealedToken }, now)
    await record(trx, sourceId, { on: true, hook: hook.value }, { now, by })
  })
  return hook.value
}

/** Turns it off; the token is removed. @returns whether it was on @throws SourceRefused when there is no such source */
export async function turnRepairOff(store: Store, slug: string, asked: Asked): Promise<boolean> {
  const sourceId = await repairableSource(store.db, slug)
  return await store.transaction(async (trx) => {
    const wasOn = await deleteRepair(trx, sourceId)
    if (wasOn) await record(trx, sourceId, { on: false }, asked)
    return wasOn
  })
}

const record = async (
  trx: Db,
  sourceId: number,
  change: AuditChange,
  { now, by = THE_SYSTEM }: Asked,
): Promise<void> => {
  const subject = await sourceSubject(trx, sourceId)
  await recordAudit(trx, { actor: asActor(by), action: 'source.repair-changed', subject, change }, now)
}

/** @throws SealBroken when the key is another one */
export const openRepairToken = (secretBox: SecretBox, repair: SourceRepair): string =>
  secretBox.open(tokenOf(repair.sourceId), repair.sealedToken)

/** Opens every token once, as the start does with the sources' secrets. @throws SealBroken */
export async function assertRepairTokensOpen(db: Db, secretBox: SecretBox): Promise<void> {
  for (const repair of await listRepairs(db)) openRepairToken(secretBox, repair)
}

async function repairableSource(db: Db, slug: string): Promise<number> {
  const source = await findSourceBySlug(db, slug)
  if (!source) throw new SourceRefused(`There is no source “${slug}”.`)
  if (!REPAIRABLE.includes(source.kind))
    throw new SourceRefused(
      `“${slug}” is a source of kind ${source.kind}, whose senders keep no log to ask; this is for ${REPAIRABLE.join(', ')}.`,
    )
  return source.id
}

const tokenOf = (sourceId: number): SealedPlace => ({ purpose: 'source_repairs.sealed_token', row: String(sourceId) })
