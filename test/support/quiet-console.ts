import { afterEach, beforeEach } from 'vitest'

/**
 * An error or warning nobody expected fails the test that caused it. One that is expected is caught in the test itself
 * with `vi.spyOn(console, 'error').mockImplementation(() => {})` and asserted there.
 */
const said: string[] = []
const note =
  (level: string) =>
  (...words: unknown[]) => {
    said.push(`console.${level}: ${words.map((word) => (word instanceof Error ? word.stack : String(word))).join(' ')}`)
  }

console.error = note('error')
console.warn = note('warn')

/** What was said since the test began, and forgets it. */
export const takeOutput = (): string => said.splice(0).join('\n')

beforeEach(() => {
  said.length = 0
})

afterEach(() => {
  const unexpected = takeOutput()
  if (unexpected !== '') throw new Error(`unexpected output:\n${unexpected}`)
})
