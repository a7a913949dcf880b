import { describe, expect, test } from 'vitest'
import { attribute } from '../../../src/core/attribution/attribute.ts'
import { foundAfter } from '../../../src/core/attribution/lag.ts'
import { releasesPerDay } from '../../../src/core/attribution/release-pace.ts'
import {
  aCandidate,
  aPlace,
  aService,
  probabilityOf,
  ranked,
  runningOneByOne,
  someFacts,
} from '../../support/attribution-facts.ts'
import { day, hours } from '../../support/factories.ts'

const seen = day(30)
const minutes = (n: number) => hours(n / 60)
const three = [aCandidate(1, day(10)), aCandidate(2, day(20)), aCandidate(3, seen - hours(3))]

describe('a defect of which only the time is known', () => {
  test('makes the latest release the first suspect, then the one before', () => {
    expect(ranked(someFacts([aService(three)]))).toEqual([3, 2, 1])
  })

  test.each([1000, minutes(1), minutes(3)])(
    'is laid on a release of %i ms ago before one of an hour: a roll-out begins before it is recorded',
    (ago) => {
      const facts = someFacts([aService([aCandidate(1, seen - hours(1)), aCandidate(2, seen - ago)])])
      expect(ranked(facts)).toEqual([2, 1])
    },
  )

  test('is laid on the higher of two that arrived at the same instant', () => {
    expect(
      ranked(
        someFacts([
          aService([aCandidate(1, seen - hours(2)), aCandidate(2, seen - hours(2))], {}, { detection: 'shipped' }),
        ]),
      ),
    ).toEqual([2, 1])
  })

  test('is less and less likely the work of a release the longer that one has been live', () => {
    const after = (ms: number) => probabilityOf(1, someFacts([aService([aCandidate(1, seen - ms)])]))
    const falling = [minutes(30), hours(12), hours(48), hours(240), hours(1000)].map(after)
    expect(falling).toEqual([...falling].sort((a, b) => b - a))
    expect(falling[0]).toBeGreaterThan(0.9)
    expect(falling[4]).toBeLessThan(0.1)
  })

  test('is laid on a fresh release more surely by a monitor than by an issue that takes days to be written', () => {
    const facts = (sourceKind: 'alert' | 'issue') => someFacts([aService(three)], { sourceKind })
    expect(probabilityOf(3, facts('alert'))).toBeGreaterThan(probabilityOf(3, facts('issue')))
  })

  test('says years as the pages do', () => {
    const [first] = attribute(someFacts([aService([aCandidate(1, seen - hours(24 * 1036))])])).suspects
    expect(first?.evidence.find(({ kind }) => kind === 'time')?.sentence).toContain(
      'live in production for 2 y 10 mo when',
    )
  })

  test('says how long the release had been live', () => {
    const [first] = attribute(someFacts([aService(three)])).suspects
    expect(first?.evidence.find(({ kind }) => kind === 'time')?.sentence).toBe(
      '3.0 had been live in production for 3 h when it was first seen.',
    )
  })
})

describe('clocks that differ', () => {
  const late = (by: number) => someFacts([aService([...three, aCandidate(4, seen + by)])])

  test.each([
    ['at the very instant of', 0],
    ['three minutes after', minutes(3)],
    ['at the end of the tolerance after', minutes(5)],
  ])('put a deployment %s the sighting behind the one before it', (_, by) => {
    const facts = late(by)
    expect(ranked(facts).indexOf(4)).toBeGreaterThan(0)
    expect(probabilityOf(4, facts)).toBeLessThan(0.05)
    expect(probabilityOf(3, facts)).toBeGreaterThan(10 * probabilityOf(4, facts))
  })

  test('put it behind even where nothing had been deployed for two months', () => {
    const facts = someFacts([aService([aCandidate(1, seen - hours(60 * 24)), aCandidate(2, seen + minutes(1))])])
    expect(probabilityOf(1, facts)).toBeGreaterThan(10 * probabilityOf(2, facts))
  })

  test('do not clear it when the file of the stack is its own', () => {
    const changed = [
      ...three.map((one) => ({ ...one, files: Array.from({ length: 20 }, (_, i) => `src/menu/${i}.ts`) })),
      aCandidate(4, seen + minutes(2), { files: ['src/price.ts'] }),
    ]
    expect(ranked(someFacts([aService(changed)], { files: ['src/price.ts'] }))[0]).toBe(4)
  })

  test('do not make a suspect of what was deployed later still', () => {
    expect(ranked(late(minutes(6)))).toEqual([3, 2, 1])
  })
})

describe('a service of which little is recorded', () => {
  const alone = (age: number, over: Partial<Parameters<typeof aPlace>[1]> = {}) => {
    const releases = [aCandidate(1, seen - age)]
    return someFacts([aService(releases, { places: [aPlace(releases, over)] })], { environment: undefined })
  }

  test.each([minutes(5), hours(1), hours(6), hours(24)])(
    'has its one deployment suspected (%i ms before the sighting)',
    (age) => {
      const { state, suspects } = attribute(alone(age))
      expect(state).toBe('suspected')
      expect(suspects[0]?.probability).toBeGreaterThan(0.6)
    },
  )

  test('has the later of two deployments suspected first', () => {
    const facts = someFacts([aService([aCandidate(1, seen - hours(9)), aCandidate(2, seen - hours(2))])])
    expect(attribute(facts)).toMatchObject({ state: 'suspected', suspects: [{ releaseId: 2 }, { releaseId: 1 }] })
  })

  test('may have run in staging alone; then it was seen there', () => {
    const staging = alone(hours(2), { environment: 'staging', tier: 'staging' })
    expect(probabilityOf(1, staging)).toBeCloseTo(probabilityOf(1, alone(hours(2))), 10)
  })

  test('is not called older than its history for want of other suspects', () => {
    const { state, rest, reason } = attribute(alone(hours(24 * 30)))
    expect(state).toBe('unattributed')
    expect(rest.older).toBeLessThan(0.1)
    expect(reason).toBe('Probably no change of yours brought it: as many defects as this come up anyway.')
  })
})

describe('releases before the candidates', () => {
  const recent = Array.from({ length: 40 }, (_, i) => aCandidate(i + 1, seen - hours(4 * (40 - i))))
  const older = (earlierReleases: number, detection: 'hosted' | 'shipped' = 'hosted') =>
    attribute(
      someFacts([
        aService(
          recent,
          { places: [aPlace(recent, { earlierReleases, historyFrom: seen - hours(24 * 400) })] },
          { detection },
        ),
      ]),
    ).rest.older

  test('keep a share when there were some', () => {
    expect(older(2000)).toBeGreaterThan(0.02)
    expect(older(0)).toBeLessThan(older(2000) / 3)
  })

  test.each([2000, 0])('keep what the lags say is not found yet (%i before them)', (earlierReleases) => {
    const place = aPlace(recent, { earlierReleases, historyFrom: seen - hours(24 * 400) })
    const service = aService(recent, { places: [place] })
    const { older: share, noChange } = attribute(someFacts([service])).rest
    const { lagWeights, defectsPerSize, meanSize, backgroundPerDay } = service.profile
    const notFound = (days: number) => 1 - foundAfter(days, lagWeights.error)
    const [oldest, history] = [(40 * 4) / 24, 400]
    const within = earlierReleases > 0 ? notFound(oldest) - notFound(history) : 0
    const pace = releasesPerDay(40 + earlierReleases, history, 'hosted')
    const expected = pace * defectsPerSize * meanSize * (within + 0.5 * notFound(history))
    expect(share / noChange).toBeCloseTo(expected / backgroundPerDay.error, 8)
  })
})

describe('the pace of a service', () => {
  test('is one release a week, or one in two months, until more is known', () => {
    expect(releasesPerDay(1, 0, 'hosted')).toBeCloseTo(1 / 7)
    expect(releasesPerDay(1, 0, 'shipped')).toBeCloseTo(1 / 60)
  })

  test('becomes what was counted', () => {
    expect(releasesPerDay(301, 100, 'hosted')).toBeCloseTo(3, 0)
    expect(releasesPerDay(1, 365, 'hosted')).toBeLessThan(0.002)
  })
})

describe('several environments', () => {
  const production = [aCandidate(1, day(10)), aCandidate(2, seen - hours(2))]
  const staging = [aCandidate(1, day(9)), aCandidate(2, seen - hours(20)), aCandidate(3, seen - hours(1))]
  const service = aService([...production, aCandidate(3, seen - hours(1))], {
    places: [
      aPlace(production),
      aPlace(staging, { environment: 'staging', tier: 'staging', segments: runningOneByOne(staging) }),
    ],
  })

  test('leave out what never ran where it was seen', () => {
    expect(ranked(someFacts([service], { environment: 'production' }))).toEqual([2, 1])
  })

  test('blame the latest there when it was seen in staging', () => {
    expect(ranked(someFacts([service], { environment: 'staging' }))[0]).toBe(3)
  })

  test('stand in for production when the report names none', () => {
    const facts = someFacts([service], { environment: undefined })
    expect(ranked(facts)[0]).toBe(2)
    expect(probabilityOf(3, facts)).toBeGreaterThan(0.01)
  })
})
