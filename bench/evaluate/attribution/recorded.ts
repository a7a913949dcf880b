import { conclude } from '../../../src/core/attribution/attribute.ts'
import { CLOCK_TOLERANCE_MS, MOST_CANDIDATES, type SourceKind } from '../../../src/core/attribution/facts.ts'
import { learnProfiles } from '../../../src/core/attribution/learn.ts'
import type { ServiceProfile } from '../../../src/core/attribution/profile.ts'
import { layOut, type Scene } from '../../../src/core/attribution/scene.ts'
import type { AttributionDecision } from '../../../src/core/defect/defect.ts'
import { historyUntil, type PastDeployment, recordServices, type ServiceRecord } from './history.ts'
import { pastOf, startOf } from './nights.ts'
import type { Answer } from './score.ts'

/** A real history: deployments, and defects of which people said who brought them, or where they were seen. */
export interface RecordedSet {
  readonly name: string
  readonly detection: ServiceProfile['detection']
  readonly deployments: readonly PastDeployment[]
  readonly defects: readonly RecordedDefect[]
}

export interface RecordedDefect {
  readonly at: number
  readonly sourceKind: SourceKind
  readonly service: string
  readonly environment: string | undefined
  readonly files: readonly string[]
  readonly text: string | undefined
  /** Versions any of which is the right answer. */
  readonly right: readonly string[]
}

export const RULES = ['latest deployment', 'highest version', 'latest that changed the file'] as const
export const METHODS = ['defaults', 'learned', 'learned, 100 verdicts'] as const
type Contestant = (typeof RULES)[number] | (typeof METHODS)[number]

const LEARNING_CANDIDATES = 100
const VERDICTS = 100

/** Profiles are learned from the older half of the defects; the newer half is scored. */
export function playRecorded(set: RecordedSet): Record<Contestant, Answer[]> {
  const records = recordServices(set.deployments)
  const defects = [...set.defects].sort((a, b) => a.at - b.at)
  const half = Math.floor(defects.length / 2)
  const [past, scored] = [defects.slice(0, half), defects.slice(half)]
  const night = past.at(-1)?.at ?? 0
  const start = startOf(records, past, night, set.detection)
  const sceneOf = (defect: RecordedDefect, candidates: number, decision?: AttributionDecision) =>
    sceneOfRecorded(defect, records.get(defect.service) as ServiceRecord, start, candidates, decision)
  const learn = (scenes: readonly Scene[]) => {
    const pasts = [...records.values()].map((one) => pastOf(one, night, start.get(one.service) as ServiceProfile))
    return learnProfiles(pasts, scenes, 'learned').profiles
  }
  const every = Math.max(1, Math.floor(past.length / VERDICTS))
  const profiles: Record<(typeof METHODS)[number], ReadonlyMap<string, ServiceProfile>> = {
    defaults: start,
    learned: learn(past.map((defect) => sceneOf(defect, LEARNING_CANDIDATES))),
    'learned, 100 verdicts': learn(
      past.map((defect, i) =>
        sceneOf(defect, LEARNING_CANDIDATES, i % every === 0 ? verdictOn(defect, records) : undefined),
      ),
    ),
  }
  const answers = Object.fromEntries([...RULES, ...METHODS].map((name) => [name, []])) as unknown as Record<
    Contestant,
    Answer[]
  >
  const deployed = set.deployments.filter(({ effect }) => effect === 'deployed').sort((a, b) => a.at - b.at)
  for (const defect of scored) {
    const before = newestFirst(deployed, defect)
    const touching = before.filter(({ files }) => defect.files.some((file) => files.includes(file)))
    const byVersion = highestFirst(before, records.get(defect.service) as ServiceRecord)
    answers['latest deployment'].push(ruleAnswer(defect, before))
    answers['highest version'].push(ruleAnswer(defect, byVersion))
    answers['latest that changed the file'].push(ruleAnswer(defect, [...touching, ...before]))
    const scene = sceneOf(defect, MOST_CANDIDATES)
    for (const name of METHODS) answers[name].push(methodAnswer(defect, scene, profiles[name]))
  }
  return answers
}

function sceneOfRecorded(
  { at, sourceKind, service, environment, files, text }: RecordedDefect,
  record: ServiceRecord,
  profiles: ReadonlyMap<string, ServiceProfile>,
  candidates: number,
  decision: AttributionDecision | undefined,
): Scene {
  const history = historyUntil(record, at + CLOCK_TOLERANCE_MS, {
    relation: 'own',
    profile: profiles.get(service) as ServiceProfile,
    candidates,
  })
  return layOut({
    defect: {
      firstSeenAt: at,
      sourceKind,
      service,
      environment,
      seenIn: {},
      blamed: {},
      files,
      components: [],
      text,
      links: [],
      elsewhere: [],
      earlierSightings: [],
      undone: [],
      decision,
    },
    services: [history],
  })
}

/** The latest of the releases that a person could have chosen. */
function verdictOn(
  { service, right, at }: RecordedDefect,
  records: ReadonlyMap<string, ServiceRecord>,
): AttributionDecision | undefined {
  const [latest] = right
    .flatMap((version) => records.get(service)?.byVersion.get(version) ?? [])
    .filter(({ firstDeployedAt }) => firstDeployedAt <= at)
    .sort((a, b) => b.firstDeployedAt - a.firstDeployedAt)
  return latest && { kind: 'chosen', releaseId: latest.id }
}

/** What had been deployed where it was seen; of several deployments of one version the last. */
function newestFirst(deployed: readonly PastDeployment[], { at, service, environment }: RecordedDefect) {
  const found = new Map<string, PastDeployment>()
  for (let i = deployed.length - 1; i >= 0; i--) {
    const one = deployed[i] as PastDeployment
    if (one.at >= at || one.service !== service || found.has(one.version)) continue
    if (environment === undefined || one.environment === environment) found.set(one.version, one)
  }
  return [...found.values()]
}

function highestFirst(before: readonly PastDeployment[], { byVersion }: ServiceRecord): PastDeployment[] {
  const orderOf = ({ version }: PastDeployment) => byVersion.get(version)?.order ?? ''
  return [...before].sort((a, b) => (orderOf(a) < orderOf(b) ? 1 : -1))
}

const ruleAnswer = ({ right }: RecordedDefect, ranked: readonly PastDeployment[]): Answer => {
  const first = [...new Set(ranked.map(({ version }) => version))].slice(0, 3)
  return answerOf(right, first, undefined, 'attributed')
}

function methodAnswer({ right }: RecordedDefect, scene: Scene, profiles: ReadonlyMap<string, ServiceProfile>): Answer {
  const { suspects, state } = conclude(scene, ({ service }) => profiles.get(service) as ServiceProfile)
  const first = suspects.slice(0, 3).map(({ version }) => version)
  return answerOf(right, first, suspects[0]?.probability ?? 0, state)
}

const answerOf = (
  right: readonly string[],
  first: readonly string[],
  probability: number | undefined,
  state: Answer['state'],
): Answer => ({
  hasCause: true,
  probability,
  right: first[0] !== undefined && right.includes(first[0]),
  inFirstThree: first.some((version) => right.includes(version)),
  state,
})
