import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type OrderPolicy, orderKey, parseVersion, releaseKind } from '../../src/core/version-order.ts'

const inOrder = (versions: readonly string[], policy: OrderPolicy) =>
  versions
    .map((version, i) => ({ version, key: orderKey(version, policy, i) }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ version }) => version)

/** Every pair of a list that is already in order must sort that way. */
function expectOrder(versions: readonly string[], policy: OrderPolicy) {
  expect(inOrder(versions.toReversed(), policy)).toEqual(versions)
}

describe('semver order', () => {
  test('is the precedence of SemVer 2.0 §11', () => {
    expectOrder(
      [
        '1.0.0-alpha',
        '1.0.0-alpha.1',
        '1.0.0-alpha.beta',
        '1.0.0-beta',
        '1.0.0-beta.2',
        '1.0.0-beta.11',
        '1.0.0-rc.1',
        '1.0.0',
      ],
      'semver',
    )
  })

  test('compares numbers as numbers, however long', () => {
    expectOrder(
      ['1.9.0', '1.10.0', '2.0.0', '10.0.0', '99999999999999999999.0.0', '100000000000000000000.0.0'],
      'semver',
    )
  })

  test('takes two and four numbers as well', () => {
    expectOrder(['1.2', '1.2.0.1', '1.2.1', '1.3'], 'semver')
  })

  test('a version with a dash sorts its identifiers, longer ones after shorter ones', () => {
    expectOrder(['1.0.0-a-1', '1.0.0-a-1.0', '1.0.0-ab', '1.0.0'], 'semver')
  })

  test('does not mind what people put in front', () => {
    for (const written of ['v4.18.0', 'release-4.18.0', 'checkout@4.18.0', 'refs/tags/v4.18.0', 'checkout-v4.18.0'])
      expect(parseVersion(written, 'semver')?.numbers, written).toEqual(['4', '18', '0'])
  })

  test('a commit or a name is not a version, and sorts below all versions by its time', () => {
    expect(parseVersion('c0ffee254729296a45a3885639ac7e10f9d54979', 'semver')).toBeUndefined()
    expect(parseVersion('1234567890123456789012345678901234567890', 'semver')).toBeUndefined()
    expect(parseVersion('bookworm', 'semver')).toBeUndefined()
    expect(inOrder(['0.0.1', 'bookworm', 'bullseye'], 'semver')).toEqual(['bookworm', 'bullseye', '0.0.1'])
  })
})

test('calendar order goes by all the numbers', () => {
  expectOrder(['2025.12.30', '2026.1.2', '2026.1.2-1', '2026.1.2-10', '2026.11'], 'calendar')
})

test('deployed-at order goes by first deployment alone', () => {
  expect(inOrder(['9.0.0', '1.0.0'], 'deployed-at')).toEqual(['9.0.0', '1.0.0'])
})

describe('the order of any versions', () => {
  const version = fc.oneof(
    fc
      .tuple(
        fc.nat({ max: 30 }),
        fc.nat({ max: 30 }),
        fc.nat({ max: 30 }),
        fc.constantFrom('', '-rc.1', '-rc.10', '-alpha', '+b1'),
      )
      .map(([a, b, c, rest]) => `${a}.${b}.${c}${rest}`),
    fc.string({ maxLength: 12 }),
    fc.stringMatching(/^[0-9a-f]{40}$/),
  )

  test('is total: a shuffle sorts to the same list, and no two versions share a place', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(version, { maxLength: 20 }),
        fc.constantFrom<OrderPolicy>('semver', 'calendar', 'deployed-at'),
        (versions, policy) => {
          const keys = versions.map((text) => orderKey(text, policy, 1))
          expect(new Set(keys).size).toBe(versions.length)
          const byKey = (list: readonly string[]) =>
            [...list].sort((a, b) => (orderKey(a, policy, 1) < orderKey(b, policy, 1) ? -1 : 1))
          expect(byKey(versions.toReversed())).toEqual(byKey(versions))
        },
      ),
    )
  })

  test('agrees with comparing the numbers one by one', () => {
    const numbers = fc.tuple(fc.nat({ max: 2000 }), fc.nat({ max: 2000 }), fc.nat({ max: 2000 }))
    fc.assert(
      fc.property(numbers, numbers, (a, b) => {
        const difference = a[0] - b[0] || a[1] - b[1] || a[2] - b[2]
        fc.pre(difference !== 0)
        const below = orderKey(a.join('.'), 'semver', 0) < orderKey(b.join('.'), 'semver', 0)
        expect(below).toBe(difference < 0)
      }),
    )
  })
})

describe('the kind of a release', () => {
  test.each([
    ['2.0.0', '1.9.3', 'major'],
    ['1.5.2', '1.4.9', 'minor'],
    ['1.4.3', '1.4.2', 'patch'],
    ['1.4.3.1', '1.4.3', 'patch'],
    ['2.0.0-rc.1', '1.9.0', 'pre-release'],
    ['4.0.0', undefined, 'major'],
    ['4.18.0', undefined, 'minor'],
    ['4.18.2', undefined, 'patch'],
    ['4711', '4710', 'unknown'],
    ['bookworm', '1.0.0', 'unknown'],
    ['1.2.0', '1.2', 'unknown'],
  ])('%s after %s is %s', (version, previous, kind) => {
    expect(releaseKind(version, previous, 'semver')).toBe(kind)
  })

  test('a calendar version says when, not how much', () => {
    expect(releaseKind('2026.2.0', '2026.1.0', 'calendar')).toBe('unknown')
  })
})
