import type { Ctx } from './routes.ts'

/** Whether a part of a page asks for itself; whoever follows a link or sends a form gets a whole page. */
export const wantsPart = (c: Ctx): boolean => c.req.header('HX-Request-Type') === 'partial'
