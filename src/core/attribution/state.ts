import type { RankedSuspect, Weighing } from './attribute.ts'
import { profileOf } from './context.ts'
import { hitsOf } from './evidence/files.ts'
import type { Attribution, Evidence } from './result.ts'
import { duration, percent, told } from './words.ts'

/** From here on a suspicion is worth a name. */
export const NAMED = 0.6
export const SUSPECTED = 0.3
/** Time alone (and for shipped software files with it) names a release only where people confirmed so many such verdicts, and so large a share of them. */
export const VERDICTS_NEEDED = 50
export const RIGHT_NEEDED = 0.8

/**
 * The state of an attribution and the reason for it.
 *
 * Time alone is a good suspect and a bad name: at a probability of 0.6 and more, with nothing but time to go by, the
 * suspect was right in 71 % of cases on a continuously deployed service, and in 16 to 44 % on shipped software. There, a
 * changed file helps little: where it named a release, 47 to 75 % were right, so it counts as time does.
 */
export function judge(
  weighing: Weighing,
  suspects: readonly RankedSuspect[],
): { readonly state: Attribution['state']; readonly reason: string } {
  const { decision } = weighing.context.scene.defect
  if (decision?.kind === 'not-a-change')
    return { state: 'not-a-change', reason: 'A person said that no change caused it.' }
  if (decision) return { state: 'manual', reason: 'A person chose the release.' }
  const [top, second] = suspects
  if (!top) return { state: 'unattributed', reason: nothingToSuspect(weighing) }
  const { probability } = top.suspect
  if (probability < SUSPECTED || probability <= weighing.noChange + weighing.older)
    return { state: 'unattributed', reason: whyNobody(weighing, top, second) }
  if (probability < NAMED) return { state: 'suspected', reason: reasonFor(weighing, top, second) }
  if (top.pointers.length > 0 || isCalibrated(weighing))
    return { state: 'attributed', reason: reasonFor(weighing, top, second) }
  return { state: 'suspected', reason: whyNotNamed(weighing, top) }
}

function whyNotNamed(weighing: Weighing, top: RankedSuspect): string {
  const name = nameOf(weighing, top)
  if (hitsOf(weighing.context, top.hypothesis).length > 0)
    return profileOf(weighing.context, top.hypothesis).detection === 'hosted'
      ? `Only the time points at ${name} so far, and files that most releases change, and these do not name a release here.`
      : `Only the time and the changed files point at ${name} so far, and they do not name a release of shipped software here.`
  const but = isOfAnyService(weighing) ? 'the report names no service' : 'time alone does not name a release here'
  return `Only the time points at ${name} so far, and ${but}.`
}

/** Two services may have a release of the same version. */
const nameOf = (weighing: Weighing, { suspect: { service, version } }: RankedSuspect): string =>
  isOfAnyService(weighing) ? `${service} ${told(version)}` : told(version)

/** The report names no service, so that of all that was deployed where it was seen anything comes into question. */
const isOfAnyService = ({ context }: Weighing): boolean =>
  context.scene.services.some(({ history }) => history.relation === 'any')

/** What people confirmed of one service says nothing of which service a defect is. */
export function isCalibrated(weighing: Weighing): boolean {
  if (isOfAnyService(weighing)) return false
  const { context } = weighing
  const { verdicts, right } = context.profiles[0]?.calibration ?? { verdicts: 0, right: 0 }
  return verdicts >= VERDICTS_NEEDED && right >= RIGHT_NEEDED * verdicts
}

/** The strongest reason, the one that lets it be named (else the next strongest), and who is next. */
function reasonFor(
  weighing: Weighing,
  { suspect, pointers }: RankedSuspect,
  second: RankedSuspect | undefined,
): string {
  const reasons = suspect.evidence
    .filter(({ verdict, kind }) => verdict === 'for' && !IN_PASSING.includes(kind))
    .sort((a, b) => b.logOdds - a.logOdds)
  const [first, ...others] = reasons
  const naming = reasons.find(({ kind }) => pointers.includes(kind))
  const strongest = [first, naming === first ? others[0] : (naming ?? others[0])].flatMap((one) => one?.sentence ?? [])
  const next =
    second && second.suspect.probability >= WORTH_A_WORD
      ? `${nameOf(weighing, second)} is next (${percent(second.suspect.probability)}).`
      : undefined
  return [...strongest, ...(next ? [next] : [])].join(' ') || (suspect.evidence[0]?.sentence ?? '')
}

const IN_PASSING: readonly Evidence['kind'][] = ['starting-point', 'calibration', 'dependency']
const WORTH_A_WORD = 0.1

function nothingToSuspect({ context: { scene } }: Weighing): string {
  const { service, environment } = scene.defect
  if (service === undefined)
    return `The report names no service, and nothing is known to have been deployed to ${environment ?? 'production'} in the two weeks before it was first seen.`
  return `No release of ${service} is known to have been live in ${environment ?? 'any environment'} when it was first seen.`
}

function whyNobody(weighing: Weighing, top: RankedSuspect, second: RankedSuspect | undefined): string {
  const { noChange, older, context } = weighing
  const { suspect, hypothesis } = top
  if (older >= PROBABLY) return 'It is probably older than the releases that are recorded here.'
  if (noChange >= PROBABLY) return 'Probably no change of yours brought it: as many defects as this come up anyway.'
  const since = hypothesis.exposures[0]?.exposure.since
  const before = second?.hypothesis.exposures[0]?.exposure.since
  if (second && since !== undefined && before !== undefined) {
    const apart = Math.abs(since - before)
    if (apart <= TOGETHER_MS && second.suspect.probability >= ALIKE * suspect.probability)
      return `${nameOf(weighing, top)} and ${nameOf(weighing, second)} went live within ${duration(apart)} of each other, and nothing tells them apart.`
  }
  const releases = context.scene.hypotheses.length
  const otherwise = `it may as well be older than what is recorded (${percent(older)}) or come from no change (${percent(noChange)}).`
  if (releases === 1)
    return `Only ${nameOf(weighing, top)} comes into question, with ${percent(suspect.probability)}: ${otherwise}`
  const none = `None of the ${releases} releases that come into question stands out; ${nameOf(weighing, top)} is first with ${percent(suspect.probability)}`
  return Math.max(older, noChange) >= suspect.probability ? `${none}, and ${otherwise}` : `${none}.`
}

/** A reason is given as the reason only where it is likelier than all others together. */
const PROBABLY = 0.5
/** Releases that near, and with that much of the other's probability, look the same. Judgement. */
const TOGETHER_MS = 6 * 3_600_000
const ALIKE = 0.7
