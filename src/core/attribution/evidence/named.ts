import { type Context, type EvidenceSource, multiplied, namingRatio, type Weights } from '../context.ts'
import type { CandidateRelease } from '../facts.ts'
import { listed, told } from '../words.ts'

/** How often each kind of naming is wrong. Judgement: nobody publishes how often people err in such a field. */
const WRONG = { deployment: 0.01, commit: 0.03, link: 0.1 } as const

const named = (
  context: Context,
  before: Weights,
  names: (release: CandidateRelease) => boolean,
  wrong: number,
): Weights | undefined => {
  const { hypotheses } = context.scene
  const ratio = namingRatio(
    before,
    hypotheses.filter(({ release }) => names(release)),
    wrong,
  )
  return ratio === undefined ? undefined : multiplied(context, before, ({ release }) => (names(release) ? ratio : 1))
}

/** A deployment or a release blamed in a field made for it. */
export const deployment: EvidenceSource = {
  kind: 'deployment',
  weigh: (context, before) => named(context, before, (release) => blames(context, release), WRONG.deployment),
  pointsAt: (context, suspect) => blames(context, suspect.release),
  tell: (context, suspect, present) => {
    if (!present) return undefined
    const { deployment: blamed, release: introduced } = context.scene.defect.blamed
    const version = told(suspect.release.version)
    if (!blames(context, suspect.release))
      return {
        title: 'The report blames another release',
        sentence: `The report blames a release, and it is not ${version}.`,
      }
    return introduced?.releaseId === suspect.release.id
      ? {
          title: 'The report blames this release',
          sentence: `The report names ${version} as the release that introduced it.`,
          values: { release: introduced.text },
        }
      : {
          title: 'The report blames its deployment',
          sentence: `The report names deployment ${blamed?.text}, which put ${version} in place.`,
          values: { deployment: blamed?.text ?? '' },
        }
  },
}

const blames = ({ scene }: Context, { id }: CandidateRelease): boolean => {
  const { deployment: blamed, release } = scene.defect.blamed
  return blamed?.releaseId === id || release?.releaseId === id
}

/** Commits named as the culprit: by a revert's text, by blame, by a `Fixes:` line. */
export const commit: EvidenceSource = {
  kind: 'commit',
  weigh: (context, before) => named(context, before, (release) => brings(context, release) !== undefined, WRONG.commit),
  pointsAt: (context, suspect) => brings(context, suspect.release) !== undefined,
  tell: (context, suspect, present) => {
    if (!present) return undefined
    const sha = brings(context, suspect.release)
    const version = told(suspect.release.version)
    return sha === undefined
      ? {
          title: 'The blamed commit is not in it',
          sentence: `A commit is blamed for it, and ${version} did not bring that one.`,
        }
      : {
          title: 'It brought the blamed commit',
          sentence: `Commit ${sha.slice(0, 10)} is blamed for it, and ${version} was the first to contain it.`,
          values: { commit: sha },
        }
  },
}

const brings = ({ scene }: Context, { id, commits }: CandidateRelease): string | undefined =>
  scene.defect.blamed.commits
    ?.filter(({ text, releaseId }) => (releaseId === undefined ? hasCommit(commits, text) : releaseId === id))
    .map(({ text }) => text)
    .sort()[0]

const SHORTEST_SHA = 7

const hasCommit = (commits: readonly string[], sha: string): boolean =>
  sha.length >= SHORTEST_SHA && commits.some((commit) => commit.startsWith(sha.toLowerCase()))

/** Issues, pull requests or addresses that both the defect and the release refer to. */
export const link: EvidenceSource = {
  kind: 'link',
  weigh: (context, before) => named(context, before, (release) => shared(context, release).length > 0, WRONG.link),
  pointsAt: (context, suspect) => shared(context, suspect.release).length > 0,
  tell: (context, suspect, present) => {
    const links = present ? shared(context, suspect.release) : []
    const version = told(suspect.release.version)
    if (!present) return undefined
    return links.length > 0
      ? {
          title: 'It is linked with the defect',
          sentence: `The defect is linked with ${listed(links)}, which ${version} contains.`,
          values: { link: links[0] as string },
        }
      : {
          title: 'Another release is linked',
          sentence: `The defect is linked with a change that is not in ${version}.`,
        }
  },
}

const shared = ({ scene }: Context, { references, commits }: CandidateRelease): string[] => {
  const known = new Set(references.map((reference) => reference.toLowerCase()))
  return scene.defect.links
    .filter((linked) => {
      const sha = /\/commit\/([0-9a-f]{7,40})\b/i.exec(linked)?.[1]
      return known.has(linked.toLowerCase()) || (sha !== undefined && hasCommit(commits, sha))
    })
    .sort()
}
