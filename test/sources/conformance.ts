import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { keptHeaders } from '../../src/operations/intake/receive-delivery.ts'
import type { RawDelivery, Source } from '../../src/sources/source.ts'
import { faultsIn } from './faults-in.ts'
import { type Fixture, readFixtures } from './fixtures.ts'

export { readFixtures }

/** A way in which a sender of this source proves who it is. */
export interface Credential {
  readonly name: string
  readonly secret: string
  readonly otherSecret: string
  /** The header that carries the proof; it is what the tests damage. */
  readonly header: string
  /** Where in that header the proof begins, after a word such as `Bearer `. */
  readonly proofAt: number
  sign(delivery: RawDelivery, secret: string): Record<string, string>
}

/** What every source must do, whatever it understands. */
export function describeSource(source: Source, credentials: readonly Credential[]): void {
  const fixtures = readFixtures(source.kind)
  const [sample] = fixtures as [Fixture]

  describe(`the ${source.kind} source`, () => {
    for (const credential of credentials) describeVerification(source, credential, sample.delivery)

    it.each(fixtures)('reads $name as expected', ({ delivery, expected }) => {
      expect(source.interpret(delivery)).toEqual(expected)
    })

    it.each(fixtures)('reads $name by the headers that are kept', ({ delivery, expected }) => {
      expect(source.interpret({ ...delivery, headers: keptHeaders(delivery.headers) })).toEqual(expected)
    })

    it.each(fixtures)('takes the media type of $name', ({ delivery }) => {
      const mediaType = delivery.headers['content-type']?.split(';')[0]
      expect(source.contentTypes).toContain(mediaType)
    })

    it.each(fixtures)('gives $name the same id when it comes again', ({ delivery }) => {
      const again = { ...delivery, receivedAt: delivery.receivedAt + 3_600_000 }
      expect(source.deliveryId(again)).toBe(source.deliveryId(delivery))
    })

    it('gives different deliveries different ids', () => {
      const ids = fixtures.flatMap(({ delivery }) => source.deliveryId(delivery) ?? [])
      expect(new Set(ids).size).toBe(ids.length)
    })

    it('finds an empty body and a truncated one unreadable', () => {
      const { delivery } = fixtures.find(({ expected }) => expected.kind === 'events') as Fixture
      for (const body of [new Uint8Array(), delivery.body.slice(0, -1), new Uint8Array([0xff, 0xfe, 0x00])])
        expect(source.interpret({ ...delivery, body }).kind).toBe('unreadable')
    })

    it('never throws, whatever the bytes and headers', () => {
      const header = fc.dictionary(
        fc.constantFrom(
          'content-type',
          'ce-type',
          'x-github-event',
          'authorization',
          'webhook-signature',
          'ce-id',
          'x-gitlab-event',
        ),
        fc.string(),
      )
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 400 }), header, (body, headers) => {
          tryAll(source, { headers, body, receivedAt: sample.delivery.receivedAt })
        }),
      )
    })

    it('never throws on any JSON', () => {
      fc.assert(
        fc.property(fc.constantFrom(...fixtures), fc.json(), ({ delivery }, json) => {
          tryAll(source, { ...delivery, body: Buffer.from(json) })
        }),
      )
    })

    it('never throws when any one value of a real delivery is something else', () => {
      const readable = fixtures.filter(({ delivery }) => isJson(delivery.body))
      fc.assert(
        fc.property(fc.constantFrom(...readable), fc.nat(), strangeValue, ({ delivery }, at, strange) => {
          tryAll(source, {
            ...delivery,
            body: Buffer.from(JSON.stringify(withOneReplaced(delivery.body, at, strange))),
          })
        }),
        { numRuns: 1500 },
      )
    })
  })
}

function describeVerification(source: Source, credential: Credential, sample: RawDelivery): void {
  const { header, secret, otherSecret, proofAt } = credential
  const unsigned: RawDelivery = { ...sample, body: Buffer.from('{"hello":"world"}') }
  const signed = (by = secret): RawDelivery => {
    const headers = { ...unsigned.headers, ...credential.sign(unsigned, by) }
    return { ...unsigned, headers }
  }
  const withProof = (change: (proof: string) => string): RawDelivery => {
    const delivery = signed()
    return { ...delivery, headers: { ...delivery.headers, [header]: change(delivery.headers[header] as string) } }
  }
  const accepts = (delivery: RawDelivery, secrets = [secret]) => source.verify(delivery, secrets)

  describe(`with ${credential.name}`, () => {
    it('believes the right one, under either of two secrets', () => {
      expect(accepts(signed())).toBe(true)
      expect(accepts(signed(), [otherSecret, secret])).toBe(true)
      expect(accepts(signed(otherSecret), [otherSecret, secret])).toBe(true)
    })

    it('does not believe another secret, no secret, an empty secret', () => {
      expect(accepts(signed(otherSecret))).toBe(false)
      expect(accepts(signed(), [])).toBe(false)
      expect(accepts(signed(), [''])).toBe(false)
      expect(accepts(signed(''), [''])).toBe(false)
    })

    it('does not believe any single flipped bit', () => {
      const proof = signed().headers[header] as string
      for (let i = proofAt; i < proof.length; i++)
        for (const bit of [1, 2, 16, 32]) {
          const flipped = String.fromCharCode(proof.charCodeAt(i) ^ bit)
          const forged = withProof(() => proof.slice(0, i) + flipped + proof.slice(i + 1))
          expect(accepts(forged), `character ${i} flipped by ${bit}`).toBe(false)
        }
    })

    const wrong: [string, (proof: string) => string][] = [
      ['shorter', (proof) => proof.slice(0, -1)],
      ['longer', (proof) => `${proof}0`],
      ['empty', () => ''],
      ['only the word before it', (proof) => proof.slice(0, proofAt)],
      // Of a proof that stands alone there is no word to leave out.
      ['without the word before it', (proof) => proof.slice(proofAt || 1)],
      ['doubled, as Node joins repeated headers', (proof) => `${proof}, ${proof}`],
      ['doubled with a wrong one first', (proof) => `${proof.slice(0, -2)}00, ${proof}`],
      ['not ASCII', (proof) => `${proof.slice(0, -1)}é`],
    ]
    // Some senders put no word before it.
    it.each(wrong.filter(([name]) => proofAt > 0 || name !== 'without the word before it'))(
      'does not believe one that is %s',
      (_, change) => {
        expect(accepts(withProof(change))).toBe(false)
      },
    )

    it('does not believe a delivery without one', () => {
      expect(accepts(unsigned)).toBe(false)
      expect(accepts({ ...unsigned, headers: {} })).toBe(false)
    })
  })
}

function tryAll(source: Source, delivery: RawDelivery): void {
  expect(source.verify(delivery, ['whsec_c2VjcmV0', 'secret'])).toBe(false)
  expect(['string', 'undefined']).toContain(typeof source.deliveryId(delivery))
  expect(faultsIn(source.interpret(delivery))).toEqual([])
}

const strangeValue = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom(
    'constructor',
    '__proto__',
    'toString',
    '',
    ' ',
    '\u0000',
    '\ud800',
    '2026-02-30T00:00:00Z',
    '0001-01-01T00:00:00Z',
    '9999-12-31T23:59:59Z',
    '%E0%A4%A',
    'pkg:',
    'pkg:oci/@',
    -1,
    1e308,
    [],
    {},
    null,
    'x'.repeat(30_000),
  ),
)

/** The body with the value at position `at` (counted over all values, modulo their number) replaced. */
function withOneReplaced(body: Uint8Array, at: number, strange: unknown): unknown {
  const root = JSON.parse(Buffer.from(body).toString('utf8'))
  const places: { holder: Record<string, unknown>; key: string }[] = []
  const walk = (holder: Record<string, unknown>) => {
    for (const key of Object.keys(holder)) {
      places.push({ holder, key })
      const inner = holder[key]
      if (typeof inner === 'object' && inner !== null) walk(inner as Record<string, unknown>)
    }
  }
  walk(root)
  const place = places[at % places.length]
  if (place) place.holder[place.key] = strange
  return root
}

function isJson(body: Uint8Array): boolean {
  try {
    return typeof JSON.parse(Buffer.from(body).toString('utf8')) === 'object'
  } catch {
    return false
  }
}
