import Sqlite from 'better-sqlite3'
import { StoreRefused } from './store-refused.ts'

/**
 * Takes the operating-system lock beside the database, which a server holds for as long as its process lives, kill -9
 * included. SQLite itself would let two servers share the file, and their in-memory state would drift apart.
 * @returns the way to let it go
 * @throws StoreRefused with this message while another process has it
 */
export function takeServerLock(file: string, refusal: string): () => void {
  const lock = new Sqlite(`${file}.lock`, { timeout: 0 })
  try {
    lock.pragma('locking_mode = EXCLUSIVE')
    lock.exec('begin exclusive')
  } catch (error) {
    lock.close()
    if ((error as { code?: string }).code !== 'SQLITE_BUSY') throw error
    throw new StoreRefused(refusal)
  }
  return () => lock.close()
}
