import type { FixedPeriod } from '../../core/defect/defect-course.ts'
import { type FixClaim, type FixPromise, isFixPromise } from '../../core/defect/fix.ts'
import {
  judgeSighting,
  type RanThen,
  type RegressionJudgement,
  type SeenRelease,
  STRAGGLER_MS,
} from '../../core/defect/regression.ts'
import type { EnvironmentTier } from '../../core/event.ts'
import { earlier } from '../../core/facts.ts'
import { quarantineReason } from '../../core/release/quarantine.ts'
import { bestName, familyOf, type OrderRule, readVersion } from '../../core/release/version.ts'
import { findReleaseOfCommit } from '../../store/attribution/named-releases.ts'
import { findNextChange, listPlaces, listRanAt, type Place } from '../../store/attribution/ran-then.ts'
import type { Db } from '../../store/database.ts'
import { type Generation, type StoredFix, storedSayer } from '../../store/defects/judgements.ts'
import { findFirstSighting, listSightingPlaces, type SightingPlace } from '../../store/defects/sightings.ts'
import {
  findHighestDeployed,
  findKnownRelease,
  findPromised,
  type KnownRelease,
  type ResolvedFix,
  readContained,
} from '../../store/releases/known-releases.ts'
import { listReleasesOfCommit } from '../../store/releases/releases.ts'

export interface DefectToJudge {
  readonly id: number
  readonly firstSeenAt: number
  readonly lastSeenAt: number
  /** Undefined when nobody named a service: then there are no releases to compare with. */
  readonly service: { readonly id: number; readonly order: OrderRule } | undefined
  /** Of the environment in which it was found. */
  readonly tier: EnvironmentTier | undefined
}

/** What one sighting means; it stands for all that can mean nothing else. */
export interface JudgedSighting extends RegressionJudgement {
  readonly at: number
  readonly seen: Generation['seen']
}

interface Resolved {
  readonly fixes: readonly ResolvedFix[]
  readonly promises: readonly FixPromise[]
  readonly stored: readonly StoredFix[]
}

/** Judges the sightings of one defect; looks up what that needs, each thing once. */
export class SightingJudge {
  readonly #trx: Db
  readonly #defect: DefectToJudge
  readonly #resolved = new Map<string, Promise<Resolved>>()
  readonly #judged = new Map<FixedPeriod, Promise<JudgedSighting[]>>()
  readonly #known = new Map<string, Promise<KnownRelease | undefined>>()
  readonly #places = new Map<string | undefined, Promise<Place[]>>()
  #highest: Promise<string | undefined> | undefined

  constructor(trx: Db, defect: DefectToJudge) {
    this.#trx = trx
    this.#defect = defect
  }

  /** The releases that claims mean. */
  resolve(claims: readonly FixClaim[]): Promise<Resolved> {
    return once(this.#resolved, JSON.stringify(claims), () => this.#resolve(claims))
  }

  async #resolve(claims: readonly FixClaim[]): Promise<Resolved> {
    const fixes: ResolvedFix[] = []
    const promises: FixPromise[] = []
    const stored: StoredFix[] = []
    for (const { entry, at, by } of claims) {
      const release = await this.#releaseOf(entry, at)
      const version = release?.version ?? (isFixPromise(entry) ? null : entry)
      stored.push({ entry, version, at, by: storedSayer(by) })
      if (version === null) promises.push(entry as FixPromise)
      else if (!fixes.some((fix) => fix.version.text === version))
        fixes.push({
          version: this.#read(version),
          releaseId: release?.id,
          firstDeployedAt: release?.firstDeployedAt,
          commits: [...new Set([release?.commit ?? version, ...(isFixPromise(entry) ? [] : [entry])])],
        })
    }
    return { fixes, promises, stored }
  }

  async #releaseOf(entry: string, at: number): Promise<KnownRelease | undefined> {
    const { service } = this.#defect
    if (!service) return undefined
    if (isFixPromise(entry)) return findPromised(this.#trx, service.id, entry, at)
    return (await this.#find(entry)) ?? (await this.#containing(entry))
  }

  /** The release that a commit is, else the first that contains it, for a fix or a sighting that names only that. */
  async #containing(commit: string): Promise<KnownRelease | undefined> {
    const { service } = this.#defect
    if (!service || readVersion(commit).scheme !== 'sha') return undefined
    const tags = await listReleasesOfCommit(this.#trx, service.id, commit)
    const name =
      bestName(tags.map(({ version }) => version)) ??
      (await findReleaseOfCommit(this.#trx, service.id, commit))?.version
    return name === undefined ? undefined : this.#find(name)
  }

  #find(name: string): Promise<KnownRelease | undefined> {
    const { service } = this.#defect
    return once(this.#known, name, async () => service && (await findKnownRelease(this.#trx, service.id, name)))
  }

  readonly #read = (text: string) => readVersion(text, this.#defect.service?.order)

  /** What the sightings of a period mean, one by one as far as they can differ; the earliest first. */
  sightingsIn(period: FixedPeriod): Promise<JudgedSighting[]> {
    return once(this.#judged, period, async () => {
      const places = await listSightingPlaces(this.#trx, this.#defect.id, { after: period.from, upTo: period.to })
      const judged: JudgedSighting[] = []
      for (const place of places) judged.push(...(await this.#judgePlace(period, place)))
      return judged.sort((a, b) => a.at - b.at)
    })
  }

  async #judgePlace(period: FixedPeriod, place: SightingPlace & { readonly first: number }): Promise<JudgedSighting[]> {
    const claims = await this.resolve(period.fixes)
    const environments = await once(this.#places, place.environment, () => listPlaces(this.#trx, place.environment))
    const seen = await this.#seenIn(place, claims)
    const judged: JudgedSighting[] = []
    for (let at: number | undefined = place.first; at !== undefined; ) {
      const ran = await this.#ranAt(environments, at, claims)
      const judgement = judgeSighting({
        ...claims,
        claimedAt: period.fixedSince,
        sighting: {
          at,
          release: seen?.release,
          tier: place.environment === undefined ? undefined : environments[0]?.tier,
        },
        ran: ran?.running,
        tier: this.#defect.service && this.#defect.tier,
      })
      const where = seen ?? ran
      judged.push({
        ...judgement,
        at,
        seen: where && { version: where.release.version.text, releaseId: where.releaseId },
      })
      // A version that was named means the same at any time.
      if (seen) break
      const next = await this.#nextDifference(environments, at, ran)
      at = next && (await findFirstSighting(this.#trx, this.#defect.id, place, { after: next, upTo: period.to }))
    }
    return judged
  }

  /** After which instant a sighting that names no version may mean something else. */
  async #nextDifference(
    environments: readonly Place[],
    at: number,
    ran: { readonly running: RanThen } | undefined,
  ): Promise<number | undefined> {
    const { service } = this.#defect
    const change = service && (await findNextChange(this.#trx, service.id, environments, at))
    const settled = ran && ran.running.since + STRAGGLER_MS > at ? ran.running.since + STRAGGLER_MS - 1 : undefined
    return earlier(change, settled)
  }

  /** The release that sightings name; undefined when they name none that counts. */
  async #seenIn(place: SightingPlace, claims: Resolved): Promise<Seen | undefined> {
    const name = place.version ?? place.commit
    if (name === undefined) return undefined
    const known = (await this.#find(name)) ?? (place.commit && (await this.#containing(place.commit)))
    if (known ? !known.counts : await this.#isMadeUp(name)) return undefined
    return this.#seen(known || undefined, name, claims)
  }

  async #seen(known: KnownRelease | undefined, name: string, { fixes }: Resolved): Promise<Seen> {
    const contains = known ? await readContained(this.#trx, known, fixes) : new Map<string, boolean>()
    return {
      releaseId: known?.id,
      release: { version: this.#read(known?.version ?? name), firstDeployedAt: known?.firstDeployedAt, contains },
    }
  }

  /** A version that no release has: whether a build made it up, judged as a release would be. */
  async #isMadeUp(name: string): Promise<boolean> {
    const { service, firstSeenAt } = this.#defect
    this.#highest ??= service ? findHighestDeployed(this.#trx, service.id) : Promise.resolve(undefined)
    const text = await this.#highest
    const highest = text === undefined ? undefined : readVersion(text)
    const reason = quarantineReason(readVersion(name), {
      since: firstSeenAt,
      highest: (version) => (highest && familyOf(highest) === familyOf(version) ? highest : undefined),
    })
    return reason !== undefined
  }

  async #ranAt(
    environments: readonly Place[],
    at: number,
    claims: Resolved,
  ): Promise<(Seen & { readonly running: RanThen }) | undefined> {
    const { service } = this.#defect
    if (!service) return undefined
    const ran = await listRanAt(this.#trx, service.id, environments, at)
    const [newest] = ran
    if (!newest) return undefined
    const seen = await this.#seen(await this.#find(newest.version), newest.version, claims)
    const { environment, since, rollback } = newest
    const share = ran.filter(({ version }) => version === newest.version).length / ran.length
    return { ...seen, running: { environment, release: seen.release, share, since, rollback } }
  }
}

interface Seen {
  readonly release: SeenRelease
  readonly releaseId: number | undefined
}

function once<Key, Value>(held: Map<Key, Promise<Value>>, key: Key, find: () => Promise<Value>): Promise<Value> {
  const known = held.get(key)
  if (known) return known
  const found = find()
  held.set(key, found)
  return found
}
