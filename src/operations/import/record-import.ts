import type { AuditActor } from '../../core/audit/entry.ts'
import type { Store } from '../../store/database.ts'
import { recordAudit } from '../audit/record-audit.ts'
import type { ImportSummary } from './import-history.ts'
import type { ImportKind } from './import-mapping.ts'

/** Records for the audit log that a history was imported, and what came of it. */
export const recordImport = (
  store: Store,
  kind: ImportKind,
  file: string,
  { rowsRead, created, updated, refused }: ImportSummary,
  { by, now }: { readonly by: AuditActor; readonly now: number },
): Promise<void> =>
  store.transaction((trx) =>
    recordAudit(
      trx,
      {
        actor: by,
        action: 'history.imported',
        subject: { kind: 'import', id: file, name: `${kind} from ${file === '-' ? 'standard input' : file}` },
        change: { rowsRead, created, updated, refused },
      },
      now,
    ),
  )
