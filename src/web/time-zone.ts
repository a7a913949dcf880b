import type { Ctx } from './routes.ts'

/** In which times are shown where nobody has chosen. */
export const USUAL_ZONE = 'UTC'

/** The time zone of whoever is signed in; nobody can choose one yet. */
export function zoneOf(_c: Ctx): string {
  return USUAL_ZONE
}
