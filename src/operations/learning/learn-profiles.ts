import { type LearningResult, learnCarefully } from '../../core/attribution/adopt.ts'
import type { Learned, ServicePast } from '../../core/attribution/learn.ts'
import { layOut, type Scene } from '../../core/attribution/scene.ts'
import { loadAttributionFacts } from '../../store/attribution/attribution-facts.ts'
import { markForAttribution } from '../../store/attribution/attribution-ranges.ts'
import { AttributionReads } from '../../store/attribution/attribution-reads.ts'
import {
  findNewestSighting,
  listDefectsToLearnFrom,
  loadServicePast,
  saveCounted,
} from '../../store/attribution/learning-facts.ts'
import { saveProfile } from '../../store/attribution/service-profiles.ts'
import type { Store } from '../../store/database.ts'
import type { DefectRecord } from '../../store/defects/defects.ts'
import { findSetting, saveSetting } from '../../store/settings.ts'

const DAY_MS = 86_400_000
/** Defects older than this say little about how the services are built and watched today. */
const LEARN_FROM_DAYS = 180
const MOST_DEFECTS = 2_000
/** What people looked at longer ago stays as they saw it, until something new is heard of it. */
const JUDGE_ANEW_DAYS = 30
const SETTING = 'attribution_learning'

/** What is remembered of the last night. */
export interface LearningRecord extends Omit<LearningResult, 'learned'> {
  readonly at: number
  /** Of the profiles that hold since; undefined when none were ever learned. */
  readonly version: string | undefined
  /** What it was tried from: defects, and those of them that people decided. Absent from records of before. */
  readonly from?: { readonly defectIds: readonly number[]; readonly verdictIds: readonly number[] }
  /** By service, what the calibration of the profiles that hold counts. */
  readonly timeAlone?: Readonly<Record<string, VerdictsOnTime>>
}

/** The defects on which time alone was sure enough to name a release and people said whether it was right. */
export interface VerdictsOnTime {
  readonly verdictIds: readonly number[]
  readonly rightIds: readonly number[]
}

export async function findLearningRecord(store: Pick<Store, 'reader'>): Promise<LearningRecord | undefined> {
  const held = await findSetting(store.reader, SETTING)
  return held === undefined ? undefined : (JSON.parse(held) as LearningRecord)
}

/**
 * Learns anew how the services' defects show, and judges the defects of the last 30 days by it. Reads what it needs
 * first, a defect at a time; the computing takes seconds and nothing waits for it but the thread it runs in.
 */
export async function learnNow(store: Store, now: number): Promise<LearningRecord> {
  // Of a history that was imported and then went quiet, its end.
  const newest = Math.min(now, (await findNewestSighting(store.reader)) ?? now)
  const defects = await listDefectsToLearnFrom(store.reader, newest - LEARN_FROM_DAYS * DAY_MS, MOST_DEFECTS)
  const scenes: Scene[] = []
  for (const defect of defects)
    scenes.push(layOut(await loadAttributionFacts(new AttributionReads(store.reader), defect)))
  const pasts = await loadPasts(store, defects, scenes, now)
  const before = await findLearningRecord(store)
  const version = `learned-${new Date(now).toISOString()}`
  const { learned, ...said } = learnCarefully([...pasts.values()], scenes, version)
  const idOf = (scene: number) => (defects[scene] as DefectRecord).id
  const from = {
    defectIds: defects.map(({ id }) => id),
    verdictIds: scenes.flatMap(({ defect }, i) => (defect.decision ? idOf(i) : [])),
  }
  const timeAlone = learned ? onTime(learned, idOf) : before?.timeAlone
  const record: LearningRecord = {
    ...{ ...said, at: now, version: learned ? version : before?.version, from },
    ...(timeAlone && { timeAlone }),
  }
  await store.change(async (trx) => {
    await saveSetting(trx, SETTING, JSON.stringify(record))
    if (!learned) return
    for (const [serviceId, past] of pasts) {
      const profile = learned.profiles.get(past.service)
      if (!profile) continue
      // The files of a defect are counted among its own candidates.
      const files = { releases: 0, changes: 0, ofFile: {}, ofComponent: {} }
      await saveProfile(trx, serviceId, { ...profile, files }, now)
      await markForAttribution(trx, serviceId, newest - JUDGE_ANEW_DAYS * DAY_MS)
    }
    await markForAttribution(trx, undefined, newest - JUDGE_ANEW_DAYS * DAY_MS)
    await saveCounted(
      trx,
      defects.map(({ id }, i) => ({ defectId: id, counted: learned.counted[i] ?? {} })),
    )
  })
  return record
}

const onTime = ({ timeAlone }: Learned, idOf: (scene: number) => number): Record<string, VerdictsOnTime> =>
  Object.fromEntries(
    [...timeAlone].map(([service, verdicts]) => [
      service,
      {
        verdictIds: verdicts.map(({ scene }) => idOf(scene)),
        rightIds: verdicts.flatMap(({ scene, right }) => (right ? idOf(scene) : [])),
      },
    ]),
  )

/** The services of the defects, and those that their suspects belong to. */
async function loadPasts(
  store: Store,
  defects: readonly DefectRecord[],
  scenes: readonly Scene[],
  now: number,
): Promise<Map<number, ServicePast>> {
  const named = new Set(scenes.flatMap(({ services }) => services.map(({ history }) => history.service)))
  for (const { service } of defects) if (service) named.add(service.name)
  const pasts = new Map<number, ServicePast>()
  const services = await store.reader.selectFrom('services').select(['id', 'name']).orderBy('name').execute()
  for (const service of services) {
    const past = named.has(service.name) ? await loadServicePast(store.reader, service, now) : undefined
    if (past) pasts.set(service.id, past)
  }
  return pasts
}
