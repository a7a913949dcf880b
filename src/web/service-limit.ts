import { outOfBounds } from '../core/access/service-limit.ts'
import type { Db } from '../store/database.ts'
import { findServiceOfDefect } from '../store/defects/defect-queries.ts'
import { resolveDefect } from '../store/defects/defects.ts'
import { AccessDenied } from './access-denied.ts'
import type { Principal } from './env.ts'
import type { Ctx } from './routes.ts'

/**
 * For routes with `perService`: goes on when whoever asks may change things of all these services; undefined stands for
 * what is about no service in particular. Call it before anything is changed.
 * @throws AccessDenied
 */
export function mustMayChange(c: Ctx, concerned: readonly (string | undefined)[]): void {
  const principal = c.get('principal')
  if (!principal) throw new Error('this route is declared without a policy that names somebody')
  const [first, ...others] = outOfBounds(principal.services, concerned).map((service) => service ?? 'no service')
  if (first === undefined) return
  const what = others.length === 0 ? first : `${first} and ${others.length} more`
  throw new AccessDenied('service', `Nothing was changed: this is about ${what}, and ${limitWords(principal)}.`)
}

/** The same for defects; those that do not exist are about no service. */
export async function mustMayChangeDefects(c: Ctx, db: Db, ids: readonly number[]): Promise<void> {
  if (c.get('principal')?.services === undefined) return
  const concerned: (string | undefined)[] = []
  for (const id of ids) concerned.push(await findServiceOfDefect(db, (await resolveDefect(db, id)) ?? 0))
  mustMayChange(c, concerned)
}

/** `you may change only checkout-api` */
export function limitWords({ kind, services = [] }: Principal): string {
  const shown = services.slice(0, 5)
  const rest = services.length - shown.length
  const names = shown.length === 0 ? 'nothing' : shown.join(', ') + (rest > 0 ? ` and ${rest} more` : '')
  return `${kind === 'user' ? 'you' : 'this API token'} may change only ${names}`
}
