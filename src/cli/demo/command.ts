import { Command } from 'commander'
import { CommandRefused } from '../refusal.ts'
import { print, say, type Terminal } from '../terminal.ts'
import { type Demo, startDemo } from './demo-server.ts'
import { StoryEnded } from './demo-story.ts'

const DAYS = 90
/** Nothing here is worth waiting for longer. */
const STOP_WITHIN_MS = 12_000

export const demoCommand = (terminal: Terminal): Command =>
  new Command('demo')
    .description('run a server on a throw-away database with a simulated history, a bad release in progress included')
    .option('--seed <number>', 'another history', '7')
    .option('--story', 'play an emergency release to its end, in about three minutes')
    .action(async ({ seed, story = false }: { seed: string; story?: boolean }) => {
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
      if (story) await Promise.race([stopped, tellStory(terminal, demo)])
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
    'The checkout-api is going wrong: open its gravest defect, and from there an emergency release. A simulated CI obeys.',
    'The database is thrown away when this ends (Ctrl+C).',
  ]
  print(terminal, `\n${lines.join('\n')}\n`)
}

async function tellStory(terminal: Terminal, demo: Demo): Promise<void> {
  const time = () => new Date(terminal.clock()).toTimeString().slice(0, 8)
  try {
    const address = await demo.playStory((line) => print(terminal, `${time()}  ${line}`))
    print(terminal, `\n${address}`)
  } catch (error) {
    if (!(error instanceof StoryEnded)) throw error
    print(terminal, `${time()}  ${error.message}`)
  }
}
