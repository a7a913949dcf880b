import { getCookie, setCookie } from 'hono/cookie'
import { DEFECT_COLUMNS, type DefectColumn } from '../../views/defects/columns-menu.tsx'
import type { Ctx } from './routes.ts'

/** Which columns of the defects somebody leaves out, in this browser. */

const COOKIE = 'defect_columns_hidden'
const A_YEAR_S = 365 * 24 * 3600

export function hiddenColumns(c: Ctx): ReadonlySet<DefectColumn> {
  const named = (getCookie(c, COOKIE) ?? '').split('.')
  return new Set(DEFECT_COLUMNS.filter((column) => named.includes(column)))
}

export function showColumns(c: Ctx, shown: readonly string[]): void {
  const hidden = DEFECT_COLUMNS.filter((column) => !shown.includes(column)).join('.')
  setCookie(c, COOKIE, hidden, { path: '/', sameSite: 'Lax', httpOnly: true, maxAge: A_YEAR_S })
}
