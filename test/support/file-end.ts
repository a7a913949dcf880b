/** What was opened outside of a test (in beforeAll) lasts until the file ends. */
const finishing: (() => unknown)[] = []

/** Is called once the tests of the file that runs have ended. */
export const atFileEnd = (finish: () => unknown): void => void finishing.push(finish)

/** Finishes in reverse order: a store before the database under it. */
export async function finishFile(): Promise<void> {
  for (const finish of finishing.splice(0).reverse()) await finish()
}
