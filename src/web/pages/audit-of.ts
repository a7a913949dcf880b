import { withQuery } from '../../../views/paths.ts'
import type { Role } from '../../core/access/role.ts'

/** Where the audit log tells of something, `defect:12`; undefined for who may not read it. */
export const auditOf = ({ role }: { readonly role: Role }, subject: string): string | undefined =>
  role === 'admin' ? withQuery('/admin/audit', { subject }) : undefined
