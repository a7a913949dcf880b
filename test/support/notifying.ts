import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { asActor } from '../../src/core/audit/entry.ts'
import type { Announcement } from '../../src/core/notifications/announcement.ts'
import { openSecretBox, SecretBox } from '../../src/operations/access/secret-box.ts'
import { announce, type Recipients } from '../../src/operations/notifications/announce.ts'
import { type ChannelWish, saveChannel } from '../../src/operations/notifications/channels.ts'
import { Notifier } from '../../src/operations/notifications/send-notifications.ts'
import type { Store } from '../../src/store/database.ts'
import { type Channel, findChannel } from '../../src/store/notifications/channels.ts'
import { listNotifications, type Notification } from '../../src/store/notifications/notifications.ts'
import { anything, aSuspicion } from './channels.ts'
import { day } from './factories.ts'
import { type FakeReceiver, startReceiver } from './fake-receiver.ts'
import { type FakeSmtp, startSmtp } from './fake-smtp.ts'
import { silentLog } from './processing.ts'
import type { OpenTestStore } from './stores.ts'

/** A store with channels to servers on this machine; it is day 2. */
export interface Notifying {
  readonly store: Store
  readonly receiver: FakeReceiver
  readonly smtp: FakeSmtp
  readonly time: { now: number }
  /** @returns the id of a channel to the receiver, a signed webhook unless told */
  channel(wish?: Partial<ChannelWish>): Promise<number>
  /** A fact of its own each time, unless its key is given. */
  tell(facts?: Partial<Announcement>, to?: Recipients): Promise<number>
  /** Another instance, over the same database unless told. */
  notifier(on?: Store): Notifier
  /** Oldest first. */
  messages(): Promise<Notification[]>
  getChannel(id: number): Promise<Channel>
  /** What the receiver got, as titles. */
  titles(): string[]
}

export async function openNotifying(
  openTestStore: OpenTestStore,
  { store: given, keyFolder }: { store?: Store; keyFolder?: string } = {},
): Promise<Notifying> {
  const store = given ?? (await openTestStore())
  const secretBox = keyFolder ? openSecretBox(join(keyFolder, 'key')) : new SecretBox(randomBytes(32))
  const receiver = await startReceiver()
  const smtp = await startSmtp()
  const time = { now: day(2) }
  let facts = 0
  let names = 0
  return {
    store,
    receiver,
    smtp,
    time,
    async channel(wish = {}) {
      const saved = await saveChannel(
        { store, secretBox, allow: receiver.rules.allow, hasMailServer: true },
        {
          id: undefined,
          name: `Channel ${++names}`,
          kind: 'webhook',
          fields: { url: receiver.url },
          subscription: anything(),
          capPerHour: 100,
          digestMinutes: 0,
          enabled: true,
          ...wish,
        },
        { actor: asActor({ name: 'Ana' }), now: time.now },
      )
      if (saved.kind !== 'saved') throw new Error(JSON.stringify(saved))
      return saved.id
    },
    tell(some = {}, to) {
      const id = ++facts
      const fact = aSuspicion({ key: `fact:${id}`, at: time.now, defect: { id, title: `Fact ${id}`, severity: 'S1' } })
      return store.transaction((trx) => announce(trx, { ...fact, ...some } as Announcement, time.now, to))
    },
    notifier: (on = store) =>
      new Notifier({
        store: on,
        secretBox,
        rules: receiver.rules,
        publicUrl: 'https://postflight.example',
        mailServer: { url: smtp.url, from: 'postflight@b.example' },
        log: silentLog,
        clock: () => time.now,
        random: () => 0.5,
      }),
    messages: async () => (await listNotifications(store.db, { limit: 1_000 })).reverse(),
    async getChannel(id) {
      const found = await findChannel(store.db, id)
      if (!found) throw new Error(`no channel ${id}`)
      return found
    },
    titles: () =>
      receiver.got.map(({ body }) => {
        const { type, data } = JSON.parse(body)
        return type === 'postflight.digest'
          ? data.messages.map((message: { data: { title: string } }) => message.data.title).join(' + ')
          : data.title
      }),
  }
}
