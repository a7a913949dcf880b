import type { DefectStatus, DeploymentStatus, Severity } from '../event.ts'

/** What people see of a defect, as far as processing a delivery may change it. */
export interface SeenDefect {
  readonly title: string
  readonly service: string | undefined
  readonly environment: string | undefined
  readonly severity: Severity
  readonly status: DefectStatus
  /** Version of the release that is suspected to have brought it. */
  readonly suspect: string | undefined
  readonly occurrences: number
  readonly firstSeenAt: number
  readonly lastSeenAt: number
  readonly mergedInto: number | undefined
  /** What else is derived of it: any text, the same when it is the same. */
  readonly rest: string
}

export interface SeenDeployment {
  readonly service: string
  readonly environment: string
  readonly version: string | undefined
  readonly status: DeploymentStatus
  /** deploy, rollback, redeploy or removal; undefined until it succeeded. */
  readonly effect: string | undefined
  readonly at: number
  readonly rest: string
}

export interface SeenRelease {
  readonly service: string
  readonly version: string
  readonly kind: string
  readonly rest: string
}

/** What runs in one place. */
export interface SeenPlace {
  readonly service: string
  readonly environment: string
  readonly version: string | undefined
}

/** The things that a delivery concerns, by id, as they are before it or after it; places by service and environment. */
export interface SeenThings {
  readonly defects: ReadonlyMap<number, SeenDefect>
  readonly deployments: ReadonlyMap<number, SeenDeployment>
  readonly releases: ReadonlyMap<number, SeenRelease>
  readonly places: ReadonlyMap<string, SeenPlace>
}

/** One property of a thing that would be another; `field` is a word for people. */
export interface FieldChange {
  readonly field: string
  /** undefined: nothing */
  readonly from: string | number | undefined
  readonly to: string | number | undefined
  /** The two are instants. */
  readonly isTime?: boolean
}

/** What processing a delivery would make or change. */
export type EffectChange =
  | { readonly kind: 'defect-made'; readonly defect: SeenDefect }
  | { readonly kind: 'defect-changed'; readonly id: number; readonly fields: readonly FieldChange[] }
  | { readonly kind: 'deployment-made'; readonly deployment: SeenDeployment }
  | {
      readonly kind: 'deployment-changed'
      readonly id: number
      readonly deployment: SeenDeployment
      readonly fields: readonly FieldChange[]
    }
  | { readonly kind: 'release-made'; readonly release: SeenRelease }
  | { readonly kind: 'release-changed'; readonly release: SeenRelease; readonly fields: readonly FieldChange[] }
  | {
      readonly kind: 'place-changed'
      readonly place: SeenPlace
      readonly from: string | undefined
    }
  /** What has no page of its own; `n` is what the delivery says of it. */
  | {
      readonly kind: 'counted'
      readonly what: 'commits' | 'sessions'
      readonly service: string
      readonly n: number
    }

/** What processing a delivery again would do. */
export type ReplayPreview =
  | {
      readonly kind: 'effect'
      readonly result: 'processed' | 'ignored' | 'failed'
      readonly reason: string | undefined
      readonly changes: readonly EffectChange[]
      /** Everything that follows from it was worked out; else more may change later. */
      readonly isComplete: boolean
    }
  /** Processing would break, as it did. */
  | { readonly kind: 'breaks'; readonly reason: string }
  /** `too-long`: trying it holds others up too long; `busy`: the database is. */
  | { readonly kind: 'not-found' | 'still-waiting' | 'body-gone' | 'too-long' | 'busy' }

/** What would be different, the gravest first: what runs, then defects, deployments and releases, each by id. */
export function compareSeen(before: SeenThings, after: SeenThings): EffectChange[] {
  return [
    ...placeChanges(before.places, after.places),
    ...inOrder(after.defects).flatMap(([id, defect]) => defectChange(id, before.defects.get(id), defect)),
    ...inOrder(after.deployments).flatMap(([id, one]) => deploymentChange(id, before.deployments.get(id), one)),
    ...inOrder(after.releases).flatMap(([id, release]) => releaseChange(before.releases.get(id), release)),
  ]
}

const inOrder = <Thing>(things: ReadonlyMap<number, Thing>): [number, Thing][] => [...things].sort(([a], [b]) => a - b)

function placeChanges(before: ReadonlyMap<string, SeenPlace>, after: ReadonlyMap<string, SeenPlace>): EffectChange[] {
  return [...new Set([...before.keys(), ...after.keys()])].sort().flatMap((key) => {
    const from = before.get(key)
    const to = after.get(key)
    const place = to ?? (from && { ...from, version: undefined })
    return !place || from?.version === to?.version ? [] : [{ kind: 'place-changed', place, from: from?.version }]
  })
}

function defectChange(id: number, before: SeenDefect | undefined, after: SeenDefect): EffectChange[] {
  if (!before) return [{ kind: 'defect-made', defect: after }]
  const fields = changedFields([
    ['status', before.status, after.status],
    ['severity', before.severity, after.severity],
    ['title', before.title, after.title],
    ['service', before.service, after.service],
    ['environment', before.environment, after.environment],
    ['suspect', before.suspect, after.suspect],
    ['occurrences', before.occurrences, after.occurrences],
    ['first seen', before.firstSeenAt, after.firstSeenAt, true],
    ['last seen', before.lastSeenAt, after.lastSeenAt, true],
    ['merged into', numbered(before.mergedInto), numbered(after.mergedInto)],
  ])
  return fields.length > 0 || before.rest !== after.rest ? [{ kind: 'defect-changed', id, fields }] : []
}

const numbered = (id: number | undefined): string | undefined => (id === undefined ? undefined : `PF-${id}`)

function deploymentChange(id: number, before: SeenDeployment | undefined, after: SeenDeployment): EffectChange[] {
  if (!before) return [{ kind: 'deployment-made', deployment: after }]
  const fields = changedFields([
    ['status', before.status, after.status],
    ['service', before.service, after.service],
    ['environment', before.environment, after.environment],
    ['version', before.version, after.version],
    ['effect', before.effect, after.effect],
    ['time', before.at, after.at, true],
  ])
  const isSame = fields.length === 0 && before.rest === after.rest
  return isSame ? [] : [{ kind: 'deployment-changed', id, deployment: after, fields }]
}

function releaseChange(before: SeenRelease | undefined, after: SeenRelease): EffectChange[] {
  if (!before) return [{ kind: 'release-made', release: after }]
  const fields = changedFields([['kind', before.kind, after.kind]])
  const isSame = fields.length === 0 && before.rest === after.rest
  return isSame ? [] : [{ kind: 'release-changed', release: after, fields }]
}

type Compared = readonly [field: string, from: FieldChange['from'], to: FieldChange['to'], isTime?: boolean]

const changedFields = (compared: readonly Compared[]): FieldChange[] =>
  compared
    .filter(([, from, to]) => from !== to)
    .map(([field, from, to, isTime]) => ({ field, from, to, ...(isTime && { isTime }) }))
