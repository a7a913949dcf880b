import parsePath from 'jsonpath-rfc9535/parser'
import { z } from 'zod'
import type { Problem } from '../../core/event.ts'
import { parseWith } from '../reading/payload.ts'

/** How the payloads of one sender become deployments or defects, as an operator says. */

const DEPLOYMENT_FIELDS = [
  'service',
  'version',
  'environment',
  'status',
  'commit',
  'id',
  'artifact',
  'url',
  'actor',
  'startedAt',
  'finishedAt',
] as const
const DEFECT_FIELDS = [
  'title',
  'service',
  'environment',
  'version',
  'commit',
  'severity',
  'status',
  'id',
  'fingerprint',
  'url',
  'description',
  'occurredAt',
] as const

export const FIELDS = { deployment: DEPLOYMENT_FIELDS, defect: DEFECT_FIELDS } as const
export type Makes = keyof typeof FIELDS

/** What begins with `$` is picked from the payload; everything else is meant as it stands. */
export const isPick = (text: string): boolean => text.startsWith('$')

/**
 * Names, positions and `*` alone: no filters, whose regular expressions could take for ever, and no descendants (`..`),
 * which find more than anybody meant.
 */
const PICK = /^\$(?:\.[A-Za-z_][\w-]*|\.\*|\['[^'\\]{1,200}'\]|\[\d{1,6}\]|\[\*\])*$/

const text = z.string().min(1).max(500)
const pick = text.refine(isReadablePick, "must be a path such as $.deploy.version, $.items[0].name or $['a b']")
const pickOrConstant = text.refine((value) => !isPick(value) || isReadablePick(value), {
  message: "must be a path such as $.deploy.version, $.items[0].name or $['a b'], or text that does not begin with $",
})
const words = z.record(z.string().min(1).max(200), z.string().min(1).max(40))

const mappingSchema = z.object({
  version: z.literal(1),
  makes: z.enum(['deployment', 'defect']),
  /** One event for each thing that it picks; the picks of the fields begin there. */
  each: pick.optional(),
  /** Payloads of which this does not hold are ignored. */
  when: z.object({ pick, equals: z.string().max(500) }).optional(),
  fields: z.record(z.string(), pickOrConstant),
  /** What the sender's words mean, in small letters. */
  statuses: words,
  severities: words,
})
export type Mapping = z.infer<typeof mappingSchema>

/** A mapping as it is stored or was typed. */
export function readMapping(value: unknown): { ok: true; mapping: Mapping } | { ok: false; problems: Problem[] } {
  const parsed = parseWith(mappingSchema, value)
  if (!parsed.ok) return { ok: false, problems: [...parsed.problems] }
  const mapping = parsed.value
  const known: readonly string[] = FIELDS[mapping.makes]
  const problems = Object.keys(mapping.fields)
    .filter((name) => !known.includes(name))
    .map((name) => ({ path: `fields.${name}`, message: `is no field of a ${mapping.makes}` }))
  return problems.length > 0 ? { ok: false, problems } : { ok: true, mapping }
}

function isReadablePick(path: string): boolean {
  if (!PICK.test(path)) return false
  try {
    parsePath(path)
    return true
  } catch {
    return false
  }
}
