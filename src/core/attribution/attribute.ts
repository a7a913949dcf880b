import { type Context, contextOf, noChangePlace, olderPlace, type Weights } from './context.ts'
import { EVIDENCE } from './evidence/index.ts'
import type { AttributionFacts, ServiceHistory } from './facts.ts'
import { statedRelease } from './namings.ts'
import type { ServiceProfile } from './profile.ts'
import {
  ATTRIBUTION_METHOD,
  type Attribution,
  type Evidence,
  type EvidenceKind,
  type IntroducedIn,
  type SeenIn,
  type Suspect,
} from './result.ts'
import { type Hypothesis, inFixedOrder, layOut, type Scene } from './scene.ts'
import { judge } from './state.ts'
import { percent, told } from './words.ts'

/** How likely each hypothesis is, kind of evidence by kind of evidence. */
export interface Weighing {
  readonly context: Context
  /** In reading order; `weights` are those after it. Kinds on which the report is silent are missing. */
  readonly steps: readonly { readonly kind: EvidenceKind; readonly weights: Weights }[]
  /** Of the hypotheses of the scene, in its order. */
  readonly probabilities: readonly number[]
  readonly noChange: number
  readonly older: number
}

/** Suspects shown and kept. */
const MOST_SUSPECTS = 5

/**
 * Which release introduced a defect: ranks the releases that may have, says how sure that is, and why.
 *
 * A pure function of the facts, in which the profiles are the learned part; the order of anything in them does not
 * matter. O(candidates × segments). Never throws. Method, sources and measurements: docs/attribution.md.
 */
export const attribute = (facts: AttributionFacts): Attribution => conclude(layOut(facts), (history) => history.profile)

/** The same from facts that are laid out already. */
export function conclude(scene: Scene, profileOf: (history: ServiceHistory) => ServiceProfile): Attribution {
  const weighing = weigh(scene, profileOf)
  const suspects = rank(weighing)
  const { noChange, older } = weighing
  const shown = suspects.reduce((sum, { suspect }) => sum + suspect.probability, 0)
  const others = Math.max(0, 1 - noChange - older - shown)
  const { state, reason } = judge(weighing, suspects)
  return {
    state,
    reason,
    suspects: suspects.map(({ suspect }) => suspect),
    rest: { others, noChange, older },
    seenIn: seenIn(weighing),
    introducedIn: introducedIn(scene, state, suspects[0]?.suspect),
    model: [ATTRIBUTION_METHOD, ...weighing.context.profiles.map(({ version }) => version)].join(' '),
  }
}

/** Takes in the evidence kind by kind. O(hypotheses × kinds). */
export function weigh(scene: Scene, profileOf: (history: ServiceHistory) => ServiceProfile): Weighing {
  const context = contextOf(scene, profileOf)
  const steps: { kind: EvidenceKind; weights: Weights }[] = []
  let weights: Weights = new Float64Array(scene.hypotheses.length + 2)
  for (const source of EVIDENCE) {
    const after = source.weigh(context, weights)
    if (!after) continue
    weights = after
    steps.push({ kind: source.kind, weights })
  }
  const temperature = context.profiles[0]?.temperature ?? 1
  if (temperature !== 1) {
    weights = tempered(weights, temperature)
    steps.push({ kind: 'calibration', weights })
  }
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  const probabilities = [...weights].map((weight) => weight / total)
  return {
    context,
    steps,
    probabilities: probabilities.slice(0, scene.hypotheses.length),
    noChange: probabilities[noChangePlace(context)] as number,
    older: probabilities[olderPlace(context)] as number,
  }
}

/** Divides all log-odds by the temperature. */
function tempered(weights: Weights, temperature: number): Weights {
  const most = weights.reduce((a, b) => Math.max(a, b), 0)
  return weights.map((weight) => (weight / most) ** (1 / temperature))
}

export interface RankedSuspect {
  readonly suspect: Suspect
  readonly hypothesis: Hypothesis
  /** The evidence that is about this very release. */
  readonly pointers: readonly Evidence['kind'][]
}

/** Whether some evidence is about this very release. */
export const isPointedAt = (context: Context, hypothesis: Hypothesis): boolean =>
  pointersAt(context, hypothesis).length > 0

const pointersAt = (context: Context, hypothesis: Hypothesis): Evidence['kind'][] =>
  EVIDENCE.filter((source) => source.pointsAt?.(context, hypothesis) === true).map(({ kind }) => kind)

function rank(weighing: Weighing): RankedSuspect[] {
  const { probabilities, context } = weighing
  const { hypotheses, services } = context.scene
  return hypotheses
    .map((hypothesis, i) => ({ hypothesis, i, probability: probabilities[i] as number }))
    .filter(({ probability }) => probability > 0)
    .sort((a, b) => b.probability - a.probability || inFixedOrder(b.hypothesis, a.hypothesis))
    .slice(0, MOST_SUSPECTS)
    .map(({ hypothesis, i, probability }) => ({
      hypothesis,
      pointers: pointersAt(context, hypothesis),
      suspect: {
        releaseId: hypothesis.release.id,
        service: services[hypothesis.service]?.history.service ?? '',
        version: hypothesis.release.version,
        probability,
        evidence: evidenceFor(weighing, hypothesis, i),
      },
    }))
}

/**
 * The steps as one suspect sees them. Points are differences of the rounded running score, so that they add up exactly,
 * while each is within one of its unrounded value.
 */
function evidenceFor({ steps, context }: Weighing, hypothesis: Hypothesis, place: number): Evidence[] {
  const evidence: Evidence[] = []
  let logOddsBefore = 0
  let scoreBefore = 0
  for (const source of EVIDENCE) {
    const step = steps.find(({ kind }) => kind === source.kind)
    const said = source.tell(context, hypothesis, step !== undefined)
    const now = step ? logOddsOf(step.weights, place) : logOddsBefore
    const score = step ? scoreOf(now) : scoreBefore
    // A step without words still counts: the next one that speaks carries it.
    if (!said) continue
    const logOdds = now - logOddsBefore
    evidence.push({
      kind: source.kind,
      verdict: verdictOf(logOdds, said.silent === true || source.kind === 'starting-point'),
      title: said.title,
      sentence: said.sentence,
      logOdds,
      points: score - scoreBefore,
      values: said.values ?? {},
    })
    logOddsBefore = now
    scoreBefore = score
  }
  const last = steps.at(-1)
  if (last?.kind === 'calibration') {
    const now = logOddsOf(last.weights, place)
    evidence.push({
      kind: 'calibration',
      verdict: 'none',
      title: 'Adjusted to how often it was right',
      sentence: `By the verdicts of people here, ${percent(probabilityOf(logOddsBefore))} has meant ${percent(probabilityOf(now))}.`,
      logOdds: now - logOddsBefore,
      points: scoreOf(now) - scoreBefore,
      values: { temperature: context.profiles[0]?.temperature ?? 1 },
    })
  }
  return evidence
}

/** A move of less than this tells nothing either way. */
const TELLING = 0.1

function verdictOf(logOdds: number, silent: boolean): Evidence['verdict'] {
  if (silent || Math.abs(logOdds) < TELLING) return 'none'
  return logOdds > 0 ? 'for' : 'against'
}

function logOddsOf(weights: Weights, place: number): number {
  let others = 0
  for (let i = 0; i < weights.length; i++) if (i !== place) others += weights[i] as number
  return Math.log(weights[place] as number) - Math.log(others)
}

const probabilityOf = (logOdds: number): number => 1 / (1 + Math.exp(-logOdds))
const scoreOf = (logOdds: number): number => Math.round(100 * probabilityOf(logOdds))

/** What ran where it was first seen: the version stated, else what was live, when that was one release. */
function seenIn({ context }: Weighing): SeenIn | undefined {
  const { defect, services } = context.scene
  const stated = statedRelease(defect) ?? defect.seenIn.version ?? defect.seenIn.commit
  if (stated) return { releaseId: stated.releaseId, version: told(stated.text), how: 'stated' }
  const own = services.find(({ history }) => history.relation === 'own')
  const running = own?.places.flatMap(({ place }) => {
    const segment = place.segments.findLast(({ from }) => from < defect.firstSeenAt)
    return segment?.running.map(({ releaseId }) => releaseId) ?? []
  })
  const [only, another] = [...new Set(running)]
  const version = only === undefined ? undefined : own?.versionOf.get(only)
  if (only === undefined || another !== undefined || version === undefined) return undefined
  return { releaseId: only, version, how: 'live' }
}

function introducedIn(
  { defect: { decision } }: Scene,
  state: Attribution['state'],
  top: Suspect | undefined,
): IntroducedIn | undefined {
  if (decision?.kind === 'not-a-change') return undefined
  if (decision) return { releaseId: decision.releaseId, probability: 1, by: 'person' }
  if (!top || (state !== 'attributed' && state !== 'suspected')) return undefined
  return { releaseId: top.releaseId, probability: top.probability, by: 'method' }
}
