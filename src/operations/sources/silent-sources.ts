import { NEVER_SILENT_BEFORE_MS, type Silence, silenceOf } from '../../core/inbound/silence.ts'
import type { Db } from '../../store/database.ts'
import { listHours } from '../../store/sources/source-rhythm.ts'
import { listSources, type SourceRow } from '../../store/sources/sources.ts'
import { BUILT_IN_SOURCE } from './sources-admin.ts'

export interface SilentSource {
  readonly id: number
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
      return silence ? [{ id, slug, name, silence }] : []
    })
    .sort((a, b) => a.silence.since - b.silence.since)
}

/** Of each of these that is silent, by its id. */
export async function silencesOf(db: Db, sources: readonly SourceRow[], now: number): Promise<Map<number, Silence>> {
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
