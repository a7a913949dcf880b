import { sum } from '../../statistics/sum.ts'
import { type Context, type EvidenceSource, multiplied, popularityFor, profileOf, serviceOf } from '../context.ts'
import type { Hypothesis } from '../scene.ts'
import { counted, listed, told } from '../words.ts'
import { changedBy, componentLogRatio, fileLogRatio, type KnownFile, liesBelow } from './known-files.ts'

/** Files of the stack frames against the files that each release changed. The strongest evidence short of a name. */
export const files: EvidenceSource = {
  kind: 'file',
  weigh: (context, before) => {
    const { hypotheses, defect } = context.scene
    if (defect.files.length === 0 || !hypotheses.some(({ release }) => release.files.length > 0)) return undefined
    const reference = (context.files[0] as readonly KnownFile[]).map(({ popularity }) => popularity)
    const compared = context.popularity.every(({ changes }) => changes > 0)
    const ratio = (one: Hypothesis) =>
      Math.exp(
        fileLogRatio(
          filesOf(context, one),
          one.release.files.length > 0 ? changedBy(one.release) : undefined,
          profileOf(context, one).reliability.ownFile,
          compared ? reference : filesOf(context, one).map(({ popularity }) => popularity),
        ),
      )
    const rest = compared
      ? mean(
          context.scene.services.flatMap(({ history }, i) =>
            history.relation === 'dependency'
              ? []
              : Math.exp(fileLogRatio(context.files[i] as readonly KnownFile[], undefined, 0, reference)),
          ),
        )
      : 1
    return multiplied(context, before, ratio, { noChange: rest, older: rest })
  },
  // Of shipped software, whose lines change the same files for years, half of what files named was right. And a file
  // that most releases change singles none of them out.
  pointsAt: (context, suspect) =>
    profileOf(context, suspect).detection === 'hosted' &&
    hitsOf(context, suspect).some(({ releases }) => releases <= releasesInQuestion(context, suspect) / 2),
  tell: (context, suspect, present) => {
    if (!present)
      return {
        title: 'No files to compare',
        sentence:
          context.scene.defect.files.length === 0
            ? 'The report names no file of the application.'
            : 'Nobody said which files the releases changed.',
        silent: true,
      }
    const { release } = suspect
    const name = told(release.version)
    if (release.files.length === 0)
      return {
        title: 'Changed files unknown',
        sentence: `Nobody said which files ${name} changed.`,
        silent: true,
      }
    const hits = hitsOf(context, suspect)
    const releases = releasesOf(context, suspect)
    const [first] = hits
    if (!first)
      return {
        title: 'It changed none of the files',
        sentence: `${name} changed ${counted(release.files.length, 'file')}, none of them in the stack of the defect.`,
        values: { changed: release.files.length },
      }
    return {
      title: 'It changed a file in the stack of the defect',
      sentence: `${name} changed ${listed(hits.map(({ path }) => path as string))}; ${first.releases} of ${releases} releases changed ${hits.length > 1 ? 'the first of them' : 'that file'}.`,
      values: { file: first.path as string, releasesChangingIt: first.releases, releases },
    }
  },
}

/** The component it is filed under, against where each release's changes lie. */
export const component: EvidenceSource = {
  kind: 'component',
  weigh: (context, before) => {
    const { hypotheses, defect } = context.scene
    if (defect.components.length === 0 || !hypotheses.some(({ release }) => release.files.length > 0)) return undefined
    return multiplied(context, before, (one) =>
      Math.exp(
        mean(defect.components.map((name) => componentLogRatio(name, one.release.files, popularityFor(context, one)))),
      ),
    )
  },
  tell: (context, suspect, present) => {
    if (!present) return undefined
    const { components } = context.scene.defect
    const { files: changed, version } = suspect.release
    const below = changed.filter((file) => components.some((name) => liesBelow(file, name))).length
    return {
      title: below > 0 ? 'It changed this component' : 'It did not change this component',
      sentence: `${below} of the ${counted(changed.length, 'file')} that ${told(version)} changed lie in ${listed(components)}.`,
      values: { below, changed: changed.length },
    }
  },
}

export function hitsOf(context: Context, suspect: Hypothesis): KnownFile[] {
  const changed = changedBy(suspect.release)
  return filesOf(context, suspect).filter(({ path }) => path !== undefined && changed.has(path))
}

/** How many releases of its service are known, for the share of them that changed a file. */
const releasesOf = (context: Context, suspect: Hypothesis): number =>
  Math.max(popularityFor(context, suspect).releases, serviceOf(context, suspect).history.releases.length)

/** Where the report names no service, a file of one of them tells at least which. */
const releasesInQuestion = (context: Context, suspect: Hypothesis): number =>
  serviceOf(context, suspect).history.relation === 'any'
    ? sum(context.scene.services.map(({ history }) => history.releases.length))
    : releasesOf(context, suspect)

export const filesOf = (context: Context, { service }: Hypothesis): readonly KnownFile[] =>
  context.files[service] as readonly KnownFile[]

const mean = (values: readonly number[]): number => (values.length === 0 ? 0 : sum(values) / values.length)
