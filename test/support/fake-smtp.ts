import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { SMTPServer } from 'smtp-server'
import { onTestFinished } from 'vitest'

/** A mail server on this machine, over real SMTP. */
export interface FakeSmtp {
  /** With a password in it that nobody else may see. */
  readonly url: string
  /** A code refuses every mail with it; at the sign-in, or at the end of the data. */
  mood: 'takes' | 'hangs' | 'refuses the sign-in' | number
  /** Resolves when the next mail has arrived, whatever becomes of it. */
  nextData(): Promise<void>
  readonly got: { readonly from: string; readonly to: readonly string[]; readonly source: string }[]
}

export const MAIL_PASSWORD = 'sEcReTmAiL'

export async function startSmtp(): Promise<FakeSmtp> {
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    allowInsecureAuth: true,
    // Those that are left hanging.
    closeTimeout: 1,
    onAuth({ username, password }, _session, done) {
      if (smtp.mood === 'refuses the sign-in' || password !== MAIL_PASSWORD)
        done(Object.assign(new Error(`no ${username} ${password}`), { responseCode: 535 }))
      else done(null, { user: username ?? '' })
    },
    async onData(stream, session, done) {
      let source = ''
      for await (const chunk of stream) source += String(chunk)
      const { mood } = smtp
      for (const heard of arrivals.splice(0)) heard()
      if (mood === 'hangs') return
      if (typeof mood === 'number') return done(Object.assign(new Error('no'), { responseCode: mood }))
      const { mailFrom, rcptTo } = session.envelope
      smtp.got.push({ from: mailFrom ? mailFrom.address : '', to: rcptTo.map(({ address }) => address), source })
      done()
    },
  })
  server.on('error', () => {})
  server.listen(0, '127.0.0.1')
  await once(server.server, 'listening')
  onTestFinished(() => new Promise<void>((done) => server.close(() => done())))
  const { port } = server.server.address() as AddressInfo
  const arrivals: (() => void)[] = []
  const smtp: FakeSmtp = {
    url: `smtp://postflight:${MAIL_PASSWORD}@127.0.0.1:${port}`,
    mood: 'takes',
    got: [],
    nextData: () => new Promise((heard) => void arrivals.push(heard)),
  }
  return smtp
}
