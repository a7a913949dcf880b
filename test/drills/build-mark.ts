import { createHash } from 'node:crypto'
import { readdirSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'

/** What tells a build from the next: names, sizes and times of its files. */
export function buildMark(folder: string): string {
  const hash = createHash('sha256')
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    const { size, mtimeMs } = statSync(path)
    hash.update(`${relative(folder, path)} ${size} ${mtimeMs}\n`)
  }
  return hash.digest('hex')
}

/** @returns a check that throws once the build in the folder is another than it was at the first check */
export function sameBuild(folder: string): () => void {
  let first: string | undefined
  return () => {
    let mark: string
    try {
      mark = buildMark(folder)
    } catch {
      mark = 'gone in the middle'
    }
    first ??= mark
    if (mark !== first)
      throw new Error('What is drilled was built anew meanwhile; this run tells nothing. Start it again.')
  }
}
