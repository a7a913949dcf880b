import type { AuditActor } from '../../core/audit/entry.ts'
import type { Store } from '../../store/database.ts'
import { recordAudit } from '../audit/record-audit.ts'
import type { ImportSummary } from './import-history.ts'
import type { ImportKind } from './import-mapping.ts'

/**
 * Records for the audit log that the import of a history began, or what came of it. It is many transactions; an entry before
 * the first tells who did it also where it never came to its end.
 * @param summary undefined: it begins
 */
export const recordImport = (
  store: Store,
  kind: ImportKind,
  file: string,
  summary: ImportSummary | undefined,
  { by, now }: { readonly by: AuditActor; readonly now: number },
): Promise<void> =>
  store.transaction((trx) =>
    recordAudit(
      trx,
      {
        actor: by,
        action: summary ? 'history.imported' : 'history.import-begun',
        subject: { kind: 'import', id: file, name: `${kind} from ${file === '-' ? 'standard input' : file}` },
        change: summary ? countsOf(summary) : {},
      },
      now,
    ),
  )

const countsOf = ({ rowsRead, created, updated, refused }: ImportSummary) => ({ rowsRead, created, updated, refused })
