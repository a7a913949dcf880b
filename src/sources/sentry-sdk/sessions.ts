import { z } from 'zod'
import type { Problem, SessionsEvent } from '../../core/event.ts'
import { dayOf } from '../../core/release/sessions.ts'
import { originOf } from '../reading/origin.ts'
import { lineOf, parseWith, readTime } from '../reading/payload.ts'
import { versionInRelease } from '../reading/tags.ts'

/**
 * Sessions: of a user, a request or a process, told one by one with every change of their state, or counted by the
 * minute. Those that an error ended are crashed; those that only had one are not.
 */

export type SessionsRead =
  | { readonly events: readonly SessionsEvent[] }
  | { readonly ignored: string }
  | { readonly problems: readonly Problem[] }

interface Around {
  readonly service: string | undefined
  readonly receivedAt: number
  readonly path: string
}

const attrs = z.object({ release: z.string().nullish(), environment: z.string().nullish() }).nullish()

const sessionSchema = z.object({ sid: z.string().min(1), started: z.string(), status: z.string().nullish(), attrs })

/** One session in the state it has now. */
export function readSession(value: unknown, around: Around, notes: string[]): SessionsRead {
  const parsed = parseWith(sessionSchema, value, around.path.split('.'))
  if (!parsed.ok) return { problems: parsed.problems }
  const { sid, started, status } = parsed.value
  const place = placeOf(parsed.value.attrs, around)
  if (!place) return { ignored: NO_RELEASE }
  const beganAt = readTime(started, `${around.path}.started`, around.receivedAt, notes) ?? around.receivedAt
  const name = `session ${lineOf(sid, 100)}`
  return { events: [{ type: 'sessions', ...place, beganAt, total: 1, crashed: status === 'crashed' ? 1 : 0, name }] }
}

const number = z.number().int().min(0).max(1_000_000_000).nullish()

const aggregatesSchema = z.object({
  aggregates: z
    .array(
      z.object({
        started: z.string(),
        exited: number,
        errored: number,
        abnormal: number,
        unhandled: number,
        crashed: number,
      }),
    )
    .max(5_000),
  attrs,
})

/** Counts by the minute, put together by the day. */
export function readSessionCounts(value: unknown, around: Around, notes: string[]): SessionsRead {
  const parsed = parseWith(aggregatesSchema, value, around.path.split('.'))
  if (!parsed.ok) return { problems: parsed.problems }
  const place = placeOf(parsed.value.attrs, around)
  if (!place) return { ignored: NO_RELEASE }
  const days = new Map<number, { beganAt: number; total: number; crashed: number }>()
  for (const [i, minute] of parsed.value.aggregates.entries()) {
    const path = `${around.path}.aggregates.${i}.started`
    const beganAt = readTime(minute.started, path, around.receivedAt, notes) ?? around.receivedAt
    const crashed = minute.crashed ?? 0
    const others = [minute.exited, minute.errored, minute.abnormal, minute.unhandled]
    const day = days.get(dayOf(beganAt)) ?? { beganAt, total: 0, crashed: 0 }
    days.set(dayOf(beganAt), {
      beganAt: Math.min(day.beganAt, beganAt),
      total: day.total + others.reduce<number>((sum, count) => sum + (count ?? 0), crashed),
      crashed: day.crashed + crashed,
    })
  }
  const counted = [...days.values()].filter(({ total }) => total > 0)
  if (counted.length === 0) return { ignored: 'It counts no session.' }
  return { events: counted.map((day) => ({ type: 'sessions', ...place, ...day })) }
}

const NO_RELEASE = 'A session without a release counts for none: set the release at the SDK.'

function placeOf(said: z.infer<typeof attrs>, { service }: Around) {
  const release = lineOf(said?.release, 200)
  const version = versionInRelease(release)
  if (version === undefined || service === undefined) return undefined
  // What SDKs take when the program says nothing.
  const environment = lineOf(said?.environment, 200) ?? 'production'
  return { origin: originOf({ project: service, release }), service, version, environment }
}
