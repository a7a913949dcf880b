import type { ServiceProfile } from './portfolio.ts'
import type { Random } from './random.ts'

/** The invented source code of the services: where what lies, what a change touches, and what a stack passes through. */

const PARTS = ['handler', 'rules', 'store', 'mapping', 'client', 'events', 'validation', 'format', 'cache'] as const
/** Touched by many changes, and by every request: in a stack they say little. */
const SHARED = ['src/http/router.ts', 'src/http/errors.ts', 'src/config.ts', 'src/server.ts'] as const
const OUTERMOST = ['src/http/router.ts', 'src/server.ts'] as const

/** `Refund preview` lies in `src/refund-preview`. */
const directoryOf = (subject: string): string => `src/${subject.toLowerCase().replace(/[^a-z0-9]+/g, '-')}`

const fileIn = (profile: ServiceProfile, random: Random, subject = random.pick(profile.subjects)): string =>
  `${directoryOf(subject)}/${random.pick(PARTS)}.ts`

/** The files that a commit about a subject changes, sorted. */
export function changedFiles(profile: ServiceProfile, subject: string, random: Random): string[] {
  const files = new Set([fileIn(profile, random, subject)])
  for (let more = random.poisson(0.8); more > 0; more--) files.add(fileIn(profile, random, subject))
  if (random.chance(0.5)) files.add(`test/${directoryOf(subject).slice('src/'.length)}.test.ts`)
  if (random.chance(0.3)) files.add(fileIn(profile, random))
  if (random.chance(0.15)) files.add(random.pick(SHARED))
  if (random.chance(0.1)) files.add('package.json')
  return [...files].sort()
}

/** Of the stacks of a fault so many pass through a file that was changed by the release which brought it. */
const PASS_THROUGH_THE_CHANGE = 0.8

/**
 * The application's files in the stack of a fault, the outermost last.
 * @param changed what the release changed that brought it; empty when none did
 */
export function stackFiles(profile: ServiceProfile, changed: readonly string[], random: Random): string[] {
  const own = changed.filter((file) => file.startsWith('src/') && !(SHARED as readonly string[]).includes(file))
  const frames = Array.from({ length: random.whole(1, 2) }, () => fileIn(profile, random))
  if (own.length > 0 && random.chance(PASS_THROUGH_THE_CHANGE))
    frames.splice(random.whole(0, frames.length), 0, random.pick(own))
  return [...new Set([...frames, ...OUTERMOST])]
}

/** The directory under which a person files a fault, as the release's changes suggest it. */
export function componentOf(profile: ServiceProfile, changed: readonly string[], random: Random): string {
  const inCode = changed.filter((file) => file.startsWith('src/'))
  const file = inCode.length > 0 && random.chance(0.6) ? random.pick(inCode) : fileIn(profile, random)
  return file.split('/')[1] as string
}

export const filesOf = (commits: readonly { readonly files: readonly string[] }[]): string[] => [
  ...new Set(commits.flatMap(({ files }) => files)),
]
