import type { Subscription } from '../../core/notifications/subscription.ts'
import type { Db } from '../database.ts'

/** A place where people are told; what is secret of it is sealed. */
export interface Channel {
  readonly id: number
  readonly name: string
  readonly kind: string
  /** Where it goes, without what must stay secret. */
  readonly shown: string
  readonly settingsJson: string
  readonly sealedSecret: string
  readonly subscription: Subscription
  readonly capPerHour: number
  readonly digestMinutes: number
  readonly enabled: boolean
  readonly turn: number
  readonly failures: number
  readonly heldUntil: number | undefined
  readonly lastSentAt: number | undefined
  readonly lastFailedAt: number | undefined
  readonly lastFailure: string | undefined
  readonly madeAt: number
  readonly savedAt: number
  readonly savedName: string
}

/** By name. */
export async function listChannels(db: Db): Promise<Channel[]> {
  return (await db.selectFrom('channels').selectAll().orderBy('name').execute()).map(toChannel)
}

/** Those that are told anything, in the order in which they were made. */
export async function listListening(db: Db): Promise<Channel[]> {
  return (await db.selectFrom('channels').selectAll().where('enabled', '=', 1).orderBy('id').execute()).map(toChannel)
}

export async function findChannel(db: Db, id: number): Promise<Channel | undefined> {
  const row = await db.selectFrom('channels').selectAll().where('id', '=', id).executeTakeFirst()
  return row && toChannel(row)
}

/** What a person sets of a channel. */
export interface ChannelSettings {
  readonly name: string
  readonly shown: string
  readonly settingsJson: string
  readonly subscription: Subscription
  readonly capPerHour: number
  readonly digestMinutes: number
  readonly enabled: boolean
}

/**
 * Makes a channel. `seal` gets the id, to which the secret is bound. Throws a unique violation when the name is taken.
 * @param seal undefined: it has nothing secret
 */
export async function insertChannel(
  trx: Db,
  kind: string,
  settings: ChannelSettings,
  seal: ((id: number) => string) | undefined,
  { name, now }: { readonly name: string; readonly now: number },
): Promise<number> {
  const { id } = await trx
    .insertInto('channels')
    .values({
      kind,
      sealed_secret: '',
      ...columnsOf(settings),
      turn: 0,
      failures: 0,
      made_at: now,
      saved_at: now,
      saved_name: name,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  if (seal) await saveSealed(trx, id, seal(id))
  return id
}

/**
 * Sets a channel anew. What went wrong before is forgotten, so that it is tried at once. Throws a unique violation when
 * the name is taken.
 * @param seal undefined: the secret stays
 * @returns whether there is such a channel
 */
export async function updateChannel(
  trx: Db,
  id: number,
  settings: ChannelSettings,
  seal: ((id: number) => string) | undefined,
  { name, now }: { readonly name: string; readonly now: number },
): Promise<boolean> {
  const updated = await trx
    .updateTable('channels')
    .set({ ...columnsOf(settings), failures: 0, held_until: null, saved_at: now, saved_name: name })
    .where('id', '=', id)
    .executeTakeFirst()
  if (Number(updated.numUpdatedRows) !== 1) return false
  if (seal) await saveSealed(trx, id, seal(id))
  return true
}

/** With all that was or was to be told there. @returns whether there was one */
export async function deleteChannel(trx: Db, id: number): Promise<boolean> {
  await trx.deleteFrom('notifications').where('channel_id', '=', id).execute()
  const deleted = await trx.deleteFrom('channels').where('id', '=', id).executeTakeFirst()
  return Number(deleted.numDeletedRows) === 1
}

/**
 * Takes the turn to send there, against other instances that want the same.
 * @returns false when another was faster
 */
export async function takeTurn(trx: Db, { id, turn }: Channel): Promise<boolean> {
  const taken = await trx
    .updateTable('channels')
    .set({ turn: turn + 1 })
    .where('id', '=', id)
    .where('turn', '=', turn)
    .executeTakeFirst()
  return Number(taken.numUpdatedRows) === 1
}

/** How it is doing after a message. */
export async function saveHealth(
  trx: Db,
  id: number,
  health: { readonly failures: number; readonly heldUntil: number | undefined },
  last: { readonly sentAt: number } | { readonly failedAt: number; readonly failure: string },
): Promise<void> {
  await trx
    .updateTable('channels')
    .set({
      failures: health.failures,
      held_until: health.heldUntil ?? null,
      ...('sentAt' in last
        ? { last_sent_at: last.sentAt }
        : { last_failed_at: last.failedAt, last_failure: last.failure.slice(0, 500) }),
    })
    .where('id', '=', id)
    .execute()
}

async function saveSealed(trx: Db, id: number, sealed: string): Promise<void> {
  await trx.updateTable('channels').set({ sealed_secret: sealed }).where('id', '=', id).execute()
}

const columnsOf = (settings: ChannelSettings) => ({
  name: settings.name,
  shown: settings.shown,
  settings_json: settings.settingsJson,
  subscription_json: JSON.stringify(settings.subscription),
  cap_per_hour: settings.capPerHour,
  digest_minutes: settings.digestMinutes,
  enabled: settings.enabled ? (1 as const) : (0 as const),
})

const toChannel = (row: {
  id: number
  name: string
  kind: string
  shown: string
  settings_json: string
  sealed_secret: string
  subscription_json: string
  cap_per_hour: number
  digest_minutes: number
  enabled: 0 | 1
  turn: number
  failures: number
  held_until: number | null
  last_sent_at: number | null
  last_failed_at: number | null
  last_failure: string | null
  made_at: number
  saved_at: number
  saved_name: string
}): Channel => ({
  id: row.id,
  name: row.name,
  kind: row.kind,
  shown: row.shown,
  settingsJson: row.settings_json,
  sealedSecret: row.sealed_secret,
  subscription: JSON.parse(row.subscription_json) as Subscription,
  capPerHour: row.cap_per_hour,
  digestMinutes: row.digest_minutes,
  enabled: row.enabled === 1,
  turn: row.turn,
  failures: row.failures,
  heldUntil: row.held_until ?? undefined,
  lastSentAt: row.last_sent_at ?? undefined,
  lastFailedAt: row.last_failed_at ?? undefined,
  lastFailure: row.last_failure ?? undefined,
  madeAt: row.made_at,
  savedAt: row.saved_at,
  savedName: row.saved_name,
})
