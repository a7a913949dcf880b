import { Readable, Writable } from 'node:stream'
import type { Terminal } from '../../src/cli/terminal.ts'
import { day } from './factories.ts'

export interface TestTerminal extends Terminal {
  /** What was printed so far. */
  readonly out: () => string
  readonly err: () => string
}

/** A terminal without a person; `keys` makes one who types. */
export function testTerminal(
  env: Record<string, string>,
  options: { stdin?: string | Buffer; keys?: readonly string[]; isTTY?: boolean } = {},
): TestTerminal {
  const [stdout, out] = collecting()
  const [stderr, err] = collecting()
  return {
    env,
    stdin: options.keys
      ? keyboard(options.keys)
      : Readable.from(options.stdin === undefined ? [] : [Buffer.from(options.stdin)]),
    stdout,
    stderr: Object.assign(stderr, { isTTY: options.isTTY ?? false }),
    clock: () => day(90),
    out,
    err,
  }
}

function collecting(): [Writable, () => string] {
  let text = ''
  const stream = new Writable({
    write(chunk, _, done) {
      text += String(chunk)
      done()
    },
  })
  return [stream, () => text]
}

/** Gives one chunk to each who asks, as lines are typed one after the other. */
function keyboard(keys: readonly string[]): Terminal['stdin'] {
  const waiting = [...keys]
  const stdin = new Readable({ read() {} })
  const setRawMode = (on: boolean) => {
    if (on) setImmediate(() => stdin.push(waiting.shift() ?? '\u0003'))
  }
  return Object.assign(stdin, { isTTY: true, setRawMode })
}
