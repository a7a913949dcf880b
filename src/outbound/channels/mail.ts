import { mailMessage } from '../../core/notifications/render/mail.ts'
import type { ChannelKind } from './channel-kind.ts'
import { wordsOf } from './chat.ts'
import { sendMail } from './mail-server.ts'

const MOST_RECIPIENTS = 50

/** E-mail through the server of SMTP_URL. */
export const mail: ChannelKind = {
  kind: 'mail',
  label: 'E-mail',
  fields: [
    {
      name: 'to',
      label: 'To',
      hint: 'Addresses, with commas or on lines of their own.',
      secret: false,
      required: true,
    },
  ],
  read(given) {
    const to = [...new Set((given.to ?? '').split(/[\s,;]+/).filter(Boolean))]
    const problem =
      to.length === 0
        ? 'is needed'
        : to.length > MOST_RECIPIENTS
          ? `at most ${MOST_RECIPIENTS} addresses`
          : to.filter((one) => !isMailAddress(one)).map((one) => `${one} is no address`)[0]
    if (problem !== undefined) return { ok: false, problems: [{ path: 'to', message: problem }] }
    const shown = to.length === 1 ? (to[0] as string) : `${to[0]} and ${to.length - 1} more`
    return { ok: true, settings: { to: to.join(', ') }, secret: undefined, shown, addresses: [] }
  },
  async send({ settings }, outgoing, { publicUrl, mailServer, signal }) {
    if (!mailServer)
      return { kind: 'failed', reason: 'There is no mail server: set SMTP_URL and MAIL_FROM.', again: true }
    const to = (settings.to ?? '').split(', ')
    return sendMail(mailServer, { to, id: outgoing.id, ...mailMessage(wordsOf(outgoing), publicUrl) }, signal)
  },
}

/** An address without a name, quotes or comments: nothing in it can begin another header or another recipient. */
export const isMailAddress = (text: string): boolean =>
  text.length <= 254 && /^[a-z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(text)
