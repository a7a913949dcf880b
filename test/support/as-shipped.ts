import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'

const root = resolve(import.meta.dirname, '../..')

/** How `npm start` starts the compiled server: the variables it sets, and the words for Node. */
export interface Start {
  readonly environment: Readonly<Record<string, string>>
  readonly words: readonly string[]
}

/** Drills and benches start it in the same way, or they would look at something that nobody runs. */
export const AS_SHIPPED: Start = readStart()

function readStart(): Start {
  const { scripts } = JSON.parse(readFileSync(resolve(root, 'package.json'), 'utf8')) as { scripts: { start: string } }
  const said = /^exec env (?<variables>.+) node (?<flags>.+) (?<program>\S+\.js)$/.exec(scripts.start)?.groups
  if (!said) throw new Error(`"npm start" is not started as it was: ${scripts.start}`)
  const { variables = '', flags = '', program = '' } = said
  return {
    environment: Object.fromEntries(variables.split(' ').map((one) => one.split('=', 2))),
    words: [...flags.split(' '), resolve(root, program)],
  }
}
