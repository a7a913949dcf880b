import { isCommitId, MOST_FILES } from '../../core/release/commit.ts'
import { decisiveReplacement } from '../../core/release/release-content.ts'
import type { Db } from '../../store/database.ts'
import { findRepository, listCommits } from '../../store/releases/commits.ts'
import {
  type ContentOwner,
  getContent,
  getContentOwner,
  listReplacements,
  replaceDerivedCommits,
  replaceDerivedFiles,
} from '../../store/releases/release-content.ts'
import { findCommitRange } from './commit-range.ts'

export interface RefreshedContent {
  readonly owner: ContentOwner
  readonly isChanged: boolean
  /** Commits that it contains now and did not before, or the other way round. */
  readonly commits: readonly string[]
}

/**
 * Derives what a release contains beside what senders listed for it: the commits pushed since the release that it
 * replaced, and the files that all of its commits changed. A release named after a commit that is known by another name
 * has nothing of its own.
 */
export async function refreshContent(trx: Db, releaseId: number): Promise<RefreshedContent> {
  const owner = await getContentOwner(trx, releaseId)
  const { stated, derived } = await getContent(trx, owner)
  const repositoryId = owner.aliasOfId === undefined ? await findRepository(trx, owner.service) : undefined
  const pushed = repositoryId === undefined ? [] : await pushedCommits(trx, repositoryId, owner)
  const unlisted = new Set(pushed.filter((sha) => !stated.commits.has(sha)))
  const contained = [...(owner.aliasOfId === undefined ? stated.commits : []), ...unlisted]
  const commits = repositoryId === undefined ? new Map() : await listCommits(trx, repositoryId, contained)

  const changed = new Set<string>([...commits.values()].flatMap(({ files }) => files ?? []))
  const files = [...changed].sort().slice(0, MOST_FILES)
  const commitChange = differenceOf(derived.commits, unlisted)
  const fileChange = differenceOf(derived.files, new Set(files.filter((path) => !stated.files.has(path))))
  await replaceDerivedCommits(trx, releaseId, {
    added: commitChange.added.map((sha) => commits.get(sha) ?? { sha }),
    removed: commitChange.removed,
  })
  await replaceDerivedFiles(trx, owner, fileChange)
  const changedCommits = [...commitChange.added, ...commitChange.removed]
  return {
    owner,
    isChanged: changedCommits.length + fileChange.added.length + fileChange.removed.length > 0,
    commits: changedCommits,
  }
}

async function pushedCommits(trx: Db, repositoryId: number, owner: ContentOwner): Promise<readonly string[]> {
  if (owner.commit === undefined || !isCommitId(owner.commit)) return []
  const replacement = decisiveReplacement(await listReplacements(trx, owner.id))
  if (replacement?.replacedCommit === undefined || !isCommitId(replacement.replacedCommit)) return []
  return (await findCommitRange(trx, repositoryId, replacement.replacedCommit, owner.commit)) ?? []
}

function differenceOf(held: ReadonlySet<string>, wanted: ReadonlySet<string>) {
  return {
    added: [...wanted].filter((one) => !held.has(one)),
    removed: [...held].filter((one) => !wanted.has(one)),
  }
}
