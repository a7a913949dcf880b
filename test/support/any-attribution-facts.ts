import fc from 'fast-check'
import type {
  AttributionFacts,
  CandidateRelease,
  DefectFacts,
  PlaceHistory,
  Running,
  ServiceHistory,
} from '../../src/core/attribution/facts.ts'
import { aCandidate, aPlace, aService, aSighting } from './attribution-facts.ts'
import { day, hours } from './factories.ts'

/** Facts of any shape: up to three services in two environments, canaries, roll-backs, and reports that say anything. */

const MINUTE = 60_000
const seen = day(30)

const FILES = ['src/cart.ts', 'src/price.ts', 'src/shop/menu.ts', 'lib/a.ts', 'lib/b.ts']
const COMMITS = ['0a1b2c3d4e5f', 'f00dcafe1234', 'deadbeef9999']

/** From 60 days before the sighting until ten minutes after it, with the instants that matter most. */
const someInstant = fc.oneof(
  fc.integer({ min: seen - hours(24 * 60), max: seen + 10 * MINUTE }),
  fc.constantFrom(seen, seen - 1, seen + 1, seen + 5 * MINUTE),
)

const someReleases = (firstId: number): fc.Arbitrary<CandidateRelease[]> =>
  fc
    .array(
      fc.record({
        at: someInstant,
        commitCount: fc.option(fc.nat(50), { nil: undefined }),
        files: fc.subarray(FILES),
        commits: fc.subarray(COMMITS),
        references: fc.subarray(['PAY-1', 'PAY-2']),
      }),
      { minLength: 1, maxLength: 6 },
    )
    .map((all) => all.map(({ at, ...over }, i) => aCandidate(firstId + i, at, over)))

const somePlace = (
  environment: 'production' | 'staging',
  releases: readonly CandidateRelease[],
): fc.Arbitrary<PlaceHistory> =>
  fc
    .record({
      parts: fc.array(
        fc.record({ at: someInstant, which: fc.nat(), other: fc.nat(), percent: fc.constantFrom(0, 10, 50, 100) }),
        { maxLength: 8 },
      ),
      earlierReleases: fc.constantFrom(0, 0, 3, 500),
    })
    .map(({ parts, earlierReleases }) => {
      const of = (which: number, share: number): Running => {
        const { id, order } = releases[which % releases.length] as CandidateRelease
        return { releaseId: id, order, share }
      }
      const starts = new Map(parts.map((part) => [part.at, part]))
      const segments = [...starts.values()]
        .sort((a, b) => a.at - b.at)
        .map(({ at, which, other, percent }) => ({
          from: at,
          running: [of(which, percent / 100), of(other, 1 - percent / 100)].filter(({ share }) => share > 0),
        }))
      return aPlace(releases, {
        environment,
        tier: environment,
        segments,
        earlierReleases,
        historyFrom: Math.min(...releases.map(({ firstDeployedAt }) => firstDeployedAt)) - earlierReleases * hours(4),
      })
    })

const someService = (service: string, relation: ServiceHistory['relation'], firstId: number) =>
  someReleases(firstId).chain((releases) =>
    fc
      .record({
        production: somePlace('production', releases),
        staging: fc.option(somePlace('staging', releases)),
        detection: fc.constantFrom('hosted' as const, 'shipped' as const),
        turnedOut: fc.option(fc.record({ shape: fc.constantFrom(0.5, 4), rate: fc.constantFrom(0.5, 2) })),
      })
      .map(({ production, staging, detection, turnedOut }) => {
        const defectsOfRelease = turnedOut ? { [firstId]: turnedOut } : {}
        const service_ = aService(
          releases,
          { service, relation, places: [production, ...(staging ? [staging] : [])] },
          { defectsOfRelease },
        )
        return { ...service_, profile: { ...service_.profile, detection } }
      }),
  )

const stated = (ids: readonly number[]) =>
  fc.constantFrom(...ids, undefined).map((releaseId) => ({ text: `${releaseId ?? 'x'}.0`, releaseId }))

const someDefect = (ids: readonly number[]): fc.Arbitrary<DefectFacts> =>
  fc
    .record({
      sourceKind: fc.constantFrom('alert' as const, 'error' as const, 'issue' as const),
      environment: fc.constantFrom('production', 'staging', 'elsewhere', undefined),
      version: fc.option(stated(ids), { nil: undefined }),
      deployment: fc.option(stated(ids), { nil: undefined, freq: 4 }),
      commits: fc.subarray(COMMITS, { maxLength: 2 }),
      files: fc.subarray(['/app/src/cart.ts', 'src/price.ts', 'other.ts']),
      components: fc.subarray(['shop', 'lib']),
      text: fc.constantFrom(undefined, 'broken since upgrading to 2.0', 'seen in version 1.0, worked in 3.0'),
      links: fc.subarray(['pay-1', 'https://git.example/commit/f00dcafe']),
      unseen: fc.boolean(),
      earlier: fc.array(someInstant, { maxLength: 2 }),
      undone: fc.array(
        fc.record({
          releaseId: fc.constantFrom(...ids),
          at: fc.integer({ min: seen, max: seen + hours(100) }),
          by: fc.constantFrom('rollback' as const, 'revert' as const),
          environment: fc.constant('production'),
          seenAfter: fc.constantFrom(true, false, undefined),
          namesDefect: fc.boolean(),
        }),
        { maxLength: 2 },
      ),
    })
    .map(({ version, deployment, commits, unseen, earlier, ...said }) =>
      aSighting({
        ...said,
        seenIn: { version },
        blamed: { deployment, commits: commits.map((text) => ({ text, releaseId: undefined })) },
        elsewhere: unseen ? [{ environment: 'staging', firstSeenAt: undefined, watchedUntil: seen }] : [],
        earlierSightings: earlier.map((at) => ({ at, environment: undefined })),
      }),
    )

const idsOf = (services: readonly ServiceHistory[]) => services.flatMap(({ releases }) => releases.map(({ id }) => id))

export const anyFacts: fc.Arbitrary<AttributionFacts> = fc
  .oneof(
    fc.tuple(someService('checkout-api', 'own', 1)),
    fc.tuple(someService('checkout-api', 'own', 1), someService('payments', 'dependency', 11)),
    fc.tuple(someService('a', 'any', 1), someService('b', 'any', 11), someService('c', 'any', 21)),
  )
  .chain((services) => someDefect(idsOf(services)).map((defect) => ({ defect, services })))

/** The same facts, everything that is a set in another order. */
export function shuffledFacts({ defect, services }: AttributionFacts, numbers: fc.Stream<number>): AttributionFacts {
  const shuffled = <T>(items: readonly T[]): T[] => {
    const keyed = items.map((item) => ({ item, key: numbers.next().value ?? 0 }))
    return keyed.sort((a, b) => a.key - b.key).map(({ item }) => item)
  }
  return {
    defect: {
      ...defect,
      links: shuffled(defect.links),
      blamed: { ...defect.blamed, commits: shuffled(defect.blamed.commits ?? []) },
      elsewhere: shuffled(defect.elsewhere),
      earlierSightings: shuffled(defect.earlierSightings),
      undone: shuffled(defect.undone),
    },
    services: shuffled(services).map((one) => ({
      ...one,
      releases: shuffled(one.releases),
      places: shuffled(one.places).map((place) => ({
        ...place,
        candidates: shuffled(place.candidates),
        segments: shuffled(place.segments).map((segment) => ({ ...segment, running: shuffled(segment.running) })),
      })),
    })),
  }
}
