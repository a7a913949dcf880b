import type { AuditActor } from '../../core/audit/entry.ts'
import { listSealedTexts, replaceSealedText } from '../../store/access/sealed-texts.ts'
import type { Db, Store } from '../../store/database.ts'
import { readAnchor, writeAnchor } from '../audit/audit-anchor.ts'
import { recordAudit } from '../audit/record-audit.ts'
import { addKey, keysIn, replaceKeys } from './key-file.ts'
import { SEALED_COLUMNS } from './sealed-columns.ts'
import { KeyFileRefused, keyIdOf, keyIdOfSealed, openSecretBox, type SecretBox } from './secret-box.ts'

interface Place {
  readonly store: Store
  readonly keyFile: string
  readonly dataDir: string
}

export interface KeyUse {
  readonly keyId: string
  /** How many secrets are sealed with it. */
  readonly secrets: number
}

/** The keys of the file, the one in use first, and what is sealed with each. */
export async function listKeys({ store, keyFile }: Omit<Place, 'dataDir'>): Promise<KeyUse[]> {
  openSecretBox(keyFile)
  const uses = new Map(keysIn(keyFile).map((key) => [keyIdOf(key), 0]))
  for (const { sealed } of await listAllSealed(store.db)) {
    const keyId = keyIdOfSealed(sealed)
    uses.set(keyId, (uses.get(keyId) ?? 0) + 1)
  }
  return [...uses].map(([keyId, secrets]) => ({ keyId, secrets }))
}

export interface Rotation {
  readonly keyId: string
  readonly resealed: number
  /** An earlier rotation had been broken off; this one brought it to its end, with the key that was made then. */
  readonly finishesEarlier: boolean
}

/**
 * Puts a new key in front of the key file and seals every secret anew with it, in one transaction. The former key stays in
 * the file, so that whatever happens in between everything opens; done again, it goes on where it was. Beside a running
 * server, which looks at the file whenever it changed.
 * @throws KeyFileRefused, SealBroken when a secret does not open with the file as it is; then nothing was changed
 */
export async function rotateKeys(
  { store, keyFile, dataDir }: Place,
  { by, now }: { readonly by: AuditActor; readonly now: number },
  onStep?: (step: 'key added' | 'secret sealed') => void,
): Promise<Rotation> {
  const box = openSecretBox(keyFile)
  const sealed = await listAllSealed(store.db)
  for (const one of sealed) box.open(one.place, one.sealed)
  const former = box.keyId
  const finishesEarlier = sealed.some((one) => keyIdOfSealed(one.sealed) !== former)
  if (!finishesEarlier) {
    addKey(keyFile)
    onStep?.('key added')
  }
  const resealed = await store.transaction(async (trx) => {
    const count = await resealAll(trx, box, onStep)
    const subject = { kind: 'key', id: box.keyId, name: box.keyId }
    const change = { former: finishesEarlier ? null : former, resealed: count }
    await recordAudit(trx, { actor: by, action: 'key.rotated', subject, change }, now)
    return count
  })
  const anchor = readAnchor(dataDir, box)
  if (anchor) await writeAnchor(dataDir, box, anchor)
  return { keyId: box.keyId, resealed, finishesEarlier }
}

/**
 * Leaves only the key in use in the file.
 * @returns the ids of those that are gone
 * @throws KeyFileRefused when a secret is still sealed with one of them
 */
export async function forgetFormerKeys({ store, keyFile }: Omit<Place, 'dataDir'>): Promise<string[]> {
  const [inUse, ...former] = await listKeys({ store, keyFile })
  const needed = former.find(({ secrets }) => secrets > 0)
  if (needed)
    throw new KeyFileRefused(
      `${needed.secrets} secrets are still sealed with key ${needed.keyId}. Run: postflight keys rotate`,
    )
  replaceKeys(
    keyFile,
    keysIn(keyFile).filter((key) => keyIdOf(key) === inUse?.keyId),
  )
  return former.map(({ keyId }) => keyId)
}

async function listAllSealed(db: Db) {
  const all = []
  for (const column of SEALED_COLUMNS)
    for (const { row, sealed } of await listSealedTexts(db, column))
      all.push({ column, place: { purpose: column.purpose, row }, sealed })
  return all
}

async function resealAll(
  trx: Db,
  box: SecretBox,
  onStep: ((step: 'secret sealed') => void) | undefined,
): Promise<number> {
  let count = 0
  for (const { column, place, sealed } of await listAllSealed(trx)) {
    if (keyIdOfSealed(sealed) === box.keyId) continue
    await replaceSealedText(trx, column, sealed, box.seal(place, box.open(place, sealed)))
    count++
    onStep?.('secret sealed')
  }
  return count
}
