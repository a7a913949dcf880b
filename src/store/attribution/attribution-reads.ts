import { CLOCK_TOLERANCE_MS, MOST_CANDIDATES, type PlaceHistory } from '../../core/attribution/facts.ts'
import type { Db } from '../database.ts'
import { listDependencies } from '../services/service-dependencies.ts'
import type { ServiceRef } from '../services/services.ts'
import { CandidateReleases } from './candidate-releases.ts'
import { NamedReleases } from './named-releases.ts'
import { listReachedPlaces, type ReachedPlace } from './place-history.ts'
import { historyAt, loadPlaceWindow, type PlaceWindow, serves } from './place-window.ts'
import { listPlaces } from './ran-then.ts'
import { findProfile, type HeldProfile } from './service-profiles.ts'
import { UndoneReleases } from './undone-releases.ts'

/** Windows kept of one place; defects are mostly gone through in the order of their time. */
const MOST_WINDOWS = 4

export type Service = Pick<ServiceRef, 'id' | 'name'>

/**
 * What the attributions of several defects look at that is not their own: services, their places and releases. Read when
 * first asked for and remembered, so that judging the next defect of a service costs hardly a query.
 *
 * It holds for one transaction, and in it only while nothing is written but defects and what follows from them: make one
 * where the judging begins, and let go of it where it ends.
 */
export class AttributionReads {
  readonly db: Db
  readonly releases: CandidateReleases
  readonly named: NamedReleases
  readonly #ahead: number
  readonly #dependencies = new Map<number, Promise<readonly Service[]>>()
  readonly #profiles = new Map<number, Promise<HeldProfile>>()
  readonly #places = new Map<number, Promise<readonly ReachedPlace[]>>()
  readonly #windows = new Map<string, readonly PlaceWindow[]>()
  readonly #environments = new Map<string | undefined, Promise<readonly ReachedPlace[]>>()
  readonly #undone = new Map<number, UndoneReleases>()

  /** @param ahead deployments of a place that are read beyond the first defect; more where more defects will follow */
  constructor(db: Db, ahead = 1) {
    this.db = db
    this.#ahead = ahead
    this.releases = new CandidateReleases(db)
    this.named = new NamedReleases(db)
  }

  dependenciesOf(serviceId: number): Promise<readonly Service[]> {
    return once(this.#dependencies, serviceId, () => listDependencies(this.db, serviceId))
  }

  profileOf(serviceId: number): Promise<HeldProfile> {
    return once(this.#profiles, serviceId, () => findProfile(this.db, serviceId))
  }

  /** The environments that the service reached, by name. */
  placesOf(serviceId: number): Promise<readonly ReachedPlace[]> {
    return once(this.#places, serviceId, () => listReachedPlaces(this.db, serviceId))
  }

  /** The environment of that name, or all of tier production when a report names none. */
  environmentsFor(name: string | undefined): Promise<readonly ReachedPlace[]> {
    return once(this.#environments, name, async () =>
      (await listPlaces(this.db, name)).map(({ id, name: environment, tier }) => ({
        environmentId: id,
        environment,
        tier,
      })),
    )
  }

  /** Of one service. */
  undoneOf(service: Service): UndoneReleases {
    const undone = this.#undone.get(service.id) ?? new UndoneReleases(this.db, service, this.named)
    this.#undone.set(service.id, undone)
    return undone
  }

  /**
   * What ran of a service in one environment until an instant.
   *
   * @param limits.after only releases that arrived later than this are candidates
   * @param limits.most candidates, the last ones
   * @returns undefined when nothing had been deployed there
   */
  async historyOf(
    serviceId: number,
    place: ReachedPlace,
    at: number,
    { after, most = MOST_CANDIDATES }: { readonly after: number | undefined; readonly most?: number | undefined },
  ): Promise<PlaceHistory | undefined> {
    const until = at + CLOCK_TOLERANCE_MS
    const key = `${serviceId} ${place.environmentId} ${most}`
    const held = this.#windows.get(key) ?? []
    let window = held.find((one) => serves(one, until))
    if (!window) {
      window = await loadPlaceWindow(this.db, serviceId, place.environmentId, until, { most, ahead: this.#ahead })
      this.#windows.set(key, [window, ...held].slice(0, MOST_WINDOWS))
      this.releases.expect(window.arrivals.map(({ releaseId }) => releaseId))
    }
    return historyAt(window, place, at, after)
  }
}

function once<Key, T>(held: Map<Key, Promise<T>>, key: Key, read: () => Promise<T>): Promise<T> {
  const value = held.get(key) ?? read()
  held.set(key, value)
  return value
}
