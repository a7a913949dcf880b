import { Command } from 'commander'
import { describeConfig, readConfig } from '../config.ts'
import { print, type Terminal } from './terminal.ts'

export const checkConfigCommand = (terminal: Terminal): Command =>
  new Command('check-config')
    .description('print the configuration as the server would read it, secrets masked; fails on a bad setting')
    .action(() => {
      const settings = Object.entries(describeConfig(readConfig(terminal.env)))
      const width = Math.max(...settings.map(([name]) => name.length))
      for (const [name, value] of settings) print(terminal, `${name.padEnd(width)}  ${value}`)
    })
