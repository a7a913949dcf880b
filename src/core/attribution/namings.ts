import { dictionaryOf, type MentionRole, mentionsIn } from './evidence/text-mentions.ts'
import type { CandidateRelease, DefectFacts, ServiceHistory, StatedRelease } from './facts.ts'

/** A version that the report names, in its own field or in its text, and the release it stands for in each service. */
export interface Naming {
  readonly role: NamingRole
  readonly written: string
  /** By place of the service in the facts; undefined where no such release is known. */
  readonly releases: readonly (NamedRelease | undefined)[]
}

/** `stated`: in the field for the version it was seen in; the others are what the words of a text say. */
export type NamingRole = 'stated' | MentionRole
export const NAMING_ROLES: readonly NamingRole[] = ['stated', 'culprit', 'observed', 'plain']

export interface NamedRelease {
  /** Undefined when the version can be put in order though no such release is known. */
  readonly id: number | undefined
  /** How many releases had arrived after it where it ran last; all that come into question when it is none of them. */
  readonly behind: number
  /** Whether it carries a release's changes. */
  carries(release: CandidateRelease): boolean
}

/** More mentions than this are a list of versions, not a clue. */
const MOST_NAMINGS = 4

/** What the report names, the field first. Of several mentions of one version the one that says most counts. */
export function namingsIn(defect: DefectFacts, services: readonly ServiceHistory[]): Naming[] {
  const namings: Naming[] = []
  const stated = statedRelease(defect)
  if (stated) {
    const releases = services.map((history, i) => resolveStated(stated, history, i === 0))
    if (releases.some((release) => release !== undefined))
      namings.push({ role: 'stated', written: stated.text, releases })
  }
  const { text } = defect
  if (text === undefined) return namings
  const mentioned = new Map<string, Naming>()
  services.forEach((history, service) => {
    for (const { releaseId, written, role } of mentionsIn(text, history.dictionary ?? dictionaryOf(history.releases))) {
      if (role === 'good' || (role !== 'culprit' && releaseId === stated?.releaseId)) continue
      const key = written.toLowerCase()
      const known = mentioned.get(key)
      const releases = known?.releases ?? services.map(() => undefined)
      mentioned.set(key, {
        role: known && strength(known.role) >= strength(role) ? known.role : role,
        written,
        releases: releases.map((one, i) => (i === service ? named(releaseId, undefined, history) : one)),
      })
    }
  })
  return [...namings, ...[...mentioned.values()].slice(0, MOST_NAMINGS)]
}

const strength = (role: NamingRole): number => ['observed', 'plain', 'culprit'].indexOf(role)

/** The version it was seen in; the commit when the version says nothing to us. */
export function statedRelease({ seenIn: { version, commit } }: DefectFacts): StatedRelease | undefined {
  if (version?.releaseId !== undefined) return version
  if (commit?.releaseId !== undefined) return commit
  return version?.order !== undefined ? version : undefined
}

function resolveStated(stated: StatedRelease, history: ServiceHistory, first: boolean): NamedRelease | undefined {
  if (stated.releaseId === undefined) return first ? named(undefined, stated.order, history) : undefined
  const own = history.releases.some(({ id }) => id === stated.releaseId)
  return own ? named(stated.releaseId, stated.order, history) : undefined
}

/** Below it in order, and there before it was: a fix taken back to an older line is not in a newer one that was there. */
function named(id: number | undefined, order: string | undefined, history: ServiceHistory): NamedRelease {
  const { releases } = history
  const known = releases.find((release) => release.id === id)
  const top = known?.order ?? order
  return {
    id,
    behind: arrivedAfter(id, history),
    carries: (release) =>
      release.id === id ||
      (top !== undefined &&
        release.order <= top &&
        (known === undefined || release.firstDeployedAt <= known.firstDeployedAt)),
  }
}

function arrivedAfter(id: number | undefined, { places }: ServiceHistory): number {
  const counts = places.map(({ candidates }) => {
    const own = candidates.find(({ releaseId }) => releaseId === id)
    return own ? candidates.filter(({ at }) => at > own.at).length : undefined
  })
  const found = counts.filter((count) => count !== undefined)
  return found.length > 0 ? Math.min(...found) : Math.max(0, ...places.map(({ candidates }) => candidates.length))
}
