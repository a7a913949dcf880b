import { Command } from 'commander'
import type { Config } from '../config.ts'
import { ROLES, roleName } from '../core/access/role.ts'
import { parseServiceNames } from '../core/access/service-limit.ts'
import { accountLink } from '../operations/access/account-link.ts'
import { makeResetLink } from '../operations/access/account-links.ts'
import { createUser } from '../operations/access/create-user.ts'
import { forgetFactors } from '../operations/access/forget-factors.ts'
import {
  type ByWhom,
  changeAccess,
  disableUser,
  enableUser,
  type UserChange,
} from '../operations/access/manage-users.ts'
import { normalEmail } from '../operations/access/sign-in.ts'
import { findUserByEmail, listUsers, type UserRow } from '../store/access/users.ts'
import type { Store } from '../store/database.ts'
import { commandLineActor } from './actor.ts'
import { withStore } from './open-store.ts'
import { askHidden } from './password-prompt.ts'
import { CommandRefused } from './refusal.ts'
import { print, say, type Terminal } from './terminal.ts'

export function userCommand(terminal: Terminal): Command {
  const user = new Command('user').description('people who sign in')
  user
    .command('list')
    .description('who may sign in: address, role, what they may change, when they were last seen, state')
    .action(async () => {
      const users = await withStore(terminal, (store) => listUsers(store.db))
      for (const one of users) print(terminal, lineOf(one))
    })
  user
    .command('create')
    .description('make a user; the password comes from POSTFLIGHT_PASSWORD or is asked for')
    .requiredOption('--email <email>', 'the address to sign in with')
    .requiredOption('--role <role>', `one of ${ROLES.join(', ')}`)
    .option('--name <name>', 'shown to others (default: the address up to the @)')
    .action(async ({ email, role, name }: { email: string; role: string; name?: string }) => {
      const password = terminal.env.POSTFLIGHT_PASSWORD || (await askTwice(terminal))
      const creation = await withStore(terminal, (store) =>
        createUser(store, { email, role, name, password }, terminal.clock(), commandLineActor()),
      )
      if (creation.kind === 'refused')
        throw new CommandRefused(creation.problems.map(({ field, message }) => `${field}: ${message}`).join('\n'))
      print(terminal, `${email} can sign in now.`)
    })
  user
    .command('role <email> <role>')
    .description(`give a user another role: ${ROLES.join(', ')}; their sessions end`)
    .option('--services <names>', 'may change things of these services only, comma-separated; absent: of all')
    .action(async (email: string, role: string, { services }: { services?: string }) => {
      const wanted = { role, services: services === undefined ? undefined : parseServiceNames(services) }
      await change(terminal, email, (store, id, by) => changeAccess(store, id, wanted, by))
      print(terminal, `${email} is ${role} now.`)
    })
  user
    .command('disable <email>')
    .description('end the sessions of a user, who can no longer sign in')
    .action(async (email: string) => {
      await change(terminal, email, disableUser)
      print(terminal, `${email} can no longer sign in.`)
    })
  user
    .command('enable <email>')
    .description('let a disabled user sign in again')
    .action(async (email: string) => {
      await change(terminal, email, enableUser)
      print(terminal, `${email} can sign in again.`)
    })
  user
    .command('reset-link <email>')
    .description('make a link for a new password and print it, alone, on standard output; it works once, for a day')
    .action(async (email: string) => {
      const made = await withUser(terminal, email, async (store, { id }, by, config) => {
        const link = await makeResetLink(store, id, by)
        return link.kind === 'made' ? { ...link, url: accountLink(config.publicUrl, 'reset', link.token) } : link
      })
      if (made.kind === 'not-found') throw nobody(email)
      if (made.kind === 'refused') throw new CommandRefused(made.problems.map(({ message }) => message).join('\n'))
      print(terminal, made.url)
      say(terminal, `It works once, until ${new Date(made.expiresAt).toISOString()}.`)
    })
  user
    .command('forget-factors <email>')
    .description('for who lost their phone: their authenticator app and passkeys go; the password alone signs them in')
    .action(async (email: string) => {
      const { apps, passkeys } = await withUser(terminal, email, forgetFactors)
      print(terminal, `${email}: ${apps} authenticator app and ${passkeys} passkeys gone; all sessions ended.`)
    })
  return user
}

function lineOf({ email, role, services, lastSeenAt, disabledAt }: UserRow): string {
  const seen = lastSeenAt === null ? 'never seen' : `seen ${new Date(lastSeenAt).toISOString().slice(0, 16)}Z`
  const limit = services === undefined ? 'all services' : `only ${services.join(', ')}`
  return [email, roleName(role), limit, seen, disabledAt === null ? 'active' : 'disabled'].join('\t')
}

const nobody = (email: string) => new CommandRefused(`There is no user ${email}.`)

const withUser = <T>(
  terminal: Terminal,
  email: string,
  work: (store: Store, user: UserRow, by: ByWhom, config: Config) => Promise<T>,
): Promise<T> =>
  withStore(terminal, async (store, config) => {
    const user = await findUserByEmail(store.db, normalEmail(email))
    if (!user) throw nobody(email)
    return await work(store, user, { actor: commandLineActor(), now: terminal.clock() }, config)
  })

async function change(
  terminal: Terminal,
  email: string,
  act: (store: Store, userId: number, by: ByWhom) => Promise<UserChange>,
): Promise<void> {
  const done = await withUser(terminal, email, (store, { id }, by) => act(store, id, by))
  if (done.kind === 'not-found') throw nobody(email)
  if (done.kind === 'refused') throw new CommandRefused(done.message)
}

async function askTwice(terminal: Terminal): Promise<string> {
  const password = await askHidden(terminal, 'Password: ')
  if (password !== (await askHidden(terminal, 'Once more: '))) throw new CommandRefused('The two passwords differ.')
  return password
}
