import type { DeliveryQuery } from '../../../views/deliveries/delivery-query.ts'
import { parseInstant } from '../../core/time/instant.ts'
import type { Db } from '../../store/database.ts'
import type { DeliveryState } from '../../store/inbox/deliveries.ts'
import type { DeliveryFilter } from '../../store/inbox/delivery-list.ts'
import { listSources, type SourceRow } from '../../store/sources/sources.ts'

const STATES: readonly DeliveryState[] = ['accepted', 'processed', 'ignored', 'failed']

export interface DeliverySearch {
  readonly filter: DeliveryFilter
  /** What of it could be used. */
  readonly asked: DeliveryQuery
  readonly sources: readonly SourceRow[]
  /** What could not, in sentences. */
  readonly remarks: readonly string[]
}

const HOUR_MS = 3_600_000
export const RANGES: Readonly<Record<string, number>> = {
  '1h': HOUR_MS,
  '24h': 24 * HOUR_MS,
  '7d': 7 * 24 * HOUR_MS,
  '30d': 30 * 24 * HOUR_MS,
}

/** Reads the query of the list of deliveries, or the same names out of a form. */
export async function readDeliverySearch(db: Db, given: URLSearchParams, now: number): Promise<DeliverySearch> {
  const remarks: string[] = []
  const sources = await listSources(db)
  const value = (name: string) => (given.get(name) ?? '').replaceAll('\0', '').trim().slice(0, 200)
  const known = <T>(name: string, word: string, read: (text: string) => T | undefined): T | undefined => {
    const text = value(name)
    const found = text === '' ? undefined : read(text)
    if (text !== '' && found === undefined) remarks.push(`Unknown ${word} ‘${text}’. Showing all.`)
    return found
  }
  const state = known('state', 'state', (text) => STATES.find((one) => one === text))
  const source = known('source', 'source', (text) => sources.find(({ slug }) => slug === text))
  const lastMs = known('range', 'range', (text) => (Object.hasOwn(RANGES, text) ? RANGES[text] : undefined))
  const from = known('from', 'time', parseInstant)
  const to = known('to', 'time', parseInstant)
  const [event, service, q] = [value('event'), value('service'), value('q')]
  return {
    filter: {
      state,
      sourceId: source?.id,
      from: from ?? (lastMs === undefined ? undefined : now - lastMs),
      to,
      event: event || undefined,
      service: service || undefined,
      text: q || undefined,
    },
    asked: {
      state: state ?? '',
      source: source?.slug ?? '',
      event,
      service,
      range: lastMs === undefined ? '' : value('range'),
      from: from === undefined ? '' : value('from'),
      to: to === undefined ? '' : value('to'),
      q,
    },
    sources,
    remarks,
  }
}
