import { describe, expect, test } from 'vitest'
import {
  containsFix,
  judgeSighting,
  type RanThen,
  type RegressionAnswer,
  type RegressionFacts,
  type SeenRelease,
  STRAGGLER_MS,
} from '../../../src/core/defect/regression.ts'
import { readVersion } from '../../../src/core/release/version.ts'
import { day } from '../../support/factories.ts'

/** The day on which each was first deployed. */
const DEPLOYED: Readonly<Record<string, number>> = {
  '8.0.0': 1,
  '2024.01.10': 3,
  a1b2c3d: 5,
  '8.1.0': 10,
  '2024.02.01': 13,
  b2c3d4e: 15,
  '8.0.1': 20,
  c3d4e5f: 25,
  '8.1.1': 30,
  '9.0.0': 40,
}
const firstDeployedAt = (version: string) => (DEPLOYED[version] === undefined ? undefined : day(DEPLOYED[version]))

const fixedIn = (...versions: string[]) =>
  versions.map((version) => ({ version: readVersion(version), firstDeployedAt: firstDeployedAt(version) }))

const seenIn = (version: string, contains: Record<string, boolean> = {}): SeenRelease => ({
  version: readVersion(version),
  firstDeployedAt: firstDeployedAt(version),
  contains: new Map(Object.entries(contains)),
})

const running = (version: string, more: Partial<RanThen> = {}): RanThen => ({
  environment: 'production',
  release: seenIn(version),
  share: 1,
  since: day(10),
  rollback: false,
  ...more,
})

type Told = Partial<Omit<RegressionFacts, 'sighting'>> & {
  at?: number
  seen?: SeenRelease
  seenTier?: RegressionFacts['tier']
}
const judge = (fixes: RegressionFacts['fixes'], { at = day(50), seen, seenTier, ...more }: Told) =>
  judgeSighting({
    fixes,
    promises: [],
    claimedAt: day(9),
    ran: undefined,
    tier: undefined,
    sighting: { at, release: seen, tier: seenTier },
    ...more,
  })

describe('a sighting of a fixed defect', () => {
  // The vectors of the research prototype.
  test.each<[string, string[], Told, RegressionAnswer]>([
    ['in the very release', ['8.1.0'], { seen: seenIn('8.1.0') }, 'regression'],
    ['in a later one', ['8.1.0'], { seen: seenIn('9.0.0') }, 'regression'],
    ['on a lower line, which is maintained', ['8.1.0'], { seen: seenIn('8.0.1') }, 'old version still affected'],
    ['on a line the fix was backported to', ['8.1.0', '8.0.1'], { seen: seenIn('8.0.1') }, 'regression'],
    ['before the backport on its line', ['8.1.0', '8.0.1'], { seen: seenIn('8.0.0') }, 'old version still affected'],
    ['on a higher line than the fix', ['8.0.1'], { seen: seenIn('8.1.1') }, 'regression'],
    ['in a commit deployed later', ['b2c3d4e'], { seen: seenIn('c3d4e5f') }, 'regression'],
    ['in a commit deployed before', ['b2c3d4e'], { seen: seenIn('a1b2c3d') }, 'old version still affected'],
    ['in an earlier calendar version', ['2024.02.01'], { seen: seenIn('2024.01.10') }, 'old version still affected'],
    [
      'whatever the numbers, not with that commit',
      ['8.1.0'],
      { seen: seenIn('9.0.0', { '8.1.0': false }) },
      'old version still affected',
    ],
    ['without a version, all running the fix', ['8.1.0'], { ran: running('8.1.0') }, 'regression'],
    ['without a version, within the rollout', ['8.1.0'], { at: day(10.005), ran: running('8.1.0') }, 'straggler'],
    ['without a version, several running', ['8.1.0'], { ran: running('8.1.0', { share: 0.5 }) }, 'possible regression'],
    [
      'without a version, after a rollback',
      ['8.1.0'],
      { ran: running('8.0.0', { rollback: true }) },
      'reappeared by rollback',
    ],
    ['in a name that was never deployed', ['8.1.0'], { at: day(12), seen: seenIn('blue') }, 'possible regression'],
    ['with nothing to go by', ['zzz'], { at: day(1) }, 'unknown'],
    // And ours.
    ['whatever the numbers, with that commit', ['9.0.0'], { seen: seenIn('8.1.0', { '9.0.0': true }) }, 'regression'],
    [
      'without one of two fixes, with the other',
      ['8.1.0', '9.0.0'],
      { seen: seenIn('9.0.0', { '8.1.0': false }) },
      'regression',
    ],
    ['in a later calendar version', ['2024.01.10'], { seen: seenIn('2024.02.01') }, 'regression'],
    ['of another scheme, deployed later', ['8.1.0'], { seen: seenIn('c3d4e5f') }, 'regression'],
    ['of another scheme, deployed before', ['8.1.0'], { seen: seenIn('a1b2c3d') }, 'old version still affected'],
    [
      'on a lower line, deployed after a commit that fixes it',
      ['8.1.0', 'b2c3d4e'],
      { seen: seenIn('8.0.1') },
      'regression',
    ],
    ['in a pre-release of the fix', ['8.1.0'], { seen: seenIn('8.1.0-rc.1') }, 'old version still affected'],
    ['in a later pre-release', ['8.1.0'], { seen: seenIn('8.1.1-rc.1') }, 'regression'],
    [
      'in the old version, though a rollback has it live',
      ['8.1.0'],
      { seen: seenIn('8.0.0'), ran: running('8.0.0', { rollback: true }) },
      'reappeared by rollback',
    ],
    [
      'in the old version while the fix is live',
      ['8.1.0'],
      { seen: seenIn('8.0.0'), ran: running('8.1.0') },
      'old version still affected',
    ],
    [
      'naming the fix within the rollout',
      ['8.1.0'],
      { at: day(10.005), seen: seenIn('8.1.0'), ran: running('8.1.0') },
      'regression',
    ],
    [
      'without a version, several running, none with the fix',
      ['8.1.0'],
      { ran: running('8.0.0', { share: 0.5 }) },
      'unknown',
    ],
    ['in a name never deployed, before the fix was', ['8.1.0'], { at: day(9), seen: seenIn('blue') }, 'unknown'],
    [
      'in another tier',
      ['8.1.0'],
      { seen: seenIn('8.1.1'), tier: 'production', seenTier: 'staging' },
      'possible regression',
    ],
    [
      'in the same tier',
      ['8.1.0'],
      { seen: seenIn('8.1.1'), tier: 'production', seenTier: 'production' },
      'regression',
    ],
    ['with no release named as the fix', [], { seen: seenIn('8.0.0') }, 'unknown'],
    ['with no release named, in a younger release', [], { seen: seenIn('8.1.0') }, 'possible regression'],
    [
      'with a promise nothing has kept',
      [],
      { promises: ['next-release'], seen: seenIn('8.1.0') },
      'old version still affected',
    ],
  ])('%s (fixed in %j)', (_, versions, told, answer) => {
    expect(judge(fixedIn(...versions), told).answer).toBe(answer)
  })

  test('is a straggler for a quarter of an hour, to the millisecond', () => {
    const at = (ms: number) => judge(fixedIn('8.1.0'), { at: day(10) + ms, ran: running('8.1.0') }).answer
    expect([at(1), at(STRAGGLER_MS - 1), at(STRAGGLER_MS)]).toEqual(['straggler', 'straggler', 'regression'])
  })

  test.each<[string[], Told, string]>([
    [['8.1.2'], { seen: seenIn('8.1.3') }, 'Seen in 8.1.3; fixed in 8.1.2 on the same line.'],
    [['8.1.2'], { seen: seenIn('8.1.2') }, 'Seen in 8.1.2, the release that fixes it.'],
    [['8.1.2'], { seen: seenIn('8.1.1') }, 'Seen in 8.1.1, before the fix in 8.1.2 on the same line.'],
    [
      ['8.1.2'],
      { seen: seenIn('8.0.9') },
      'Seen in 8.0.9; fixed in 8.1.2, a higher line, and nothing is said of line 8.0.',
    ],
    [['8.1.2', '8.0.5'], { seen: seenIn('9.0.0') }, 'Seen in 9.0.0; fixed in 8.1.2, a lower line.'],
    [['2024.01.10'], { seen: seenIn('2024.02.01') }, 'Seen in 2024.02.01; fixed in 2024.01.10.'],
    [['b2c3d4e'], { seen: seenIn('c3d4e5f') }, 'Seen in c3d4e5f, first deployed after b2c3d4e, which fixes it.'],
    [
      ['8.1.0'],
      { seen: seenIn('9.0.0', { '8.1.0': true }) },
      'Seen in 9.0.0, whose commits include 8.1.0, which fixes it.',
    ],
    [
      ['8.1.0'],
      { ran: running('8.1.1') },
      'No version was reported; production was running 8.1.1. Seen in 8.1.1; fixed in 8.1.0 on the same line.',
    ],
    [['8.1.0'], { seen: seenIn('blue') }, 'Seen in blue, which cannot be compared with 8.1.0.'],
    [['f'.repeat(40)], { seen: seenIn('f'.repeat(40)) }, 'Seen in ffffffffff, the release that fixes it.'],
  ])('fixed in %j: the comparison is said', (versions, told, sentence) => {
    expect(judge(fixedIn(...versions), told).sentence).toBe(sentence)
  })
})

test('of several fixes each line has its own', () => {
  const fixes = fixedIn('8.1.2', '8.0.5', '7.9.1')
  const contains = (version: string) => containsFix(seenIn(version), fixes).contains
  expect(['8.1.1', '8.1.2', '8.0.4', '8.0.5', '8.0.6', '7.9.0', '7.9.2'].map(contains)).toEqual([
    false,
    true,
    false,
    true,
    true,
    false,
    true,
  ])
  // A line that nobody named: 8.2 is above all of them, 7.8 below all of them.
  expect(['8.2.0', '7.8.9'].map(contains)).toEqual([true, false])
})
