import { type Asker, asActor, THE_SYSTEM } from '../../core/audit/entry.ts'
import { cleanLine } from '../../core/text/text.ts'
import { formatInstant } from '../../core/time/instant.ts'
import { findSource } from '../../sources/index.ts'
import type { Source } from '../../sources/source.ts'
import type { Db, Store } from '../../store/database.ts'
import { isUniqueViolation } from '../../store/dialect.ts'
import {
  findSourceBySlug,
  insertSource,
  insertSourceIfAbsent,
  insertSourceSecret,
  listSecretsInForce,
  listSources,
  retireSecrets,
  type SourceRow,
} from '../../store/sources/sources.ts'
import type { SealedPlace, SecretBox } from '../access/secret-box.ts'
import { makeDsnKey, makeSecretToken, makeStandardKey } from '../access/secret-token.ts'
import { recordAudit } from '../audit/record-audit.ts'

export { findSourceBySlug, listSources, type SourceRow }

/** Native JSON through API tokens, the form and imports: always there. It has no secret, so no webhook passes it. */
export const BUILT_IN_SOURCE = { slug: 'api', kind: 'native', name: 'Native API' } as const

/** Time for the sender to be given the new secret. */
export const FORMER_SECRET_LASTS_MS = 24 * 3_600_000
export const isSlug = (text: string): boolean => /^[a-z0-9-]{1,60}$/.test(text)
const SECRET_LENGTH = { min: 16, max: 512 }

/** The source or secret asked for cannot be made; the message says why, for people. */
export class SourceRefused extends Error {
  /** What of the source is at fault. */
  readonly field: 'slug' | 'secret' | 'service' = 'slug'
}

class ServiceRefused extends SourceRefused {
  override readonly field = 'service'
}

class SecretRefused extends SourceRefused {
  override readonly field = 'secret'
}

/**
 * Makes a source with its first secret, generated unless given.
 * @returns the slug (default: the kind) and the secret, which is not shown again
 * @throws SourceRefused for an unknown kind, a bad or taken slug, a weak secret
 */
export async function createSource(
  store: Store,
  secretBox: SecretBox,
  wanted: {
    kind: string
    slug?: string | undefined
    name?: string | undefined
    secret?: string | undefined
    /** What reports by it, for senders that do not say; the slug when left out. */
    service?: string | undefined
  },
  now: number,
  by: Asker = THE_SYSTEM,
): Promise<{ id: number; slug: string; secret: string }> {
  const source = findSource(wanted.kind)
  if (!source) throw new SourceRefused(`There is no source kind “${wanted.kind}”.`)
  const slug = wanted.slug ?? wanted.kind
  if (slug === BUILT_IN_SOURCE.slug) throw new SourceRefused(`“${slug}” is built in; choose another slug.`)
  if (!isSlug(slug)) throw new SourceRefused(`“${slug}” cannot be a slug: use 1 to 60 of a–z, 0–9 and -.`)
  const name = wanted.name?.trim() || source.label
  if ([...name].length > 100) throw new SourceRefused('A source name has at most 100 characters.')
  const service = usableService(wanted.service, source)
  const secret = usableSecret(wanted.secret, source)
  try {
    const id = await store.transaction(async (trx) => {
      const id = await insertSource(trx, { slug, kind: wanted.kind, name, service, createdAt: now })
      await insertSourceSecret(trx, { sourceId: id, sealed: secretBox.seal(secretOf(id), secret), createdAt: now })
      const change = { kind: wanted.kind, service }
      const subject = { kind: 'source', id: slug, name }
      await recordAudit(trx, { actor: asActor(by), action: 'source.created', subject, change }, now)
      return id
    })
    return { id, slug, secret }
  } catch (error) {
    if (!isUniqueViolation(error)) throw error
    throw new SourceRefused(`There is a source “${slug}” already; choose another slug.`, { cause: error })
  }
}

/**
 * Gives a source a new secret, generated unless given. The former one works for another 24 hours, an older one ends now.
 * @returns also the number of the source
 * @throws SourceRefused when there is no such source or the secret is weak
 */
export async function addSourceSecret(
  store: Store,
  secretBox: SecretBox,
  slug: string,
  wanted: { secret?: string | undefined },
  now: number,
  by: Asker = THE_SYSTEM,
): Promise<{ id: number; secret: string }> {
  return await store.transaction(async (trx) => {
    const source = await findSourceBySlug(trx, slug)
    if (!source || source.kind === BUILT_IN_SOURCE.kind)
      throw new SourceRefused(`There is no source “${slug}” with a secret.`)
    const secret = usableSecret(wanted.secret, findSource(source.kind))
    await retireSecrets(trx, source.id, now + FORMER_SECRET_LASTS_MS)
    const sealed = secretBox.seal(secretOf(source.id), secret)
    await insertSourceSecret(trx, { sourceId: source.id, sealed, createdAt: now })
    const change = { formerLastsUntil: formatInstant(now + FORMER_SECRET_LASTS_MS) }
    const subject = { kind: 'source', id: slug, name: source.name }
    await recordAudit(trx, { actor: asActor(by), action: 'source.secret-changed', subject, change }, now)
    return { id: source.id, secret }
  })
}

/** Opens every secret in force once, so that a wrong key file is found at the start and not by the first sender. @throws SealBroken */
export async function assertSecretsOpen(db: Db, secretBox: SecretBox, now: number): Promise<void> {
  for (const { id } of await listSources(db)) await secretsOf(db, secretBox, id, now)
}

/** The secrets in force, newest first, two at most, with their ends. @throws SealBroken when the key is another one */
export async function secretsOf(
  db: Db,
  secretBox: SecretBox,
  sourceId: number,
  now: number,
): Promise<{ id: number; secret: string; expiresAt: number | null }[]> {
  const sealed = await listSecretsInForce(db, sourceId, now)
  return sealed.map(({ id, sealed, expiresAt }) => ({
    id,
    secret: secretBox.open(secretOf(sourceId), sealed),
    expiresAt,
  }))
}

/** Makes sure the built-in source is there. Called at every start. */
export async function ensureBuiltInSource(db: Db, now: number): Promise<SourceRow> {
  await insertSourceIfAbsent(db, { ...BUILT_IN_SOURCE, createdAt: now })
  const source = await findSourceBySlug(db, BUILT_IN_SOURCE.slug)
  if (!source) throw new Error('the built-in source could not be made')
  return source
}

const secretOf = (sourceId: number): SealedPlace => ({ purpose: 'source_secrets.sealed', row: String(sourceId) })

/** @throws SourceRefused when the sender says it itself, or it is no name of a service */
export function usableService(given: string | undefined, source: Source): string | undefined {
  if (given === undefined) return undefined
  if (source.secret !== 'dsn-key')
    throw new ServiceRefused(`${source.label} says itself which service it speaks of; leave the service out.`)
  const service = cleanLine(given, 200)
  if (service === '' || service !== given)
    throw new ServiceRefused('The name of a service is one line of 1 to 200 characters without spaces around it.')
  return service
}

function newSecret(source: Source | undefined): string {
  switch (source?.secret) {
    case 'standard-key':
      return makeStandardKey()
    case 'dsn-key':
      return makeDsnKey()
    default:
      return makeSecretToken()
  }
}

function usableSecret(given: string | undefined, source: Source | undefined): string {
  if (given === undefined) return newSecret(source)
  if (source?.secret === 'dsn-key' && !/^[A-Za-z0-9_]+$/.test(given))
    throw new SecretRefused('This secret becomes the key of a DSN: use letters, digits and _ only.')
  // It becomes a part of the address, which must stay one part and need no escaping.
  if (source?.secret === 'path-token' && !/^[\w.~-]+$/.test(given))
    throw new SecretRefused('This secret becomes part of the address: use letters, digits, and - . _ ~ only.')
  const length = [...given].length
  if (length < SECRET_LENGTH.min || length > SECRET_LENGTH.max)
    throw new SecretRefused(
      `A secret has ${SECRET_LENGTH.min} to ${SECRET_LENGTH.max} characters; this one has ${length}.`,
    )
  return given
}
