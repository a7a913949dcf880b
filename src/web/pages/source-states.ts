import type { SourceState } from '../../../views/setup/source-state.tsx'
import { NEVER_SILENT_BEFORE_MS, type Silence, silenceOf } from '../../core/inbound/silence.ts'
import { REPAIRABLE } from '../../operations/intake/repair-admin.ts'
import { BUILT_IN_SOURCE } from '../../operations/sources/sources-admin.ts'
import type { Db } from '../../store/database.ts'
import { countAsked } from '../../store/inbox/redeliveries.ts'
import { listLastRefusals } from '../../store/inbox/refusals.ts'
import { listRepairs } from '../../store/sources/source-repairs.ts'
import { listHours } from '../../store/sources/source-rhythm.ts'
import { listSecretFacts, listSources, type SourceRow } from '../../store/sources/sources.ts'

/** A refusal of longer ago was mended, or nobody minds. */
export const REFUSED_SINCE_MS = 7 * 86_400_000

/** All sources by slug, with how they are. */
export async function listSourceStates(db: Db, now: number): Promise<SourceState[]> {
  const sources = await listSources(db)
  const [silences, secrets, repairs, asked, refused] = await Promise.all([
    silencesOf(db, sources, now),
    listSecretFacts(db, now),
    listRepairs(db),
    countAsked(db),
    listLastRefusals(db, now - REFUSED_SINCE_MS),
  ])
  return sources.map(({ id, slug, name, kind, service, lastDeliveryAt }) => {
    const repair = repairs.find(({ sourceId }) => sourceId === id)
    return {
      id,
      slug,
      name,
      kind,
      service: service ?? undefined,
      lastDeliveryAt,
      silence: silences.get(id),
      refused: refused.find(({ sourceId }) => sourceId === id),
      secrets: secrets.filter(({ sourceId }) => sourceId === id),
      repair: repair
        ? { ...repair, asked: asked.get(id)?.asked ?? 0, arrived: asked.get(id)?.arrived ?? 0 }
        : REPAIRABLE.includes(kind)
          ? null
          : undefined,
    }
  })
}

export interface SilentSource {
  readonly slug: string
  readonly name: string
  readonly silence: Silence
}

/** Sources that have stopped delivering, the longest silent first. One short query while all of them deliver. */
export async function listSilentSources(db: Db, now: number): Promise<SilentSource[]> {
  const sources = await listSources(db)
  const silences = await silencesOf(db, sources, now)
  return sources
    .flatMap(({ id, slug, name }) => {
      const silence = silences.get(id)
      return silence ? [{ slug, name, silence }] : []
    })
    .sort((a, b) => a.silence.since - b.silence.since)
}

async function silencesOf(db: Db, sources: readonly SourceRow[], now: number): Promise<Map<number, Silence>> {
  const quiet = sources.filter(
    ({ enabled, lastDeliveryAt }) =>
      enabled && lastDeliveryAt !== null && lastDeliveryAt <= now - NEVER_SILENT_BEFORE_MS,
  )
  if (quiet.length === 0) return new Map()
  const hours = await listHours(
    db,
    quiet.map(({ id }) => id),
  )
  return new Map(
    quiet.flatMap(({ id, slug, lastDeliveryAt }) => {
      const silence = silenceOf({
        lastAt: lastDeliveryAt ?? undefined,
        hours: hours.get(id) ?? [],
        // Through the built-in one come imports and what people type as well.
        expectedWithoutRhythm: slug !== BUILT_IN_SOURCE.slug,
        now,
      })
      return silence ? [[id, silence] as const] : []
    }),
  )
}
