import { describe, expect, test } from 'vitest'
import { changeFailures } from '../../../src/core/trends/change-failures.ts'
import { discoveryByAge } from '../../../src/core/trends/discovery-by-age.ts'
import { backlogMoved, failuresMoved, releasesMoved, worstService } from '../../../src/core/trends/moved.ts'
import { comparableReleases, releaseColumns } from '../../../src/core/trends/release-quality.ts'
import { lifeTimes, newestLives } from '../../../src/core/trends/severe-lives.ts'
import { judgedAtomsOf } from '../../../src/core/trends/trends.ts'
import { day, hours } from '../../support/factories.ts'

const release = (releaseId: number, at: number, kind: 'minor' | 'patch' = 'minor') => ({ releaseId, at, kind }) as const
const found = (releaseId: number, at: number, severity: 'S1' | 'S3' = 'S3') => ({ releaseId, at, severity }) as const

describe('releases', () => {
  test('count what was found in their first fourteen days, and are young until then', () => {
    const releases = [1, 2, 3, 4, 5, 6, 7].map((n) => release(n, day(n)))
    const columns = releaseColumns(
      releases,
      [found(1, day(2), 'S1'), found(1, day(15) - 1), found(1, day(15)), found(7, day(8)), found(99, day(3))],
      day(20),
    )
    expect(columns.map(({ total }) => total)).toEqual([2, 0, 0, 0, 0, 0, 1])
    expect(columns[0]?.found).toEqual({ S1: 1, S2: 0, S3: 1, S4: 0 })
    expect(columns.map(({ young }) => young)).toEqual([false, false, false, false, false, false, true])
    // The young one does not move the median of those before it.
    expect(columns.map(({ median }) => median)).toEqual([...Array(5).fill(undefined), 0, undefined])
  })

  test('of alike sizes are compared, and all where sizes are not known', () => {
    const of = (kinds: readonly ('minor' | 'patch' | 'unknown' | 'pre-release')[]) =>
      comparableReleases(kinds.map((kind, i) => ({ releaseId: i, at: i, kind }))).releases.map(({ kind }) => kind)
    expect(of(['minor', 'patch', 'minor', 'minor'])).toEqual(['minor', 'minor', 'minor'])
    expect(of(['unknown', 'patch', 'minor', 'pre-release'])).toEqual(['unknown', 'patch', 'minor'])
    expect(of(['pre-release', 'pre-release', 'patch'])).toEqual(['pre-release', 'pre-release', 'patch'])
  })
})

describe('discovery by age', () => {
  test('counts each defect against the releases that are as old', () => {
    const releases = [release(1, day(0)), release(2, day(0)), release(3, day(8)), release(4, day(9))]
    const curve = discoveryByAge('minor', releases, [found(1, day(0.5)), found(3, day(9)), found(2, day(5))], day(10))
    // Four are a day old, three are two, and then there are too few: what the second showed on its fifth day is left out.
    expect(curve?.means).toEqual([0, 1 / 4 + 1 / 4, 1 / 2])
    expect(curve?.atRisk).toEqual([4, 4, 3])
    expect(discoveryByAge('minor', releases.slice(0, 2), [], day(10))).toBeUndefined()
  })
})

test('lives end with a fix; what is open or given up counts with its time', () => {
  const lives = [
    { seenAt: 0, closedAt: hours(1), fixed: true },
    { seenAt: 0, closedAt: hours(2), fixed: true },
    { seenAt: 0, closedAt: hours(3), fixed: false },
    { seenAt: 0, closedAt: undefined, fixed: false },
  ]
  expect(lifeTimes(lives, hours(100))).toEqual({ defects: 4, fixed: 2, half: hours(2), nineInTen: undefined })
  expect(lifeTimes(lives.slice(0, 2), hours(100)).nineInTen).toBe(hours(2))
})

describe('change failures', () => {
  const weeks = Array.from({ length: 9 }, (_, i) => ({ from: day(7 * i), to: day(7 * i + 7) }))
  const placed = (deployments: number, failed = 0) => ({ deployments, rollbacks: 0, emergencies: 0, failed })

  test('are those of the deployments that are old enough, of all kinds', () => {
    const now = day(10)
    const counted = judgedAtomsOf(weeks, now).map((atom) => ({
      ...atom,
      ...placed(3, 2),
      rollbacks: 1,
      emergencies: 1,
    }))
    expect(counted[1]).toMatchObject({ from: day(7), to: now - hours(72) + 1 })
    expect(changeFailures(counted, weeks, now).slice(0, 3)).toMatchObject([
      { failed: 2, ripe: 5, unripe: 0, share: 0.4 },
      { failed: 2, ripe: 5, unripe: 5, share: 0.4 },
      { failed: 0, ripe: 0, unripe: 5, share: undefined },
    ])
  })

  test('have a share from three deployments on, and a median from eight shares on', () => {
    const counted = weeks.map((week, i) => ({ ...week, ...placed(i === 0 ? 2 : 3) }))
    const failures = changeFailures(counted, weeks, day(100))
    expect(failures.map(({ share }) => share)).toEqual([undefined, ...Array(8).fill(0)])
    expect(failures.map(({ median }) => median)).toEqual([...Array(8).fill(undefined), 0])
  })
})

describe('what moved', () => {
  const columns = (totals: readonly number[]) =>
    totals.map((total, i) => ({
      ...{ release: release(i, i), total, young: false, median: undefined },
      found: { S1: 0, S2: 0, S3: total, S4: 0 },
    }))

  test('is told with both numbers and how many they rest on', () => {
    expect(releasesMoved(columns([5, 6, 4, 5, 7, 5, 6, 4, 2, 1, 2, 3, 2, 1, 2, 2]))).toEqual({
      chart: 'releases',
      title: 'Releases got quieter',
      text: 'Median 2 in the first 14 days of the last 8 releases, 5 of the 8 before.',
    })
    expect(backlogMoved({ found: 60, fixed: 30, givenUp: 2, openBefore: 8, openAfter: 36 })).toEqual({
      chart: 'flow',
      title: 'Finding outpaces fixing',
      text: '60 found, 30 fixed, 2 given up. Open defects went from 8 to 36.',
    })
    expect(backlogMoved({ found: 1600, fixed: 1207, givenUp: 0, openBefore: 4069, openAfter: 4462 })?.text).toBe(
      '1,600 found, 1,207 fixed. Open defects went from 4,069 to 4,462.',
    )
    expect(
      worstService([
        { service: 'quiet', defects: 20, deployments: 100 },
        { service: 'loud', defects: 90, deployments: 100 },
        { service: 'rare', defects: 9, deployments: 2 },
      ])?.text,
    ).toBe('9.0 new defects for every 10 deployments (90 in 100). quiet is next with 2.0 (20 in 100).')
    const weeks = (failed: number) => ({ failed, ripe: 30, unripe: 0, share: failed / 30, median: undefined })
    expect(failuresMoved([weeks(12), weeks(12), weeks(3), weeks(2)])?.title).toBe('Changes fail less often')
  })

  test('is not told when chance does as much, or little is known', () => {
    expect(releasesMoved(columns([5, 3, 4, 2, 6, 1, 5, 3, 4, 2, 5, 3, 2, 6, 1, 4]))).toBeUndefined()
    expect(releasesMoved(columns([9, 9, 9, 0, 0, 0]))).toBeUndefined()
    expect(backlogMoved({ found: 52, fixed: 48, givenUp: 0, openBefore: 1, openAfter: 5 })).toBeUndefined()
    expect(backlogMoved({ found: 10, fixed: 0, givenUp: 0, openBefore: 0, openAfter: 10 })).toBeUndefined()
    expect(
      worstService([
        { service: 'a', defects: 32, deployments: 100 },
        { service: 'b', defects: 30, deployments: 100 },
      ]),
    ).toBeUndefined()
    const weeks = (failed: number) => ({ failed, ripe: 30, unripe: 0, share: failed / 30, median: undefined })
    expect(failuresMoved([weeks(4), weeks(5)])).toBeUndefined()
    expect(failuresMoved([weeks(0), weeks(0)])).toBeUndefined()
  })
})

test('lives of which only the newest are read are parted by an instant', () => {
  const begun = (...at: number[]) => at.map((seenAt) => ({ seenAt, closedAt: undefined, fixed: false }))
  expect(newestLives(begun(9, 8, 7), 3, 1)).toEqual({ list: begun(9, 8, 7), cut: false, from: 1 })
  expect(newestLives(begun(9, 8, 7, 6), 3, 1)).toMatchObject({ list: begun(9, 8, 7), cut: true })
  expect(newestLives(begun(9, 8, 7, 7), 3, 1)).toEqual({ list: begun(9, 8), cut: true, from: 8 })
  expect(newestLives(begun(9, 9, 9, 9), 3, 1)).toEqual({ list: begun(9, 9, 9), cut: true, from: undefined })
})
