import { Command } from 'commander'
import { describeConfig } from '../config.ts'
import { withStore } from './open-store.ts'
import { print, type Terminal } from './terminal.ts'

export const migrateCommand = (terminal: Terminal): Command =>
  new Command('migrate')
    .description('bring the database schema up to date; the server does the same at its start')
    .action(async () => {
      // Opening is migrating: nothing else may ever see an older schema.
      const database = await withStore(terminal, async (_, config) => describeConfig(config).database)
      print(terminal, `The schema is up to date (${database}).`)
    })
