import { Command } from 'commander'
import { SCOPES } from '../core/scope.ts'
import { createApiToken } from '../operations/access/api-tokens.ts'
import { withStore } from './open-store.ts'
import { print, say, type Terminal } from './terminal.ts'

export function tokenCommand(terminal: Terminal): Command {
  const token = new Command('token').description('API tokens')
  token
    .command('create')
    .description('make an API token and print it, alone, on standard output; it is not shown again')
    .requiredOption('--name <name>', 'what it is for, as people will see it')
    .requiredOption('--scopes <list>', `comma-separated: ${SCOPES.join(', ')}`)
    .action(async ({ name, scopes }: { name: string; scopes: string }) => {
      const wanted = {
        name,
        scopes: scopes
          .split(',')
          .map((scope) => scope.trim())
          .filter((scope) => scope !== ''),
      }
      const made = await withStore(terminal, (store) => createApiToken(store, wanted, terminal.clock()))
      print(terminal, made.token)
      say(terminal, `It ends on ${new Date(made.expiresAt).toISOString().slice(0, 10)} and will not be shown again.`)
    })
  return token
}
