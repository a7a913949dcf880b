import type { KeptForm } from '../../core/access/kept-form.ts'
import { findKeptFormRow, insertKeptForm } from '../../store/access/kept-forms.ts'
import type { Db, Store } from '../../store/database.ts'
import { SealBroken, type SealedPlace, type SecretBox } from './secret-box.ts'
import { hashSecretToken, makeSecretToken } from './secret-token.ts'

/** Long enough for a provider that asks for everything, short enough that nobody finds it the next day. */
export const FORM_KEPT_MS = 30 * 60_000
const MOST_PER_PERSON = 5
/** More than people type; less than would fill a disk. */
const MOST_CHARACTERS = 100_000

const placeOf = (idHash: string): SealedPlace => ({ purpose: 'kept_forms.sealed_form', row: idHash })

/**
 * Keeps a form for the person who sent it, sealed.
 * @returns under which id they find it; undefined: it is too large
 */
export async function keepForm(
  store: Store,
  box: SecretBox,
  userId: number,
  form: KeptForm,
  now: number,
): Promise<string | undefined> {
  const text = JSON.stringify(form)
  if (text.length > MOST_CHARACTERS) return undefined
  const id = makeSecretToken()
  const idHash = hashSecretToken(id)
  const row = {
    idHash,
    userId,
    sealedForm: box.seal(placeOf(idHash), text),
    keptAt: now,
    expiresAt: now + FORM_KEPT_MS,
  }
  await store.transaction((trx) => insertKeptForm(trx, row, MOST_PER_PERSON))
  return id
}

/** Only for the person whose it is. It stays until it ends: looking at it changes nothing. */
export async function findKeptForm(
  db: Db,
  box: SecretBox,
  { id, userId }: { readonly id: string; readonly userId: number },
  now: number,
): Promise<KeptForm | undefined> {
  const idHash = hashSecretToken(id)
  const sealed = await findKeptFormRow(db, idHash, userId, now)
  if (sealed === undefined) return undefined
  try {
    return JSON.parse(box.open(placeOf(idHash), sealed)) as KeptForm
  } catch (error) {
    if (!(error instanceof SealBroken)) throw error
    return undefined
  }
}
