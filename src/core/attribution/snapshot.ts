import type { CandidateRelease } from './facts.ts'
import type { FilePopularity } from './profile.ts'

/** In how many of these releases each file, and each directory, was changed. O(files). */
export function filePopularity(releases: readonly Pick<CandidateRelease, 'files'>[]): FilePopularity {
  const ofFile = new Map<string, number>()
  const ofComponent = new Map<string, number>()
  // Many files share a directory.
  const known = new Map<string, readonly string[]>()
  let changes = 0
  let withFiles = 0
  for (const { files } of releases) {
    if (files.length > 0) withFiles++
    for (const file of new Set(files)) {
      changes++
      increment(ofFile, file)
      for (const component of componentsOf(file, known)) increment(ofComponent, component)
    }
  }
  return {
    releases: withFiles,
    changes,
    ofFile: Object.fromEntries(ofFile),
    ofComponent: Object.fromEntries(ofComponent),
  }
}

const increment = (counts: Map<string, number>, key: string): void => {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}

/** Every directory above a file, each by its own name and by its path; lower case. */
function componentsOf(file: string, known: Map<string, readonly string[]>): readonly string[] {
  const directory = file.slice(0, Math.max(0, file.lastIndexOf('/')))
  const made = known.get(directory)
  if (made) return made
  const parts = directory === '' ? [] : directory.toLowerCase().split('/')
  const components = [...new Set(parts.flatMap((part, i) => [part, parts.slice(0, i + 1).join('/')]))]
  known.set(directory, components)
  return components
}
