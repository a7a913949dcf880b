import type { DefectStatus, Detection, Severity } from '../core/event.ts'

/** What the simulator posts: the native JSON of docs/sources/native.md, times in RFC 3339. */
export interface DeploymentItem {
  readonly id: string
  readonly service: string
  readonly version: string
  readonly environment: string
  readonly tier?: 'production' | 'staging' | 'testing'
  readonly status: 'in-progress' | 'succeeded' | 'failed' | 'cancelled'
  readonly action: 'deploy' | 'rollback'
  readonly kind?: string
  readonly commit?: string
  readonly commits?: readonly {
    readonly sha: string
    readonly message: string
    readonly author: string
    readonly at: string
    readonly files: readonly string[]
  }[]
  readonly percent?: number
  readonly startedAt: string
  readonly finishedAt?: string
  readonly actor: string
}

export interface DefectItem {
  readonly id: string
  readonly title: string
  readonly service: string
  readonly description?: string
  readonly fingerprint?: string
  readonly environment?: string
  readonly version?: string
  readonly deployment?: string
  readonly files?: readonly string[]
  readonly components?: readonly string[]
  readonly detection?: Detection
  readonly severity?: Severity
  readonly status?: DefectStatus
  readonly fixedIn?: readonly string[]
  readonly occurredAt?: string
  readonly detectedAt?: string
  readonly resolvedAt?: string
  readonly updatedAt?: string
  readonly count?: number
}

/** One thing some tool or person says, and when. */
export type SimulatedPost =
  | { readonly at: number; readonly kind: 'deployments'; readonly item: DeploymentItem }
  | { readonly at: number; readonly kind: 'defects'; readonly item: DefectItem }

export const instantText = (at: number): string => new Date(at).toISOString()
