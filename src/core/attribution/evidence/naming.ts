import { type Context, type EvidenceSource, multiplied, profileOf, serviceOf } from '../context.ts'
import { densityOf } from '../exposure-density.ts'
import { foundDuring } from '../lag.ts'
import { NAMING_ROLES, type NamedRelease, type Naming, type NamingRole, statedRelease } from '../namings.ts'
import { environmentWeight, type Hypothesis } from '../scene.ts'
import { told } from '../words.ts'

/**
 * Versions that the report names. One in the field "seen in" tells what was running, not who brought it: any release
 * that it carries may have. One in the text may blame, or say no more than the field does. For each role
 *
 *     P(version v | release r) = blames · [v = r] + ran · P(seen through v | r) + old · [v carries r] · h(v) + wrong / n
 *
 * with n the number of releases and ran = 1 − blames − old − wrong. What is still in use though it was replaced is more
 * likely the last than the one before, so h falls as 1 / (1 + releases since v). A wrong tag can be anything, also what
 * never was a release, so n is at least twenty.
 */
export interface Ways {
  readonly blames: number
  readonly ran: number
  readonly old: number
  readonly wrong: number
}

/** The ways in which the report can come to name a version, under each hypothesis, no change, and an older release. */
export function waysOf(context: Context, naming: Naming): Ways[] {
  const { hypotheses, services } = context.scene
  const rests = services.map((_, service) => restOf(context, naming, service))
  const of = (hypothesis: Hypothesis): Ways => {
    const named = naming.releases[hypothesis.service]
    if (named) return waysFor(context, naming.role, named, hypothesis)
    // A version of the service that was named says as much about its dependencies as about no change at all.
    return serviceOf(context, hypothesis).history.relation === 'dependency'
      ? (rests[0] as Rest).noChange
      : (rests[hypothesis.service] as Rest).older
  }
  const own = rests.filter((_, i) => services[i]?.history.relation !== 'dependency')
  return [...hypotheses.map(of), mean(own.map(({ noChange }) => noChange)), mean(own.map(({ older }) => older))]
}

function waysFor(context: Context, role: NamingRole, named: NamedRelease, hypothesis: Hypothesis): Ways {
  const { blames, old, wrong } = profileOf(context, hypothesis).reliability.namings[role]
  const { releases } = serviceOf(context, hypothesis)
  return {
    blames: named.id === hypothesis.release.id ? blames : 0,
    ran: (1 - blames - old - wrong) * seenThrough(context, hypothesis, named.id),
    old: named.carries(hypothesis.release) ? old * shareOfOld(named, releases) : 0,
    wrong: wrong / Math.max(LEAST_TAGS, releases),
  }
}

const LEAST_TAGS = 20
const EULER = 0.5772

/** 1 / (1 + releases since it), over the sum of that for all releases (the harmonic number). */
const shareOfOld = ({ behind }: NamedRelease, releases: number): number =>
  1 / (1 + behind) / (Math.log(releases) + EULER + 0.5 / releases)

interface Rest {
  readonly noChange: Ways
  readonly older: Ways
}

/** Where no release is to blame, whoever would have blamed one names what ran. */
function restOf(context: Context, { role, releases }: Naming, service: number): Rest {
  const scene = context.scene.services[service]
  const profile = context.profiles[service]
  const named = releases[service]
  if (!scene || !profile) return { noChange: NEVER, older: NEVER }
  const { blames, old, wrong } = profile.reliability.namings[role]
  const unknown: Ways = { blames: 0, ran: 0, old: 0, wrong: wrong / Math.max(LEAST_TAGS, scene.releases) }
  if (!named) return { noChange: unknown, older: unknown }
  const share = shareOf(context, service, named.id)
  const ran = 1 - blames - old - wrong
  const carried = { ...unknown, old: old * shareOfOld(named, scene.releases) }
  return { noChange: { ...carried, ran: (ran + blames) * share }, older: { ...carried, ran: ran * share } }
}

const NEVER: Ways = { blames: 0, ran: 0, old: 0, wrong: 0 }

/** P(it was seen through this version | the hypothesis, and it was reported now). */
function seenThrough(context: Context, hypothesis: Hypothesis, id: number | undefined): number {
  const density = context.densities[hypothesis.index] as number
  if (id === undefined || density <= 0) return 0
  const { sourceKind } = context.scene.defect
  const through = densityOf(hypothesis, serviceOf(context, hypothesis), profileOf(context, hypothesis), sourceKind, id)
  return Math.min(1, through / density)
}

/** The same for what has a steady rate: how much of what ran lately was this version. */
function shareOf(context: Context, service: number, id: number | undefined): number {
  const { delayWeights, environmentWeights } = context.profiles[service] as Context['profiles'][number]
  let share = 0
  let weights = 0
  for (const place of context.scene.services[service]?.places ?? []) {
    const weight = environmentWeight(place, environmentWeights)
    weights += weight
    for (const run of (id === undefined ? undefined : place.runs.get(id)) ?? [])
      share += weight * run.share * foundDuring(run.since, run.length, delayWeights[context.scene.defect.sourceKind])
  }
  return weights > 0 ? share / weights : 0
}

const mean = (all: readonly Ways[]): Ways => {
  const of = (pick: (ways: Ways) => number) => all.reduce((sum, ways) => sum + pick(ways), 0) / Math.max(1, all.length)
  return { blames: of((w) => w.blames), ran: of((w) => w.ran), old: of((w) => w.old), wrong: of((w) => w.wrong) }
}

export const totalOf = ({ blames, ran, old, wrong }: Ways): number => blames + ran + old + wrong

function weighNamings(context: Context, before: Float64Array, namings: readonly Naming[]): Float64Array | undefined {
  if (namings.length === 0) return undefined
  return namings.reduce((weights, naming) => {
    const ratios = waysOf(context, naming).map(totalOf)
    const [noChange = 1, older = 1] = ratios.slice(-2)
    return multiplied(context, weights, ({ index }) => ratios[index] as number, { noChange, older })
  }, before)
}

const statedIn = ({ scene }: Context): Naming | undefined => scene.namings.find(({ role }) => role === 'stated')
const mentionedIn = ({ scene }: Context): Naming[] => scene.namings.filter(({ role }) => role !== 'stated')

/** The version in which the report says it was seen. */
export const statedVersion: EvidenceSource = {
  kind: 'stated-version',
  weigh: (context, before) => {
    const stated = statedIn(context)
    return weighNamings(context, before, stated ? [stated] : [])
  },
  pointsAt: ({ scene }, { release }) => statedRelease(scene.defect)?.releaseId === release.id,
  tell: (context, suspect, present) => {
    const stated = statedIn(context)
    const { version, commit } = context.scene.defect.seenIn
    const written = version?.text ?? commit?.text
    if (!present || !stated)
      return written === undefined
        ? {
            title: 'No version stated',
            sentence: 'The report does not say in which version it was seen.',
            silent: true,
          }
        : {
            title: 'Unknown version stated',
            sentence: `The report was seen in ${told(written)}, which is not among the releases.`,
            values: { version: written },
            silent: true,
          }
    const values = { version: stated.written }
    const name = told(suspect.release.version)
    const seen = told(stated.written)
    const named = stated.releases[suspect.service]
    if (!named)
      return {
        title: 'A version of another service is stated',
        sentence: `The report was seen in ${seen}, which says little about ${name}.`,
        values,
      }
    if (named.id === suspect.release.id)
      return { title: 'It was seen in this version', sentence: `The report was seen in ${seen}.`, values }
    return named.carries(suspect.release)
      ? {
          title: 'The version it was seen in carries it',
          sentence: `The report was seen in ${seen}, which contains the changes of ${name}.`,
          values,
        }
      : {
          title: 'It was seen without this version',
          sentence: `The report was seen in ${seen}, which does not contain ${name}.`,
          values,
        }
  },
}

/** Releases that the title or the description names. */
export const mention: EvidenceSource = {
  kind: 'mention',
  weigh: (context, before) => weighNamings(context, before, mentionedIn(context)),
  pointsAt: (context, suspect) => mentionOf(context, suspect) !== undefined,
  tell: (context, suspect, present) => {
    if (!present) return undefined
    const found = mentionOf(context, suspect)
    const written = mentionedIn(context).map((naming) => naming.written)
    const values = { written: written[0] ?? '', role: found?.role ?? 'other' }
    if (!found)
      return {
        title: 'The text names another release',
        sentence: `The text names ${written[0]}, not ${told(suspect.release.version)}.`,
        values,
      }
    return found.role === 'culprit'
      ? {
          title: 'The text names it as the trigger',
          sentence: `The text says that it began with ${found.written}.`,
          values,
        }
      : { title: 'The text names it', sentence: `The text mentions ${found.written}.`, values }
  },
}

const mentionOf = (context: Context, { service, release }: Hypothesis): Naming | undefined =>
  mentionedIn(context)
    .filter(({ releases }) => releases[service]?.id === release.id)
    .sort((a, b) => NAMING_ROLES.indexOf(a.role) - NAMING_ROLES.indexOf(b.role))[0]
