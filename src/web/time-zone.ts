import { isTimeZone } from '../core/time/time-zone.ts'
import type { Ctx } from './routes.ts'

/** In which times are shown where nobody has chosen. */
export const USUAL_ZONE = 'UTC'

/** The time zone that whoever is signed in has chosen; one that this runtime does not know counts as none. */
export function zoneOf(c: Ctx): string {
  const principal = c.get('principal')
  const chosen = principal?.kind === 'user' ? principal.timeZone : USUAL_ZONE
  return isTimeZone(chosen) ? chosen : USUAL_ZONE
}
