import { CONFIRMED, ConfirmPage, type Question, TYPED_NAME } from '../../../views/components/confirm-page.tsx'
import { noProblems } from '../../../views/components/form-parts.tsx'
import type { Deps } from '../deps.ts'
import { notFound } from '../errors.ts'
import { csrfTokenOf, type PageMeta, page } from '../render.tsx'
import type { Ctx, Policy, Routes } from '../routes.ts'
import { readForm } from './account/sign-in-request.ts'

type Form = (name: string) => string

/** Whether a form was sent from the page that asks. */
export const isConfirmed = (form: Form): boolean => form(CONFIRMED.name) === CONFIRMED.value

interface Asking extends Question {
  readonly active: PageMeta['active']
  /** The way to where the thing stands. */
  readonly crumbs: NonNullable<PageMeta['crumbs']>
}

interface Act<T> {
  /** What it is about. Undefined: there is no such thing. Throws where who asks may not change it. */
  readonly find: (c: Ctx, form: Form) => Promise<T | undefined>
  readonly ask: (c: Ctx, thing: T) => Asking | Promise<Asking>
  readonly does: (c: Ctx, thing: T) => Promise<Response>
}

/**
 * An act that takes something away: its address shows what would happen, and does it only when that page sends the answer.
 * Whatever else is sent there gets the page.
 */
export function registerConfirmed<T>(
  routes: Routes,
  deps: Pick<Deps, 'store' | 'clock'>,
  path: string,
  policy: Policy,
  { find, ask, does }: Act<T>,
): void {
  routes.get(path, policy, async (c) => {
    const thing = await find(c, (name) => c.req.query(name) ?? '')
    return thing === undefined ? await notFound(c) : await askFirst(c, deps, await ask(c, thing))
  })
  routes.post(path, policy, async (c) => {
    const form = await readForm(c)
    const thing = await find(c, form)
    if (thing === undefined) return await notFound(c)
    const asking = await ask(c, thing)
    if (!isConfirmed(form)) return await askFirst(c, deps, asking)
    if (asking.mustType !== undefined && asTyped(form(TYPED_NAME)) !== asTyped(asking.mustType))
      return await askFirst(c, deps, asking, `That is not ‘${asking.mustType}’.`)
    return await does(c, thing)
  })
}

/** @param wrong why the name that was typed is not the one */
export async function askFirst(
  c: Ctx,
  deps: Pick<Deps, 'store' | 'clock'>,
  question: Asking,
  wrong?: string,
): Promise<Response> {
  const problems = wrong === undefined ? noProblems : { fields: { [TYPED_NAME]: wrong }, form: 'Nothing was changed.' }
  const { active, crumbs, verb, button: title } = question
  return await page(
    c,
    deps,
    { title, active, crumbs: [...crumbs, { text: verb }], status: wrong === undefined ? 200 : 422 },
    <ConfirmPage question={question} action={c.req.path} problems={problems} csrfToken={csrfTokenOf(c)} />,
  )
}

/** Dashes and spaces that keyboards lack, and capitals, are no reason to type it again. */
const asTyped = (name: string): string =>
  name
    .trim()
    .replace(/\s+/g, ' ')
    .replace(/\p{Pd}/gu, '-')
    .toLowerCase()
