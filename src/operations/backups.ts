import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

export interface Backup {
  readonly file: string
  readonly at: number
  readonly bytes: number
}

/** The newest copy of the database in `DATA_DIR/backups`; undefined when there is none, as on PostgreSQL. */
export function findNewestBackup(dataDir: string): Backup | undefined {
  const folder = join(dataDir, 'backups')
  let newest: Backup | undefined
  for (const file of filesIn(folder)) {
    const { mtimeMs, size } = statSync(join(folder, file))
    if (!newest || mtimeMs > newest.at) newest = { file, at: Math.round(mtimeMs), bytes: size }
  }
  return newest
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter((file) => file.endsWith('.db'))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}
