/** What is asked of the audit log, as it stands in the address; empty: anything. */
export interface AuditQuery {
  readonly who: string
  /** A group of actions. */
  readonly what: string
  /** `defect:12`, or `defect` for all of a kind. */
  readonly subject: string
  /** Days, `2026-11-26`, in the reader's time zone; the last is included. */
  readonly from: string
  readonly to: string
}
