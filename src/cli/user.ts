import { Command } from 'commander'
import { ROLES } from '../core/access/role.ts'
import { createUser } from '../operations/access/create-user.ts'
import { withStore } from './open-store.ts'
import { askHidden } from './password-prompt.ts'
import { CommandRefused } from './refusal.ts'
import { print, type Terminal } from './terminal.ts'

export function userCommand(terminal: Terminal): Command {
  const user = new Command('user').description('people who sign in')
  user
    .command('create')
    .description('make a user; the password comes from POSTFLIGHT_PASSWORD or is asked for')
    .requiredOption('--email <email>', 'the address to sign in with')
    .requiredOption('--role <role>', `one of ${ROLES.join(', ')}`)
    .option('--name <name>', 'shown to others (default: the address up to the @)')
    .action(async ({ email, role, name }: { email: string; role: string; name?: string }) => {
      const password = terminal.env.POSTFLIGHT_PASSWORD || (await askTwice(terminal))
      const creation = await withStore(terminal, (store) =>
        createUser(store, { email, role, name, password }, terminal.clock()),
      )
      if (creation.kind === 'refused')
        throw new CommandRefused(creation.problems.map(({ field, message }) => `${field}: ${message}`).join('\n'))
      print(terminal, `${email} can sign in now.`)
    })
  return user
}

async function askTwice(terminal: Terminal): Promise<string> {
  const password = await askHidden(terminal, 'Password: ')
  if (password !== (await askHidden(terminal, 'Once more: '))) throw new CommandRefused('The two passwords differ.')
  return password
}
