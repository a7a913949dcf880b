import { z } from 'zod'
import type { Problem } from '../core/event.ts'
import { cleanLine } from '../core/text/text.ts'
import { parseInstant } from '../core/time/instant.ts'
import { parseWith } from '../sources/reading/payload.ts'
import { badInput } from './problems.ts'
import type { Ctx } from './routes.ts'

/** Reading the query of a list: every parameter known, given once, and right, or a 400 that names what is not. */

/** Reads the query, or gives the answer that refuses it. */
export function readQuery<Schema extends z.ZodObject>(c: Ctx, schema: Schema): z.output<Schema> | Response {
  const given = c.req.queries()
  const problems: Problem[] = Object.entries(given).flatMap(([name, values]) => {
    const path = cleanLine(name, 80)
    if (!Object.hasOwn(schema.shape, name))
      return [{ path, message: `is not a parameter here; there are ${Object.keys(schema.shape).join(', ')}` }]
    return values.length > 1 ? [{ path, message: 'is given more than once' }] : []
  })
  const single = Object.fromEntries(
    Object.keys(schema.shape).flatMap((name) => {
      const [value] = given[name] ?? []
      return value === undefined ? [] : [[name, value]]
    }),
  )
  const parsed = parseWith(schema as unknown as z.ZodType<z.output<Schema>>, single)
  if (!parsed.ok) problems.push(...parsed.problems)
  if (problems.length > 0 || !parsed.ok) return badInput(c, problems)
  return parsed.value
}

export const limitParameter = z
  .string()
  .regex(/^([1-9]|[1-9]\d|1\d\d|200)$/, { error: 'must be a whole number from 1 to 200' })
  .transform(Number)
  .prefault('50')
  .meta({ description: 'How many items a page has at most, 1 to 200.' })

export const instantParameter = z
  .string()
  .transform((text, context) => {
    const at = parseInstant(text)
    if (at !== undefined) return at
    context.addIssue({
      code: 'custom',
      message: 'must be an RFC 3339 time such as 2026-11-22T21:10:00Z (write + as %2B)',
    })
    return z.NEVER
  })
  .meta({ format: 'date-time' })

export const nameParameter = z.string().min(1).max(200)

export const observedDaysParameter = z
  .string()
  .regex(/^([1-9]|[1-9]\d|[12]\d\d|3[0-5]\d|36[0-5])$/, { error: 'must be a whole number from 1 to 365' })
  .transform(Number)
  .meta({ description: 'How long a release must have been in production for its defects to count, 1 to 365 days.' })

/** One or several of `values`, separated by commas. */
export const anyOf = <Value extends string>(values: readonly Value[]) =>
  z
    .string()
    .transform((text, context): Value[] => {
      const given = text.split(',')
      const stranger = given.find((value) => !(values as readonly string[]).includes(value))
      if (stranger === undefined) return given as Value[]
      context.addIssue({
        code: 'custom',
        message: `must be one or more of ${values.join(', ')}, not "${cleanLine(stranger, 40)}"`,
      })
      return z.NEVER
    })
    .meta({ description: `One or more of ${values.join(', ')}, separated by commas.` })

/** A release by the name people use, `checkout-api@4.18.0`; the last @ parts service and version. */
export const releaseName = z
  .string()
  .max(500)
  .transform((text, context) => {
    const at = text.lastIndexOf('@')
    if (at > 0 && at < text.length - 1 && !text.includes('\0'))
      return { service: text.slice(0, at), version: text.slice(at + 1) }
    context.addIssue({ code: 'custom', message: 'must be service@version, such as checkout-api@4.18.0' })
    return z.NEVER
  })
  .meta({ description: 'service@version, such as checkout-api@4.18.0' })
