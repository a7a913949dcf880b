import type { AuditActor } from '../../core/audit/entry.ts'
import { getAuditHead } from '../../store/audit/audit-entries.ts'
import type { Store } from '../../store/database.ts'
import type { SecretBox } from '../access/secret-box.ts'
import { AnchorBroken, type AuditAnchor, readAnchor, writeAnchor } from './audit-anchor.ts'
import { recordAudit } from './record-audit.ts'

/**
 * Notes the newest entry anew, whatever was noted before, and records that somebody did: as after an older back-up was
 * put back. What is wrong with the entries themselves stays wrong.
 */
export async function acceptAudit(
  { store, secretBox, dataDir }: { readonly store: Store; readonly secretBox: SecretBox; readonly dataDir: string },
  by: AuditActor,
  now: number,
): Promise<void> {
  const noted = notedBefore(dataDir, secretBox)
  const head = await store.transaction(async (trx) => {
    const { number } = await getAuditHead(trx)
    const subject = { kind: 'audit', id: number, name: `up to entry ${number}` }
    const change = { noted: noted === undefined ? null : { entry: noted.number, at: noted.at } }
    await recordAudit(trx, { actor: by, action: 'audit.anchor-replaced', subject, change }, now)
    return await getAuditHead(trx)
  })
  await writeAnchor(dataDir, secretBox, { ...head, at: now })
}

function notedBefore(dataDir: string, secretBox: SecretBox): AuditAnchor | undefined {
  try {
    return readAnchor(dataDir, secretBox)
  } catch (error) {
    if (error instanceof AnchorBroken) return undefined
    throw error
  }
}
