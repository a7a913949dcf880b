import { expect, test } from 'vitest'
import { exampleDelivery } from '../../src/sources/example-delivery.ts'
import { sources } from '../../src/sources/index.ts'
import { proofFor } from '../../src/sources/proof/proof.ts'

const NOW = Date.UTC(2026, 4, 1, 12)
const secretFor = (kind: string) =>
  kind === 'standard-webhooks' ? `whsec_${Buffer.alloc(24, 7).toString('base64')}` : 'abcdef0123456789abcdef0123456789'

test.each(sources.filter(({ kind }) => kind !== 'generic').map((source) => [source.kind, source] as const))(
  'an example of %s is proved by its secret alone, and understood',
  (kind, source) => {
    const made = {
      ...exampleDelivery(kind, NOW, 'a1b2c3d4-cc78-41e3-81ab-4c9367dc0958'),
      receivedAt: NOW,
      service: 'shop',
    }
    const sent = { ...made, headers: { ...made.headers, ...proofFor(kind, made, secretFor(kind)) } }
    expect(source.verify(sent, [secretFor(kind)])).toBe(true)
    expect(source.verify(sent, ['another secret, of another sender'])).toBe(false)
    const read = source.interpret(sent)
    expect(read.kind === 'events' ? read.events.length : read).toBe(1)
  },
)

test('two examples are never the same delivery', () => {
  for (const { kind } of sources) {
    const [a, b] = ['a', 'b'].map((id) =>
      exampleDelivery(kind, id === 'a' ? NOW : NOW + 1, `${id}1b2c3d4-cc78-41e3-81ab`),
    )
    expect([a?.headers, Buffer.from(a?.body ?? []).toString()]).not.toEqual([
      b?.headers,
      Buffer.from(b?.body ?? []).toString(),
    ])
  }
})
