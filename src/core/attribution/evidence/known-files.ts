import type { CandidateRelease } from '../facts.ts'
import type { FilePopularity } from '../profile.ts'

/** One file of the defect as the service's releases know it. */
export interface KnownFile {
  /** As the report writes it. */
  readonly written: string
  /** As the releases' lists of changed files write it; undefined when none of them has it. */
  readonly path: string | undefined
  /** Share of all file changes that were to it, smoothed. */
  readonly popularity: number
  /** In how many releases it was changed. */
  readonly releases: number
}

/**
 * Finds a stack frame's file among changed files. Build and container paths come in front of the repository's own
 * (`/app/src/cart.ts`), and package paths leave its beginning out (`com/acme/Cart.java`), so the longest common end decides.
 */
export function knownFile(
  written: string,
  popularity: FilePopularity,
  candidates: readonly CandidateRelease[],
  ending = pathAmong(written, candidates),
): KnownFile {
  const path = endOf(slashed(written), popularity) ?? ending
  const listed = path === undefined ? undefined : own(popularity.ofFile, path)
  const releases = listed ?? (path === undefined ? 0 : candidates.filter((one) => changedBy(one).has(path)).length)
  return { written, path, releases, popularity: (releases + 0.5) / (popularity.changes + 1) }
}

/** The path, or what is left of it without its first directories, that was changed before. */
function endOf(path: string, { ofFile }: FilePopularity): string | undefined {
  for (let rest = path; rest !== ''; ) {
    if (Object.hasOwn(ofFile, rest)) return rest
    const slash = rest.indexOf('/')
    if (slash < 0) return undefined
    rest = rest.slice(slash + 1)
  }
  return undefined
}

const slashed = (written: string): string => written.replaceAll('\\', '/').replace(/^(?:\.\/|\/)+/, '')

const changedFiles = new WeakMap<readonly string[], ReadonlySet<string>>()

/** Files that a release changed, to look up in; made once for each list. */
export function changedBy({ files }: CandidateRelease): ReadonlySet<string> {
  const known = changedFiles.get(files)
  if (known) return known
  const made = new Set(files)
  changedFiles.set(files, made)
  return made
}

/**
 * The changed file that ends like a path as the report writes it; none when several do, as a bare file name says too
 * little then. O(all files).
 */
export function pathAmong(written: string, candidates: readonly CandidateRelease[]): string | undefined {
  const path = slashed(written)
  const end = `/${path}`
  const found = new Set<string>()
  for (const { files } of candidates) for (const file of files) if (file === path || file.endsWith(end)) found.add(file)
  return found.size === 1 ? [...found][0] : undefined
}

/**
 * P(file | release r) = (1 − a) q + a · [r changed it] / (files r changed), with q its popularity and a the share of
 * stack-frame files that the guilty release changed itself. Several files are averaged in the logarithm: the frames of
 * one stack are no independent witnesses.
 *
 * @param reference the popularity that counts as 1; that of the own service, so that services compare
 * @returns log of P(files | release) / P(files | reference)
 */
export function fileLogRatio(
  files: readonly KnownFile[],
  changed: ReadonlySet<string> | undefined,
  ownShare: number,
  reference: readonly number[],
): number {
  if (files.length === 0) return 0
  let sum = 0
  files.forEach(({ path, popularity }, i) => {
    const hit = path !== undefined && changed?.has(path) === true
    const probability = changed ? (1 - ownShare) * popularity + (hit ? ownShare / changed.size : 0) : popularity
    sum += Math.log(probability / (reference[i] as number))
  })
  return sum / files.length
}

/**
 * The same for a component, a directory that many files lie in: the share of the release's changes below it against
 * the share among all changes, kept within a factor of four either way because components are filed by hand.
 */
export function componentLogRatio(component: string, files: readonly string[], popularity: FilePopularity): number {
  const below = files.filter((file) => liesBelow(file, component)).length
  const usual = own(popularity.ofComponent, component.toLowerCase())
  if (files.length === 0 || usual === undefined || popularity.changes === 0) return 0
  const share = (below + COMPONENT_DOUBT * (usual / popularity.changes)) / (files.length + COMPONENT_DOUBT)
  const ratio = Math.log(share / (usual / popularity.changes))
  return Math.max(-MOST_COMPONENT, Math.min(MOST_COMPONENT, ratio))
}

const COMPONENT_DOUBT = 2
const MOST_COMPONENT = Math.log(4)

/** A component is written as a directory's name, or as one of the dashed parts of it. */
export const liesBelow = (file: string, component: string): boolean =>
  `/${file.toLowerCase()}`.includes(`/${component.toLowerCase()}/`)

export const own = <T>(record: Readonly<Record<string, T>>, key: string): T | undefined =>
  Object.hasOwn(record, key) ? record[key] : undefined
