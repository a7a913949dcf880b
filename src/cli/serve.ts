import { Command } from 'commander'

export const serveCommand = (): Command =>
  new Command('serve').description('run the server until it is told to stop').action(async () => {
    // Loaded when needed: the other commands start without the web part.
    const { main } = await import('../process.ts')
    await main()
  })
