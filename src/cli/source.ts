import { Command } from 'commander'
import { openSecretBox } from '../operations/access/secret-box.ts'
import { turnRepairOff, turnRepairOn } from '../operations/intake/repair-admin.ts'
import { senderSettings } from '../operations/sources/sender-settings.ts'
import { createSource } from '../operations/sources/sources-admin.ts'
import { findSource, sources } from '../sources/index.ts'
import { commandLineActor } from './actor.ts'
import { withStore } from './open-store.ts'
import { askHidden } from './password-prompt.ts'
import { CommandRefused } from './refusal.ts'
import { print, say, type Terminal } from './terminal.ts'

export function sourceCommand(terminal: Terminal): Command {
  const source = new Command('source').description('systems that send webhooks')
  source
    .command('create')
    .description('take webhooks of one more system; prints the address and the secret to paste there')
    .argument('<kind>', `one of ${sources.map(({ kind }) => kind).join(', ')}`)
    .option('--slug <slug>', 'last part of the address (default: the kind)')
    .option('--secret <secret>', 'use this one instead of a new random one')
    .option('--service <name>', 'what reports by it, for an SDK that does not say (default: the slug)')
    .action(async (kind: string, { slug, secret, service }: { slug?: string; secret?: string; service?: string }) => {
      const made = await withStore(terminal, async (store, config) => {
        const created = await createSource(
          store,
          openSecretBox(config.keyFile),
          { kind, slug, secret, service },
          terminal.clock(),
          commandLineActor(),
        )
        return senderSettings(findSource(kind)?.secret, { publicUrl: config.publicUrl, ...created }, created.secret)
      })
      const width = Math.max(...made.map(({ label }) => label.length))
      for (const { label, value } of made) print(terminal, `${label.padEnd(width)}  ${value}`)
    })
  source
    .command('repair')
    .description(
      'ask GitHub again for deliveries that failed; the token comes from GITHUB_TOKEN, a pipe, or is asked for',
    )
    .argument('<slug>', 'the source')
    .option('--hook <url>', 'the webhook in GitHub’s API, as https://api.github.com/repos/OWNER/REPO/hooks/ID')
    .option('--off', 'stop asking, and remove the token')
    .action(async (slug: string, { hook, off }: { hook?: string; off?: boolean }) => {
      if ((hook === undefined) === (off === undefined)) throw new CommandRefused('Give either --hook <url> or --off.')
      if (hook === undefined) return await turnOff(terminal, slug)
      const token = terminal.env.GITHUB_TOKEN || (await readToken(terminal))
      const hookUrl = await withStore(terminal, (store, config) =>
        turnRepairOn(
          store,
          { secretBox: openSecretBox(config.keyFile), allow: config.outbound.allow },
          slug,
          { hookUrl: hook, token },
          terminal.clock(),
          commandLineActor(),
        ),
      )
      say(terminal, `Failed deliveries of ${slug} are asked for again at ${hookUrl}.`)
      say(terminal, 'A running server looks within a minute; Set up shows what it finds.')
    })
  return source
}

async function turnOff(terminal: Terminal, slug: string): Promise<void> {
  const asked = { now: terminal.clock(), by: commandLineActor() }
  const wasOn = await withStore(terminal, (store) => turnRepairOff(store, slug, asked))
  say(
    terminal,
    wasOn ? `Gap repair of ${slug} is off and its token removed.` : `Gap repair of ${slug} was off already.`,
  )
}

async function readToken(terminal: Terminal): Promise<string> {
  if (terminal.stdin.isTTY) return await askHidden(terminal, 'Token: ')
  let text = ''
  for await (const chunk of terminal.stdin) {
    text += String(chunk)
    if (text.length > 10_000) throw new CommandRefused('That is too long for a token.')
  }
  if (text.trim() === '') throw new CommandRefused('There is no token: put it into GITHUB_TOKEN or pipe it in.')
  return text
}
