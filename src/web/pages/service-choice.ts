import type { Db } from '../../store/database.ts'
import { findServicesNamed } from '../../store/services/services.ts'

/** More are not asked for at once: lists read an index range for each. */
export const MOST_SERVICES = 20

export interface ServiceChoice {
  /** As they were named, each once. */
  readonly services: readonly { readonly id: number; readonly name: string }[]
  /** Their ids; undefined: none was chosen, so all are meant. */
  readonly ids: readonly number[] | undefined
  /** As it goes back into addresses. */
  readonly text: string
  /** What was not understood, said in words. */
  readonly remarks: readonly string[]
}

/**
 * The services that an address asks for: `service=a&service=b`, as forms send it, or `service=a,b`. A comma may be part
 * of a name: the longest name that there is counts.
 */
export async function readServices(db: Db, values: readonly string[]): Promise<ServiceChoice> {
  const asked = values.map((value) => value.trim()).filter((value) => value !== '')
  if (asked.length === 0) return { services: [], ids: undefined, text: '', remarks: [] }
  let room = MOST_PARTS
  const lists = asked.map((value) => {
    const parts = value.split(',').slice(0, room)
    room -= parts.length
    return parts
  })
  const found = await findServicesNamed(db, [...new Set(lists.flatMap(runsOf))])
  const idOf = new Map(found.map(({ id, name }) => [name, id]))
  const names = new Set<string>()
  const unknown: string[] = []
  for (const parts of lists)
    for (let at = 0; at < parts.length; ) {
      const runs = runsFrom(parts, at)
      const shorter = runs.findIndex((run) => idOf.has(run))
      if (shorter === -1) unknown.push((parts[at] as string).trim())
      else names.add(runs[shorter] as string)
      at += shorter === -1 ? 1 : runs.length - shorter
    }
  const services = [...names].slice(0, MOST_SERVICES).map((name) => ({ id: idOf.get(name) as number, name }))
  return {
    services,
    ids: services.length === 0 ? undefined : services.map(({ id }) => id),
    text: services.map(({ name }) => name).join(','),
    remarks: [
      ...(unknown.length > 0
        ? [`Unknown service ${quoted(unknown)}. Showing ${services.length === 0 ? 'all services' : 'the others'}.`]
        : []),
      ...(names.size > MOST_SERVICES
        ? [`No more than ${MOST_SERVICES} services are shown at once: the first of these.`]
        : []),
    ],
  }
}

const quoted = (names: readonly string[]): string => names.map((name) => `‘${name.slice(0, 80)}’`).join(', ')

/** What lies between the commas of all of them; more is not looked up, whatever an address has. */
const MOST_PARTS = 4 * MOST_SERVICES
/** A name has a handful of commas at most. */
const MOST_COMMAS = 4

/** What may be a name that begins there, the longest first; the last is one part long. */
const runsFrom = (parts: readonly string[], at: number): string[] =>
  Array.from({ length: Math.min(MOST_COMMAS + 1, parts.length - at) }, (_, i) =>
    parts
      .slice(at, at + i + 1)
      .join(',')
      .trim(),
  ).reverse()

const runsOf = (parts: readonly string[]): string[] => parts.flatMap((_, at) => runsFrom(parts, at))
