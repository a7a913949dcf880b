import { Command } from 'commander'
import { MOST_DAYS } from '../core/inbound/retention.ts'
import { countsInWords } from '../operations/retention/nightly-pruning.ts'
import { countPrunable } from '../operations/retention/prune.ts'
import { pruneClaimed } from '../operations/retention/prune-claimed.ts'
import { findRetention } from '../operations/retention/retention-setting.ts'
import { commandLineActor } from './actor.ts'
import { withStore } from './open-store.ts'
import { CommandRefused } from './refusal.ts'
import { print, type Terminal } from './terminal.ts'

export const pruneCommand = (terminal: Terminal): Command =>
  new Command('prune')
    .description('let go now of what is older than it is kept, as the server does once a night')
    .option('--dry-run', 'only say how much that would be')
    .action(async ({ dryRun }: { dryRun?: boolean }) => {
      await withStore(terminal, async (store, { retention: configured }) => {
        const { retention } = await findRetention(store.db, configured)
        const { bodiesDays, failedDays, deliveriesDays, notificationsDays, reportsDays } = retention
        const reports = reportsDays >= MOST_DAYS ? 'good' : `${reportsDays} days`
        print(
          terminal,
          `Bodies are kept for ${bodiesDays} days, of failed deliveries for ${failedDays}; deliveries for ${deliveriesDays}, messages to people for ${notificationsDays}; reports for ${reports}.`,
        )
        if (dryRun) {
          const counts = await countPrunable(store, retention, terminal.clock())
          print(terminal, `Would let go of ${countsInWords(counts)}.`)
          return
        }
        const counts = await pruneClaimed(store, configured, terminal.clock, { by: commandLineActor() })
        if (!counts) throw new CommandRefused('Another process is pruning now; nothing was done.')
        print(terminal, `Let go of ${countsInWords(counts)}.`)
      })
    })
