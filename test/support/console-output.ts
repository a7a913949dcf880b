/** Errors and warnings on the console, which are kept back from it. */
const said: string[] = []

/** A method of the console that only remembers what it was told. */
export const noting =
  (level: string) =>
  (...words: unknown[]) => {
    said.push(`console.${level}: ${words.map((word) => (word instanceof Error ? word.stack : String(word))).join(' ')}`)
  }

/** What was said since the test began, and forgets it. */
export const takeOutput = (): string => said.splice(0).join('\n')
