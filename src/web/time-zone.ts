import type { Ctx } from './routes.ts'

/** The IANA zone in which the person who asks counts days. */
export const zoneOf = (_c: Ctx): string => 'UTC'
