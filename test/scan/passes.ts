import { openApiDocument } from '../../src/web/api/openapi.ts'
import { type ApiDocument, apiAddresses } from './api-addresses.ts'
import type { SeededServer } from './seeded-server.ts'
import type { WapitiRun } from './wapiti.ts'

/** As whom it is attacked. */
export const PASSES = ['nobody', 'admin', 'api'] as const
export type Pass = (typeof PASSES)[number]

/** Said by each request, as the browser says it for our own pages: else every form is refused before it is read. */
const FROM_OUR_PAGES = 'Sec-Fetch-Site: same-origin'
/**
 * What would end the session or shut the admin out. It never gets there: Wapiti 3.0.4 cannot leave addresses out on a newer
 * Python. These are attacked by test/web instead.
 */
export const keptBack: Readonly<Partial<Record<Pass, RegExp>>> = {
  // The stream of events ends for nobody who waits for the end of it.
  admin: /^POST \/(?:logout|account\/(?:password|sessions|security)|admin\/users\/\d)|^GET \/events/,
}

/** How Wapiti comes to a server on this address. */
export function asked(
  pass: Pass,
  base: string,
  { session, token }: Pick<SeededServer, 'session' | 'token'>,
): Partial<WapitiRun> {
  if (pass === 'nobody') return { headers: [FROM_OUR_PAGES] }
  if (pass === 'api') {
    const startAt = apiAddresses(base, openApiDocument(base) as unknown as ApiDocument, '1.0.0')
    return { headers: [`Authorization: Bearer ${token}`], startAt }
  }
  return { headers: [FROM_OUR_PAGES], cookie: { name: 'sid', value: session } }
}
