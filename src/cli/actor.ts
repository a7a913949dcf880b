import { userInfo } from 'node:os'
import type { AuditActor } from '../core/audit/entry.ts'

/** Who runs a command, as the operating system knows them. */
export function commandLineActor(): AuditActor {
  return { kind: 'cli', id: null, name: accountName(), address: null }
}

function accountName(): string {
  try {
    return userInfo().username
  } catch {
    // In a container a process may run under a number that has no name.
    return process.getuid ? `uid ${process.getuid()}` : 'unknown'
  }
}
