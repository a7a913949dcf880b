import { Command } from 'commander'
import { type Demo, startDemo } from './demo-server.ts'
import { CommandRefused } from './refusal.ts'
import { print, say, type Terminal } from './terminal.ts'

const DAYS = 90
/** Nothing here is worth waiting for longer. */
const STOP_WITHIN_MS = 12_000

export const demoCommand = (terminal: Terminal): Command =>
  new Command('demo')
    .description('run a server on a throw-away database with a simulated history, a bad release in progress included')
    .option('--seed <number>', 'another history', '7')
    .action(async ({ seed }: { seed: string }) => {
      if (!/^\d{1,9}$/.test(seed)) throw new CommandRefused(`--seed ${seed}: give a whole number`)
      let demo: Demo | undefined
      let isStopping = false
      const stopped = new Promise<void>((resolve, reject) => {
        const stop = () => {
          // Not ready yet, or asked twice: leave at once. What is on disk is removed on the way out.
          if (!demo || isStopping) process.exit(130)
          isStopping = true
          demo.stop().then(resolve, reject)
          setTimeout(() => process.exit(1), STOP_WITHIN_MS).unref()
        }
        for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stop)
      })
      say(terminal, `Simulating ${DAYS} days of deployments and defects …`)
      const startedAt = terminal.clock()
      demo = await startDemo(terminal, { seed: Number(seed), days: DAYS, onBroken: () => process.exit(74) })
      greet(terminal, demo, (terminal.clock() - startedAt) / 1000)
      await stopped
    })

function greet(terminal: Terminal, demo: Demo, seconds: number): void {
  const { address, email, password, deployments, defects } = demo
  const lines = [
    `Postflight demo: ${address}`,
    `  E-mail    ${email}`,
    `  Password  ${password}`,
    '',
    `Simulated data: ${deployments} deployments and ${defects} defects, sent in ${seconds.toFixed(1)} s; more every minute.`,
    'The database is thrown away when this ends (Ctrl+C).',
  ]
  print(terminal, `\n${lines.join('\n')}\n`)
}
