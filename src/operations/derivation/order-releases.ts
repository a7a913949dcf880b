import { earlier } from '../../core/facts.ts'
import { kindByOrder, kindOf } from '../../core/release/release-kind.ts'
import { anyIncomparable, orderReleases, readReleases } from '../../core/release/version-order.ts'
import type { Db } from '../../store/database.ts'
import { listContainments, listReleasesToOrder, savePlace } from '../../store/releases/release-order.ts'
import { getService } from '../../store/services/services.ts'

export interface Reordered {
  readonly knownFrom: number | undefined
  readonly deployedFrom: number | undefined
}

/**
 * Puts the releases of a service in order, and finds which of them count and of what kind their places make them.
 * O(releases of the service); writes only what changed.
 *
 * @returns `knownFrom`: since when the earliest of those was known that changed; `deployedFrom`: when the first of those
 *   was deployed that stand otherwise among the deployed ones; undefined when none did
 */
export async function orderReleasesOf(trx: Db, serviceId: number): Promise<Reordered> {
  const { order } = await getService(trx, serviceId)
  const releases = await listReleasesToOrder(trx, serviceId)
  const read = readReleases(releases, order)
  const containments = anyIncomparable(read) ? await listContainments(trx, serviceId) : []
  const held = new Map(releases.map((release) => [release.id, release]))
  let knownFrom: number | undefined
  const places = orderReleases(read, containments)
  for (const place of places) {
    const release = held.get(place.id)
    if (!release) continue
    const orderKind = place.quarantine ? 'unknown' : kindByOrder(place.version, place.below)
    const kind = kindOf({ ...release.kinds, byOrder: orderKind })
    const isSamePlace = place.key === release.orderKey && place.quarantine === release.quarantine
    if (isSamePlace && orderKind === release.kinds.byOrder && kind === release.kind) continue
    await savePlace(trx, place.id, { orderKey: place.key, quarantine: place.quarantine, kind, orderKind })
    if (!isSamePlace) knownFrom = earlier(knownFrom, release.since)
  }
  return { knownFrom, deployedFrom: movedAmongDeployed(releases, new Map(places.map(({ id, key }) => [id, key]))) }
}

/** Keys may all be others and mean the same: what counts is who stands above whom. */
function movedAmongDeployed(
  releases: readonly {
    readonly id: number
    readonly orderKey: string
    readonly since: number
    readonly deployed: boolean
  }[],
  keys: ReadonlyMap<number, string>,
): number | undefined {
  const deployed = releases.filter((release) => release.deployed)
  const placed = deployed.filter(({ orderKey }) => orderKey !== '')
  const before = [...placed].sort((a, b) => (a.orderKey < b.orderKey ? -1 : 1))
  const after = [...placed].sort((a, b) => ((keys.get(a.id) ?? '') < (keys.get(b.id) ?? '') ? -1 : 1))
  const moved = before.filter((release, i) => after[i] !== release)
  const isNew = deployed.filter(({ orderKey }) => orderKey === '')
  return [...moved, ...isNew].reduce<number | undefined>((first, { since }) => earlier(first, since), undefined)
}
