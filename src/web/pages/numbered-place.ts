import type { Ctx } from '../routes.ts'

/** A page of a list that is gone through by falling numbers: those below `before`, and how many there are above it. */
export function numberedPlace(c: Ctx): { readonly before: number | undefined; readonly shown: number } {
  const before = positiveInteger(c.req.query('before'))
  return { before, shown: before === undefined ? 0 : (positiveInteger(c.req.query('shown')) ?? 0) }
}

export function positiveInteger(text: string | undefined): number | undefined {
  return text !== undefined && /^[1-9]\d{0,14}$/.test(text) ? Number(text) : undefined
}
