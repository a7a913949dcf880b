import type { AuditActor } from '../../core/audit/entry.ts'
import type { Problem } from '../../core/event.ts'
import type { Subscription } from '../../core/notifications/subscription.ts'
import { judgeAddress, judgeUrl, type OutboundAllow, type Refusal, refusalSentence } from '../../core/outbound-rule.ts'
import { cleanLine } from '../../core/text/text.ts'
import type { ChannelKind, OpenedChannel } from '../../outbound/channels/channel-kind.ts'
import { findChannelKind } from '../../outbound/channels/index.ts'
import type { Db, Store } from '../../store/database.ts'
import {
  type Channel,
  deleteChannel,
  findChannel,
  insertChannel,
  listChannels,
  updateChannel,
} from '../../store/notifications/channels.ts'
import { SealBroken, type SealedPlace, type SecretBox } from '../access/secret-box.ts'
import { recordAudit } from '../audit/record-audit.ts'

/** What a person entered for a channel. */
export interface ChannelWish {
  /** Undefined: a new one. */
  readonly id: number | undefined
  readonly name: string
  /** Of a new one; afterwards it stays. */
  readonly kind: string
  /** By the names of the kind's fields; an empty secret stays as it is. */
  readonly fields: Readonly<Record<string, string>>
  readonly subscription: Subscription
  readonly capPerHour: number
  readonly digestMinutes: number
  readonly enabled: boolean
}

export type ChannelSaved =
  /** `made`: a key that was made just now, to be shown once. */
  | { readonly kind: 'saved'; readonly id: number; readonly made: string | undefined }
  | { readonly kind: 'refused'; readonly problems: readonly Problem[] }
  | { readonly kind: 'not-found' }

export const LONGEST_NAME = 80
export const MOST_PER_HOUR = 1_000
/** Minutes; all divide a day, so that they fall on full hours. */
export const DIGESTS: readonly number[] = [0, 15, 60, 240, 1440]

export interface ChannelParts {
  readonly store: Store
  readonly secretBox: SecretBox
  readonly allow: OutboundAllow
  readonly hasMailServer: boolean
}

/** Makes a channel or sets one anew. Its address is judged before it is kept, and again whenever it is called. */
export async function saveChannel(
  { store, secretBox, allow, hasMailServer }: ChannelParts,
  wish: ChannelWish,
  { actor, now }: { readonly actor: AuditActor; readonly now: number },
): Promise<ChannelSaved> {
  const held = wish.id === undefined ? undefined : await findChannel(store.db, wish.id)
  if (wish.id !== undefined && !held) return { kind: 'not-found' }
  const kind = findChannelKind(held?.kind ?? wish.kind)
  if (!kind) return refused('kind', 'choose a kind of channel')
  if (kind.kind === 'mail' && !hasMailServer)
    return refused('to', 'there is no mail server: set SMTP_URL and MAIL_FROM')
  const name = cleanLine(wish.name, LONGEST_NAME)
  const problem = problemOf(wish, name)
  if (problem) return { kind: 'refused', problems: [problem] }
  const read = kind.read(wish.fields, held && openSecret(secretBox, held))
  if (!read.ok) return { kind: 'refused', problems: read.problems }
  for (const address of read.addresses) {
    const refusal = refusalOf(address, allow)
    if (refusal) return refused('url', refusalSentence(refusal))
  }
  const settings = {
    name,
    shown: read.shown,
    settingsJson: JSON.stringify(read.settings),
    subscription: wish.subscription,
    capPerHour: wish.capPerHour,
    digestMinutes: wish.digestMinutes,
    enabled: wish.enabled,
  }
  const { secret } = read
  const seal = secret === undefined ? undefined : (id: number) => secretBox.seal(placeOf(id), secret)
  return store.transaction(async (trx): Promise<ChannelSaved> => {
    if ((await listChannels(trx)).some((other) => other.name === name && other.id !== held?.id))
      return refused('name', 'another channel is called so')
    const by = { name: actor.name, now }
    if (held && !(await updateChannel(trx, held.id, settings, seal, by))) return { kind: 'not-found' }
    const id = held?.id ?? (await insertChannel(trx, kind.kind, settings, seal, by))
    const change = { kind: kind.kind, to: read.shown, subscription: { ...wish.subscription }, enabled: wish.enabled }
    const action = held ? 'channel.changed' : 'channel.created'
    await recordAudit(trx, { actor, action, subject: { kind: 'channel', id, name }, change }, now)
    return { kind: 'saved', id, made: read.made }
  })
}

/** What can be told without asking for the addresses of a host, which may be others by the time it is called. */
function refusalOf(address: string, allow: OutboundAllow): Refusal | undefined {
  const judged = judgeUrl(address, allow)
  if (!judged.ok) return judged.refusal
  return judged.isAddress ? judgeAddress(judged.host, judged.host, allow) : undefined
}

function problemOf(wish: ChannelWish, name: string): Problem | undefined {
  if (name === '') return { path: 'name', message: 'is needed' }
  if (!Number.isInteger(wish.capPerHour) || wish.capPerHour < 1 || wish.capPerHour > MOST_PER_HOUR)
    return { path: 'cap', message: `1 to ${MOST_PER_HOUR}` }
  if (!DIGESTS.includes(wish.digestMinutes)) return { path: 'digest', message: 'choose one of the list' }
  return undefined
}

const refused = (path: string, message: string): ChannelSaved => ({ kind: 'refused', problems: [{ path, message }] })

/** @returns whether it was there */
export const removeChannel = (
  store: Store,
  id: number,
  { actor, now }: { readonly actor: AuditActor; readonly now: number },
): Promise<boolean> =>
  store.transaction(async (trx) => {
    const channel = await findChannel(trx, id)
    if (!channel || !(await deleteChannel(trx, id))) return false
    const subject = { kind: 'channel', id, name: channel.name }
    await recordAudit(trx, { actor, action: 'channel.removed', subject }, now)
    return true
  })

/** The secret there is; undefined when there is none that this key file opens. */
function openSecret(secretBox: SecretBox, channel: Channel): string | undefined {
  if (channel.sealedSecret === '') return undefined
  try {
    return secretBox.open(placeOf(channel.id), channel.sealedSecret)
  } catch (error) {
    if (!(error instanceof SealBroken)) throw error
    return undefined
  }
}

export type ChannelOpened =
  | { readonly ok: true; readonly kind: ChannelKind; readonly channel: OpenedChannel }
  /** A sentence. */
  | { readonly ok: false; readonly reason: string }

/** A channel ready to be sent to. Never throws for what is stored. */
export function openChannel(secretBox: SecretBox, channel: Channel): ChannelOpened {
  const kind = findChannelKind(channel.kind)
  if (!kind) return { ok: false, reason: `This version knows no channel of kind ${channel.kind}.` }
  const secret = openSecret(secretBox, channel)
  if (secret === undefined && channel.sealedSecret !== '')
    return { ok: false, reason: 'Its address cannot be opened with this key file; enter it again.' }
  const settings = JSON.parse(channel.settingsJson) as Record<string, string>
  return { ok: true, kind, channel: { settings, secret: secret ?? '' } }
}

/** Opens every secret once, as the start does with the sources'. @throws SealBroken */
export async function assertChannelsOpen(db: Db, secretBox: SecretBox): Promise<void> {
  for (const { id, sealedSecret } of await listChannels(db))
    if (sealedSecret !== '') secretBox.open(placeOf(id), sealedSecret)
}

const placeOf = (id: number): SealedPlace => ({ purpose: 'channels.sealed_secret', row: String(id) })
