import { once } from 'node:events'
import { createServer } from 'node:net'
import { Webhook } from 'standardwebhooks'
import { describe, expect, test } from 'vitest'
import { type OutboundAllow, readAllow } from '../../../src/core/outbound-rule.ts'
import type { ChannelKind, Outgoing, SendParts } from '../../../src/outbound/channels/channel-kind.ts'
import { CHANNEL_KINDS, findChannelKind } from '../../../src/outbound/channels/index.ts'
import { aSuspicion } from '../../support/channels.ts'
import { ADDRESS_SECRET, ENDLESS, type ReceiverMood, startReceiver } from '../../support/fake-receiver.ts'
import { type FakeSmtp, MAIL_PASSWORD, startSmtp } from '../../support/fake-smtp.ts'
import { outOfTime } from '../../support/out-of-time.ts'

const OUTGOING: Outgoing = { id: 'postflight-1-2', announcements: [aSuspicion()] }
const NOW = Date.UTC(2026, 10, 26)

const kindOf = (name: string): ChannelKind => {
  const kind = findChannelKind(name)
  if (!kind) throw new Error(`no ${name}`)
  return kind
}
const partsOf = (parts: Partial<SendParts>): SendParts => ({
  rules: { allow: { names: [], addresses: [], blocks: [] } },
  publicUrl: 'https://postflight.example',
  mailServer: undefined,
  clock: () => NOW,
  signal: new AbortController().signal,
  ...parts,
})

async function standing(kind: ChannelKind) {
  const receiver = await startReceiver()
  const read = kind.read({ url: receiver.url }, undefined)
  if (!read.ok) throw new Error(JSON.stringify(read.problems))
  const channel = { settings: read.settings, secret: read.secret ?? '' }
  return {
    receiver,
    read,
    channel,
    send: (outgoing = OUTGOING, rules = receiver.rules) => kind.send(channel, outgoing, partsOf({ rules })),
  }
}

const OVER_HTTP = CHANNEL_KINDS.filter(({ kind }) => kind !== 'mail')

describe.each(OVER_HTTP.map((kind) => [kind.label, kind] as const))('%s', (_, kind) => {
  test('gets a message as JSON at its own address', async () => {
    const { receiver, send } = await standing(kind)
    expect(await send()).toEqual({ kind: 'sent', detail: 'It answered 200.' })
    expect(receiver.got).toHaveLength(1)
    const [got] = receiver.got
    expect(got?.path).toBe(`/services/${ADDRESS_SECRET}`)
    expect(got?.headers['content-type']).toBe('application/json')
    expect(got?.body).toContain('Capture fails with 409')
    expect(JSON.stringify(JSON.parse(got?.body ?? ''))).toContain('https://postflight.example/defects/PF-7')
  })

  test.each<[ReceiverMood, string, boolean]>([
    [400, 'It answered 400.', false],
    [401, 'It answered 401. The address is not valid', false],
    [404, 'It answered 404. The address is not valid', false],
    [410, 'It answered 410. The address is not valid', false],
    [408, 'It answered 408.', true],
    [500, 'It answered 500.', true],
    [503, 'It answered 503.', true],
    ['too many', 'It answered 429.', true],
    ['redirects', 'redirects are not followed', false],
    ['hangs', 'did not answer in time', true],
    ['drips', 'did not answer in time', true],
    ['hangs up', 'The connection broke off', true],
    ['speaks no http', 'speaks no HTTP', true],
    ['answers hugely', 'larger than 64 KiB', false],
    ['says one word', '(no_service)', false],
    ['quotes its address', 'It answered 404.', false],
  ])('answers with %s', async (mood, reason, again) => {
    const { receiver, send } = await standing(kind)
    receiver.mood = mood
    const arrived = new Promise<void>((resolve) => {
      receiver.onPost = resolve
    })
    const outcome = ENDLESS.has(mood) ? await outOfTime(arrived, send) : await send()
    expect(outcome).toMatchObject({ kind: 'failed', again, reason: expect.stringContaining(reason) })
    expect(receiver.got).toHaveLength(1)
    expect(JSON.stringify(outcome)).not.toContain(ADDRESS_SECRET)
    expect('retryAfterMs' in outcome ? outcome.retryAfterMs : undefined).toBe(mood === 'too many' ? 90_000 : undefined)
  })

  test('is not called where nothing of ours may go', async () => {
    const { receiver, send } = await standing(kind)
    const outcome = await send(OUTGOING, { allow: allowing('0.0.0.0/0') })
    expect(outcome).toMatchObject({ kind: 'failed', again: false, reason: expect.stringContaining('OUTBOUND_ALLOW') })
    expect(receiver.got).toEqual([])
  })

  test('keeps its address for itself', async () => {
    const { read } = await standing(kind)
    expect(read.shown).toMatch(/^127\.0\.0\.1:\d+$/)
    expect(JSON.stringify(read.settings)).not.toContain(ADDRESS_SECRET)
    expect(kind.fields.find(({ name }) => name === 'url')?.secret).toBe(true)
  })

  test('keeps what it has when nothing new is entered', async () => {
    const { read } = await standing(kind)
    expect(kind.read({ url: ' ' }, read.secret)).toMatchObject({ ok: true, secret: read.secret })
    expect(kind.read({ url: '' }, undefined)).toMatchObject({ ok: false, problems: [{ path: 'url' }] })
    expect(kind.read({ url: 'no address' }, undefined)).toMatchObject({ ok: false })
  })
})

const allowing = (text: string): OutboundAllow => {
  const read = readAllow(text)
  if (!read.ok) throw new Error(read.problem)
  return read.allow
}

test('several go as one', async () => {
  for (const kind of OVER_HTTP) {
    const { receiver, send } = await standing(kind)
    await send({
      id: 'x',
      announcements: [aSuspicion(), aSuspicion({ defect: { id: 8, title: 'Other', severity: 'S2' } })],
    })
    expect(receiver.got).toHaveLength(1)
    expect(receiver.got[0]?.body).toContain('Capture fails with 409')
    expect(receiver.got[0]?.body).toContain('Other')
  }
})

describe('a signed webhook', () => {
  const kind = kindOf('webhook')

  test('holds for a library of the specification, with the key that was made', async () => {
    const { receiver, read, send } = await standing(kind)
    const made = read.made ?? ''
    await send({ ...OUTGOING, id: 'postflight-9-9' })
    const { headers, body } = receiver.got[0] as (typeof receiver.got)[number]
    expect(headers['webhook-id']).toBe('postflight-9-9')
    expect(headers['webhook-timestamp']).toBe(String(NOW / 1000))
    const signature = new Webhook(made).sign('postflight-9-9', new Date(NOW), body)
    expect(headers['webhook-signature']).toBe(signature)
    expect(JSON.parse(body)).toMatchObject({ type: 'postflight.defect-attributed' })
  })

  test('takes a key of the receiver', () => {
    const key = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
    expect(kind.read({ url: 'https://hooks.example/a', key }, undefined)).toMatchObject({ ok: true, made: undefined })
    for (const bad of ['whsec_short', 'not base64!', `whsec_${Buffer.alloc(65).toString('base64')}`])
      expect(kind.read({ url: 'https://hooks.example/a', key: bad }, undefined)).toMatchObject({
        ok: false,
        problems: [{ path: 'key' }],
      })
  })
})

describe('e-mail', () => {
  const kind = kindOf('mail')
  const toTwo = { settings: { to: 'ana@b.example, ben@b.example' }, secret: '' }
  const sendVia = (url: string, signal?: AbortSignal) =>
    kind.send(
      toTwo,
      OUTGOING,
      partsOf({ mailServer: { url, from: 'Postflight <postflight@b.example>' }, ...(signal && { signal }) }),
    )

  test('goes to everybody by SMTP, as text and as HTML', async () => {
    const smtp = await startSmtp()
    expect(await sendVia(smtp.url)).toEqual({ kind: 'sent', detail: '127.0.0.1 took it.' })
    expect(smtp.got).toHaveLength(1)
    expect(smtp.got[0]).toMatchObject({ from: 'postflight@b.example', to: ['ana@b.example', 'ben@b.example'] })
    const source = smtp.got[0]?.source ?? ''
    expect(source).toContain('Subject: S1 PF-7: Capture fails with 409')
    expect(source).toContain('Message-ID: <postflight-1-2@127.0.0.1>')
    expect(source).toContain('Auto-Submitted: auto-generated')
    expect(source).toContain('text/plain')
    expect(source).toContain('text/html')
  })

  test.each<[FakeSmtp['mood'], string, boolean]>([
    [550, 'refused the mail (550)', false],
    [451, 'does not take mail now (451)', true],
    ['refuses the sign-in', 'refused the sign-in', true],
  ])('that the server answers with %s', async (mood, reason, again) => {
    const smtp = await startSmtp()
    smtp.mood = mood
    const outcome = await sendVia(smtp.url)
    expect(outcome).toMatchObject({ kind: 'failed', again, reason: expect.stringContaining(reason) })
    expect(JSON.stringify(outcome)).not.toContain(MAIL_PASSWORD)
    expect(smtp.got).toEqual([])
  })

  test('ends when this server does, however long the other hangs', async () => {
    const smtp = await startSmtp()
    smtp.mood = 'hangs'
    const stopping = new AbortController()
    const arrived = smtp.nextData()
    const sending = sendVia(smtp.url, stopping.signal)
    await arrived
    stopping.abort()
    expect(await sending).toMatchObject({ kind: 'failed', again: true })
  })

  test('waits when nobody takes it, and when no server is set', async () => {
    const closed = createServer().listen(0, '127.0.0.1')
    await once(closed, 'listening')
    const { port } = closed.address() as { port: number }
    await new Promise((done) => closed.close(done))
    expect(await sendVia(`smtp://127.0.0.1:${port}`)).toMatchObject({
      kind: 'failed',
      again: true,
      reason: expect.stringContaining('cannot be reached'),
    })
    expect(await kind.send(toTwo, OUTGOING, partsOf({}))).toMatchObject({
      kind: 'failed',
      again: true,
      reason: 'There is no mail server: set SMTP_URL and MAIL_FROM.',
    })
  })

  test.each([
    ['', false],
    ['ana@b.example', true],
    ['ana@b.example, ben@b.example\ncleo@c.example', true],
    ['ana', false],
    ['Ana <ana@b.example>', false],
    ['"a b"@b.example', false],
    ['ana@b.example\r\nBcc:x@evil.example', false],
  ])('to %j', (to, isTaken) => {
    expect(kind.read({ to }, undefined).ok).toBe(isTaken)
  })
})
