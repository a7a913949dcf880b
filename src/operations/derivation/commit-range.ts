import type { Db } from '../../store/database.ts'
import {
  listListings,
  listPushedShas,
  listShasPushedOnto,
  listWaysInto,
  type WayInto,
} from '../../store/releases/pushes.ts'
import { listReleasesBuiltFrom } from '../../store/releases/release-content.ts'

/** Pushes between two releases at most; a busy repository has a few dozen a day. */
const MOST_PUSHES = 500
/** Branches followed side by side. */
const MOST_BRANCHES = 100
/** Commits that one release can be found to contain. */
const MOST_COMMITS = 5_000
/** Commits looked through for releases built on a push that came late. */
const MOST_LATER_COMMITS = 50_000

interface Path {
  /** What has to be reached from here. */
  readonly sha: string
  /** From the newest push back. */
  readonly ways: readonly WayInto[]
}

/**
 * The commits between two builds, newest push first: what was pushed after `from` on the shortest way back from `to`.
 * Only moves of branches that senders told of are followed. The same pushes give the same answer, whatever their order
 * of arrival.
 * @returns undefined when no way is known; empty when both are the same
 */
export async function findCommitRange(
  trx: Db,
  repositoryId: number,
  from: string,
  to: string,
): Promise<string[] | undefined> {
  if (from === to) return []
  let paths: readonly Path[] = [{ sha: to, ways: [] }]
  const seen = new Set([to])
  let listings: ReadonlyMap<number, number> | undefined
  for (let depth = 0; depth < MOST_PUSHES && paths.length > 0; depth++) {
    const ways = await listWaysInto(
      trx,
      repositoryId,
      paths.map(({ sha }) => sha),
    )
    if (ways.length === 0) return undefined
    listings ??= positionsOf(await listListings(trx, repositoryId, [from]))
    const next = new Map<string, Path>()
    for (const path of paths)
      for (const way of ways.filter(({ sha }) => sha === path.sha)) {
        const reached = [...path.ways, way]
        const position = listings.get(way.pushId)
        if (way.before === from) return commitsOn(trx, reached, undefined)
        if (position !== undefined && (way.position === undefined || position < way.position))
          return commitsOn(trx, reached, position)
        if (way.before === undefined || seen.has(way.before)) continue
        seen.add(way.before)
        next.set(way.before, { sha: way.before, ways: reached })
      }
    paths = [...next.values()].sort((a, b) => (a.sha < b.sha ? -1 : 1)).slice(0, MOST_BRANCHES)
  }
  return undefined
}

const positionsOf = (listings: readonly WayInto[]): Map<number, number> =>
  new Map(listings.map(({ pushId, position }) => [pushId, position ?? 0]))

/** @param after position of the older build within the last push of the way */
async function commitsOn(trx: Db, ways: readonly WayInto[], after: number | undefined): Promise<string[]> {
  const shas = await listPushedShas(
    trx,
    ways.map(({ pushId }) => pushId),
  )
  const commits = new Set<string>()
  for (const [i, { pushId, position }] of ways.entries()) {
    const end = position === undefined ? undefined : position + 1
    const start = after !== undefined && i === ways.length - 1 ? after + 1 : 0
    for (const sha of (shas.get(pushId) ?? []).slice(start, end).reverse()) commits.add(sha)
  }
  return [...commits].slice(0, MOST_COMMITS)
}

/**
 * The releases whose content may be another one now that there is a push with these commits: those built from one of
 * them, or from anything that was pushed on top.
 */
export async function listReleasesBuiltOn(
  trx: Db,
  repositoryId: number,
  serviceId: number,
  pushed: readonly string[],
): Promise<number[]> {
  const releases = new Set<number>()
  const seen = new Set(pushed)
  let reached: readonly string[] = [...seen]
  for (let depth = 0; depth < MOST_PUSHES && reached.length > 0 && seen.size < MOST_LATER_COMMITS; depth++) {
    const next = new Set<string>()
    for (let start = 0; start < reached.length; start += 500) {
      const shas = reached.slice(start, start + 500)
      for (const id of await listReleasesBuiltFrom(trx, serviceId, shas)) releases.add(id)
      for (const sha of await listShasPushedOnto(trx, repositoryId, shas)) if (!seen.has(sha)) next.add(sha)
    }
    for (const sha of next) seen.add(sha)
    reached = [...next]
  }
  return [...releases]
}
