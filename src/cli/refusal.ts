import { BadConfig } from '../config.ts'
import { TokenRefused } from '../operations/access/api-tokens.ts'
import { KeyFileRefused, SealBroken } from '../operations/access/secret-box.ts'
import { ImportRefused } from '../operations/import/import-history.ts'
import { BadMapping } from '../operations/import/import-mapping.ts'
import { UnreadableTable } from '../operations/import/import-rows.ts'
import { SourceRefused } from '../operations/sources/sources-admin.ts'
import { StoreRefused } from '../store/database.ts'
import { isDiskFull } from '../store/dialect.ts'

/** The command cannot do what was asked; the message says why and what to do. */
export class CommandRefused extends Error {}

const REFUSALS = [
  CommandRefused,
  BadConfig,
  StoreRefused,
  KeyFileRefused,
  SealBroken,
  TokenRefused,
  SourceRefused,
  BadMapping,
  UnreadableTable,
  ImportRefused,
]

/** The plain sentence for an error that is no fault of ours; undefined when it is one and its stack is wanted. */
export function refusalMessage(error: unknown): string | undefined {
  if (REFUSALS.some((refusal) => error instanceof refusal)) return (error as Error).message
  const { code, message, path } = (error ?? {}) as NodeJS.ErrnoException
  switch (code ?? '') {
    case 'SQLITE_BUSY':
      return 'The database is busy: another process has been writing for more than five seconds. Try again in a moment.'
    case 'SQLITE_CANTOPEN':
      return 'The database file cannot be opened. Check that DATA_DIR exists and belongs to you.'
    case 'ECONNREFUSED':
      // Both of a host's addresses refusing gives an error without a message.
      return `PostgreSQL does not answer: ${message || 'the connection was refused'}`
    case 'EADDRNOTAVAIL':
      return `HOST is no address of this machine (${message}).`
    case 'EADDRINUSE':
      return `The address is in use already (${message}). Stop the other server or choose another PORT.`
    case 'ENOENT':
      return `There is no ${path ?? 'such file'}.`
    case 'EACCES':
    case 'EISDIR':
    case 'EROFS':
      return `${path ?? 'The file'} cannot be used: ${message}`
    default:
      if (isDiskFull(error)) return 'The disk is full.'
      // SQLSTATE class 28: PostgreSQL does not know the user or the password; 3D000: nor the database.
      return code && /^(28...|3D000)$/.test(code) ? `PostgreSQL refuses: ${message}` : undefined
  }
}
