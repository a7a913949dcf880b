import type { Commit } from '../../core/event.ts'
import type { Db } from '../../store/database.ts'
import { ensureRepository, saveCommits } from '../../store/releases/commits.ts'
import {
  listReleasesContaining,
  stateReleaseCommits,
  stateReleaseFiles,
  updateContainedCommits,
} from '../../store/releases/release-content.ts'
import type { Changes } from './settle-changes.ts'

export interface StatedContent {
  readonly commits?: readonly Commit[] | undefined
  readonly files?: readonly string[] | undefined
}

/**
 * Writes the commits and files that a sender lists for a release.
 * @returns whether any of them is new to it
 */
export async function recordContent(
  trx: Db,
  release: { readonly id: number; readonly serviceId: number; readonly service: string },
  { commits = [], files = [] }: StatedContent,
  changes: Changes,
): Promise<boolean> {
  let isNew = files.length > 0 && (await stateReleaseFiles(trx, release, files))
  if (commits.length > 0) {
    const repositoryId = await ensureRepository(trx, release.service)
    const known = await recordCommits(trx, repositoryId, release.serviceId, commits, changes)
    const added = await stateReleaseCommits(trx, release.id, [...known.values()])
    if (added.length > 0) changes.named(release.serviceId, { commits: added })
    isNew ||= added.length > 0
  }
  if (isNew) changes.contentStated(release.id)
  return isNew
}

/**
 * Keeps what is said of commits, and carries what is new in it to the releases that contain them.
 * @param serviceId of the service that is built from the repository, when there is one
 * @returns all that is known of them now
 */
export async function recordCommits(
  trx: Db,
  repositoryId: number,
  serviceId: number | undefined,
  commits: readonly Commit[],
  changes: Changes,
): Promise<ReadonlyMap<string, Commit>> {
  const { known, changed } = await saveCommits(trx, repositoryId, commits)
  if (serviceId === undefined) return known
  for (let start = 0; start < changed.length; start += 500) {
    const shas = changed.slice(start, start + 500)
    const releases = await listReleasesContaining(trx, serviceId, shas)
    if (releases.length === 0) continue
    await updateContainedCommits(
      trx,
      releases,
      shas.map((sha) => known.get(sha) as Commit),
    )
    for (const id of releases) changes.contentStated(id)
  }
  return known
}
