#!/usr/bin/env node
import { runCommand } from './program.ts'

const { env, stdin, stdout, stderr } = process

// `postflight … | head` ends the reader first; that is no failure of ours.
stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
})

const exitCode = await runCommand(process.argv.slice(2), { env, stdin, stdout, stderr, clock: Date.now })
// A server that refused to start has set its own by now.
if (exitCode !== 0) process.exitCode = exitCode
