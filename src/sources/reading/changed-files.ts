import { MOST_FILES } from '../../core/release/commit.ts'
import { cleanText } from '../../core/text/text.ts'

const LONGEST_PATH = 500

/**
 * Paths as we compare them: with slashes, without `./` in front, each once, in their order. Of more than 5,000 the
 * first stay, and paths of more than 500 characters are left out, for half a path would name another file; `notes` then
 * says so.
 * @param where what the sender calls the list, as in `commits.3.files`
 * @returns undefined when there is none
 */
export function filePaths(
  given: readonly string[] | null | undefined,
  where: string,
  notes: string[],
  most: number = MOST_FILES,
): readonly string[] | undefined {
  if (!given || given.length === 0) return undefined
  const paths = new Set<string>()
  let tooLong = 0
  let tooMany = 0
  for (const [i, text] of given.entries()) {
    // What is left of a hostile list is counted, not read.
    if (paths.size === most) {
      tooMany = given.length - i
      break
    }
    const path = PLAIN_PATH.test(text) ? text : comparable(text)
    if (path === '' || paths.has(path)) continue
    if (path.length > LONGEST_PATH && cleanText(path, LONGEST_PATH) !== path) tooLong++
    else paths.add(path)
  }
  if (tooMany > 0) notes.push(`${where}: the first ${most.toLocaleString('en')} were kept, ${tooMany} were not.`)
  if (tooLong > 0) notes.push(`${where}: ${tooLong} left out for being longer than ${LONGEST_PATH} characters.`)
  return paths.size > 0 ? [...paths] : undefined
}

/** Nothing of such a path would be changed: almost all are so, and a push may name a hundred thousand. */
const PLAIN_PATH = /^\w[\w/.-]*$/

function comparable(text: string): string {
  // Cut only where nothing in front can be taken off any more that would make it short enough.
  return cleanText(text, 2 * LONGEST_PATH)
    .replace(/[\t\n]/g, ' ')
    .replaceAll('\\', '/')
    .trim()
    .replace(/^(?:\.\/+)+/, '')
}
