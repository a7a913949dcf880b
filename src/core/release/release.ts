import type { DeploymentEvent, ReleaseEvent, ReleaseKind } from '../event.ts'
import { type Facts, mergeLatest, statedAt } from '../facts.ts'

interface ReleaseFields {
  readonly kind: ReleaseKind | undefined
  readonly commit: string | undefined
  readonly artifact: string | undefined
  readonly name: string | undefined
  readonly notes: string | undefined
  readonly url: string | undefined
  readonly publishedAt: number | undefined
  readonly plannedAt: number | undefined
  readonly withdrawn: boolean | undefined
}

/** All that was said about one release, merged. */
export type ReleaseFacts = Facts<ReleaseFields>

export const releaseFacts = (event: ReleaseEvent): ReleaseFacts => {
  const { kind, commit, artifact, name, notes, url, publishedAt, plannedAt, withdrawn } = event
  return statedAt<ReleaseFields>(
    { kind, commit, artifact, name, notes, url, publishedAt, plannedAt, withdrawn },
    event.at,
  )
}

/** What a deployment says about the release it deploys. */
export const releaseFactsOfDeployment = (event: DeploymentEvent): ReleaseFacts => {
  const { kind, commit, artifact } = event
  return statedAt<Partial<ReleaseFields>>({ kind, commit, artifact }, event.at) as ReleaseFacts
}

export const mergeReleaseFacts = (a: ReleaseFacts, b: ReleaseFacts): ReleaseFacts => mergeLatest(a, b)
