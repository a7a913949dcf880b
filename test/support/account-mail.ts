import { randomBytes } from 'node:crypto'
import { AccountMailer, type AccountMailerParts } from '../../src/operations/access/account-mail.ts'
import { askForPassword } from '../../src/operations/access/forgotten-password.ts'
import { SecretBox } from '../../src/operations/access/secret-box.ts'
import type { Store } from '../../src/store/database.ts'
import { day } from './factories.ts'
import { type FakeSmtp, startSmtp } from './fake-smtp.ts'
import { addPerson } from './people.ts'
import { silentLog } from './processing.ts'
import type { OpenTestStore } from './stores.ts'

export const FROM = { address: '192.0.2.1' }

/** A store with Ana in it, a mail server on this machine, and who mails links to accounts; it is day 2. */
export async function openAccountMail(openTestStore: OpenTestStore) {
  const store = await openTestStore()
  const smtp = await startSmtp()
  const box = new SecretBox(randomBytes(32))
  const time = { now: day(2) }
  const anaId = await addPerson(store.db)
  return {
    store,
    smtp,
    box,
    time,
    anaId,
    mailer: (parts: Partial<AccountMailerParts> = {}) =>
      new AccountMailer({
        store,
        secretBox: box,
        publicUrl: 'https://postflight.example',
        mailServer: { url: smtp.url, from: 'postflight@b.example' },
        log: silentLog,
        clock: () => time.now,
        random: () => 0.5,
        ...parts,
      }),
    ask: (email = 'ana@example.com') => askForPassword(store, box, { email, ...FROM }, time.now),
    mails: () => store.db.selectFrom('account_mails').selectAll().orderBy('link_id').execute(),
    links: () => store.db.selectFrom('account_links').selectAll().orderBy('id').execute(),
    requests: () => store.db.selectFrom('password_requests').selectAll().execute(),
    audited: () => auditedIn(store),
  }
}

const auditedIn = async (store: Store): Promise<string[]> =>
  (await store.db.selectFrom('audit_entries').select('action').orderBy('number').execute()).map(({ action }) => action)

/** As a mail program shows it; what is sent is quoted-printable. */
export const bodyOfMail = (source: string): string =>
  source.replace(/=\r?\n/g, '').replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)))

/** The secrets of the links in the mails that arrived, the oldest first. */
export const tokensIn = ({ got }: FakeSmtp): string[] =>
  got.map(({ source }) => /\?token=([\w-]{43})/.exec(bodyOfMail(source))?.[1] ?? 'none')
