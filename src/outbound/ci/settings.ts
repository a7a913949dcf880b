import { z } from 'zod'
import type { SettingsRead } from './trigger.ts'

/** The settings as the schema has them, or what is wrong with which field. A field left empty was not filled in. */
export function readWith<Settings>(schema: z.ZodType<Settings>, value: unknown): SettingsRead<Settings> {
  const read = schema.safeParse(withoutEmpty(value))
  if (read.success) return { ok: true, settings: read.data }
  return { ok: false, problems: read.error.issues.map(({ path, message }) => ({ path: path.join('.'), message })) }
}

const withoutEmpty = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).filter(([, field]) => field !== ''))
    : value

/** An address without query and fragment; whether it may be called is judged at the call. No slash at its end. */
export const baseUrl = z
  .string()
  .max(2_000)
  .refine(
    (text) => /^https?:\/\/[^?#]+$/i.test(text) && URL.canParse(text),
    'must be an address such as https://ci.example',
  )
  .transform((text) => text.replace(/\/+$/, ''))

/** One line that is not empty. */
export const line = z
  .string()
  .max(200)
  .regex(/^\S(?:[^\p{Cc}]*\S)?$/u, 'must be one line')

/** `acme/checkout-api`; a segment of dots would lead elsewhere. */
export const repositoryName = z
  .string()
  .max(200)
  .regex(/^(?!\.+\/)[\w.-]+\/(?!\.+$)[\w.-]+$/, 'must be owner/name')
