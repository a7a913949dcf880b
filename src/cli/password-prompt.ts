import { CommandRefused } from './refusal.ts'
import type { Terminal } from './terminal.ts'

const ENTER = ['\r', '\n', '\u0004']
const BACKSPACE = ['\u007f', '\b']
const INTERRUPT = '\u0003'

/** Asks for a line that does not appear on the screen. Needs a person at a keyboard. */
export async function askHidden(terminal: Terminal, question: string): Promise<string> {
  const { stdin, stderr } = terminal
  if (!stdin.isTTY || !stdin.setRawMode)
    throw new CommandRefused('There is no terminal to ask for the password; put it into POSTFLIGHT_PASSWORD.')
  stderr.write(question)
  stdin.setRawMode(true)
  stdin.setEncoding('utf8')
  stdin.resume()
  try {
    return await new Promise<string>((resolve, reject) => {
      let typed = ''
      // Pasted text comes as one chunk, typed text key by key.
      const onKeys = (keys: string) => {
        for (const key of keys) {
          if (key === INTERRUPT || ENTER.includes(key)) {
            stdin.off('data', onKeys)
            if (key === INTERRUPT) reject(new CommandRefused('Given up.'))
            else resolve(typed)
            return
          }
          typed = BACKSPACE.includes(key) ? [...typed].slice(0, -1).join('') : typed + key
        }
      }
      stdin.on('data', onKeys)
    })
  } finally {
    stdin.setRawMode(false)
    stdin.pause()
    stderr.write('\n')
  }
}
