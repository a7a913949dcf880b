import { conclude } from '../../../src/core/attribution/attribute.ts'
import {
  type AttributionFacts,
  CLOCK_TOLERANCE_MS,
  MOST_CANDIDATES,
  type ServiceHistory,
} from '../../../src/core/attribution/facts.ts'
import { learnProfiles } from '../../../src/core/attribution/learn.ts'
import type { ServiceProfile } from '../../../src/core/attribution/profile.ts'
import { layOut, type Scene } from '../../../src/core/attribution/scene.ts'
import { DAY_MS, historyUntil, recordServices, type ServiceRecord } from './history.ts'
import { pastOf, startOf } from './nights.ts'
import type { Answer } from './score.ts'
import { type SimulatedDefect, type SimulatedDeployment, type SimulatedWorld, simulateWorld } from './simulator.ts'
import type { World } from './worlds.ts'

/** Candidates when learning: more than online, so that what is older is seen as what it is. */
const LEARNING_CANDIDATES = 60
const START = Date.UTC(2026, 0, 1)
const instant = (days: number): number => Math.round(START + days * DAY_MS)

export const CONTESTANTS = [
  'latest of the project',
  'latest of the service',
  'stated version, else latest',
  'defaults',
  'online',
  'online, 100 verdicts',
  'nightly',
] as const
export type Contestant = (typeof CONTESTANTS)[number]

/**
 * Plays one world: profiles are learned from the first half, and the second half is scored. `online` attributes at first
 * sight with those; `nightly` has learned from all there is by the end, as a later night would.
 */
export const playWorld = (world: World, seed: number): Record<Contestant, Answer[]> =>
  playSimulated(simulateWorld(world, seed), world.days)

export function playSimulated(
  { deployments, defects, dependencies }: SimulatedWorld,
  days: number,
): Record<Contestant, Answer[]> {
  const records = recordServices(deployments.map((one) => ({ ...one, at: instant(one.at) })))
  const half = days / 2
  const past = defects.filter(({ firstSeen }) => firstSeen < half)
  const scored = defects.filter(({ firstSeen }) => firstSeen >= half && firstSeen < days)

  const startProfiles = startOf(records, past, instant(half))
  const sceneOf = (defect: SimulatedDefect, candidates: number) =>
    layOut(factsOfSimulated(defect, records, dependencies, startProfiles, candidates))
  const wide = defects.map((defect) => sceneOf(defect, LEARNING_CANDIDATES))
  const learn = (scenes: readonly Scene[], until: number, start: ReadonlyMap<string, ServiceProfile>) => {
    const pasts = [...records.values()].map((record) =>
      pastOf(record, instant(until), start.get(record.service) as ServiceProfile),
    )
    return learnProfiles(pasts, scenes, `day ${until}`)
  }
  const early = wide.slice(0, past.length)
  const online = learn(early, half, startProfiles).profiles
  const withVerdicts = learn(decided(early, past, records), half, startProfiles).profiles
  const all = learn(wide, days, startOf(records, defects, instant(days)))
  const countedOf = new Map(defects.map((defect, i) => [defect, all.counted[i]]))

  const answers: Record<Contestant, Answer[]> = {
    'latest of the project': [],
    'latest of the service': [],
    'stated version, else latest': [],
    defaults: [],
    online: [],
    'online, 100 verdicts': [],
    nightly: [],
  }
  const production = productionOf(deployments)
  for (const defect of scored) {
    const project = latestBefore(production.all, defect.firstSeen)
    const service =
      defect.service === undefined ? project : latestBefore(production.of.get(defect.service) ?? [], defect.firstSeen)
    const stated =
      defect.service !== undefined && defect.version !== undefined
        ? [`${defect.service}@${defect.version}`, ...service]
        : service
    answers['latest of the project'].push(ruleAnswer(defect, project))
    answers['latest of the service'].push(ruleAnswer(defect, service))
    answers['stated version, else latest'].push(ruleAnswer(defect, stated))
    const scene = sceneOf(defect, MOST_CANDIDATES)
    answers.defaults.push(methodAnswer(defect, scene, startProfiles))
    answers.online.push(methodAnswer(defect, scene, online))
    answers['online, 100 verdicts'].push(methodAnswer(defect, scene, withVerdicts))
    const known = { ...scene, defect: { ...scene.defect, counted: countedOf.get(defect) } }
    answers.nightly.push(methodAnswer(defect, known, all.profiles))
  }
  return answers
}

const VERDICTS = 100

/** People look into some of the defects and say what it was, truthfully where the release is known at all. */
function decided(
  scenes: readonly Scene[],
  defects: readonly SimulatedDefect[],
  records: ReadonlyMap<string, ServiceRecord>,
): Scene[] {
  const every = Math.max(1, Math.floor(scenes.length / VERDICTS))
  return scenes.map((scene, i) => {
    const { truth } = defects[i] as SimulatedDefect
    const release = truth && records.get(truth.service)?.byVersion.get(truth.version)
    if (i % every !== 0 || (truth && !release)) return scene
    const decision = release
      ? ({ kind: 'chosen', releaseId: release.id } as const)
      : ({ kind: 'not-a-change' } as const)
    return { ...scene, defect: { ...scene.defect, decision } }
  })
}

export function factsOfSimulated(
  defect: SimulatedDefect,
  records: ReadonlyMap<string, ServiceRecord>,
  dependencies: ReadonlyMap<string, readonly string[]>,
  profiles: ReadonlyMap<string, ServiceProfile>,
  candidates: number,
): AttributionFacts {
  const firstSeenAt = instant(defect.firstSeen)
  const own = defect.service === undefined ? undefined : records.get(defect.service)
  const stated = defect.version === undefined ? undefined : own?.byVersion.get(defect.version)
  const of = (record: ServiceRecord, relation: ServiceHistory['relation']) =>
    historyUntil(record, firstSeenAt + CLOCK_TOLERANCE_MS, {
      relation,
      profile: profiles.get(record.service) as ServiceProfile,
      candidates,
      named: [stated?.id],
    })
  const depended = own ? (dependencies.get(own.service) ?? []).flatMap((name) => records.get(name) ?? []) : []
  return {
    defect: {
      firstSeenAt,
      sourceKind: defect.sourceKind,
      service: defect.service,
      environment: defect.environment,
      seenIn: defect.version === undefined ? {} : { version: { text: defect.version, releaseId: stated?.id } },
      blamed: {},
      files: defect.files,
      components: [],
      text: defect.text,
      links: [],
      elsewhere: [],
      earlierSightings: [],
      undone: [],
      decision: undefined,
    },
    services: own
      ? [of(own, 'own'), ...depended.map((record) => of(record, 'dependency'))]
      : [...records.values()].map((record) => of(record, 'any')),
  }
}

const keyOf = ({ service, version }: { service: string; version: string }) => `${service}@${version}`

function productionOf(deployments: readonly SimulatedDeployment[]) {
  const all = deployments
    .filter(
      ({ environment, effect, percent }) => environment === 'production' && effect === 'deployed' && percent >= 100,
    )
    .sort((a, b) => a.at - b.at)
  const of = new Map<string, SimulatedDeployment[]>()
  for (const one of all) of.set(one.service, [...(of.get(one.service) ?? []), one])
  return { all, of }
}

/** The last twelve deployments before an instant, newest first, as releases. */
function latestBefore(deployments: readonly SimulatedDeployment[], at: number): string[] {
  let count = 0
  for (let high = deployments.length; count < high; ) {
    const middle = (count + high) >> 1
    if ((deployments[middle] as SimulatedDeployment).at < at) count = middle + 1
    else high = middle
  }
  const last = deployments.slice(Math.max(0, count - 12), count).reverse()
  return [...new Set(last.map(keyOf))]
}

function ruleAnswer({ truth }: SimulatedDefect, keys: readonly string[]): Answer {
  const right = truth && keyOf(truth)
  return {
    hasCause: truth !== undefined,
    probability: undefined,
    right: right !== undefined && keys[0] === right,
    inFirstThree: right !== undefined && keys.slice(0, 3).includes(right),
    state: 'attributed',
  }
}

function methodAnswer({ truth }: SimulatedDefect, scene: Scene, profiles: ReadonlyMap<string, ServiceProfile>): Answer {
  const { suspects, state } = conclude(scene, ({ service }) => profiles.get(service) as ServiceProfile)
  const right = truth && keyOf(truth)
  return {
    hasCause: truth !== undefined,
    probability: suspects[0]?.probability ?? 0,
    right: right !== undefined && suspects[0] !== undefined && keyOf(suspects[0]) === right,
    inFirstThree: right !== undefined && suspects.slice(0, 3).some((one) => keyOf(one) === right),
    state,
  }
}
