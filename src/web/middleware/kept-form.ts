import { type KeptForm, keepable } from '../../core/access/kept-form.ts'
import { keepForm } from '../../operations/access/kept-forms.ts'
import type { Deps } from '../deps.ts'
import type { Ctx, Policy } from '../routes.ts'

export const KEPT_FORMS = '/kept-forms'

/**
 * Keeps a form that its sender must sign in for, once it is sure that it was theirs and came from our page.
 * @param back the page it stood on
 * @returns where they find it; undefined: there was nothing to keep, or it could not be
 */
export async function keepTyped(
  c: Ctx,
  { store, secretBox, clock, log }: Pick<Deps, 'store' | 'secretBox' | 'clock' | 'log'>,
  { userId, policy, back }: { readonly userId: number; readonly policy: Policy; readonly back: string },
): Promise<string | undefined> {
  if (c.req.method !== 'POST') return undefined
  const form = await formOf(c, back)
  const kept = form && keepable(form, secretsOf(policy))
  if (!kept) return undefined
  try {
    const id = await keepForm(store, secretBox, userId, kept, clock())
    return id === undefined ? undefined : `${KEPT_FORMS}/${id}`
  } catch (error) {
    // They must get to the sign-in page all the same.
    log.warn({ err: error }, 'what was typed could not be kept')
    return undefined
  }
}

/** Undefined: it is no form, or holds files. */
async function formOf(c: Ctx, back: string): Promise<Omit<KeptForm, 'secrets'> | undefined> {
  const form = await c.req.formData().catch(() => undefined)
  if (!form) return undefined
  const { pathname, search } = new URL(c.req.url)
  const fields = [...form].flatMap(([name, value]) => (typeof value === 'string' ? [[name, value] as const] : []))
  return fields.length < [...form].length ? undefined : { action: pathname + search, back, fields }
}

const secretsOf = (policy: Policy): readonly string[] | undefined =>
  typeof policy === 'object' && 'secrets' in policy ? policy.secrets : undefined
