import { Command, CommanderError } from 'commander'
import { version } from '../version.ts'
import { auditCommand } from './audit.ts'
import { checkConfigCommand } from './check-config.ts'
import { demoCommand } from './demo/command.ts'
import { importCommand } from './import.ts'
import { keysCommand } from './keys.ts'
import { learnCommand } from './learn.ts'
import { migrateCommand } from './migrate.ts'
import { pruneCommand } from './prune.ts'
import { refusalMessage } from './refusal.ts'
import { serveCommand } from './serve.ts'
import { serviceCommand } from './service.ts'
import { sourceCommand } from './source.ts'
import type { Terminal } from './terminal.ts'
import { tokenCommand } from './token.ts'
import { userCommand } from './user.ts'

const COMMANDS = [
  serveCommand,
  migrateCommand,
  tokenCommand,
  serviceCommand,
  sourceCommand,
  userCommand,
  importCommand,
  learnCommand,
  pruneCommand,
  auditCommand,
  keysCommand,
  checkConfigCommand,
  demoCommand,
]

/**
 * Runs `postflight <args>`.
 * @returns the exit code: 0, or 1 after a refusal, which has been said on standard error in plain words
 * @throws what is a fault of ours
 */
export async function runCommand(args: readonly string[], terminal: Terminal): Promise<number> {
  try {
    await programOn(terminal).parseAsync([...args], { from: 'user' })
    return 0
  } catch (error) {
    // Commander has said it itself; asking for help is no failure.
    if (error instanceof CommanderError) return error.exitCode
    const message = refusalMessage(error)
    if (message === undefined) throw error
    terminal.stderr.write(`postflight: ${message}\n`)
    return 1
  }
}

function programOn(terminal: Terminal): Command {
  const program = new Command('postflight')
    .description('Post-deployment monitoring and defect reporting: which release introduced which defect.')
    .version(version)
    .showHelpAfterError('(add --help for the options)')
  for (const command of COMMANDS) program.addCommand(command(terminal))
  return speakingTo(program, terminal)
}

/** Settings are per command in commander, and not passed on to those added whole. */
function speakingTo(command: Command, terminal: Terminal): Command {
  command.exitOverride().configureOutput({
    writeOut: (text) => terminal.stdout.write(text),
    writeErr: (text) => terminal.stderr.write(text),
  })
  for (const part of command.commands) speakingTo(part, terminal)
  return command
}
