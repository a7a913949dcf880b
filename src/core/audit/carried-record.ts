import type { AuditRecord } from './entry.ts'

/**
 * Where a delivery that somebody made on a page carries what the audit log is to say of it. No sender can set it: it is not
 * among the headers we keep.
 */
const CARRIED = 'postflight-audit'

type Headers = Readonly<Record<string, string>>

export const carrying = (headers: Headers, record: AuditRecord | undefined): Headers =>
  record ? { ...headers, [CARRIED]: JSON.stringify(record) } : headers

/** What a delivery carries; undefined: nothing, or it was recorded already. */
export const carriedRecord = (headers: Headers): AuditRecord | undefined =>
  headers[CARRIED] === undefined ? undefined : (JSON.parse(headers[CARRIED]) as AuditRecord)

/** The headers as they came. */
export const withoutCarried = ({ [CARRIED]: _, ...headers }: Headers): Headers => headers
