import { Command } from 'commander'
import { openSecretBox } from '../operations/secret-box.ts'
import { createSource } from '../operations/sources-admin.ts'
import { sources } from '../sources/index.ts'
import { withStore } from './open-store.ts'
import { print, type Terminal } from './terminal.ts'

export function sourceCommand(terminal: Terminal): Command {
  const source = new Command('source').description('systems that send webhooks')
  source
    .command('create')
    .description('take webhooks of one more system; prints the address and the secret to paste there')
    .argument('<kind>', `one of ${sources.map(({ kind }) => kind).join(', ')}`)
    .option('--slug <slug>', 'last part of the address (default: the kind)')
    .option('--secret <secret>', 'use this one instead of a new random one')
    .action(async (kind: string, { slug, secret }: { slug?: string; secret?: string }) => {
      const made = await withStore(terminal, async (store, config) => {
        const created = await createSource(
          store,
          openSecretBox(config.keyFile),
          { kind, slug, secret },
          terminal.clock(),
        )
        return { ...created, url: `${config.publicUrl}/hooks/${created.slug}` }
      })
      print(terminal, `URL     ${made.url}`)
      print(terminal, `Secret  ${made.secret}`)
    })
  return source
}
