import { readFileSync } from 'node:fs'
import { open, rename } from 'node:fs/promises'
import { join } from 'node:path'
import type { AuditHead } from '../../core/audit/chain.ts'
import type { SecretBox } from '../access/secret-box.ts'

/**
 * The newest entry of the audit log, noted in a file beside the database and sealed by the key: who may write to the
 * database alone can cut off or write anew what came after the last note, and nothing before it.
 */
export interface AuditAnchor extends AuditHead {
  readonly at: number
}

/** The file cannot be believed; the message says why. */
export class AnchorBroken extends Error {}

export const anchorFile = (dataDir: string): string => join(dataDir, 'audit-head.json')

const PURPOSE = 'audit head'
const wordsOf = ({ number, hash, at }: AuditAnchor): string => JSON.stringify([number, hash, at])

/** @returns undefined when nothing was noted yet @throws AnchorBroken */
export function readAnchor(dataDir: string, secretBox: SecretBox): AuditAnchor | undefined {
  const file = anchorFile(dataDir)
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  try {
    const { number, hash, at, mac } = JSON.parse(text) as AuditAnchor & { mac: string }
    const anchor = { number, hash, at }
    if (secretBox.isSignedBy(PURPOSE, wordsOf(anchor), mac)) return anchor
  } catch (error) {
    if (!(error instanceof SyntaxError) && !(error instanceof TypeError)) throw error
  }
  throw new AnchorBroken(`${file} was not written with this key, or was changed.`)
}

/** Whole or not at all, and on disk when it is done; a disk that hangs holds up nobody else. */
export async function writeAnchor(dataDir: string, secretBox: SecretBox, anchor: AuditAnchor): Promise<void> {
  const file = anchorFile(dataDir)
  const draft = `${file}.new`
  const handle = await open(draft, 'w', 0o600)
  try {
    await handle.writeFile(`${JSON.stringify({ ...anchor, mac: secretBox.sign(PURPOSE, wordsOf(anchor)) })}\n`)
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(draft, file)
}
