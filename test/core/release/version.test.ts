import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  bestName,
  compareVersions,
  isProper,
  type OrderPolicy,
  readVersion,
  releaseLine,
  type Scheme,
} from '../../../src/core/release/version.ts'

const compare = (a: string, b: string, policy: OrderPolicy = 'semver') =>
  sign(compareVersions(readVersion(a, { policy }), readVersion(b, { policy })))
const sign = (difference: number | undefined) => (difference === undefined ? undefined : Math.sign(difference))

describe('the scheme of a version', () => {
  test.each<[string, Scheme]>([
    ['1.2.3', 'semver'],
    ['v2.1.0-SNAPSHOT', 'semver'],
    ['24.04', 'numeric'],
    ['1.2.3.4', 'numeric'],
    ['2024.1', 'calver'],
    ['20240131', 'calver'],
    ['2024-01-31.2', 'calver'],
    ['20240131-a1b2c3d', 'calver'],
    ['20240131T1200', 'calver'],
    ['2024.13.1', 'semver'],
    ['4711', 'build'],
    ['1234567', 'build'],
    ['build-4711', 'build'],
    ['deadbeef', 'sha'],
    ['da39a3ee5e6b4b0d3255bfef95601890afd80709', 'sha'],
    ['1234567890123456789012345678901234567890', 'sha'],
    ['e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', 'sha'],
    ['checkout@a1b2c3d', 'sha'],
    ['blue', 'opaque'],
    ['', 'opaque'],
    [`${'1.'.repeat(100)}1`, 'opaque'],
  ])('of %s is %s', (text, scheme) => {
    expect(readVersion(text).scheme).toBe(scheme)
  })

  test.each(['v4.18.0', 'release-4.18.0', 'checkout@4.18.0', 'refs/tags/v4.18.0', 'checkout-v4.18.0', 'rel_4_18_0'])(
    'does not mind what people put in front: %s',
    (written) => {
      expect(readVersion(written).numbers).toEqual(['4', '18', '0'])
    },
  )

  test('is nobody’s business where the versions say nothing or a person lists them', () => {
    expect(readVersion('1.2.3', { policy: 'deployed-at' }).scheme).toBe('opaque')
    expect(readVersion('1.2.3', { policy: 'manual', listed: ['zest'] }).scheme).toBe('opaque')
  })

  test('calendar versions may be anything that begins with a number, where the policy says so', () => {
    expect(readVersion('24.04-2', { policy: 'calendar' })).toMatchObject({
      scheme: 'calver',
      numbers: ['24', '4', '2'],
    })
    expect(readVersion('jammy', { policy: 'calendar' }).scheme).toBe('opaque')
  })
})

describe('two versions', () => {
  // The vectors of the research prototype, each both ways.
  test.each<[string, string, number | undefined]>([
    ['1.2.3', '1.2.10', -1],
    ['v1.2.3', '1.2.3', 0],
    ['1.0.0-rc.1', '1.0.0', -1],
    ['1.0.0-alpha', '1.0.0-alpha.1', -1],
    ['1.0.0-alpha.1', '1.0.0-alpha.beta', -1],
    ['1.0.0-beta.2', '1.0.0-beta.11', -1],
    ['1.0.0-rc.1', '1.0.0-beta.11', 1],
    ['2.0', '2.0.0', 0],
    ['1.0.0+build1', '1.0.0+build2', 0],
    ['2024.01.31', '2024.2.1', -1],
    ['20240131', '20240201', -1],
    ['2024-01-31.2', '2024-01-31.10', -1],
    ['24.04', '24.10', -1],
    ['4711', '4712', -1],
    ['app@1.2.3', 'app@1.3.0', -1],
    ['release-3.4.9', 'release-3.4.10', -1],
    ['a1b2c3d', 'b2c3d4e', undefined],
    ['a1b2c3d', '1.2.3', undefined],
    ['2024.01.31', '1.2.3', undefined],
    ['0.9.1-incubating', '0.9.1', 0],
    ['3.0.0-alpha4', '3.0.0-beta1', -1],
    ['1.2.3.4', '1.2.3', 1],
    ['nightly-blue', 'nightly-green', undefined],
    ['1.10.0', '1.9.9', 1],
    // And ours.
    ['4711', '1.2.3', undefined],
    ['1.0.0-rc9', '1.0.0-rc10', -1],
    ['1.0.0-1', '1.0.0-a', -1],
    ['1.2.3', '1.2.3-14-g2414721', -1],
    ['1.2.3-14-g2414721', '1.2.4', -1],
    ['2024.10.5', '2024.10.02', 1],
    ['2024.1-rc1', '2024.1', -1],
    ['20240131-a1b2c3d', '20240131-b2c3d4e', undefined],
    ['20240131-a1b2c3d', '20240201-b2c3d4e', -1],
    ['99999999999999999999.0.0', '100000000000000000000.0.0', -1],
    ['1.2.3-final', '1.2.3', 0],
    ['same', 'same', 0],
  ])('%s and %s', (a, b, expected) => {
    expect(compare(a, b)).toBe(expected)
    expect(compare(b, a)).toBe(expected === undefined ? undefined : 0 - expected)
  })

  test('follow SemVer 2.0 §11 from end to end', () => {
    const inOrder = ['alpha', 'alpha.1', 'alpha.beta', 'beta', 'beta.2', 'beta.11', 'rc.1'].map((pre) => `1.0.0-${pre}`)
    inOrder.push('1.0.0', '2.0.0', '2.1.0', '2.1.1')
    for (const [i, a] of inOrder.entries())
      for (const [k, b] of inOrder.entries()) expect([a, b, compare(a, b)]).toEqual([a, b, Math.sign(i - k)])
  })

  test('compare as the numbers in them do', () => {
    const numbers = fc.tuple(fc.nat({ max: 2000 }), fc.nat({ max: 1900 }), fc.nat({ max: 2000 }))
    fc.assert(
      fc.property(numbers, numbers, (a, b) => {
        // From there on they are years.
        fc.pre(a[0] < 1980 && b[0] < 1980)
        expect(compare(a.join('.'), b.join('.'))).toBe(Math.sign(a[0] - b[0] || a[1] - b[1] || a[2] - b[2]))
      }),
    )
  })

  const anyVersion = fc.oneof(
    fc.string({ maxLength: 12 }),
    fc.stringMatching(/^v?\d{1,4}([._]\d{1,3}){0,4}([-+][a-z0-9.]{0,6})?$/),
  )
  test('are compared the same way round by anybody', () => {
    fc.assert(
      fc.property(anyVersion, anyVersion, (a, b) => {
        const [there, back] = [compare(a, b), compare(b, a)]
        expect(back).toBe(there === undefined ? undefined : 0 - there)
      }),
    )
  })

  const numbered = fc
    .tuple(fc.array(fc.nat({ max: 2 }), { minLength: 2, maxLength: 4 }), fc.stringMatching(/^([-.](a|rc|1)){0,2}$/))
    .map(([numbers, rest]) => `${numbers.join('.')}${rest}`)
  test('in order with a third stay in order', () => {
    fc.assert(
      fc.property(numbered, numbered, numbered, (a, b, c) => {
        const [ab, bc, ac] = [compare(a, b), compare(b, c), compare(a, c)]
        fc.pre(ab !== undefined && bc !== undefined && ac !== undefined && ab <= 0 && bc <= 0)
        expect(ac as number).toBe(ab === 0 && bc === 0 ? 0 : -1)
      }),
      { numRuns: 300 },
    )
  })

  test('that a person listed compare by the list', () => {
    const rule = { policy: 'manual' as const, listed: ['zest', 'amber', 'mint'] }
    const [zest, mint, other] = ['zest', 'mint', 'other'].map((text) => readVersion(text, rule))
    expect(sign(compareVersions(zest as never, mint as never))).toBe(-1)
    expect(compareVersions(zest as never, other as never)).toBeUndefined()
  })
})

test('a release line is major.minor, and only numbered versions have one', () => {
  expect(releaseLine(readVersion('v8.1.3'))).toBe('8.1')
  expect(releaseLine(readVersion('8.1'))).toBe('8.1')
  for (const text of ['2024.01.31', '4711', 'a1b2c3d', 'blue']) expect(releaseLine(readVersion(text))).toBeUndefined()
})

test('a proper release is one that can be compared and is no pre-release', () => {
  expect(['1.0.0', '1.0.0-rc.1', 'a1b2c3d', '4711'].map((text) => isProper(readVersion(text)))).toEqual([
    true,
    false,
    false,
    true,
  ])
})

test('of several names of one commit the highest version is the one to call it by', () => {
  const names = ['latest', 'v2.0.0-rc.1', 'v2.0.0', '2026.1', '77', 'c0ffee1']
  expect(bestName(names)).toBe('v2.0.0')
  expect(bestName(names.toReversed())).toBe('v2.0.0')
  expect(bestName(['77', '2026.1'])).toBe('2026.1')
  expect(bestName([])).toBeUndefined()
})
