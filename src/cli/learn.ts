import { Command } from 'commander'
import { learnNow } from '../operations/learning/learn-profiles.ts'
import { withStore } from './open-store.ts'
import { print, type Terminal } from './terminal.ts'

const OUTCOMES = {
  adopted: 'What was learned holds from now on.',
  'no-better': 'What was learned did not agree better with verdicts held back, so it was put aside.',
  'too-few-defects': 'That is too little to learn from.',
}

export const learnCommand = (terminal: Terminal): Command =>
  new Command('learn').description('learn now how defects show, as the server does once a night').action(async () => {
    const { defects, verdicts, outcome } = await withStore(terminal, (store) => learnNow(store, Date.now()))
    print(terminal, `Looked at ${defects} defects and ${verdicts} verdicts of people. ${OUTCOMES[outcome]}`)
  })
