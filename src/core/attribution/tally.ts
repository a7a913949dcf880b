import { type Weighing, weigh } from './attribute.ts'
import { type Context, profileOf, serviceOf } from './context.ts'
import { filesOf, hitsOf } from './evidence/files.ts'
import { totalOf, type Ways, waysOf } from './evidence/naming.ts'
import { placeWeight } from './exposure-density.ts'
import type { ServiceHistory, SourceKind } from './facts.ts'
import { DELAYS, LAGS } from './lag.ts'
import type { NamingRole } from './namings.ts'
import type { ServiceProfile } from './profile.ts'
import { environmentWeight, type Hypothesis, type Scene } from './scene.ts'

/** Expected counts over defects: what the next profile is made of. */
export interface Tally {
  defects: number
  readonly ofKind: Record<SourceKind, number>
  /** What the method itself expects, whatever people said. */
  readonly noChangeOf: Record<SourceKind, number>
  readonly ofRelease: Map<number, number>
  readonly ofService: Map<string, number>
  readonly lags: Record<SourceKind, Float64Array>
  readonly delays: Record<SourceKind, Float64Array>
  readonly namings: Record<NamingRole, { blames: number; ran: number; old: number; wrong: number }>
  /** Verdicts of people, and those that said no change. */
  readonly verdicts: Record<SourceKind, { all: number; noChange: number }>
  /** What people chose, and how likely the method held each release for it; sizes as ln(1 + commits). */
  readonly choices: {
    readonly chosen: number
    readonly among: readonly { readonly log: number; readonly share: number }[]
  }[]
  readonly files: { own: number; all: number }
  /** Named environments: how many reports, and what each would weigh unlearned. */
  readonly environments: Map<string, number>
  readonly tierWeights: Map<string, number>
}

export function emptyTally(): Tally {
  const perKind = <T>(make: () => T): Record<SourceKind, T> => ({ alert: make(), error: make(), issue: make() })
  return {
    defects: 0,
    ofKind: perKind(() => 0),
    noChangeOf: perKind(() => 0),
    ofRelease: new Map(),
    ofService: new Map(),
    lags: perKind(() => new Float64Array(LAGS)),
    delays: perKind(() => new Float64Array(DELAYS)),
    namings: { stated: noWays(), culprit: noWays(), observed: noWays(), plain: noWays() },
    verdicts: perKind(() => ({ all: 0, noChange: 0 })),
    choices: [],
    files: { own: 0, all: 0 },
    environments: new Map(),
    tierWeights: new Map(),
  }
}

const noWays = () => ({ blames: 0, ran: 0, old: 0, wrong: 0 })

/** Less than this is not worth remembering. */
const NEGLIGIBLE = 1e-3

/**
 * Adds what one defect says, each release in proportion to how likely it is the one.
 * @returns what the defect adds to each release
 */
export function tallyDefect(
  tally: Tally,
  scene: Scene,
  profiles: ReadonlyMap<string, ServiceProfile>,
): Record<string, number> {
  const weighing = weigh(scene, (history: ServiceHistory) => profiles.get(history.service) ?? history.profile)
  const { context } = weighing
  const { defect, hypotheses, services } = scene
  const { shares, noChange, older } = decided(scene) ?? { ...weighing, shares: weighing.probabilities }
  tally.defects++
  tally.noChangeOf[defect.sourceKind] += weighing.noChange
  tally.ofKind[defect.sourceKind]++
  if (defect.decision) {
    tally.verdicts[defect.sourceKind].all++
    tally.verdicts[defect.sourceKind].noChange += noChange
    addChoice(tally, weighing)
  }
  const own = services.filter(({ history }) => history.relation !== 'dependency')
  for (const { history } of own) {
    add(tally.ofService, history.service, 1 / own.length)
  }
  const [place] = own[0]?.places.filter(({ named }) => named) ?? []
  if (place) {
    add(tally.environments, place.place.environment, 1)
    tally.tierWeights.set(place.place.environment, environmentWeight({ ...place, named: false }, {}))
  }

  const namings = scene.namings.map((naming) => ({ role: naming.role, ways: waysOf(context, naming) }))
  for (const { role, ways } of namings) {
    addWays(tally, role, ways.at(-2) as Ways, noChange)
    addWays(tally, role, ways.at(-1) as Ways, older)
  }
  const stated = namings.find(({ role }) => role === 'stated')?.ways
  const counted: Record<string, number> = {}
  hypotheses.forEach((hypothesis, i) => {
    const share = shares[i] as number
    if (share < NEGLIGIBLE) return
    const { id } = hypothesis.release
    counted[id] = share
    add(tally.ofRelease, id, share)
    for (const { role, ways } of namings) addWays(tally, role, ways[i] as Ways, share)
    addLags(tally, context, hypothesis, stated?.[i], share)
    addFiles(tally, context, hypothesis, share)
  })
  return counted
}

function addChoice({ choices }: Tally, { context, probabilities }: Weighing): void {
  const { decision } = context.scene.defect
  if (!decision || decision.kind === 'not-a-change') return
  const sized = context.scene.hypotheses.flatMap(({ release: { id, commitCount }, index }) =>
    commitCount === undefined ? [] : { id, log: Math.log(1 + commitCount), share: probabilities[index] as number },
  )
  const chosen = sized.find(({ id }) => id === decision.releaseId)
  if (chosen && chosen.share > 0) choices.push({ chosen: chosen.log, among: sized })
}

/** A person's word counts as certain. */
function decided({
  defect,
  hypotheses,
}: Scene): { shares: readonly number[]; noChange: number; older: number } | undefined {
  const { decision } = defect
  if (!decision) return undefined
  if (decision.kind === 'not-a-change') return { shares: hypotheses.map(() => 0), noChange: 1, older: 0 }
  return { shares: hypotheses.map(({ release }) => (release.id === decision.releaseId ? 1 : 0)), noChange: 0, older: 0 }
}

function addWays({ namings }: Tally, role: NamingRole, ways: Ways, share: number): void {
  const total = totalOf(ways)
  if (total <= 0) return
  const sums = namings[role]
  sums.blames += (share * ways.blames) / total
  sums.ran += (share * ways.ran) / total
  sums.old += (share * ways.old) / total
  sums.wrong += (share * ways.wrong) / total
}

/** Which lag and which delay it was, given that it was this release. */
function addLags(tally: Tally, context: Context, hypothesis: Hypothesis, ways: Ways | undefined, share: number): void {
  const kind = context.scene.defect.sourceKind
  const { lagWeights, delayWeights, reliability } = profileOf(context, hypothesis)
  const { old, wrong } = reliability.namings.stated
  const stated = context.scene.namings.find(({ role }) => role === 'stated')?.releases[hypothesis.service]?.id
  // When a version is stated, what was found through it counts as often as it is taken for what ran.
  const ranPart = ways && stated !== undefined ? 1 - old - wrong : 0
  const anyPart = ways && stated !== undefined ? ways.old + ways.wrong : 1
  const profile = profileOf(context, hypothesis)
  const weights = new Float64Array(LAGS * DELAYS)
  let total = 0
  for (const placed of hypothesis.exposures) {
    const { found, foundThrough } = placed.exposure
    const through = stated === undefined ? undefined : foundThrough.get(stated)
    const scale = placeWeight(placed, serviceOf(context, hypothesis), profile)
    for (let lag = 0; lag < LAGS; lag++)
      for (let delay = 0; delay < DELAYS; delay++) {
        const at = lag * DELAYS + delay
        const density = anyPart * (found[at] as number) + ranPart * (through?.[at] ?? 0)
        const weight = scale * (lagWeights[kind][lag] as number) * (delayWeights[kind][delay] as number) * density
        weights[at] = (weights[at] as number) + weight
        total += weight
      }
  }
  if (total <= 0) return
  for (let lag = 0; lag < LAGS; lag++)
    for (let delay = 0; delay < DELAYS; delay++) {
      const part = (share * (weights[lag * DELAYS + delay] as number)) / total
      tally.lags[kind][lag] = (tally.lags[kind][lag] as number) + part
      tally.delays[kind][delay] = (tally.delays[kind][delay] as number) + part
    }
}

/** How often a stack-frame file is one that the release changed itself, rather than one that happens to be popular. */
function addFiles(tally: Tally, context: Context, hypothesis: Hypothesis, share: number): void {
  const { files: changed } = hypothesis.release
  const known = filesOf(context, hypothesis)
  if (changed.length === 0 || known.length === 0) return
  const { ownFile } = profileOf(context, hypothesis).reliability
  const hits = new Set(hitsOf(context, hypothesis))
  let own = 0
  for (const file of known)
    if (hits.has(file)) {
      const self = ownFile / changed.length
      own += self / (self + (1 - ownFile) * file.popularity)
    }
  tally.files.own += (share * own) / known.length
  tally.files.all += share
}

function add<K>(counts: Map<K, number>, key: K, amount: number): void {
  counts.set(key, (counts.get(key) ?? 0) + amount)
}
