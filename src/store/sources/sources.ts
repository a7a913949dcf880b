import type { Db } from '../database.ts'

export interface SourceRow {
  readonly id: number
  /** In the URL: /hooks/<slug>. */
  readonly slug: string
  readonly kind: string
  readonly name: string
  /** What reports by it, where the sender does not say; null: what its slug says. */
  readonly service: string | null
  readonly enabled: boolean
  readonly createdAt: number
  readonly lastDeliveryAt: number | null
  /** What it may send; undefined: what the configuration says. */
  readonly rate: { readonly perSecond: number; readonly burst: number } | undefined
}

export interface SealedSecret {
  readonly id: number
  readonly sealed: string
  readonly createdAt: number
  /** null: until it is replaced */
  readonly expiresAt: number | null
}

/** What people see of a secret. */
export interface SecretFacts {
  readonly sourceId: number
  readonly createdAt: number
  /** null: until it is replaced */
  readonly expiresAt: number | null
  /** When it last proved a delivery genuine, to the minute; null: never. */
  readonly lastUsedAt: number | null
}

/** @returns the id; throws a unique violation when the slug is taken */
export async function insertSource(
  db: Db,
  source: { slug: string; kind: string; name: string; service?: string | undefined; createdAt: number },
): Promise<number> {
  const { id } = await db
    .insertInto('sources')
    .values({
      slug: source.slug,
      kind: source.kind,
      name: source.name,
      service: source.service ?? null,
      created_at: source.createdAt,
      enabled: 1,
      last_delivery_at: null,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id
}

/** Inserts it unless the slug is there already, whoever else does so at the same time. */
export async function insertSourceIfAbsent(
  db: Db,
  source: { slug: string; kind: string; name: string; createdAt: number },
): Promise<void> {
  await db
    .insertInto('sources')
    .values({
      slug: source.slug,
      kind: source.kind,
      name: source.name,
      service: null,
      created_at: source.createdAt,
      enabled: 1,
      last_delivery_at: null,
    })
    .onConflict((conflict) => conflict.column('slug').doNothing())
    .execute()
}

export const getSourceName = (db: Db, id: number): Promise<{ slug: string; name: string }> =>
  db.selectFrom('sources').select(['slug', 'name']).where('id', '=', id).executeTakeFirstOrThrow()

export async function findSourceBySlug(db: Db, slug: string): Promise<SourceRow | undefined> {
  const row = await db.selectFrom('sources').selectAll().where('slug', '=', slug).executeTakeFirst()
  return row && asSource(row)
}

export async function findSourceById(db: Db, id: number): Promise<SourceRow | undefined> {
  const row = await db.selectFrom('sources').selectAll().where('id', '=', id).executeTakeFirst()
  return row && asSource(row)
}

/** By slug, the built-in one too. */
export async function listSources(db: Db): Promise<SourceRow[]> {
  return (await db.selectFrom('sources').selectAll().orderBy('slug').execute()).map(asSource)
}

export async function insertSourceSecret(
  db: Db,
  secret: { sourceId: number; sealed: string; createdAt: number },
): Promise<void> {
  await db
    .insertInto('source_secrets')
    .values({
      source_id: secret.sourceId,
      sealed: secret.sealed,
      created_at: secret.createdAt,
      expires_at: null,
      last_used_at: null,
    })
    .execute()
}

/** What a source may send; undefined: what the configuration says. */
export async function saveSourceRate(db: Db, sourceId: number, rate: SourceRow['rate']): Promise<void> {
  await db
    .updateTable('sources')
    .set({ rate_per_second: rate?.perSecond ?? null, rate_burst: rate?.burst ?? null })
    .where('id', '=', sourceId)
    .execute()
}

/** In force at `now`, newest first, two at most. */
export async function listSecretsInForce(db: Db, sourceId: number, now: number): Promise<SealedSecret[]> {
  const rows = await db
    .selectFrom('source_secrets')
    .select(['id', 'sealed', 'created_at', 'expires_at'])
    .where('source_id', '=', sourceId)
    .where((eb) => eb.or([eb('expires_at', 'is', null), eb('expires_at', '>', now)]))
    .orderBy('id', 'desc')
    .limit(2)
    .execute()
  return rows.map((row) => ({ id: row.id, sealed: row.sealed, createdAt: row.created_at, expiresAt: row.expires_at }))
}

/** Of all sources, those in force at `now`, newest first. */
export async function listSecretFacts(db: Db, now: number): Promise<SecretFacts[]> {
  const rows = await db
    .selectFrom('source_secrets')
    .select(['source_id', 'created_at', 'expires_at', 'last_used_at'])
    .where((eb) => eb.or([eb('expires_at', 'is', null), eb('expires_at', '>', now)]))
    .orderBy('id', 'desc')
    .execute()
  return rows.map((row) => ({
    sourceId: row.source_id,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    lastUsedAt: row.last_used_at,
  }))
}

/** Moves "last used" on, never back. */
export async function noteSecretUsed(db: Db, secretId: number, at: number): Promise<void> {
  await db
    .updateTable('source_secrets')
    .set({ last_used_at: at })
    .where('id', '=', secretId)
    .where((eb) => eb.or([eb('last_used_at', 'is', null), eb('last_used_at', '<', at)]))
    .execute()
}

/** The current secret gets an end; one that had an end already is removed, so that never more than two are in force. */
export async function retireSecrets(db: Db, sourceId: number, expiresAt: number): Promise<void> {
  await db.deleteFrom('source_secrets').where('source_id', '=', sourceId).where('expires_at', 'is not', null).execute()
  await db.updateTable('source_secrets').set({ expires_at: expiresAt }).where('source_id', '=', sourceId).execute()
}

const asSource = (row: {
  id: number
  slug: string
  kind: string
  name: string
  service: string | null
  enabled: number
  created_at: number
  last_delivery_at: number | null
  rate_per_second: number | null
  rate_burst: number | null
}): SourceRow => ({
  id: row.id,
  slug: row.slug,
  kind: row.kind,
  name: row.name,
  service: row.service,
  enabled: row.enabled === 1,
  createdAt: row.created_at,
  lastDeliveryAt: row.last_delivery_at,
  rate:
    row.rate_per_second === null || row.rate_burst === null
      ? undefined
      : { perSecond: row.rate_per_second, burst: row.rate_burst },
})
