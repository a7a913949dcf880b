import { kindByOrder, kindOf } from '../core/release-kind.ts'
import { anyIncomparable, orderReleases, readReleases } from '../core/version-order.ts'
import type { Db } from '../store/database.ts'
import { listContainments, listReleasesToOrder, savePlace } from '../store/release-order.ts'
import { getService } from '../store/services.ts'

/**
 * Puts the releases of a service in order, and finds which of them count and of what kind their places make them.
 * O(releases of the service); writes only what changed.
 *
 * @returns since when the earliest of those was known that changed; undefined when none did
 */
export async function orderReleasesOf(trx: Db, serviceId: number): Promise<number | undefined> {
  const { order } = await getService(trx, serviceId)
  const releases = await listReleasesToOrder(trx, serviceId)
  const read = readReleases(releases, order)
  const containments = anyIncomparable(read) ? await listContainments(trx, serviceId) : []
  const held = new Map(releases.map((release) => [release.id, release]))
  let since: number | undefined
  for (const place of orderReleases(read, containments)) {
    const release = held.get(place.id)
    if (!release) continue
    const orderKind = place.quarantine ? 'unknown' : kindByOrder(place.version, place.below)
    const kind = kindOf({ ...release.kinds, byOrder: orderKind })
    const isSamePlace = place.key === release.orderKey && place.quarantine === release.quarantine
    if (isSamePlace && orderKind === release.kinds.byOrder && kind === release.kind) continue
    await savePlace(trx, place.id, { orderKey: place.key, quarantine: place.quarantine, kind, orderKind })
    if (!isSamePlace) since = Math.min(release.since, since ?? release.since)
  }
  return since
}
