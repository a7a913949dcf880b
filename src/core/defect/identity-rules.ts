import type { DefectEvent, SourceEvent } from '../event.ts'
import { canonicalReference, referencesIn, repositoryOf } from '../inbound/references.ts'

/** What an operator says of how the reports of a source are known to be the same defect as others. */
export type IdentityRule =
  /** Reports whose fields have the values that reports by a rule of the same name have, of this source or another. */
  | { readonly kind: 'fields'; readonly name: string; readonly fields: readonly string[] }
  /** Reports that name, by address or id, one of another source that has this rule, or that such a one names. */
  | { readonly kind: 'names' }

export interface IdentityKeys {
  /** Whoever has the same is the same defect. */
  readonly own: readonly string[]
  /** Leads to the report of another source that has it, if there is one. */
  readonly mentioned: readonly string[]
}

const MOST_MENTIONED = 50

/** The keys that a report has by the rules of its source. */
export function identityKeys(event: DefectEvent, rules: readonly IdentityRule[]): IdentityKeys {
  const own = rules.flatMap((rule) => (rule.kind === 'fields' ? fieldsKey(event, rule) : []))
  if (!rules.some(({ kind }) => kind === 'names')) return { own, mentioned: [] }
  const names = namesOf(event)
  const mentioned = mentionedIn(event).filter((name) => !names.includes(name))
  return { own: [...own, ...names.map(nameKey)], mentioned: mentioned.slice(0, MOST_MENTIONED).map(nameKey) }
}

/** The event with the keys that the rules give it. */
export const withIdentity = (event: SourceEvent, rules: readonly IdentityRule[]): SourceEvent =>
  event.type === 'defect' && rules.length > 0 ? { ...event, identity: identityKeys(event, rules) } : event

/** The fields of a report by which a rule may go: those of its origin, and what we read from it. */
export const fieldsOf = ({ origin, key, url, service, environment, version }: DefectEvent): Record<string, string> =>
  Object.fromEntries(
    Object.entries({ id: key, url, service, environment, version, ...origin }).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value]],
    ),
  )

/** The beginning of all keys by a rule, to take them back with it. */
export const keyBeginning = (rule: { readonly kind: 'fields' | 'names'; readonly name: string }): string =>
  rule.kind === 'fields' ? JSON.stringify(['rule', rule.name]).replace(/\]$/, ',') : '["name",'

/** The key of a name, as a text may mention it. */
const nameKey = (name: string): string => JSON.stringify(['name', name])

/** The number in a name such as PF-123, by which people call a defect here. */
export function numberInName(key: string): number | undefined {
  const [, digits] = /^\["name","pf-([1-9]\d{0,14})"\]$/.exec(key) ?? []
  return digits === undefined ? undefined : Number(digits)
}

/** None unless all fields have a value: half an identity is none. */
function fieldsKey(event: DefectEvent, { name, fields }: { name: string; fields: readonly string[] }): string[] {
  const known = fieldsOf(event)
  const values = fields.map((field) => (Object.hasOwn(known, field) ? known[field]?.trim().toLowerCase() : undefined))
  return values.length > 0 && values.every((value) => value) ? [JSON.stringify(['rule', name, ...values])] : []
}

/** What others call it by: its address, and the ids that its tracker shows. */
function namesOf({ url, key, origin }: DefectEvent): string[] {
  const ids = [key, origin?.issue].filter((id) => id !== undefined && TRACKER_ID.test(id))
  return unique([...(url === undefined ? [] : [canonicalReference(url)]), ...(ids as string[])])
}

function mentionedIn({ title, description, links, service }: DefectEvent): string[] {
  const text = `${title ?? ''}\n${description ?? ''}`
  const ids = text.match(TRACKER_IDS) ?? []
  return unique([...(links ?? []), ...referencesIn(text, repositoryOf(service ?? '')), ...ids])
}

/** `PAY-7`, `PF-123`, and those of Sentry, which may end in letters: `CHECKOUT-API-1A`. */
const TRACKER_ID = /^[A-Z][A-Z0-9_]*(?:-[A-Z0-9]+)+$/
const TRACKER_IDS = /(?<![\w-])[A-Z][A-Z0-9_]{0,40}(?:-[A-Z0-9]{1,40}){1,6}(?![\w-])/g

const unique = (names: readonly string[]): string[] => [...new Set(names.map(written))]

/** One way for one thing: an address without its query, capital letters aside. */
const written = (name: string): string =>
  (/^https?:/i.test(name) ? (name.split(/[?#]/, 1)[0] as string).replace(/\/+$/, '') : name).toLowerCase()
