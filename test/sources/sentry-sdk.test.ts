import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { DefectEvent, SessionsEvent } from '../../src/core/event.ts'
import { readEnvelope } from '../../src/sources/sentry-sdk/envelope.ts'
import { sentrySdk } from '../../src/sources/sentry-sdk/index.ts'
import { stableFrames } from '../../src/sources/sentry-sdk/stable-frames.ts'
import type { RawDelivery } from '../../src/sources/source.ts'
import { only, problemsOf, reasonOf, receivedAt } from './deliveries.ts'

const ID = '0b7c0b5a5c444aaeab6ae3b3326aabd3'
const KEY = '9f2c4e6a8b0d1f3a5c7e9b1d3f5a7c9e'

const sent = (body: string | Uint8Array, more: Partial<RawDelivery> = {}): RawDelivery => ({
  headers: { 'content-type': 'application/x-sentry-envelope' },
  body: Buffer.from(body),
  receivedAt,
  service: 'checkout-api',
  ...more,
})
const envelope = (...lines: unknown[]) => sent(lines.map((line) => JSON.stringify(line)).join('\n'))
const event = (more: object = {}) =>
  only<DefectEvent>(sentrySdk.interpret(envelope({ event_id: ID }, { type: 'event' }, { event_id: ID, ...more })))

interface FrameIn {
  function?: string
  filename?: string
  lineno?: number
  in_app?: boolean
}
const thrown = (type: string, value: string, frames: FrameIn[] = [], more: object = {}) =>
  event({ exception: { values: [{ type, value, stacktrace: { frames } }] }, ...more })

describe('an envelope', () => {
  const bytes = (text: string) => readEnvelope(Buffer.from(text))
  const typesIn = (text: string) => bytes(text).items.map(({ type }) => type)

  it('has items as long as they say, line feeds and all', () => {
    const { items, problem } = bytes('{}\n{"type":"attachment","length":5}\na\nb\nc\n{"type":"event"}\n{"x":1}\n')
    expect(items.map(({ type, payload }) => [type, Buffer.from(payload).toString()])).toEqual([
      ['attachment', 'a\nb\nc'],
      ['event', '{"x":1}'],
    ])
    expect(problem).toBeUndefined()
  })

  it('counts bytes, not characters', () => {
    const { items } = bytes(`{}\n{"type":"event","length":${Buffer.byteLength('{"x":"é€"}')}}\n{"x":"é€"}`)
    expect(Buffer.from(items[0]?.payload ?? []).toString()).toBe('{"x":"é€"}')
  })

  it.each([
    ['no items', '{}', []],
    ['an empty payload', '{}\n{"type":"session","length":0}\n', ['session']],
    ['an empty payload at the end', '{}\n{"type":"session"}', ['session']],
    ['line ends of Windows and blank lines', '{}\r\n{"type":"event"}\r\n{}\r\n\r\n', ['event']],
  ])('may have %s', (_, text, types) => {
    expect(typesIn(text)).toEqual(types)
    expect(bytes(text).problem).toBeUndefined()
  })

  it.each([
    ['no JSON to begin with', 'hello', 'header'],
    ['a list to begin with', '[]', 'header'],
    ['an item without a type', '{}\n{}\n{}', 'items.0'],
    ['an item beyond its end', '{}\n{"type":"event","length":9}\n{}', 'items.0'],
    ['an item of negative length', '{}\n{"type":"event","length":-1}\n{}', 'items.0'],
    ['an item of half a byte', '{}\n{"type":"event","length":0.5}\n{}', 'items.0'],
    ['an item longer than it says', '{}\n{"type":"event","length":1}\n{}', 'items.0'],
  ])('with %s is read up to there', (_, text, path) => {
    expect(bytes(text).problem?.path).toBe(path)
  })

  it('of endless items is read up to a thousand', () => {
    const { items, problem } = bytes(`{}${'\n{"type":"x"}\n{}'.repeat(1_001)}`)
    expect(items.length).toBe(1_000)
    expect(problem?.message).toMatch(/1000/)
  })

  it('never makes reading throw', () => {
    const piece = fc.constantFrom('{}', '\n', '{"type":"event"}', '{"type":"a","length":3}', 'abc', '{"length":1e400}')
    fc.assert(fc.property(fc.array(piece), (pieces) => void bytes(pieces.join(''))))
  })

  it('that is damaged loses only what is damaged', () => {
    const made = sentrySdk.interpret(
      envelope({}, { type: 'event' }, { message: 'Conflict' }, { type: 'event' }, 'no object'),
    )
    expect(only<DefectEvent>(made).title).toBe('Conflict')
    expect(made).toMatchObject({ notes: ['items.1 could not be read: must be an object.'] })
    expect(problemsOf(sentrySdk.interpret(envelope({}, { type: 'event' }, [])))).toEqual([
      { path: 'items.0', message: 'must be an object' },
    ])
  })
})

describe('the key', () => {
  const believes = (delivery: RawDelivery) => sentrySdk.verify(delivery, [KEY])
  const withDsn = (dsn: unknown) => envelope({ dsn }, { type: 'event' }, {})

  it('may be in the address, in a header, or in the DSN of the envelope', () => {
    expect(believes({ ...envelope({}), pathToken: KEY })).toBe(true)
    expect(believes(sent('{}', { headers: { 'x-sentry-auth': `Sentry sentry_key=${KEY},sentry_version=7` } }))).toBe(
      true,
    )
    expect(believes(withDsn(`http://${KEY}@127.0.0.1:3000/1`))).toBe(true)
    expect(believes(withDsn(`https://${KEY}:old-secret-part@postflight.example/path/1`))).toBe(false)
    expect(believes(withDsn(`https://${KEY}:0123456789abcdef@postflight.example/path/1`))).toBe(true)
  })

  it.each([undefined, null, 7, '', 'no address', `ftp://${KEY}@h/1`, 'http://@h/1', `http://x${KEY}@h/1`])(
    'is not in the DSN %j',
    (dsn) => expect(believes(withDsn(dsn))).toBe(false),
  )

  it('counts in the first place that has one', () => {
    const rightInDsn = withDsn(`http://${KEY}@127.0.0.1/1`)
    expect(believes({ ...rightInDsn, pathToken: 'another' })).toBe(false)
    expect(believes({ ...rightInDsn, headers: { 'x-sentry-auth': 'Sentry sentry_key=another' } })).toBe(false)
  })
})

describe('the id of a delivery', () => {
  it('is that of the error it brings, at either address, with or without dashes', () => {
    const dashed = '0b7c0b5a-5c44-4aae-ab6a-e3b3326aabd3'
    const bare = sent(JSON.stringify({ event_id: dashed }), { headers: { 'content-type': 'application/json' } })
    expect(sentrySdk.deliveryId(bare)).toBe(`event ${ID}`)
    expect(sentrySdk.deliveryId(envelope({ event_id: ID, sent_at: 'now' }, { type: 'event' }, {}))).toBe(`event ${ID}`)
  })

  it('is another one for what is sent beside the error', () => {
    const beside = envelope({ event_id: ID, sent_at: '2026-03-02T10:00:00Z' }, { type: 'attachment' }, 'x')
    expect(sentrySdk.deliveryId(beside)).toMatch(/^sent [0-9a-f]{64}$/)
  })

  it('is missing where the same bytes may be another count', () => {
    expect(sentrySdk.deliveryId(envelope({}, { type: 'sessions' }, {}))).toBeUndefined()
    expect(sentrySdk.sameBody).toBe('new')
  })
})

describe('an error', () => {
  it.each([
    ['checkout@2.4.1', '2.4.1', undefined],
    ['@acme/checkout@2.4.1+build.7', '2.4.1+build.7', undefined],
    ['2.4.1', '2.4.1', undefined],
    [
      'C0FFEE254729296A45A3885639AC7E10F9D54979',
      'C0FFEE254729296A45A3885639AC7E10F9D54979',
      'c0ffee254729296a45a3885639ac7e10f9d54979',
    ],
    ['', undefined, undefined],
    [null, undefined, undefined],
  ])('of release %j is in version %j', (release, version, commit) => {
    expect(event({ release })).toMatchObject({ version, commit })
  })

  it.each([
    ['fatal', 'S1'],
    ['error', 'S2'],
    ['warning', 'S3'],
    ['info', 'S4'],
    ['debug', 'S4'],
    [undefined, 'S2'],
  ])('of level %s is %s', (level, severity) => {
    expect(event({ level }).severity).toBe(severity)
  })

  it.each([
    ['seconds', 1772445600.25, 1772445600250],
    ['text', '2026-03-02T10:00:00.25Z', 1772445600250],
    ['text without a zone', '2026-03-02T10:00:00', 1772445600000],
    ['nothing', undefined, receivedAt],
    ['the year 1970', 17, receivedAt],
    ['the future', receivedAt / 1000 + 86_400, receivedAt],
    ['no number', Number.MAX_VALUE, receivedAt],
    ['no time', 'soon', receivedAt],
  ])('of a time in %s is seen then, or on receipt', (_, timestamp, at) => {
    expect(event({ timestamp })).toMatchObject({ at, occurredAt: at })
  })

  it.each<[string, object, string]>([
    ['an exception', { exception: { values: [{ type: 'E1', value: 'one\ntwo' }] } }, 'E1: one'],
    [
      'causes',
      {
        exception: {
          values: [
            { type: 'Cause', value: 'c' },
            { type: 'Raised', value: 'r' },
          ],
        },
      },
      'Raised: r',
    ],
    ['an exception without words', { exception: [{ type: 'E1' }] }, 'E1'],
    ['a single exception', { exception: { type: 'E1', value: 'v' } }, 'E1: v'],
    ['a message', { message: 'Card declined' }, 'Card declined'],
    ['a formatted message', { message: { message: 'Card %s', formatted: 'Card 7' } }, 'Card 7'],
    ['a log entry', { logentry: { message: 'Card %s', params: ['7'] } }, 'Card %s'],
    ['a place alone', { transaction: 'GET /' }, 'Error in GET /'],
    ['nothing', {}, 'Error without a message'],
    [
      'nonsense',
      { exception: 7, message: 7, logentry: [], tags: 7, level: {}, fingerprint: {} },
      'Error without a message',
    ],
  ])('with %s has a title', (_, more, title) => {
    expect(event(more).title).toBe(title)
  })

  it('says nothing of who was there', () => {
    const said = event({
      user: { email: 'ana@example.com' },
      tags: { 'user.email': 'ana@example.com', url: 'http://x/?t=1' },
    })
    expect(JSON.stringify(said)).not.toContain('ana@example.com')
  })

  it('of the thread that crashed has its files', () => {
    const frames = [{ filename: 'Cart.swift', function: 'total', in_app: true }]
    const crashed = event({
      exception: { values: [{ type: 'SIGSEGV' }] },
      threads: { values: [{ id: 1 }, { id: 2, crashed: true, stacktrace: { frames } }] },
    })
    expect(crashed.files).toEqual(['Cart.swift'])
  })

  it.each(['transaction', 'csp', 'feedback'])('is not what the older address takes as %s', (type) => {
    const delivery = sent(JSON.stringify({ type }), { headers: { 'content-type': 'application/json' } })
    expect(reasonOf(sentrySdk.interpret(delivery))).toMatch(/no error/)
  })
})

describe('the fingerprint', () => {
  const at = (file: string, name: string, lineno = 1): FrameIn => ({
    filename: file,
    function: name,
    lineno,
    in_app: true,
  })
  const same = (a: DefectEvent, b: DefectEvent) => expect(a.fingerprint).toBe(b.fingerprint)
  const other = (a: DefectEvent, b: DefectEvent) => expect(a.fingerprint).not.toBe(b.fingerprint)
  const capture = at('src/capture.ts', 'capture', 10)

  it('is that of the type and the stack, whatever the words, lines and libraries', () => {
    const one = thrown('Conflict', 'order 17', [capture])
    same(one, thrown('Conflict', 'order 18', [{ ...capture, lineno: 12 }]))
    same(one, thrown('Conflict', 'x', [{ filename: 'node_modules/pg/x.js', function: 'q', in_app: false }, capture]))
    same(one, thrown('Conflict', 'x', [capture, capture, capture]))
    other(one, thrown('Timeout', 'order 17', [capture]))
    other(one, thrown('Conflict', 'order 17', [at('src/capture.ts', 'refund')]))
    other(one, thrown('Conflict', 'order 17', [at('src/refund.ts', 'capture')]))
  })

  it.each<[string, FrameIn, FrameIn]>([
    [
      'the hash of a bundle',
      at('https://a.example/js/main.3f9a2b1c.js', 'capture'),
      at('https://a.example/js/main.9e8d7c6b.js', 'capture'),
    ],
    [
      'a hash as Vite writes it',
      at('/assets/index-BzX3kq9T.js', 'capture'),
      at('/assets/index-Qr_7pLm2.js', 'capture'),
    ],
    [
      'the host and the query',
      at('https://a.example/app.js?v=1', 'capture'),
      at('https://b.example/app.js?v=2', 'capture'),
    ],
    [
      'the folder of a release',
      at('/srv/releases/20260401120000/a.rb', 'capture'),
      at('/srv/releases/20260501120000/a.rb', 'capture'),
    ],
    ['the folder of a version', at('/opt/shop-2.4.1/a.py', 'capture'), at('/opt/shop-2.5.0/a.py', 'capture')],
    ['that it is asynchronous', at('a.ts', 'async Cart.capture'), at('a.ts', 'Cart.capture')],
    ['whose method V8 takes it for', at('a.ts', 'Object.capture [as handler]'), at('a.ts', 'Module.capture')],
    ['the number of a lambda', at('A.java', 'lambda$capture$0'), at('A.java', 'lambda$capture$4')],
    ['the name a minifier gave', at('main.3f9a2b1c.js', 'Xe'), at('main.9e8d7c6b.js', 'tn')],
    ['slashes', at('src\\a.ts', 'capture'), at('src/a.ts', 'capture')],
  ])('does not change with %s', (_, a, b) => {
    same(thrown('Conflict', 'x', [a]), thrown('Conflict', 'x', [b]))
  })

  it('does not change with what a compiler puts around asynchronous functions', () => {
    const helpers = ['fulfilled', 'step', 'Generator.next', 'new Promise', '__awaiter', 'asyncGeneratorStep', '_next']
    const compiled = [...helpers.map((name) => at('src/capture.ts', name)), capture]
    same(thrown('Conflict', 'x', compiled), thrown('Conflict', 'x', [capture]))
    expect(stableFrames(helpers.map((name) => at('src/capture.ts', name)))).not.toEqual([])
  })

  it('keeps apart what a minifier has left one file of', () => {
    const minified = at('main.3f9a2b1c.js', 'e')
    const one = thrown('TypeError', 'order 17 has no total', [minified])
    same(one, thrown('TypeError', 'order 18 has no total', [at('main.9e8d7c6b.js', 't')]))
    other(one, thrown('TypeError', 'card is not a function', [minified]))
  })

  it('takes the cause where what was raised has no stack', () => {
    const values = (name: string) => [
      { type: 'Cause', stacktrace: { frames: [at('a.ts', name)] } },
      { type: 'Raised', value: 'x' },
    ]
    other(event({ exception: { values: values('one') } }), event({ exception: { values: values('two') } }))
  })

  it('of messages is that of the template', () => {
    const logged = (message: string, formatted: string) => event({ logentry: { message, formatted } })
    same(logged('Only %s left', 'Only 3 left'), logged('Only %s left', 'Only a handful left'))
    same(event({ message: 'Card 4711 declined' }), event({ message: 'Card 4712 declined' }))
    other(event({ message: 'Card declined' }), event({ message: 'Card expired' }))
  })

  it('of a message with a stack is that of the message', () => {
    const synthetic = (message: string, lineno: number) =>
      event({
        message,
        exception: {
          values: [
            { value: message, mechanism: { synthetic: true }, stacktrace: { frames: [{ ...capture, lineno }] } },
          ],
        },
      })
    same(synthetic('Card 1 declined', 1), synthetic('Card 2 declined', 2))
    other(synthetic('Card declined', 1), synthetic('Card expired', 1))
    expect(synthetic('Card declined', 1).title).toBe('Card declined')
  })

  it('is what the program set, with our own where it says so', () => {
    const set = (fingerprint: unknown, name = 'capture') => thrown('Conflict', 'x', [at('a.ts', name)], { fingerprint })
    same(set(['payments'], 'one'), set(['payments'], 'two'))
    other(set(['payments']), set(['orders']))
    other(set(['payments', '{{ default }}'], 'one'), set(['payments', '{{ default }}'], 'two'))
    same(set(['payments', '{{default}}'], 'one'), set(['payments', '{{ default }}'], 'one'))
    same(set(['{{ default }}']), set(undefined))
    for (const none of [[], null, {}, 'payments', [null]]) same(set(none), set(undefined))
  })
})

describe('sessions', () => {
  const attrs = { release: 'checkout@2.4.1', environment: 'production' }
  const told = (type: string, payload: object) => sentrySdk.interpret(envelope({}, { type }, payload))
  const started = '2026-03-02T09:00:00Z'

  it.each([
    ['ok', 0],
    ['exited', 0],
    ['errored', 0],
    ['abnormal', 0],
    ['crashed', 1],
    [undefined, 0],
  ])('that are %s have %d crashes', (status, crashed) => {
    const one = only<SessionsEvent>(told('session', { sid: 'a', started, status, attrs }))
    expect(one).toMatchObject({ service: 'checkout-api', version: '2.4.1', total: 1, crashed, name: 'session a' })
  })

  it('are of production where nothing else is said, as SDKs have it', () => {
    const one = only<SessionsEvent>(told('session', { sid: 'a', started, attrs: { release: '2.4.1' } }))
    expect(one.environment).toBe('production')
  })

  it('counted by the minute are put together by the day', () => {
    const at = (started: string, counts: object) => ({ started, ...counts })
    const made = told('sessions', {
      aggregates: [
        at('2026-03-01T23:59:00Z', { exited: 5 }),
        at('2026-03-02T00:01:00Z', { exited: 2, errored: 1, abnormal: 1, unhandled: 1 }),
        at('2026-03-02T00:00:00Z', { crashed: 3 }),
      ],
      attrs,
    })
    expect(made.kind === 'events' && made.events).toMatchObject([
      { beganAt: Date.parse('2026-03-01T23:59:00Z'), total: 5, crashed: 0 },
      { beganAt: Date.parse('2026-03-02T00:00:00Z'), total: 8, crashed: 3 },
    ])
  })

  it.each<[string, string, object]>([
    ['session', 'no release', { sid: 'a', started }],
    ['session', 'an empty release', { sid: 'a', started, attrs: { release: '' } }],
    ['sessions', 'no release', { aggregates: [{ started, exited: 1 }] }],
    ['sessions', 'no counts', { aggregates: [{ started }], attrs }],
  ])('of a %s with %s count for nothing', (type, _, payload) => {
    expect(reasonOf(told(type, payload))).not.toBe('')
  })

  it.each<[string, object]>([
    ['session', { started, attrs }],
    ['session', { sid: 'a', attrs }],
    ['sessions', { attrs }],
    ['sessions', { aggregates: [{ started, exited: -1 }], attrs }],
    ['sessions', { aggregates: [{ started, exited: 0.5 }], attrs }],
    ['sessions', { aggregates: [{ exited: 1 }], attrs }],
  ])('in a %s of %j cannot be read', (type, payload) => {
    expect(told(type, payload)).toMatchObject({ kind: 'unreadable' })
  })
})

describe('an item that is not kept', () => {
  it.each([
    ['transaction', /Transactions/],
    ['profile', /Profiles/],
    ['replay_recording', /Replays/],
    ['check_in', /Check-ins/],
    ['span', /Spans/],
    ['log', /Logs/],
    ['something_new', /items of type "something_new"/],
  ])('%s says why', (type, reason) => {
    expect(reasonOf(sentrySdk.interpret(envelope({}, { type }, {})))).toMatch(reason)
  })

  it('is named in the list of deliveries', () => {
    expect(sentrySdk.eventName?.(envelope({}, { type: 'event' }, {}, { type: 'attachment' }, 'x'))).toBe(
      'event+attachment',
    )
    expect(sentrySdk.eventName?.(sent(''))).toBeUndefined()
  })

  it('reports what the SDK discarded with its counts', () => {
    const reported = (discarded_events: unknown) =>
      reasonOf(sentrySdk.interpret(envelope({}, { type: 'client_report' }, { discarded_events })))
    expect(reported([{ reason: 'queue_overflow', category: 'error', quantity: 3 }])).toMatch(
      /error 3 \(queue_overflow\)/,
    )
    expect(reported('nothing')).toMatch(/nothing/)
  })

  it('makes an empty envelope', () => {
    expect(reasonOf(sentrySdk.interpret(envelope({})))).toBe('The envelope is empty.')
  })
})
