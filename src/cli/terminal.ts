import type { Readable, Writable } from 'node:stream'

/** What a command talks to; tests hand in their own. */
export interface Terminal {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly stdin: Readable & { readonly isTTY?: boolean; setRawMode?(on: boolean): unknown }
  /** Results, for the next program in the pipe. */
  readonly stdout: Writable
  /** Words for the person at the keyboard. */
  readonly stderr: Writable & { readonly isTTY?: boolean; readonly columns?: number }
  /** Epoch milliseconds. */
  readonly clock: () => number
}

export const say = (terminal: Terminal, line: string): void => {
  terminal.stderr.write(`${line}\n`)
}

export const print = (terminal: Terminal, line: string): void => {
  terminal.stdout.write(`${line}\n`)
}
