import { z } from 'zod'
import type { Commit, Interpretation, PushEvent, ReleaseEvent } from '../../core/event.ts'
import { cleanLine } from '../../core/text/text.ts'
import { believableInstant, parseInstant } from '../../core/time/instant.ts'
import { ignored, told } from '../interpretation.ts'
import { fullSha, lineOf, listOf, messageOf, parseWith, readTime } from '../reading/payload.ts'
import { originIn, repositorySchema, serviceOf } from './repository.ts'

/** Bitbucket Cloud's push: of a tag it names a release, of a branch it says which commits follow which. */

const text = z.string().nullish()
const commitSchema = z.object({
  hash: text,
  message: text,
  date: text,
  author: z
    .object({ raw: text, nickname: text, user: z.object({ nickname: text, display_name: text }).nullish() })
    .nullish(),
})
const refSchema = z.object({ type: text, name: z.string(), target: commitSchema.nullish() })
const changeSchema = z.object({
  new: refSchema.nullish(),
  old: refSchema.nullish(),
  forced: z.boolean().nullish(),
  truncated: z.boolean().nullish(),
  commits: listOf(commitSchema, 1000).nullish(),
})
type Change = z.infer<typeof changeSchema>

const pushSchema = z.object({
  push: z.object({ changes: listOf(changeSchema, 1000) }),
  repository: repositorySchema,
})
type Repository = z.infer<typeof repositorySchema>

export function readPush(payload: unknown, receivedAt: number): Interpretation {
  const parsed = parseWith(pushSchema, payload)
  if (!parsed.ok) return { kind: 'unreadable', problems: parsed.problems }
  const { push, repository } = parsed.value
  const notes: string[] = []
  const events = push.changes.flatMap((change, i) => {
    if (!change.new) return []
    return change.new.type === 'tag'
      ? (asRelease(change.new, i, repository, receivedAt, notes) ?? [])
      : (asPush(change, repository, receivedAt, notes) ?? [])
  })
  if (events.length > 0) return told(events, notes.slice(0, 20))
  const deleted = push.changes.find((change) => !change.new)?.old
  if (deleted)
    return ignored(
      `${deleted.type === 'tag' ? 'Tag' : 'Branch'} ${cleanLine(deleted.name, 200)} was deleted; what was pushed under it stays known.`,
    )
  return ignored('A push that brings no commit: a branch was made from, or set back to, a known one.')
}

function asRelease(
  { name, target }: z.infer<typeof refSchema>,
  place: number,
  repository: Repository,
  receivedAt: number,
  notes: string[],
): ReleaseEvent | undefined {
  const version = lineOf(name, 200)
  if (!version) return undefined
  return {
    type: 'release',
    origin: originIn(repository),
    service: serviceOf(repository),
    version,
    at: readTime(target?.date, `push.changes.${place}.new.target.date`, receivedAt, notes) ?? receivedAt,
    commit: fullSha(target?.hash),
  }
}

function asPush(change: Change, repository: Repository, receivedAt: number, notes: string[]): PushEvent | undefined {
  const after = fullSha(change.new?.target?.hash)
  if (!after) return undefined
  const name = cleanLine(change.new?.name ?? '', 200)
  // A forced push puts the new commits in place of the old.
  const before = change.forced ? undefined : fullSha(change.old?.target?.hash)
  const listed = [...(change.commits ?? [])].reverse()
  // The last one is told in full where the branch ends, also when none is listed.
  const commits = (listed.length > 0 ? listed : before === undefined ? [] : [change.new?.target]).flatMap(
    (commit) => (commit && asCommit(commit, receivedAt)) ?? [],
  )
  if (commits.length === 0) return undefined
  if (change.truncated)
    notes.push(`Bitbucket lists the last ${listed.length} commits of this push to ${name}; the others are not known.`)
  return {
    type: 'push',
    origin: originIn(repository, { ref: name }),
    service: serviceOf(repository),
    before,
    after,
    commits,
  }
}

function asCommit(
  { hash, message, date, author }: z.infer<typeof commitSchema>,
  receivedAt: number,
): Commit | undefined {
  const sha = fullSha(hash)
  if (!sha) return undefined
  const at = parseInstant(date ?? '')
  const { user, nickname, raw } = author ?? {}
  return {
    sha,
    message: messageOf(message),
    author: lineOf(user?.nickname ?? user?.display_name ?? nickname ?? nameIn(raw), 200),
    at: at !== undefined && believableInstant(at, receivedAt) ? at : undefined,
  }
}

/** `Ana Sample <ana@acme.example>`, cut first: a run of blanks or brackets would be gone through once for each of them. */
const nameIn = (raw: string | null | undefined): string | undefined => lineOf(raw, 500)?.replace(/ ?<[^>]*>$/, '')
