/** A form that was sent too late, as it is kept until its sender has signed in. */
export interface KeptForm {
  /** Where it was sent, on this server. */
  readonly action: string
  /** The page it stood on. */
  readonly back: string
  /** Names and values in their order. */
  readonly fields: readonly (readonly [string, string])[]
  /** Names of fields that held something that is not kept; it is typed again. */
  readonly secrets: readonly string[]
}

/** Of any form. What else is secret is said by the policy of its route. */
const SECRETS: ReadonlySet<string> = new Set(['password', 'current', 'secret', 'token', 'code'])
/** Belongs to the session that ended. */
const CSRF = '_csrf'

/** Of any form: what its page put there for the server, and nobody sees. */
const UNSEEN: ReadonlySet<string> = new Set([
  'key',
  'step',
  'target',
  'decision',
  'do',
  'as',
  'next',
  'again',
  'back',
  'confirmed',
  'upTo',
])

export const isSeenField = (name: string): boolean => !UNSEEN.has(name)

export const isSecretField = (name: string, more: readonly string[] = []): boolean =>
  SECRETS.has(name) || more.includes(name)

/**
 * What of a form is worth keeping; undefined: nothing was typed.
 * @param secrets names that are secret in this form, besides those that are in any
 */
export function keepable(
  form: Pick<KeptForm, 'action' | 'back' | 'fields'>,
  secrets: readonly string[] = [],
): KeptForm | undefined {
  const typed = form.fields.filter(([name, value]) => name !== CSRF && value !== '')
  const isSecret = ([name]: readonly [string, string]) => isSecretField(name, secrets)
  if (!typed.some((field) => isSecret(field) || isSeenField(field[0]))) return undefined
  return {
    ...form,
    fields: form.fields.filter((field) => field[0] !== CSRF && !isSecret(field)),
    secrets: [...new Set(typed.filter(isSecret).map(([name]) => name))],
  }
}

/** The name of a field as people may read it: `leastSeverity` is “Least severity”. */
export function fieldLabel(name: string): string {
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/[._-]+/g, ' ')
    .toLowerCase()
    .trim()
  return words.charAt(0).toUpperCase() + words.slice(1)
}
