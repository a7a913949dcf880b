import { z } from 'zod'

const MAX_CURSOR_LENGTH = 2_000

/**
 * A place in a sorted list, as callers carry it from page to page: the sort key of the last row they got. Opaque to
 * them, checked like any other input when it comes back.
 */
export const encodeCursor = (place: unknown): string => Buffer.from(JSON.stringify(place)).toString('base64url')

/** A query parameter that holds a cursor over `place`; anything we did not write is refused. */
export const cursorOf = <Place extends z.ZodType>(place: Place) =>
  z
    .string()
    .max(MAX_CURSOR_LENGTH, { error: 'is not a cursor of this list' })
    .transform((text, context): z.output<Place> => {
      const parsed = place.safeParse(decoded(text))
      if (parsed.success) return parsed.data
      context.addIssue({ code: 'custom', message: 'is not a cursor of this list' })
      return z.NEVER
    })

function decoded(text: string): unknown {
  try {
    const json = Buffer.from(text, 'base64url').toString()
    // No name we ever wrote into one holds a NUL, and PostgreSQL fails on being asked for it.
    return json.includes('\\u0000') ? undefined : JSON.parse(json)
  } catch {
    return undefined
  }
}
