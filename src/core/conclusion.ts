import type { RunState } from './emergency/dispatch.ts'
import type { DeploymentStatus } from './event.ts'

/** What one part of a delivery did; `unchanged` is the honest word for a repeat. */
export type Effect = 'created' | 'updated' | 'unchanged'

/** What was concluded from a delivery, kept with it and shown on its page. */
export type Conclusion =
  | {
      readonly kind: 'deployment'
      readonly id: number
      readonly service: string
      readonly environment: string
      /** Absent for a removal that names none. */
      readonly version: string | undefined
      readonly status: DeploymentStatus
      readonly effect: Effect
    }
  | {
      readonly kind: 'release'
      readonly id: number
      readonly service: string
      readonly version: string
      readonly effect: Effect
    }
  | { readonly kind: 'defect'; readonly id: number; readonly title: string; readonly effect: Effect }
  /** Commits that reached a branch; which releases contain them follows from deployments. */
  | { readonly kind: 'push'; readonly service: string; readonly commits: number; readonly effect: Effect }
  /** Sessions counted for a release, be it known or not. */
  | {
      readonly kind: 'sessions'
      readonly service: string
      readonly version: string
      readonly environment: string
      readonly total: number
      readonly crashed: number
      readonly effect: Effect
    }
  /** What CI says of a run that an emergency release asked for. */
  | {
      readonly kind: 'run'
      readonly emergencyId: number
      readonly key: string
      readonly state: RunState
      readonly effect: Effect
    }
  /** A remark for the operator: a time that could not be believed, a field left out. */
  | { readonly kind: 'note'; readonly text: string }
