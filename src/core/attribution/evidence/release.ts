import { type Context, type EvidenceSource, profileOf, redistributed, serviceOf } from '../context.ts'
import type { Hypothesis } from '../scene.ts'
import { sizeOf } from '../size.ts'
import { counted, percent, roughly, told } from '../words.ts'

/** What is known of a release before this defect is looked at. */

export const startingPoint: EvidenceSource = {
  kind: 'starting-point',
  weigh: ({ scene }) => {
    const weights = new Float64Array(scene.hypotheses.length + 2).fill(1)
    weights[scene.hypotheses.length + 1] = 0
    return weights
  },
  tell: ({ scene }) => {
    const count = scene.hypotheses.length
    return {
      title: 'Where it starts',
      sentence:
        count === 1
          ? 'It is the only release that comes into question; before any evidence it is as likely as anything else.'
          : `${counted(count, 'release')} come into question; before any evidence each is as likely as the next.`,
      values: { candidates: count },
    }
  },
}

export const dependency: EvidenceSource = {
  kind: 'dependency',
  weigh: (context, before) =>
    context.scene.services.some(({ history }) => history.relation === 'dependency')
      ? redistributed(context, before, ({ service }) => context.serviceShares[service] as number)
      : undefined,
  tell: (context, suspect, present) => {
    if (!present) return undefined
    const { service, relation } = serviceOf(context, suspect).history
    const own = context.scene.defect.service ?? 'the service'
    return relation === 'dependency'
      ? {
          title: `A release of ${service}`,
          sentence: `The report names ${own}, which depends on ${service}; defects seldom come from there.`,
          values: { service, share: context.serviceShares[suspect.service] as number },
        }
      : {
          title: 'A release of the service named',
          sentence: `The report names ${own}; the services that it depends on come into question too.`,
          values: { service },
        }
  },
}

export const changeSize: EvidenceSource = {
  kind: 'change-size',
  weigh: (context, before) => {
    const sizes = new Set(context.expected)
    return sizes.size > 1 ? redistributed(context, before, ({ index }) => context.expected[index] as number) : undefined
  },
  tell: (context, suspect, present) => {
    const { commitCount, version } = suspect.release
    if (!present) return undefined
    if (commitCount === undefined && suspect.backport)
      return {
        title: 'A release of an older line',
        sentence: `${told(version)} is of an older line than what was live already; such a release brings little.`,
      }
    if (commitCount === undefined)
      return {
        title: 'Size of the change unknown',
        sentence: `Nobody said how many commits ${told(version)} brought; it counts as a usual one.`,
        silent: true,
      }
    return {
      title:
        sizeOf(commitCount, profileOf(context, suspect)) >= meanSize(context) ? 'A large change' : 'A small change',
      sentence: `${told(version)} brought ${counted(commitCount, 'commit')}; the other candidates bring ${roughly(meanCommits(context, suspect))} on average.`,
      values: { commits: commitCount },
    }
  },
}

const meanSize = (context: Context): number => {
  const { hypotheses } = context.scene
  return (
    hypotheses.reduce((sum, one) => sum + sizeOf(one.release.commitCount, profileOf(context, one)), 0) /
    hypotheses.length
  )
}

function meanCommits({ scene }: Context, suspect: Hypothesis): number {
  const others = scene.hypotheses.flatMap((one) => (one === suspect ? [] : (one.release.commitCount ?? [])))
  return others.reduce((sum, commits) => sum + commits, 0) / Math.max(1, others.length)
}

export const otherDefects: EvidenceSource = {
  kind: 'other-defects',
  weigh: (context, before) => {
    const { hypotheses } = context.scene
    if (!hypotheses.some((one) => profileOf(context, one).defectsOfRelease[one.release.id])) return undefined
    return redistributed(
      context,
      before,
      ({ index }) => (context.turnedOut[index] as number) / (context.expected[index] as number),
    )
  },
  tell: (context, suspect, present) => {
    if (!present) return undefined
    const turnedOut = context.turnedOut[suspect.index] as number
    const expected = context.expected[suspect.index] as number
    const worse = turnedOut >= expected
    return {
      title: worse ? 'Other defects point at it too' : 'Few other defects point at it',
      sentence: `By the other defects seen so far it brings ${roughly(turnedOut)}, where ${roughly(expected)} would be usual for its size (${percent(turnedOut / expected)} of that).`,
      values: { turnedOut, expected },
    }
  },
}
