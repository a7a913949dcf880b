import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { OrderPolicy, OrderRule } from '../../../src/core/release/version.ts'
import {
  type Containment,
  orderReleases as placeReleases,
  readReleases,
  type UnorderedRelease,
} from '../../../src/core/release/version-order.ts'

const BY_VERSION: OrderRule = { policy: 'semver' }

const orderReleases = (releases: readonly UnorderedRelease[], rule: OrderRule, containments?: readonly Containment[]) =>
  placeReleases(readReleases(releases, rule), containments)

/** Deployed one after another in the order given, unless told otherwise. */
const release = (version: string, i: number, more: Partial<UnorderedRelease> = {}): UnorderedRelease => ({
  id: i + 1,
  version,
  since: i,
  deployed: true,
  isAlias: false,
  ...more,
})

function inOrder(releases: readonly UnorderedRelease[], rule = BY_VERSION, containments: readonly Containment[] = []) {
  const versions = new Map(releases.map(({ id, version }) => [id, version]))
  return orderReleases(releases, rule, containments)
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ id }) => versions.get(id))
}
const versionsInOrder = (versions: readonly string[], rule = BY_VERSION) =>
  inOrder(
    versions.map((version, i) => release(version, i)),
    rule,
  )

/** A list that is already in order must sort that way from any other. */
function expectOrder(versions: readonly string[], rule = BY_VERSION) {
  expect(versionsInOrder(versions.toReversed(), rule)).toEqual(versions)
}

describe('the order of releases', () => {
  test('is that of their versions, whenever they were deployed', () => {
    expectOrder(['1.0.0-rc.1', '1.0.0', '1.9.0', '1.10.0', '2.0.0', '10.0.0'])
    expectOrder(['99999999999999999999.0.0', '100000000000000000000.0.0'])
    expectOrder(['1.2', '1.2.0.1', '1.2.1', '1.3'])
    expectOrder(['1.0.0-a-1', '1.0.0-a-1.0', '1.0.0-ab', '1.0.0'])
    expectOrder(['2025.12.30', '2026.1.2', '2026.1.2-1', '2026.1.2-10', '2026.11'])
  })

  test('by calendar goes by all the numbers', () => {
    expectOrder(['24.04', '24.04-1', '24.04-10', '24.10'], { policy: 'calendar' })
  })

  test('by deployment goes by first deployment alone', () => {
    expect(versionsInOrder(['9.0.0', '1.0.0'], { policy: 'deployed-at' })).toEqual(['9.0.0', '1.0.0'])
  })

  test('by hand is the list; what is not on it stands above what there was when it was deployed', () => {
    const rule: OrderRule = { policy: 'manual', listed: ['zest', 'amber', 'mint'] }
    expect(versionsInOrder(['mint', 'zest', 'odd', 'amber'], rule)).toEqual(['zest', 'amber', 'mint', 'odd'])
  })

  test('a service that changes its scheme goes on above the old one, and a late old version stays below', () => {
    expect(versionsInOrder(['4710', '4711', '1.0.0', '1.1.0', '2026.1', '4712'])).toEqual([
      '4710',
      '4711',
      '4712',
      '1.0.0',
      '1.1.0',
      '2026.1',
    ])
  })

  test('commits and names stand above the highest version there was when they were deployed', () => {
    expect(versionsInOrder(['bookworm', '1.0.0', 'c0ffee1', '2.0.0', '1.5.0', 'c0ffee2'])).toEqual([
      'bookworm',
      '1.0.0',
      'c0ffee1',
      '1.5.0',
      '2.0.0',
      'c0ffee2',
    ])
  })

  test('a commit that another contains comes before it, whenever it was deployed', () => {
    const [older, newer] = [release('aaaaaa1', 5), release('bbbbbb2', 1)]
    expect(inOrder([older, newer])).toEqual(['bbbbbb2', 'aaaaaa1'])
    const contained = [{ partId: older.id, wholeId: newer.id }]
    expect(inOrder([older, newer], BY_VERSION, contained)).toEqual(['aaaaaa1', 'bbbbbb2'])
  })

  test('a commit that a tagged release contains comes before that one', () => {
    const [tagged, bare] = [release('1.1.0', 1), release('aaaaaa1', 3)]
    const contained = [{ partId: bare.id, wholeId: tagged.id }]
    expect(inOrder([release('1.0.0', 0), tagged, bare], BY_VERSION, contained)).toEqual(['1.0.0', 'aaaaaa1', '1.1.0'])
  })

  test('calendar versions of one day that differ in their commit follow their first deployments', () => {
    expect(versionsInOrder(['20260131-ffffff1', '20260131-aaaaaa1', '20260130-bbbbbb1'])).toEqual([
      '20260130-bbbbbb1',
      '20260131-ffffff1',
      '20260131-aaaaaa1',
    ])
  })
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
    fc.constantFrom('2026.1', '2026.01.02', '20260103', '4711', '4712', 'latest', '999.9.9', '0.0.0-dev'),
    fc.string({ maxLength: 12 }),
    fc.stringMatching(/^[0-9a-f]{40}$/),
  )
  const releases = fc
    .uniqueArray(fc.record({ version, since: fc.nat({ max: 5 }), deployed: fc.boolean(), isAlias: fc.boolean() }), {
      maxLength: 20,
      selector: ({ version }) => version,
    })
    .map((list) => list.map((one, i) => ({ ...one, id: i + 1 })))
  const containments = fc.array(
    fc.record({ partId: fc.integer({ min: 1, max: 20 }), wholeId: fc.integer({ min: 1, max: 20 }) }),
  )
  const policy = fc.constantFrom<OrderPolicy>('semver', 'calendar', 'deployed-at', 'manual')

  test('is total and no matter of who came first: a shuffle gives the same places, and no two share one', () => {
    fc.assert(
      fc.property(
        releases.chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length }))),
        containments,
        policy,
        ([list, shuffled], contained, policy) => {
          const rule = { policy, listed: list.slice(0, 3).map(({ version }) => version) }
          const places = (these: readonly UnorderedRelease[]) =>
            orderReleases(these, rule, contained).sort((a, b) => a.id - b.id)
          expect(places(shuffled)).toEqual(places(list))
          expect(new Set(places(list).map(({ key }) => key)).size).toBe(list.length)
        },
      ),
    )
  })

  test('of one family is that of comparing two by two', () => {
    const numbers = fc.tuple(fc.nat({ max: 50 }), fc.nat({ max: 2000 }), fc.nat({ max: 2000 }))
    fc.assert(
      fc.property(numbers, numbers, (a, b) => {
        const difference = a[0] - b[0] || a[1] - b[1] || a[2] - b[2]
        fc.pre(difference !== 0)
        expect(versionsInOrder([a.join('.'), b.join('.')])[difference < 0 ? 0 : 1]).toBe(a.join('.'))
      }),
    )
  })
})

describe('versions that somebody made up', () => {
  const known = ['4.17.0', '4.18.0', '2026.1', '4711'].map((version, i) => release(version, i))
  const since = Date.UTC(2026, 0, 31)
  const quarantined = (version: string, more: Partial<UnorderedRelease> = {}) =>
    orderReleases([...known, release(version, 9, { since, deployed: false, ...more })], BY_VERSION).find(
      ({ id }) => id === 10,
    )?.quarantine

  test.each([
    ['999.9.9', 'all nines'],
    ['99.99.99', 'all nines'],
    ['0.0.0', 'before they have a version'],
    ['0.0.0-dev', 'before they have a version'],
    ['v0.0.0+1a2b3c4', 'before they have a version'],
    ['latest', 'placeholder'],
    ['Unknown', 'placeholder'],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: this is what unfilled templates look like
    ['${VERSION}', 'placeholder'],
    ['{{ .Version }}', 'placeholder'],
    ['%VERSION%', 'placeholder'],
    ['__VERSION__', 'placeholder'],
    ['-', 'placeholder'],
    ['123.4.5', 'far above 4.18.0'],
    ['2099.1', 'in the future'],
    ['99999999', 'far above 4711'],
  ])('%s does not count', (version, why) => {
    expect(quarantined(version)).toContain(why)
  })

  test.each([
    '5.0.0',
    '24.04',
    '54.0.0',
    '4.18.1-SNAPSHOT',
    '0.0.1',
    '2027.1',
    '99',
    '400000',
    'c0ffee1',
    'blue',
    'latest-fix',
  ])('%s does', (version) => {
    expect(quarantined(version)).toBeUndefined()
  })

  test('a deployment confirms any of them', () => {
    for (const version of ['999.9.9', '0.0.0-dev', 'latest', '123.4.5'])
      expect(quarantined(version, { deployed: true })).toBeUndefined()
  })

  test('a high number is far above a low one, not above one half as high', () => {
    const beside = (highest: string) =>
      orderReleases([release(highest, 0), release('300.1.0', 1, { deployed: false })], BY_VERSION)[1]?.quarantine
    expect([beside('149.0.0'), beside('150.0.0')]).toEqual([expect.stringContaining('far above 149.0.0'), undefined])
  })

  test('without a deployed version to compare with, a high one counts', () => {
    expect(orderReleases([release('123.4.5', 0, { deployed: false })], BY_VERSION)[0]?.quarantine).toBeUndefined()
  })

  test('stand below everything and are nobody’s neighbour', () => {
    const places = orderReleases(
      [release('4.17.0', 0), release('999.9.9', 1, { deployed: false }), release('4.18.0', 2)],
      BY_VERSION,
    )
    const key = (id: number) => places.find((place) => place.id === id)?.key ?? ''
    expect(key(2) < key(1) && key(1) < key(3)).toBe(true)
    expect(places.map(({ below }) => below?.text)).toEqual([undefined, undefined, '4.17.0'])
  })

  test('begin no scheme and raise nothing that is deployed later', () => {
    const releases = [release('2099.1', 0, { deployed: false }), release('1.0.0', 1), release('2026.1', 2)]
    expect(inOrder(releases)).toEqual(['2099.1', '1.0.0', '2026.1'])
  })
})

test('the neighbour below is the nearest proper release of the same family', () => {
  const versions = ['1.0.0', '1.1.0-rc.1', '1.1.0', 'c0ffee1', '2026.1', '1.0.1']
  const places = orderReleases(
    [...versions.map((version, i) => release(version, i)), release('1.0.9', 9, { isAlias: true })],
    BY_VERSION,
  )
  expect(places.slice(0, 6).map(({ below }) => below?.text)).toEqual([
    undefined,
    '1.0.1',
    '1.0.1',
    undefined,
    undefined,
    '1.0.0',
  ])
})
