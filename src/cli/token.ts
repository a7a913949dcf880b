import { Command } from 'commander'
import { SCOPES } from '../core/access/scope.ts'
import { parseServiceNames } from '../core/access/service-limit.ts'
import { type CreatedToken, isInForce } from '../operations/access/api-tokens.ts'
import {
  makeToken,
  OVERLAP_HOURS,
  revokeTokenOf,
  rotateToken,
  USUAL_OVERLAP_HOURS,
} from '../operations/access/manage-tokens.ts'
import type { ByWhom } from '../operations/access/manage-users.ts'
import { type ApiToken, listApiTokens } from '../store/access/api-tokens.ts'
import { commandLineActor } from './actor.ts'
import { withStore } from './open-store.ts'
import { CommandRefused } from './refusal.ts'
import { print, say, type Terminal } from './terminal.ts'

const DAY_MS = 24 * 3_600_000

interface NewToken {
  readonly name: string
  readonly scopes: string
  readonly services?: string
  readonly days?: string
}

export function tokenCommand(terminal: Terminal): Command {
  const token = new Command('token').description('API tokens')
  const by = (): ByWhom => ({ actor: commandLineActor(), now: terminal.clock() })

  token
    .command('list')
    .description('the tokens: number, beginning, name, scopes, services, last use, end')
    .action(async () => {
      const tokens = await withStore(terminal, (store) => listApiTokens(store.db))
      for (const one of tokens) print(terminal, lineOf(one, terminal.clock()))
    })
  token
    .command('create')
    .description('make an API token and print it, alone, on standard output; it is not shown again')
    .requiredOption('--name <name>', 'what it is for, as people will see it')
    .requiredOption('--scopes <list>', `comma-separated: ${SCOPES.join(', ')}`)
    .option('--services <names>', 'writes and fires for these services only, comma-separated; absent: for all')
    .option('--days <n>', 'how long it lasts, 365 at most', '365')
    .action(async ({ name, scopes, services, days }: NewToken) => {
      const wanted = {
        name,
        scopes: scopes
          .split(',')
          .map((scope) => scope.trim())
          .filter((scope) => scope !== ''),
        services: services === undefined ? undefined : parseServiceNames(services),
        expiresAt: terminal.clock() + Number(days) * DAY_MS,
      }
      show(terminal, await withStore(terminal, (store) => makeToken(store, wanted, by())))
    })
  token
    .command('rotate <id>')
    .description('make the successor of a token and print it; the old one lives on for a while')
    .option('--overlap <hours>', `0 to ${Math.max(...OVERLAP_HOURS)}`, String(USUAL_OVERLAP_HOURS))
    .action(async (id: string, { overlap }: { overlap: string }) => {
      const rotation = await withStore(terminal, (store) => rotateToken(store, numberOf(id), Number(overlap), by()))
      if (rotation.kind === 'not-found') throw unknown(id)
      if (rotation.kind === 'has-successor') throw new CommandRefused(`Token ${id} was replaced already.`)
      show(terminal, rotation.created)
      say(terminal, `The one before works until ${new Date(rotation.oldEndsAt).toISOString()}.`)
    })
  token
    .command('revoke <id>')
    .description('end a token now')
    .action(async (id: string) => {
      if (!(await withStore(terminal, (store) => revokeTokenOf(store, numberOf(id), by())))) throw unknown(id)
      print(terminal, `Token ${id} no longer works.`)
    })
  return token
}

const unknown = (id: string) => new CommandRefused(`There is no token ${id} in force; see postflight token list.`)

const numberOf = (text: string): number => (/^[1-9]\d{0,14}$/.test(text) ? Number(text) : 0)

function show(terminal: Terminal, made: CreatedToken): void {
  print(terminal, made.token)
  say(terminal, `It ends on ${new Date(made.expiresAt).toISOString().slice(0, 10)} and will not be shown again.`)
}

function lineOf(token: ApiToken, now: number): string {
  const { id, prefix, name, scopes, services, lastUsedAt, expiresAt, revokedAt } = token
  const used = lastUsedAt === null ? 'never used' : `used ${new Date(lastUsedAt).toISOString().slice(0, 16)}Z`
  const end = revokedAt !== null ? 'revoked' : isInForce(token, now) ? endOf(expiresAt) : 'expired'
  return [id, `${prefix}…`, name, scopes.join(','), services?.join(', ') ?? 'all services', used, end].join('\t')
}

const endOf = (expiresAt: number | null): string =>
  expiresAt === null ? 'never ends' : `ends ${new Date(expiresAt).toISOString().slice(0, 10)}`
