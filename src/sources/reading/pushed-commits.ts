import { z } from 'zod'
import type { Commit } from '../../core/event.ts'
import { believableInstant, parseInstant } from '../../core/time/instant.ts'
import { filePaths } from './changed-files.ts'
import { fullSha, lineOf, messageOf, texts } from './payload.ts'

/** Commits as GitHub and GitLab list them in a push. */

const text = z.string().nullish()
const paths = texts.nullish()

export const pushedCommitSchema = z.object({
  id: z.string(),
  message: text,
  timestamp: text,
  author: z.object({ name: text, username: text }).nullish(),
  added: paths,
  modified: paths,
  removed: paths,
})
type PushedCommit = z.infer<typeof pushedCommitSchema>

/** One for each of two thousand commits would tell nobody more. */
const MOST_NOTES = 20

/** Those of them that have a full id, in their order. */
export function pushedCommits(
  commits: readonly PushedCommit[] | null | undefined,
  receivedAt: number,
  notes: string[],
): Commit[] {
  const leftOut: string[] = []
  const read = (commits ?? []).flatMap((commit, i) => asCommit(commit, `commits.${i}.files`, receivedAt, leftOut) ?? [])
  notes.push(...leftOut.slice(0, MOST_NOTES))
  return read
}

function asCommit(
  { id, message, author, timestamp, added, modified, removed }: PushedCommit,
  where: string,
  receivedAt: number,
  notes: string[],
): Commit | undefined {
  const sha = fullSha(id)
  if (!sha) return undefined
  const at = parseInstant(timestamp ?? '')
  return {
    sha,
    message: messageOf(message),
    author: lineOf(author?.username ?? author?.name, 200),
    at: at !== undefined && believableInstant(at, receivedAt) ? at : undefined,
    files: filePaths([...(added ?? []), ...(modified ?? []), ...(removed ?? [])], where, notes),
  }
}
