import { z } from 'zod'
import type { Db } from '../../store/database.ts'
import type { BroughtCommitPosition, BroughtCommits } from '../../store/releases/brought-commits.ts'
import { cursorOf, encodeCursor } from '../api/cursor.ts'
import { readDeploymentSearch } from './deployment-search.ts'

export interface CommitQuery {
  readonly service: string
  readonly env: string
  readonly from: string
  readonly to: string
  readonly part: string
}

/**
 * Which commits an address asks for: those that the lead time of a `service` in an `env` counts, from `from` to `to`, or
 * with `part=all` all of which it counts some. Undefined where it does not name all of these.
 */
export async function readCommitSearch(
  db: Db,
  query: URLSearchParams,
  scope: { readonly now: number; readonly zone: string },
): Promise<{ readonly asked: CommitQuery; readonly commits: BroughtCommits; readonly span: Span } | undefined> {
  const part = query.get('part') === 'all' ? 'all' : 'counted'
  const deployments = new URLSearchParams({ metric: 'changeLeadTime', part })
  for (const name of ['service', 'env', 'from', 'to'] as const) deployments.set(name, query.get(name) ?? '')
  const { filter, asked, unknown } = await readDeploymentSearch(db, deployments, scope)
  if (unknown.length > 0 || !filter.ids) return undefined
  const { service, env, from, to } = asked
  return {
    asked: { service, env, from, to, part },
    commits: { deploymentIds: filter.ids, timed: part === 'counted' },
    span: { from: filter.from, to: filter.to },
  }
}

interface Span {
  readonly from: number | undefined
  readonly to: number | undefined
}

const place = cursorOf(
  z.object({ deployedAt: z.int(), releaseId: z.int(), sha: z.string().max(200), shown: z.int().min(0) }),
)

/** The place after which the next page begins, with the rows before it. */
export const encodeCommitPlace = ({ deployedAt, releaseId, sha }: BroughtCommitPosition, shown: number): string =>
  encodeCursor({ deployedAt, releaseId, sha, shown })

export const readCommitPlace = (text: string) => place.safeParse(text)
