import { cleanLine, cleanText } from '../text/text.ts'
import type { AuditAction } from './actions.ts'

/** Who did it. */
export interface AuditActor {
  /** `system`: by itself, at its time; `cli`: at the command line of the server; `stranger`: who did not show who they are. */
  readonly kind: 'person' | 'token' | 'source' | 'cli' | 'system' | 'stranger'
  /** `user:7`, `token:3`; null where there is no number, as at the command line or for a stranger. */
  readonly id: string | null
  readonly name: string
  /** From which network address; null when there was none. */
  readonly address: string | null
}

/** What Postflight does by itself. */
export const THE_SYSTEM: AuditActor = { kind: 'system', id: null, name: 'Postflight', address: null }

/** Whoever asks, as far as it is known; a person unless told otherwise. */
export type Asker = Pick<AuditActor, 'name'> & { readonly [Field in keyof AuditActor]?: AuditActor[Field] | undefined }

export const asActor = ({ kind = 'person', id = null, name, address = null }: Asker): AuditActor => ({
  kind,
  id,
  name,
  address,
})

/** Who asks, and when; nobody: Postflight by itself. */
export interface Asked {
  readonly now: number
  readonly by?: Asker
}

/** What it was done to. */
export interface AuditSubject {
  /** `source`, `user`, `defect`; one word for one kind of thing. */
  readonly kind: string
  /** What a page of it can be found by. */
  readonly id: string | number
  /** As people called it then. */
  readonly name: string
}

/** Undefined is left out. */
export type AuditValue =
  | string
  | number
  | boolean
  | null
  | undefined
  | readonly AuditValue[]
  | { readonly [name: string]: AuditValue }

/** What changed: by name the new value, or `{ from, to }`. */
export type AuditChange = Readonly<Record<string, AuditValue>>

export interface AuditRecord {
  readonly actor: AuditActor
  readonly action: AuditAction
  readonly subject: AuditSubject
  readonly change?: AuditChange | undefined
}

/** As it is kept: texts cleaned and cut, the change as JSON. */
export interface AuditFacts {
  readonly actorKind: string
  readonly actorId: string | null
  readonly actorName: string
  readonly address: string | null
  readonly action: string
  readonly subjectKind: string
  readonly subjectId: string
  readonly subjectName: string
  readonly changeJson: string
}

const LONGEST_NAME = 200
const LONGEST_VALUE = 1_000
const LONGEST_LIST = 100

export const auditFacts = ({ actor, action, subject, change = {} }: AuditRecord): AuditFacts => ({
  actorKind: actor.kind,
  actorId: actor.id,
  actorName: cleanLine(actor.name, LONGEST_NAME),
  address: actor.address === null ? null : cleanLine(actor.address, LONGEST_NAME),
  action,
  subjectKind: subject.kind,
  subjectId: cleanLine(String(subject.id), LONGEST_NAME),
  subjectName: cleanLine(subject.name, LONGEST_NAME),
  changeJson: JSON.stringify(recordable(change)),
})

export const NOT_RECORDED = '(not recorded)'

/** Names of things whose value is a secret. That there is one, and how many, may be told. */
const IS_SECRET =
  /secret|password|passphrase|token|cookie|credential|private|authorization|api-?key|hash|dsn|^headers?$|code$/i

/**
 * The same without what must not be kept for ever: a text or a list of texts under a name that speaks of a secret is not
 * recorded, whoever put it there. Names are sorted, so that the same change is written the same.
 */
function recordable(value: AuditValue, isSecret = false): AuditValue {
  if (typeof value === 'string') return isSecret ? NOT_RECORDED : cleanText(value, LONGEST_VALUE)
  if (Array.isArray(value)) return value.slice(0, LONGEST_LIST).map((item: AuditValue) => recordable(item, isSecret))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, item]) => [name, recordable(item, isSecret || IS_SECRET.test(name))]),
  )
}
