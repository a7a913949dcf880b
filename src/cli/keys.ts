import { Command } from 'commander'
import { forgetFormerKeys, listKeys, rotateKeys } from '../operations/access/rotate-keys.ts'
import { commandLineActor } from './actor.ts'
import { withStore } from './open-store.ts'
import { print, say, type Terminal } from './terminal.ts'

export function keysCommand(terminal: Terminal): Command {
  const keys = new Command('keys').description('the keys with which secrets are sealed (KEY_FILE)')
  keys
    .command('list')
    .description('say which keys there are and how many secrets are sealed with each')
    .action(async () => {
      const uses = await withStore(terminal, (store, { keyFile }) => listKeys({ store, keyFile }))
      for (const [i, { keyId, secrets }] of uses.entries())
        print(terminal, `${keyId}  ${i === 0 ? 'in use' : 'former'}  ${secrets} secrets`)
    })
  keys
    .command('rotate')
    .description('make a new key and seal every secret anew with it; the former key stays in the file')
    .action(async () => {
      const asked = { by: commandLineActor(), now: terminal.clock() }
      const made = await withStore(terminal, (store, { keyFile, dataDir }) =>
        rotateKeys({ store, keyFile, dataDir }, asked),
      )
      if (made.finishesEarlier) say(terminal, 'An earlier rotation had been broken off; it is at its end now.')
      print(terminal, `${made.resealed} secrets are sealed with key ${made.keyId} now.`)
      say(
        terminal,
        'A running server that uses this key file sees it at once; a copy of the file elsewhere is out of date.',
      )
      say(terminal, 'Back-ups from before need the former key: keep the key file that goes with them.')
    })
  keys
    .command('forget')
    .description('take former keys, with which nothing is sealed any more, out of the file')
    .action(async () => {
      const gone = await withStore(terminal, (store, { keyFile }) => forgetFormerKeys({ store, keyFile }))
      print(terminal, gone.length === 0 ? 'There is no former key.' : `Took ${gone.join(', ')} out of the key file.`)
    })
  return keys
}
