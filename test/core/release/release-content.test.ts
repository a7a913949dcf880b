import { expect, test } from 'vitest'
import type { EnvironmentTier } from '../../../src/core/event.ts'
import { changesByDirectory, decisiveReplacement } from '../../../src/core/release/release-content.ts'
import { writtenAs } from '../../../src/core/release/version-writing.ts'
import { day } from '../../support/factories.ts'

const replacement = (environment: string, tier: EnvironmentTier, at = day(1)) => ({
  environment,
  tier,
  at,
  replacedCommit: undefined,
})

test.each<[string, ReturnType<typeof replacement>[]]>([
  ['production before staging', [replacement('production', 'production', day(2)), replacement('staging', 'staging')]],
  ['staging before testing', [replacement('staging', 'staging', day(2)), replacement('qa', 'testing')]],
  ['production before a canary', [replacement('prod-eu', 'production', day(2)), replacement('canary', 'production')]],
  ['the earlier of two', [replacement('prod-eu', 'production'), replacement('prod-af', 'production', day(2))]],
  ['the first by name of two at once', [replacement('prod-af', 'production'), replacement('prod-eu', 'production')]],
])('%s decides against what the content of a release is counted', (_, replacements) => {
  expect(decisiveReplacement(replacements)).toBe(replacements[0])
  expect(decisiveReplacement([...replacements].reverse())).toBe(replacements[0])
})

test('a release that replaced nothing is counted against nothing', () => {
  expect(decisiveReplacement([])).toBeUndefined()
})

test('changes are counted for each directory that a file lies in', () => {
  const changes = changesByDirectory(
    new Map([
      ['src/Cart/total.ts', 3],
      ['src/cart/src/a.ts', 2],
      ['README.md', 7],
      ['/etc/e', 1],
    ]),
  )
  expect(Object.fromEntries(changes)).toEqual({ src: 5, cart: 5, etc: 1 })
})

test.each([
  ['4.18.0', ['4.18.0', 'v4.18.0']],
  ['v4.18.0', ['v4.18.0', '4.18.0']],
  ['V4', ['V4', '4', 'v4']],
  ['latest', ['latest']],
  ['vesuvius', ['vesuvius']],
])('%s may be written %j', (version, written) => {
  expect(writtenAs(version)).toEqual(written)
})
