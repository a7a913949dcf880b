import type { AuditActor } from '../../core/audit/entry.ts'
import { type NativeParts, type Submission, submitNative } from '../intake/submit-native.ts'

export interface ReleasePlan {
  readonly service: string
  readonly version: string
  /** Undefined: as it is known, or follows from its version. */
  readonly kind: string | undefined
  /** RFC 3339. */
  readonly plannedAt: string
}

/**
 * Gives a release a date, by the same door as what senders say of releases. The entry of the audit log is written in the
 * transaction in which the date takes effect, however long after this.
 * @throws Overloaded, or the storage's own error; then nothing was kept
 */
export function planRelease(
  parts: NativeParts,
  { service, version, kind, plannedAt }: ReleasePlan,
  { actor, now }: { readonly actor: AuditActor; readonly now: number },
): Promise<Submission> {
  const name = `${service} ${version}`
  return submitNative(parts, {
    kind: 'releases',
    items: [{ service, version, kind, plannedAt }],
    receivedAt: now,
    record: {
      actor,
      action: 'release.planned',
      subject: { kind: 'release', id: name, name },
      change: { service, version, plannedAt },
    },
  })
}
