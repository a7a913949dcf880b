import { Command } from 'commander'
import { faultSentence } from '../core/audit/check-chain.ts'
import { formatInstant } from '../core/time/instant.ts'
import { openSecretBox } from '../operations/access/secret-box.ts'
import { acceptAudit } from '../operations/audit/accept-audit.ts'
import { AnchorBroken, anchorFile, readAnchor } from '../operations/audit/audit-anchor.ts'
import { verifyAudit } from '../operations/audit/verify-audit.ts'
import { listAuditChain } from '../store/audit/audit-entries.ts'
import { commandLineActor } from './actor.ts'
import { withStore } from './open-store.ts'
import { CommandRefused } from './refusal.ts'
import { print, say, type Terminal } from './terminal.ts'

const PORTION = 500

export function auditCommand(terminal: Terminal): Command {
  const audit = new Command('audit').description('who did what, and whether the record of it is whole')
  audit
    .command('verify')
    .description('check that no entry was changed, moved, taken out or cut off; fails when one was')
    .option('--accept', 'note the log as it is from now on, as after an older back-up was put back; is recorded in it')
    .action(async ({ accept }: { accept?: boolean }) => {
      await withStore(terminal, async (store, { keyFile, dataDir }) => {
        const secretBox = openSecretBox(keyFile)
        if (accept) await acceptAudit({ store, secretBox, dataDir }, commandLineActor(), terminal.clock())
        const noted = anchorOf(() => readAnchor(dataDir, secretBox))
        const { head, faults } = await verifyAudit(store.db, noted)
        if (faults.length > 0)
          throw new CommandRefused(`The audit log is not whole.\n${faults.map(faultSentence).join('\n')}`)
        print(terminal, `${head.number} entries, none changed, moved or missing. The newest: ${head.hash}`)
        say(
          terminal,
          noted
            ? `Entry ${noted.number} is as it was noted in ${anchorFile(dataDir)} at ${formatInstant(noted.at)}.`
            : `Nothing is noted in ${anchorFile(dataDir)} yet; the server does it while it runs.`,
        )
      })
    })
  audit
    .command('export')
    .description('print every entry with its hash as a line of JSON, the oldest first')
    .action(async () => {
      await withStore(terminal, async (store) => {
        for (let after = 0; ; ) {
          const entries = await listAuditChain(store.db, after, PORTION)
          for (const { at, changeJson, ...entry } of entries)
            print(terminal, JSON.stringify({ ...entry, at: formatInstant(at), change: changeJson }))
          if (entries.length < PORTION) break
          after = entries.at(-1)?.number ?? after
        }
      })
    })
  return audit
}

function anchorOf<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof AnchorBroken)) throw error
    throw new CommandRefused(
      `${error.message} Compare the newest entry with what the server last logged of it, then run: postflight audit verify --accept`,
    )
  }
}
