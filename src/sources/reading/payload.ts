import { z } from 'zod'
import type { Problem } from '../../core/event.ts'
import { cleanLine, cleanText } from '../../core/text/text.ts'
import { believableInstant, parseInstant } from '../../core/time/instant.ts'

/** Reading what came out of a body: validation with problems in words, and the few values every sender has. */

/** More than a person reads, and a bound on what is kept of a hostile body. */
const MAX_PROBLEMS = 50

export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problems: readonly Problem[] }

/** `under` is put before each problem's path. */
export function parseWith<T>(schema: z.ZodType<T>, value: unknown, under: readonly PropertyKey[] = []): Parsed<T> {
  const parsed = schema.safeParse(value)
  if (parsed.success) return { ok: true, value: parsed.data }
  const problems = issuesOf(schema, value)
    .slice(0, MAX_PROBLEMS)
    .map(({ path, message }) => ({ path: pathOf([...under, ...path]), message }))
  return { ok: false, problems }
}

/** In our words. A second look, because with words of one's own Zod takes many times as long, also for what is right. */
const issuesOf = (schema: z.ZodType, value: unknown): readonly z.core.$ZodIssue[] =>
  schema.safeParse(value, { error: describeIssue }).error?.issues ?? []

/**
 * A list of such elements, at most `most` of them (without it, as many as a body may have). Zod's own would describe
 * each wrong element of a hostile list, which takes a second; here it is the first few.
 */
export const listOf = <T>(element: z.ZodType<T>, most = Number.POSITIVE_INFINITY) =>
  z.array(z.unknown()).transform((values, context): T[] => {
    if (values.length <= most) return readElements(element, values.entries(), context)
    context.addIssue({ code: 'custom', message: `must have at most ${most} entries` })
    return z.NEVER
  })

/** The names of a list that are wanted, in their order, and how many entries behind them were not looked at. */
export interface NamesRead<T> {
  readonly read: readonly T[]
  readonly unread: number
}

/**
 * A list of names of which the first `most` are wanted, each once; `null` and empty text count as not given. What stands
 * behind enough is counted and never read: one body has room for a hundred thousand.
 */
export const namesOf = <T>(name: z.ZodType<T>, most: number) =>
  z
    .custom<readonly unknown[]>(Array.isArray, { error: 'must be a list' })
    .transform((values, context): NamesRead<T> => {
      const wanted = new Map<unknown, number>()
      let looked = 0
      for (; looked < values.length && wanted.size < most; looked++) {
        const value = values[looked]
        if (value !== null && value !== '' && !wanted.has(value)) wanted.set(value, looked)
      }
      const entries = [...wanted].map(([value, i]) => [i, value] as const)
      return { read: readElements(name, entries, context), unread: values.length - looked }
    })

/** A list of any text; `null` and empty text count as not given. Zod looks at what is wrong alone, for the same reason. */
export const texts = z
  .custom<readonly unknown[]>(Array.isArray, { error: 'must be a list' })
  .transform((values, context): readonly string[] => {
    const wrong = new Map<number, unknown>()
    const read: string[] = []
    for (const [i, value] of values.entries()) {
      if (typeof value === 'string') {
        if (value !== '') read.push(value)
      } else if (value !== null) wrong.set(i, value)
    }
    return wrong.size === 0 ? read : readElements(z.string(), wrong, context)
  })

/** Each element by its place; the first wrong ones are described, and then there is no list. */
function readElements<T>(
  element: z.ZodType<T>,
  entries: Iterable<readonly [number, unknown]>,
  context: z.core.$RefinementCtx,
): T[] {
  const read: T[] = []
  let wrong = 0
  for (const [i, value] of entries) {
    const parsed = element.safeParse(value)
    if (parsed.success) read.push(parsed.data)
    else {
      for (const { path, message } of issuesOf(element, value))
        context.addIssue({ code: 'custom', path: [i, ...path], message })
      if (++wrong === MAX_PROBLEMS) break
    }
  }
  return wrong === 0 ? read : z.NEVER
}

export const pathOf = (path: readonly PropertyKey[]): string =>
  path.map((part) => cleanLine(String(part), 80)).join('.')

const describeIssue: z.core.$ZodErrorMap = (issue) => {
  if (issue.input === undefined) return 'is required'
  if (issue.code === 'invalid_type') return `must be ${TYPE_WORDS[issue.expected] ?? issue.expected}`
  if (issue.code === 'invalid_union') return 'must be text or a number'
  if (issue.code === 'invalid_value')
    return `must be one of ${issue.values.map(String).join(', ')}, not ${shown(issue.input)}`
  if (issue.code === 'too_small')
    return issue.origin === 'string' ? 'must not be empty' : `must be at least ${issue.minimum}`
  if (issue.code !== 'too_big') return undefined
  return issue.origin === 'array' ? `must have at most ${issue.maximum} entries` : `must be at most ${issue.maximum}`
}

const TYPE_WORDS: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'an object',
  array: 'a list',
}

const shown = (input: unknown): string =>
  typeof input === 'string' ? `"${cleanLine(input, 40)}"` : `a ${typeof input}`

/** One clean line, or undefined when nothing is left of it. */
export const lineOf = (text: string | null | undefined, maxCodePoints: number): string | undefined =>
  text ? cleanLine(text, maxCodePoints) || undefined : undefined

const LONGEST_MESSAGE = 4_000

/** A commit message with its line breaks, on which its trailers rest; undefined when nothing is left of it. */
export const messageOf = (text: string | null | undefined): string | undefined =>
  text ? cleanText(text.replaceAll('\r\n', '\n'), LONGEST_MESSAGE).trim() || undefined : undefined

/**
 * The address as it was written when it is a plain http or https one of at most 2,048 characters. Parsers of addresses
 * pass over control characters, databases do not.
 */
export function webUrl(text: string | null | undefined): string | undefined {
  if (!text || text.length > 2048 || !/^https?:\/\/[^\p{Cc}\p{Cs}]+$/iu.test(text) || !URL.canParse(text))
    return undefined
  return text
}

/** A full git commit id, in lower case. */
export const fullSha = (text: string | null | undefined): string | undefined =>
  text && /^[0-9a-f]{40}$/i.test(text) && !/^0+$/.test(text) ? text.toLowerCase() : undefined

/**
 * The instant a sender wrote at `path`; undefined when it wrote none, or one that cannot be read or believed, and then
 * a remark about it is added to `notes`.
 */
export function readTime(
  text: string | null | undefined,
  path: string,
  receivedAt: number,
  notes: string[],
): number | undefined {
  // Go writes a time that is not set as the first of all.
  if (!text || text.startsWith('0001-01-01T')) return undefined
  const at = parseInstant(asRfc3339(text))
  if (at !== undefined && believableInstant(at, receivedAt)) return at
  const why = at === undefined ? 'is not an RFC 3339 time' : 'cannot be right'
  notes.push(`${path} ${why} (${cleanLine(text, 40)}), so the time of receipt stands in for it.`)
  return undefined
}

/** `2020-11-02 12:55:12 UTC`, `2021-04-28 21:50:00 +0200` and `2012-01-30T18:30:41.962+0100` in the one form we read. */
const asRfc3339 = (text: string): string =>
  text
    .trim()
    .replace(/ ?UTC$/, 'Z')
    .replace(/ ?([+-]\d{2}):?(\d{2})$/, '$1:$2')

/**
 * The same of a count since 1970, as a number or its digits: in seconds, milliseconds, microseconds or nanoseconds, by
 * how many digits it has.
 */
export function readEpoch(
  value: string | number | null | undefined,
  path: string,
  receivedAt: number,
  notes: string[],
): number | undefined {
  if (value === null || value === undefined || value === '' || value === 0 || value === '0') return undefined
  // From September 2001 to 2286 they have 10, 13, 16 or 19 digits, of which the first 13 are the milliseconds.
  const digits = /^(\d{10}|\d{13}|\d{16}|\d{19})(?:\.\d*)?$/.exec(String(value).trim())?.[1]
  const at = digits === undefined ? undefined : Number(digits.padEnd(13, '0').slice(0, 13))
  if (at !== undefined && believableInstant(at, receivedAt)) return at
  notes.push(`${path} cannot be right (${cleanLine(String(value), 40)}), so the time of receipt stands in for it.`)
  return undefined
}

/** A remark for each key that one object of the body has twice. */
export const repeatedKeyNotes = (paths: readonly string[]): string[] =>
  paths.map((path) => `${cleanLine(path, 120)} is given more than once; the last one was taken.`)
